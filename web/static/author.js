// Only beside pages of `ekbom serve --dev`. Without it the panel is renewed by its link.
"use strict";
{
  const drawn = document.querySelector("#author, main[data-turn]");
  const files = drawn.dataset.reading;
  // The panel alone is drawn anew, so that nothing typed into the page beside it is lost.
  const renew = async () => {
    const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
    const old = document.getElementById("author");
    const next = page.getElementById("author");
    if (!next) return;
    for (const list of old.querySelectorAll("details[id][open]")) {
      const same = next.querySelector("#" + list.id);
      if (same) same.open = true;
    }
    const top = page.querySelector(".author-top");
    if (top) document.querySelector(".author-top").replaceWith(top);
    const scrolled = old.scrollTop;
    old.replaceWith(next);
    next.scrollTop = scrolled;
    // Shown after it is there, so that readers are told.
    if (next.dataset.reading !== files) setTimeout(() => (next.querySelector("[data-changed]").hidden = false), 50);
  };
  const look = async () => {
    try {
      const state = await (await fetch("/dev/state")).json();
      const now = document.querySelector("#author, main[data-turn]");
      if (state.turn !== now.dataset.turn) {
        if (now.id === "author") await renew();
        else location.reload();
      }
    } catch {
      // The server is being started anew.
    }
    setTimeout(look, 1000);
  };
  if (drawn) setTimeout(look, 1000);
}
