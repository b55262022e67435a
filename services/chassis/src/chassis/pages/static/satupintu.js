/* What pages gain where scripts run. Every page works without it. */
"use strict";

/* Counts the letters of a text field as they are typed; the words are in the field's own counter. */
document.querySelectorAll("[data-counter]").forEach(function (area) {
  var counter = document.getElementById(area.dataset.counter);
  if (!counter) return;
  var most = Number(area.getAttribute("maxlength"));
  var format = new Intl.NumberFormat(document.documentElement.lang);
  function count() {
    counter.textContent = counter.dataset.left.replace("{n}", format.format(most - area.value.length));
  }
  area.addEventListener("input", count);
  count();
});

/* Prints the page: shown only where there is a script to do it. */
document.querySelectorAll("[data-print]").forEach(function (button) {
  button.hidden = false;
  button.addEventListener("click", function () { window.print(); });
});

/* Single keys press what names them in `data-key`: they choose a radio button, and follow a link. Whoever switches them
   off has them off on every page. */
(function () {
  var box = document.querySelector("[data-shortcuts]");
  if (!box) return;
  var change = box.querySelector("[data-shortcuts-switch]");
  try { change.checked = localStorage.getItem("pintasan") !== "mati"; } catch (error) { /* kept for this page only */ }
  box.hidden = false;
  function show() { document.documentElement.classList.toggle("with-keys", change.checked); }
  change.addEventListener("change", function () {
    try { localStorage.setItem("pintasan", change.checked ? "hidup" : "mati"); } catch (error) { /* as above */ }
    show();
  });
  show();
  document.addEventListener("keydown", function (event) {
    if (!change.checked || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    var at = event.target;
    if (at.isContentEditable || /^(TEXTAREA|SELECT)$/.test(at.tagName)) return;
    if (at.tagName === "INPUT" && !/^(radio|checkbox)$/.test(at.type)) return;
    var pressed = document.querySelector('[data-key="' + CSS.escape(event.key.toLowerCase()) + '"]');
    if (!pressed) return;
    event.preventDefault();
    if (pressed.type === "radio") pressed.checked = true;
    pressed.focus();
    if (pressed.type !== "radio" && !pressed.matches("textarea, input")) pressed.click();
  });
})();

/* Ticks every box of a list: shown only where there is a script to do it. */
document.querySelectorAll("[data-tick-all]").forEach(function (all) {
  all.parentElement.hidden = false;
  all.addEventListener("change", function () {
    all.form.querySelectorAll("[name=" + all.dataset.tickAll + "]").forEach(function (box) { box.checked = all.checked; });
  });
});
