/* Single-key shortcuts of officers, loaded only where the officer has not switched them off. Never while somebody types. */
"use strict";

(function () {
  var rows = Array.from(document.querySelectorAll("[data-row]"));
  function typing(target) {
    return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) && target.type !== "checkbox";
  }
  function move(by) {
    var at = rows.indexOf(document.activeElement);
    var next = rows[Math.max(0, Math.min(rows.length - 1, at < 0 ? (by > 0 ? 0 : rows.length - 1) : at + by))];
    if (next) next.focus();
  }
  function show(name) {
    var fold = document.getElementById(name);
    if (!fold) return;
    fold.open = true;
    var first = fold.querySelector("textarea, select, button");
    if (first) first.focus();
  }
  function go(name) {
    var row = document.activeElement;
    if (rows.indexOf(row) >= 0) location.assign(row.href + "#" + name);
    else if (!rows.length) show(name);
  }
  var keys = {
    j: function () { move(1); },
    k: function () { move(-1); },
    a: function () { go("terima"); },
    r: function () { go("kembalikan"); }
  };
  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    var act = keys[event.key];
    if (act) { event.preventDefault(); act(); }
  });
  if (location.hash.length > 1 && !rows.length) show(location.hash.slice(1));
})();
