/* "Pakai lokasi saya": writes the browser's position into the field of coordinates and shows it on the map. */
const LOCATE_MS = 15000;

function locate(button, says) {
  const field = document.getElementById("f-pin");
  button.disabled = true;
  says.textContent = button.dataset.busy;
  navigator.geolocation.getCurrentPosition(
    function (found) {
      field.value = found.coords.latitude.toFixed(5) + ", " + found.coords.longitude.toFixed(5);
      says.textContent = "";
      button.disabled = false;
      field.dispatchEvent(new Event("input", { bubbles: true }));
      const show = field.form.querySelector("[value=peta-tunjuk]");
      if (show) field.form.requestSubmit(show);
    },
    function (error) {
      const why = { 1: "refused", 3: "late" }[error.code] || "missing";
      button.disabled = false;
      says.textContent = button.dataset[why];
    },
    { enableHighAccuracy: true, timeout: LOCATE_MS, maximumAge: 60000 },
  );
}

document.querySelectorAll("[data-locate]").forEach(function (button) {
  if (!navigator.geolocation) return;
  button.hidden = false;
  button.addEventListener("click", () => locate(button, document.querySelector("[data-locate-says]")));
});
