// Only on clinics' pages. Comfort only, too: without it a session ends as the footer says, and what was typed is kept.
const session = document.getElementById("session");
if (session) {
  const said = session.querySelector("[data-left]");
  const words = said.textContent;
  const idle = Number(session.dataset.idle) * 1000;
  let end = Number(session.dataset.ends) * 1000;
  let used = Date.now();
  const windows = new BroadcastChannel("ekbom-session");
  const renew = () => {
    used = Date.now();
    session.hidden = true;
  };
  windows.addEventListener("message", renew);
  windows.postMessage("used");
  setInterval(() => {
    const left = Math.min(used + idle, end) - Date.now();
    if (left > 120000) return;
    const minutes = Math.max(0, Math.ceil(left / 60000));
    const text = words.replace("{minutes}", minutes);
    if (said.textContent !== text) said.textContent = text;
    session.hidden = false;
  }, 5000);
  session.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const answer = await fetch(event.target.action, { method: "POST" });
      if (!answer.ok || answer.redirected) throw answer;
      renew();
      windows.postMessage("used");
    } catch {
      event.target.hidden = true;
      session.querySelector("[data-failed]").hidden = false;
    }
  });
}
for (const area of document.querySelectorAll("textarea[data-length]")) {
  const said = document.getElementById(area.id + "-count");
  const words = said.textContent;
  const count = () => {
    const n = [...area.value.trim()].length;
    said.textContent = words.replace("{written}", n.toLocaleString(document.documentElement.lang));
    said.classList.toggle("over", n > Number(area.dataset.length));
  };
  said.hidden = false;
  area.addEventListener("input", count);
  count();
}
// Keys of a list work only while one of its rows has the focus.
const list = document.querySelector("[data-rows]");
if (list) {
  list.addEventListener("keydown", (event) => {
    const rows = [...list.querySelectorAll(".open")];
    const at = rows.indexOf(document.activeElement);
    if (at < 0 || event.ctrlKey || event.altKey || event.metaKey) return;
    const to = { j: at + 1, ArrowDown: at + 1, k: at - 1, ArrowUp: at - 1 }[event.key];
    if (event.key === "/") document.getElementById("search").focus();
    else if (to === undefined) return;
    else rows[Math.min(Math.max(to, 0), rows.length - 1)].focus();
    event.preventDefault();
  });
}
// What came in is told, and nothing moves by itself.
const news = document.getElementById("news");
if (news) {
  const ask = async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(news.dataset.news, { redirect: "manual" });
      if (answer.type === "opaqueredirect" || answer.status > 399) return clearInterval(asking);
      if (answer.status !== 200) return;
      const text = await answer.text();
      if (news.textContent !== text) news.textContent = text;
      news.hidden = false;
    } catch {} // offline; the next time may do
  };
  const asking = setInterval(ask, 30000);
  document.addEventListener("visibilitychange", ask);
}
// Passkeys need a browser that knows them; without one their forms stay hidden.
for (const form of document.querySelectorAll("form[data-passkey]")) {
 const kind = form.dataset.passkey;
 const known = window.PublicKeyCredential;
 const parse = kind === "create" ? known?.parseCreationOptionsFromJSON : known?.parseRequestOptionsFromJSON;
 if (!parse) continue;
 form.hidden = false;
 for (const words of document.querySelectorAll("[data-without]")) words.hidden = true;
 form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const failed = form.querySelector("[data-failed]");
  failed.hidden = true;
  try {
   const publicKey = parse.call(known, JSON.parse(form.dataset.options));
   const made = await navigator.credentials[kind]({ publicKey });
   form.elements.credential.value = JSON.stringify(made.toJSON());
   form.submit();
  } catch {
   failed.hidden = false;
   delete form.dataset.sent;
  }
 });
}
