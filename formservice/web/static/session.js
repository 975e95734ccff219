// Nothing is lost when a session ends in mid-typing. A form in which something stands that the
// server does not have is sent only when somebody is still signed in; else the page stays, says
// so, and goes on by itself after signing in again in another window.

import { link, notice } from "./notice.js";

const place = document.querySelector("[data-notices]");
const AGAIN = 10000; // until it is asked again whether somebody is back
const show = notice();
let found = "here", waiting = null, passing = null, timer = 0;

// The token that every request of our pages carries; after signing in again it is another one.
export function token() {
  return document.querySelector("meta[name=csrf]")?.content ?? "";
}

// Whether it was somebody's page when it was asked last.
export const isHere = () => found === "here";

// Ask who is signed in: "here" as before, "stranger", nobody ("out"), or "away" if nobody answers.
// The page says what it found; „session:here“ is told to everybody who waits for it.
export async function ask() {
  clearTimeout(timer);
  found = await heard().catch(() => "away");
  if (found === "here") {
    show("");
    document.dispatchEvent(new Event("session:here"));
    send();
  } else {
    const text = place.dataset[{ out: "signedOut", stranger: "stranger", away: "away" }[found]];
    show(text, found === "out" ? [link(place.dataset.signIn, place.dataset.signInAt)] : []);
    timer = setTimeout(ask, AGAIN);
  }
  return found;
}

async function heard() {
  const answer = await fetch(place.dataset.ask, {
    headers: { accept: "application/json" }, credentials: "same-origin", cache: "no-store",
  });
  if (answer.status === 401 || answer.status === 403) return "out";
  if (!answer.ok) return "away";
  const told = await answer.json();
  if (told.who !== place.dataset.who) return "stranger";
  const meta = document.querySelector("meta[name=csrf]");
  if (meta) meta.content = told.csrf;
  for (const field of document.querySelectorAll("input[name=csrf]")) field.value = told.csrf;
  return "here";
}

function send() {
  const { form, button } = waiting ?? {};
  waiting = null;
  if (!form?.isConnected) return;
  passing = form;
  form.requestSubmit(button?.isConnected ? button : null);
  passing = null;
}

const TYPED = {
  checkbox: (one) => one.checked !== one.defaultChecked,
  radio: (one) => one.checked !== one.defaultChecked,
  file: (one) => one.files.length > 0,
  "select-one": (one) => [...one.options].some((option) => option.selected && !option.defaultSelected),
  hidden: () => false,
  submit: () => false,
  button: () => false,
  fieldset: () => false,
};

// A page that answers what was sent may hold words that are kept nowhere else.
function holdsWords(form) {
  if (form.matches("[data-form]") || document.body.dataset.answers !== undefined) return true;
  return [...form.elements].some((one) => (TYPED[one.type] ?? ((two) => two.value !== two.defaultValue))(one));
}

// Behind all who listen to the form and to the page: what a script sends itself is not asked for.
addEventListener("submit", (event) => {
  const form = event.target;
  if (!place || event.defaultPrevented || form.getAttribute("method") !== "post") return;
  if (passing === form || !holdsWords(form)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  delete form.dataset.sent;
  waiting = { form, button: event.submitter };
  ask();
});
// Who writes on has not finished: it is sent when they say so again.
document.addEventListener("input", () => { if (found !== "here") waiting = null; });
for (const back of ["focus", "online", "pageshow"]) {
  addEventListener(back, () => { if (found !== "here") ask(); });
}
