/*
Drafts of reports, kept in this browser (IndexedDB) and nowhere else, only after a person asked for it. A draft:
  id      the Idempotency-Key of its form: a report is filed once, however often and by whatever way it is sent
  fields  the form's answers by the names of its fields, without name and contacts
  photos  {key, name, blob}; `key` is the Idempotency-Key of its upload
  begun   milliseconds since 1970; it ends KEPT_DAYS later
  wanted  whether it is to be sent as soon as there is a network
  filed   {code, number} once the report itself was filed
*/
const KEPT_DAYS = 30;
const DATABASE = "satupintu", STORE = "drafts";
const NOT_KEPT = ["nama", "surel", "telepon", "langkah", "ke", "lang", "dicari", "kunci", "csrf"];

function openDrafts() {
  return new Promise(function (done, failed) {
    const asked = indexedDB.open(DATABASE, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE, { keyPath: "id" });
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
    asked.onblocked = () => failed(new Error("blocked"));
  });
}

/* Carries out one request on the store; an upload of photos that does not fit fails when it is committed. */
async function withDrafts(mode, ask) {
  const database = await openDrafts();
  try {
    return await new Promise(function (done, failed) {
      const transaction = database.transaction(STORE, mode);
      const request = ask(transaction.objectStore(STORE));
      transaction.oncomplete = () => done(request.result);
      transaction.onabort = transaction.onerror = () => failed(transaction.error || request.error);
    });
  } finally {
    database.close();
  }
}

const getDraft = (id) => withDrafts("readonly", (store) => store.get(id));
const putDraft = (draft) => withDrafts("readwrite", (store) => store.put(draft));
const removeDraft = (id) => withDrafts("readwrite", (store) => store.delete(id));

/* Every draft that is not too old, the newest first; those that are too old are deleted. */
async function allDrafts() {
  const found = await withDrafts("readonly", (store) => store.getAll());
  const oldest = Date.now() - KEPT_DAYS * 24 * 3600 * 1000;
  await Promise.all(found.filter((draft) => draft.begun <= oldest).map((draft) => removeDraft(draft.id)));
  return found.filter((draft) => draft.begun > oldest).sort((one, other) => other.saved - one.saved);
}

/* Saves a draft; if the photos do not fit, without them. Returns what was saved: "all", "words" or "nothing". */
async function saveDraft(draft) {
  const dated = { ...draft, saved: Date.now() };
  try {
    await putDraft(dated);
    return "all";
  } catch (error) {
    if (!draft.photos.length) return "nothing";
  }
  try {
    await putDraft({ ...dated, photos: [] });
    return "words";
  } catch (error) {
    return "nothing";
  }
}

/* The answers in a form that may be kept. */
function answersIn(form) {
  const found = {};
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string" && value && !NOT_KEPT.includes(name) && !name.startsWith("titik_")) found[name] = value;
  }
  return found;
}

function newDraft(id) {
  return { id, fields: {}, photos: [], begun: Date.now(), wanted: false, filed: null };
}

function photosOf(files) {
  return Array.from(files, (file) => ({ key: crypto.randomUUID(), name: file.name, blob: file }));
}
