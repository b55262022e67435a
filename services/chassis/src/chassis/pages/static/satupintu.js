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
