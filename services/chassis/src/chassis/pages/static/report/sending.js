/*
Sends a draft by the API: the report first, then each photo, each under a key of its own, so that whatever is repeated after a
lost answer is done once. What became of it is one of:
  {state: "filed", code, number, refused: [{name, why}]}   refused: photos that were not taken
  {state: "refused", why: [sentence]}                      the report was not taken; the draft stays
  {state: "waiting"}                                       there is no network, or nobody answers; the draft stays
*/
const API = "/api/v1/complaints";
const DECIMALS = /^\s*(-?\d{1,2}(?:\.\d+)?)\s*[,;\s]\s*(-?\d{1,3}(?:\.\d+)?)\s*$/;

/* Latitude and longitude of the field of coordinates; null: they cannot be read. */
function positionIn(text) {
  const found = DECIMALS.exec(text || "");
  return found && { lat: Number(found[1]), lon: Number(found[2]) };
}

/* The report as the API takes it. `contact`: fields that are never kept. */
function submission(fields, contact, lang) {
  const place = { region: (fields.wilayah || "").split("|")[0], address: fields.alamat, ...positionIn(fields.pin) };
  const person = { name: contact.nama, email: contact.surel, phone: contact.telepon };
  return {
    ...filled({ class: fields.jenis, text: fields.isi, occurred_on: fields.tanggal }),
    ...filled({ place: orNothing(filled(place)), reporter: orNothing(filled(person)) }),
    anonymous: "anonim" in fields,
    secret: "rahasia" in fields,
    language: lang,
  };
}

const filled = (object) => Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined && value !== ""));
const orNothing = (object) => (Object.keys(object).length ? object : undefined);

/* The answer to a request: {ok, body}; null: no network, or the other side is busy or broken. */
async function asked(path, key, lang, body) {
  const headers = { "Idempotency-Key": key, "Accept-Language": lang };
  if (!(body instanceof FormData)) headers["Content-Type"] = "application/json";
  try {
    const content = body instanceof FormData ? body : JSON.stringify(body);
    const answer = await fetch(path, { method: "POST", headers, body: content, credentials: "omit" });
    if (answer.status >= 500 || answer.status === 429) return null;
    return { ok: answer.ok, body: await answer.json().catch(() => ({})) };
  } catch (error) {
    return null;
  }
}

/* Sentences of a refusal. */
function reasons(problem) {
  const each = (problem.errors || []).map((error) => error.why).filter(Boolean);
  return each.length ? each : [problem.detail].filter(Boolean);
}

/* Sends one draft; `keep` stores how far it came, for a draft that is kept. Two pages send one draft one after the other. */
function sendDraft(draft, contact, lang, keep) {
  const send = () => sendAlone(draft, contact, lang, keep);
  return navigator.locks ? navigator.locks.request("satupintu-" + draft.id, send) : send();
}

async function sendAlone(draft, contact, lang, keep) {
  if (!draft.filed) {
    const answer = await asked(API, draft.id, lang, submission(draft.fields, contact, lang));
    if (answer === null) return { state: "waiting" };
    if (!answer.ok) {
      draft.wanted = false;
      await keep(draft);
      return { state: "refused", why: reasons(answer.body) };
    }
    draft.filed = { code: answer.body.tracking_code, number: answer.body.public_number };
    draft.fields = {};
    await keep(draft);
  }
  const refused = [];
  while (draft.photos.length) {
    const photo = draft.photos[0], form = new FormData();
    form.append("file", photo.blob, photo.name);
    const answer = await asked(API + "/" + draft.filed.code + "/attachments", photo.key, lang, form);
    if (answer === null) return { state: "waiting" };
    if (!answer.ok) refused.push({ name: photo.name, why: reasons(answer.body).join(" ") });
    draft.photos.shift();
    await keep(draft);
  }
  return { state: "filed", ...draft.filed, refused };
}
