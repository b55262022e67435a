/* The page of drafts: lists them, opens one in the form, sends those that wait for a network, deletes them. */
const ANSWERS_STEP = { langkah: "tinjau", ke: "kata" };

class Drafts {
  constructor(page) {
    this.page = page;
    this.list = page.querySelector("[data-list]");
    this.says = page.querySelector("[data-says]");
    this.result = page.querySelector("[data-result]");
  }

  async begin() {
    this.page.querySelector("[data-without-script]").hidden = true;
    addEventListener("online", () => this.sendWanted());
    await this.show();
    await this.sendWanted();
  }

  async show() {
    let drafts;
    try {
      drafts = await allDrafts();
    } catch (error) {
      this.says.textContent = this.page.dataset.refused;
      return;
    }
    this.page.querySelector("[data-empty]").hidden = drafts.length > 0;
    this.list.replaceChildren(...drafts.map((draft) => this.card(draft)));
  }

  card(draft) {
    const card = this.page.querySelector("template").content.firstElementChild.cloneNode(true);
    const date = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
    const fill = (name, text) => (card.querySelector("[data-" + name + "]").textContent = text);
    const title = draft.filed ? this.page.dataset.filed : (draft.fields.isi || "").slice(0, 120) || this.page.dataset.wordless;
    fill("title", title);
    fill("saved", date.format(draft.saved));
    fill("ends", date.format(draft.begun + KEPT_DAYS * 24 * 3600 * 1000));
    fill("photos", draft.photos.length);
    card.querySelector("[data-wanted]").hidden = !draft.wanted && !draft.filed;
    const press = (name, act, shown) => this.button(card, name, title, act, shown);
    press("open", () => openDraft(draft), !draft.filed);
    press("send", () => this.send(draft), draft.wanted || draft.filed);
    press("remove", () => this.remove(draft), true);
    return card;
  }

  button(card, name, title, act, shown) {
    const button = card.querySelector("[data-" + name + "]");
    button.hidden = !shown;
    button.setAttribute("aria-label", button.textContent.trim() + ": " + title);
    button.addEventListener("click", act);
  }

  async remove(draft) {
    await removeDraft(draft.id);
    await this.show();
    this.says.textContent = this.page.dataset.removed;
    this.says.focus();
  }

  async sendWanted() {
    for (const draft of await allDrafts().catch(() => [])) {
      if (draft.wanted || draft.filed) await this.send(draft);
    }
  }

  async send(draft) {
    this.says.textContent = this.page.dataset.sending;
    const found = await sendDraft(draft, {}, document.documentElement.lang, putDraft);
    this.says.textContent = { waiting: this.page.dataset.waiting, refused: (found.why || []).join(" ") }[found.state] || "";
    if (found.state === "filed") {
      showResult(this.result, found);
      await removeDraft(draft.id);
    }
    await this.show();
  }
}

/* Shows number and code of what was filed, and the photos that were not taken. */
function showResult(result, found) {
  result.querySelector("[data-number]").textContent = found.number;
  result.querySelector("[data-code]").textContent = found.code;
  result.querySelector("[name=kode]").value = found.code;
  const refused = result.querySelector("[data-refused]");
  refused.replaceChildren(...found.refused.map((photo) => {
    const line = document.createElement("li");
    line.textContent = photo.name + ": " + photo.why;
    return line;
  }));
  refused.parentElement.hidden = !found.refused.length;
  result.hidden = false;
  result.focus();
}

/* Opens a draft in the steps of filing, or in the page that works without a network. */
function openDraft(draft) {
  if (!navigator.onLine) {
    location.assign("/lapor#draf=" + draft.id);
    return;
  }
  const form = document.createElement("form");
  form.method = "post";
  form.action = "/lapor";
  for (const [name, value] of Object.entries({ ...draft.fields, kunci: draft.id, ...ANSWERS_STEP })) {
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name, value });
    form.append(field);
  }
  document.body.append(form);
  form.submit();
}

document.querySelectorAll("[data-drafts]").forEach((page) => new Drafts(page).begin());
