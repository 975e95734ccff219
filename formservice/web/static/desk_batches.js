// Sends the files of a batch one by one, so that a thousand are no more than one, and shows how far
// that is. Without this script they are sent as one form.

import { ask, token } from "./session.js";

const form = document.getElementById("hochladen");
const field = form.querySelector("input[type=file]");
const bar = document.getElementById("sendet-balken");
const told = form.querySelector("[data-told]");
const refused = document.getElementById("abgewiesen");
const list = refused.querySelector("ul");
const AT_ONCE = 2;
let sending = false;

addEventListener("beforeunload", (event) => {
  if (sending) event.preventDefault();
});

const isBack = () =>
  new Promise((done) => document.addEventListener("session:here", done, { once: true }));

// Whose session ends in between signs in again, and it goes on with the same file.
async function asked(url, body) {
  for (;;) {
    const used = token();
    const answer = await fetch(url, {
      method: "POST",
      body,
      headers: { "x-csrf": used, accept: "application/json" },
    });
    if (answer.status === 401 || answer.status === 403) {
      const back = isBack();
      const waited = (await ask()) !== "here";
      if (waited) await back;
      if (waited || used !== token()) continue;
    }
    const said = await answer.json().catch(() => ({}));
    if (answer.ok) return said;
    throw new Error([said.error, said.hint].filter(Boolean).join(" ") || form.dataset.failed);
  }
}

// As the page of a batch says it when the files are sent as one form.
function refuse(name, why, code) {
  const item = document.createElement("li");
  if (name) {
    const file = document.createElement("strong");
    file.textContent = name;
    item.append(file, ": ");
  }
  item.append(why);
  if (code) {
    const told = document.createElement("span");
    told.className = "kern-body--muted";
    told.textContent = refused.dataset.code.replace("{code}", code);
    item.append(" ", told);
  }
  list.append(item);
  refused.hidden = false;
}

form.addEventListener("submit", async (event) => {
  const files = [...field.files];
  if (!files.length) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const button = form.querySelector("button");
  button.disabled = true;
  document.getElementById("sendet").hidden = false;
  list.replaceChildren();
  refused.hidden = true;
  bar.max = files.length;
  let done = 0;
  const tell = () => {
    bar.value = done;
    told.textContent = form.dataset.sending
      .replace("{done}", done)
      .replace("{total}", files.length);
  };
  tell();
  sending = true;
  try {
    const batch = await asked(form.action, new FormData());
    const waiting = files.slice();
    const send = async () => {
      while (waiting.length) {
        const file = waiting.shift();
        const body = new FormData();
        body.append("dateien", file);
        try {
          const said = await asked(batch.add, body);
          for (const one of said.files ?? []) {
            if (one.error) refuse(one.name, `${one.error} ${one.hint ?? ""}`.trim(), one.code);
          }
        } catch (error) {
          refuse(file.name, error.message);
        }
        done += 1;
        tell();
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, send));
    sending = false;
    if (refused.hidden) {
      location.assign(batch.page);
      return;
    }
    // What was refused is read here; then people go on by themselves. The list is that of before.
    document.getElementById("bisher").hidden = true;
    const on = document.getElementById("weiter");
    on.hidden = false;
    on.querySelector("a").href = batch.page;
    on.querySelector("a").focus();
  } catch (error) {
    refuse("", error.message);
  }
  sending = false;
  button.disabled = false;
}, true);
