// Only beside pages of `ekbom serve --dev`. Without it the panel is renewed by its link.
"use strict";
{
  const place = "#author, main[data-turn]";
  const drawn = document.querySelector(place);
  const files = drawn?.dataset.reading;
  // What a thing is after everything was drawn anew: of the same id, or with the same words that lead to the same place.
  const twin = (old, next) =>
    old.id
      ? next.querySelector("#" + CSS.escape(old.id))
      : [...next.querySelectorAll(old.localName)].find((e) => e.textContent === old.textContent && e.getAttribute("href") === old.getAttribute("href"));
  // Only what stands here is drawn anew, so that nothing typed into the page beside it is lost, nor the reader's place in it.
  const replace = (old, next) => {
    for (const list of old.querySelectorAll("details")) {
      const summary = list.querySelector("summary");
      const same = list.id ? twin(list, next) : twin(summary, next)?.parentElement;
      if (same) same.open = list.open;
    }
    const at = document.activeElement;
    const held = old.contains(at) && at;
    const scrolled = old.scrollTop;
    old.replaceWith(next);
    next.scrollTop = scrolled;
    if (!held) return;
    const summary = held.localName === "summary" && held.parentElement.id;
    const same = held === old ? next : summary ? twin(held.parentElement, next)?.querySelector("summary") : twin(held, next);
    next.tabIndex = -1;
    (same || next).focus({ preventScroll: true });
  };
  const renew = async () => {
    const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
    const old = document.querySelector(place);
    const next = page.querySelector(place);
    // Where nothing was served yet, a page is now.
    if (!next || next.localName !== old.localName) {
      if (old.localName === "main") location.reload();
      return;
    }
    const top = page.querySelector(".author-top");
    if (top) replace(document.querySelector(".author-top"), top);
    replace(old, next);
    // Shown after it is there, so that readers are told.
    const changed = next.querySelector("[data-changed]");
    if (changed && next.dataset.reading !== files) setTimeout(() => (changed.hidden = false), 50);
  };
  const look = async () => {
    try {
      const state = await (await fetch("/dev/state")).json();
      if (state.turn !== document.querySelector(place).dataset.turn) await renew();
    } catch {
      // The server is being started anew.
    }
    setTimeout(look, 1000);
  };
  if (drawn) setTimeout(look, 1000);
}
