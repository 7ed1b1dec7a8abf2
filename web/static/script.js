// Comfort only: every page works without this file.
"use strict";
for (const form of document.forms) {
  // A second press while the first is on its way would only cost the person time.
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
    setTimeout(() => delete form.dataset.sent, 4000);
  });
  // An answer that excludes all others takes their ticks away, and the other way round.
  form.addEventListener("input", (event) => {
    const used = event.target;
    if (used.type === "radio" || (used.type === "checkbox" && !used.checked)) return;
    for (const other of form.querySelectorAll("input[type=checkbox]")) {
      if (other !== used && ("alone" in used.dataset || "alone" in other.dataset)) other.checked = false;
    }
    if ("alone" in used.dataset) {
      for (const typed of form.querySelectorAll("input[type=text]")) typed.value = "";
    }
  });
}
// How much room is left for own words.
for (const area of document.querySelectorAll("[data-most]")) {
  const told = area.parentNode.querySelector("[data-left]");
  const tell = () => {
    const left = area.dataset.most - [...area.value].length;
    told.textContent = left > 999 ? "" : ", " + (left < 0 ? told.dataset.over.replace("{over}", -left) : told.dataset.left.replace("{left}", left));
  };
  area.addEventListener("input", tell);
  tell();
}
// A page brought back by "back" may be sent again. One that only shows something may be out of date, or deleted.
addEventListener("pageshow", (event) => {
  if (event.persisted && !document.querySelector("main form input")) location.reload();
  for (const form of document.forms) delete form.dataset.sent;
});
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
