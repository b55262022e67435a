/* "Simpan di perangkat ini" on the steps of filing: keeps the answers as they are written, and deletes them once they are filed. */
const SENT = "satupintu-sent", UPLOADED = "satupintu-uploaded";

/* Words of a template, with `{name}` filled in. */
const words = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

class Keeper {
  constructor(form, box) {
    this.form = form;
    this.box = box;
    this.tick = box.querySelector("input[type=checkbox]");
    this.says = box.querySelector("[role=status]");
    this.id = form.querySelector("[name=kunci]").value;
    this.files = form.querySelector("input[type=file]");
    this.draft = null;
    this.later = 0;
  }

  async begin() {
    this.draft = await getDraft(this.id).catch(() => null) || null;
    this.box.hidden = false;
    this.tick.checked = this.draft !== null;
    this.tick.addEventListener("change", () => (this.tick.checked ? this.keep() : this.forget()));
    this.form.addEventListener("input", () => this.soon());
    this.form.addEventListener("submit", (event) => this.submitted(event));
    if (this.files) this.files.addEventListener("change", () => this.chosen());
    if (this.draft) {
      await this.withoutUploaded();
      this.offerPhotos();
      await this.keep();
    }
  }

  soon() {
    clearTimeout(this.later);
    if (this.tick.checked) this.later = setTimeout(() => this.keep(), 400);
  }

  async keep() {
    this.draft = { ...(this.draft || newDraft(this.id)), fields: answersIn(this.form), wanted: false };
    if (this.files && !this.draft.photos.length) this.draft.photos = photosOf(this.files.files);
    const saved = await saveDraft(this.draft);
    if (saved === "nothing") {
      this.draft = null;
      this.tick.checked = false;
    }
    const time = new Intl.DateTimeFormat(document.documentElement.lang, { timeStyle: "short" }).format(new Date());
    this.says.textContent = words(this.box.dataset[saved], { time });
  }

  async forget() {
    clearTimeout(this.later);
    this.draft = null;
    await removeDraft(this.id).catch(() => undefined);
    this.says.textContent = this.box.dataset.forgotten;
  }

  chosen() {
    if (!this.tick.checked || !this.draft) return;
    this.draft.photos = photosOf(this.files.files);
    this.keep();
  }

  /* Photos of the draft join the form where it takes photos. */
  offerPhotos() {
    if (!this.files || !this.draft.photos.length || this.files.files.length) return;
    const joined = new DataTransfer();
    this.draft.photos.forEach((photo) => joined.items.add(new File([photo.blob], photo.name, { type: photo.blob.type })));
    this.files.files = joined.files;
  }

  /* Photos that went with the last form are with the platform now: this page is its answer. */
  async withoutUploaded() {
    const gone = JSON.parse(sessionStorage.getItem(UPLOADED) || "[]");
    sessionStorage.removeItem(UPLOADED);
    this.draft.photos = this.draft.photos.filter((photo) => !gone.includes(photo.key));
  }

  submitted(event) {
    if (!this.tick.checked || !this.draft) return;
    this.keep();
    if (this.files && this.files.files.length) {
      sessionStorage.setItem(UPLOADED, JSON.stringify(this.draft.photos.map((photo) => photo.key)));
    }
    if (event.submitter && event.submitter.value === "kirim") sessionStorage.setItem(SENT, this.id);
  }
}

function keepForm() {
  const form = document.getElementById("laporan"), box = document.querySelector("[data-keep]");
  if (form) sessionStorage.removeItem(SENT);
  if (form && box && form.querySelector("[name=kunci]")) new Keeper(form, box).begin();
}

/* A report that was filed needs no draft. */
function forgetFiled() {
  const id = sessionStorage.getItem(SENT);
  if (!id || !location.pathname.startsWith("/lapor/terkirim/")) return;
  sessionStorage.removeItem(SENT);
  removeDraft(id).catch(() => undefined);
}

if ("indexedDB" in self) {
  keepForm();
  forgetFiled();
}
