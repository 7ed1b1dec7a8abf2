// Only beside pages of `ekbom serve --dev`. Without it the panel is renewed by its link.
"use strict";
{
  const place = "#author, main[data-turn]";
  const drawn = document.querySelector(place);
  const files = drawn?.dataset.reading;
  // What a thing is after everything was drawn anew: of the same id, or the same among those of the same words that lead to the same place.
  const twin = (thing, old, next) => {
    if (thing.id) return next.querySelector("#" + CSS.escape(thing.id));
    const same = (e) => e.textContent === thing.textContent && e.getAttribute("href") === thing.getAttribute("href");
    const alike = (root) => [...root.querySelectorAll(thing.localName)].filter(same);
    return alike(next)[alike(old).indexOf(thing)];
  };
  // Only what stands here is drawn anew, so that nothing typed into the page beside it is lost, nor the reader's place in it.
  const replace = (old, next) => {
    for (const list of old.querySelectorAll("details[id], details[open]")) {
      const same = list.id ? twin(list, old, next) : twin(list.querySelector("summary"), old, next)?.parentElement;
      if (same) same.open = list.open;
    }
    const at = document.activeElement;
    const held = old.contains(at) && at;
    const scrolled = old.scrollTop;
    old.replaceWith(next);
    next.scrollTop = scrolled;
    if (!held) return;
    const summary = held.localName === "summary" && held.parentElement.id;
    const same = held === old ? next : summary ? twin(held.parentElement, old, next)?.querySelector("summary") : twin(held, old, next);
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
    const changed = next.querySelector("[data-changed]");
    if (changed && old.querySelector("[data-changed]:not([hidden])")) changed.hidden = false; // the focus may be in it
    replace(old, next);
    // Shown after it is there, so that readers are told.
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
