/*
The page of filing that opens without a network, in place of `/lapor`. Nothing is kept unless that is asked for; name and contacts
never are: they are sent from this open page only.
*/
class Offline {
  constructor(form) {
    this.form = form;
    this.page = form.closest("[data-offline]");
    this.says = this.page.querySelector("[data-says]");
    this.tick = form.querySelector("[data-tick]");
    this.files = form.querySelector("input[type=file]");
    this.draft = newDraft(crypto.randomUUID());
    this.sending = false;
    this.later = 0;
  }

  async begin() {
    this.form.addEventListener("submit", (event) => this.pressed(event));
    this.form.addEventListener("input", () => this.soon());
    this.tick.addEventListener("change", () => this.ticked());
    // Once for each choice: a photo's key must not change while it is sent.
    this.files.addEventListener("input", () => (this.draft.photos = photosOf(this.files.files)));
    addEventListener("online", () => (this.draft.wanted ? this.sendAgain() : this.connected()));
    await this.takeOver();
    if (navigator.onLine) this.connected();
  }

  /* Begins with what the form that could not be sent held, or with a draft. */
  async takeOver() {
    sessionStorage.removeItem(SENT);
    sessionStorage.removeItem(UPLOADED);
    const given = JSON.parse(this.page.dataset.given || "{}");
    const id = given.kunci || new URLSearchParams(location.hash.slice(1)).get("draf");
    const kept = id ? await getDraft(id).catch(() => null) : null;
    if (id) this.draft.id = id;
    if (kept) this.draft = { ...kept, wanted: false };
    this.tick.checked = Boolean(kept);
    this.fill({ ...this.draft.fields, ...given });
    this.tellPhotos();
  }

  fill(fields) {
    for (const [name, value] of Object.entries(fields)) {
      const field = this.form.elements.namedItem(name);
      if (!(field instanceof HTMLElement) || field.type === "file") continue;
      if (field.type === "checkbox") field.checked = true;
      else field.value = value;
    }
    const region = this.page.querySelector("[data-region]");
    region.hidden = !fields.wilayah;
    region.querySelector("[data-name]").textContent = fields.nama_wilayah || (fields.wilayah || "").split("|").pop();
  }

  answers() {
    this.draft.fields = answersIn(this.form);
  }

  contact() {
    const found = new FormData(this.form);
    return { nama: found.get("nama"), surel: found.get("surel"), telepon: found.get("telepon") };
  }

  soon() {
    clearTimeout(this.later);
    if (this.tick.checked && !this.sending) this.later = setTimeout(() => this.keep(), 400);
  }

  async ticked() {
    if (this.tick.checked) return this.keep();
    await removeDraft(this.draft.id).catch(() => undefined);
    this.says.textContent = this.page.dataset.forgotten;
  }

  async keep() {
    this.answers();
    const saved = await saveDraft(this.draft);
    if (saved === "nothing") this.tick.checked = false;
    const time = new Intl.DateTimeFormat(document.documentElement.lang, { timeStyle: "short" }).format(new Date());
    this.says.textContent = this.draft.wanted ? this.page.dataset.waitingKept : words(this.page.dataset[saved], { time });
  }

  connected() {
    this.says.textContent = this.page.dataset.online;
  }

  tellPhotos() {
    const photos = this.page.querySelector("[data-photos]");
    photos.hidden = !this.draft.photos.length;
    photos.textContent = words(photos.dataset.words, { n: this.draft.photos.length });
  }

  pressed(event) {
    event.preventDefault();
    clearTimeout(this.later);
    this.answers();
    const fault = this.fault();
    if (fault) {
      this.says.textContent = this.page.dataset[fault.why];
      this.form.elements.namedItem(fault.field).focus();
      return;
    }
    this.draft.wanted = true;
    this.send();
  }

  fault() {
    const { isi, pin } = this.draft.fields;
    if (!(isi || "").trim()) return { field: "isi", why: "wordless" };
    return pin && !positionIn(pin) ? { field: "pin", why: "misplaced" } : null;
  }

  /* What was changed meanwhile goes too, unless the report itself is filed already. */
  sendAgain() {
    clearTimeout(this.later);
    if (!this.draft.filed && !this.sending) this.answers();
    this.send();
  }

  async send() {
    if (this.sending) return;
    this.sending = true;
    if (this.tick.checked) await saveDraft(this.draft);
    this.says.textContent = this.page.dataset.sending;
    const keep = (draft) => (this.tick.checked ? putDraft(draft) : Promise.resolve());
    const found = await sendDraft(this.draft, filled(this.contact()), document.documentElement.lang, keep);
    this.sending = false;
    if (found.state === "filed") return this.filed(found);
    const waiting = this.tick.checked ? this.page.dataset.waitingKept : this.page.dataset.waiting;
    this.says.textContent = found.state === "waiting" ? waiting : found.why.join(" ");
    if (found.state === "refused") this.draft.wanted = false;
  }

  async filed(found) {
    this.says.textContent = "";
    this.form.hidden = true;
    this.page.querySelector("[data-intro]").hidden = true;
    showResult(this.page.querySelector("[data-result]"), found);
    await removeDraft(this.draft.id).catch(() => undefined);
  }
}

document.querySelectorAll("form[data-offline-form]").forEach((form) => new Offline(form).begin());
