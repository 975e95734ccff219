// Keeps what somebody types as a draft on the server while they type. Nothing is kept in this
// browser: other people may use it, too. When the session ends, the words stay on the page and are
// saved after signing in again.

import { button, notice } from "./notice.js";
import { ask, isHere, token } from "./session.js";

const PAUSE = 1500; // after the last key
const LONGEST = 5000; // while somebody types without a pause
const AGAIN = 10000; // after a save that failed
const LAST = 60000; // bytes that a browser still sends for a page that is gone (64 KB, with all else)

for (const form of document.querySelectorAll("form[data-draft]")) new Draft_(form);

function Draft_(form) {
  const news = document.querySelector("[data-draft-news]");
  const state = document.querySelector("[data-draft-state]");
  const put = notice();
  const version = form.querySelector("input[name=entwurf]");
  const say = (name, told = {}) =>
    Object.entries(told).reduce((text, [key, value]) => text.replace(`{${key}}`, value), news?.dataset[name] ?? "");
  const show = (text, further) => { troubled = Boolean(text); put(text, further); };
  let dirty = false, saving = false, halted = false, troubled = false, timer = 0, since = 0;
  let asking = null; // the button of an open question
  let sending = null; // what is sent as soon as it is kept

  const later = (wait) => { clearTimeout(timer); timer = setTimeout(save, wait); };

  function touched() {
    dirty = true;
    since ||= Date.now();
    if (!halted) later(Math.min(PAUSE, Math.max(0, since + LONGEST - Date.now())));
  }

  async function save() {
    clearTimeout(timer); timer = 0;
    if (!dirty || saving || halted) return;
    saving = true; dirty = false; since = 0;
    try {
      const answer = await send(0);
      await heard(answer);
    } catch {
      dirty = true;
      show(say("offline"));
      later(AGAIN);
    } finally {
      saving = false;
      if (sending && !asking && !troubled && isHere()) go();
      else if (dirty && !halted && !timer) later(PAUSE);
    }
  }

  function go() {
    const { button } = sending;
    sending = null; dirty = false;
    clearTimeout(timer);
    form.requestSubmit(button?.isConnected ? button : null);
  }

  // What is typed while a save is under way is the version after the one that save makes: if it
  // does not make it, because another window was faster, this one is refused as well.
  function leave() {
    if (!dirty || halted) return;
    if (isLarge(written())) { save(); return; }
    dirty = false; since = 0;
    clearTimeout(timer);
    send(saving ? 1 : 0).then(heard).catch(() => { dirty = true; });
  }

  // A browser that closes a page drops what is too large for its last word, and what could not be
  // saved before: then whoever leaves is asked first.
  function asked(event) {
    if (!dirty || !(halted || saving || troubled || !isHere() || isLarge(written()))) return;
    event.preventDefault();
    save();
  }

  const written = () => new URLSearchParams(new FormData(form));
  const isLarge = (words) => words.toString().length > LAST;

  function send(ahead) {
    const words = written();
    const seen = Number(words.get("entwurf"));
    if (ahead && Number.isInteger(seen)) words.set("entwurf", seen + ahead);
    return fetch(form.dataset.draft, {
      method: "POST",
      body: words,
      headers: { accept: "application/json", "x-csrf": token() },
      credentials: "same-origin",
      keepalive: !isLarge(words),
    });
  }

  async function heard(answer) {
    const told = await answer.json().catch(() => ({}));
    if (answer.ok) {
      // Of two that are under way the later one may be answered first.
      version.value = Math.max(Number(version.value) || 0, told.version);
      show("");
      if (state) state.textContent = say("saved", { time: told.at });
      return;
    }
    dirty = true;
    // The session has ended, or another one has begun in another window.
    if (answer.status === 401 || answer.status === 403) {
      if ((await ask()) !== "here") later(AGAIN);
    }
    else if (answer.status === 409) other(told);
    else if (answer.status >= 500) { show(say("offline")); later(AGAIN); }
    else { halted = true; sending = null; show(say("refused", { told: told.error ?? "" })); }
  }

  function other(told) {
    halted = true; sending = null;
    const time = /\((.*?)\)/.exec(told.error ?? "")?.[1] ?? "";
    asking = button(say("here"), () => {
      version.value = told.version; halted = false; asking = null; show(""); later(0);
    });
    show(say("other", { time }), [
      asking,
      button(say("there"), () => { dirty = false; location.reload(); }),
    ]);
  }

  form.addEventListener("input", touched);
  form.addEventListener("form:changed", () => { dirty = false; clearTimeout(timer); });
  // On the window: what is held back until somebody is signed in again is not sent. What is sent is
  // kept as a draft before, so that nobody puts it over the words of another window unseen.
  addEventListener("submit", (event) => {
    if (event.target !== form || event.defaultPrevented) return;
    if (!asking && (halted || !(dirty || saving))) { dirty = false; clearTimeout(timer); return; }
    event.preventDefault();
    delete form.dataset.sent;
    if (asking) asking.focus();
    else { sending = { button: event.submitter }; save(); }
  });
  document.addEventListener("session:here", () => { if (dirty && !halted) later(0); });
  addEventListener("focus", () => { if (dirty && !halted) later(0); });
  addEventListener("online", () => { if (dirty && !halted) later(0); });
  // Whoever leaves, or looks at another window, may not come back.
  addEventListener("beforeunload", asked);
  addEventListener("pagehide", leave);
  document.addEventListener("visibilitychange", () => { if (document.hidden) leave(); });
}
