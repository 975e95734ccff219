// Forms are better with this, and work without: lists change without a new page, days have a
// calendar, long answers grow, and what has to be put right leads to its field.

import { token } from "./session.js";

const LIST = "button[data-list]";

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.(LIST);
  const form = button?.form;
  if (!button || !form?.matches("[data-form]")) return;
  event.preventDefault();
  const body = new URLSearchParams(new FormData(form));
  body.set(button.name, button.value);
  // What is typed till the answer comes would be gone with the fields that it takes the place of.
  const fields = form.querySelector("[data-fields]");
  if (fields) fields.inert = true;
  button.disabled = true;
  try {
    const answer = await fetch(form.action || location.href, {
      method: "POST", body, headers: { "x-csrf": token() }, credentials: "same-origin",
    });
    if (!answer.ok || answer.redirected) throw new Error("no page");
    change(form, new DOMParser().parseFromString(await answer.text(), "text/html"), button.value);
  } catch {
    button.disabled = false;
    if (fields) fields.inert = false;
    button.focus();
    form.requestSubmit(button);
  }
});

// Take over the fields of the new page, and let people write on where they are.
function change(form, page, done) {
  const fresh = page.querySelector("[data-fields]");
  const old = form.querySelector("[data-fields]");
  if (!fresh || !old) throw new Error("no fields");
  old.replaceWith(document.adoptNode(fresh));
  const version = page.querySelector("form[data-form] input[name=entwurf]");
  const mine = form.querySelector("input[name=entwurf]");
  if (version && mine) mine.value = version.value;
  dress(fresh);
  const [what, key] = done.split(/:(.*)/s);
  focusOn(fresh, what, key);
  form.dispatchEvent(new CustomEvent("form:changed", { bubbles: true }));
}

function focusOn(fields, what, key) {
  const list = what === "mehr" ? key : key.replace(/\[\d+\]$/, "");
  const box = fields.querySelector(`input[name="${CSS.escape("liste." + list)}"]`)?.parentElement;
  if (!box) return;
  const items = [...box.children].filter((one) => one.matches(".form-item"));
  const number = Number(/\[(\d+)\]$/.exec(key)?.[1] ?? 0);
  const at = { mehr: items.length - 1, weg: Math.min(number, items.length - 1), hoch: number - 1, runter: number + 1 }[what];
  const item = items[at] ?? box;
  const target = what === "mehr"
    ? item.querySelector("textarea, input:not([type=hidden])")
    : item.querySelector("button");
  (target ?? box.querySelector("button"))?.focus();
  item.scrollIntoView({ block: "nearest" });
}

// A calendar beside the field: what is chosen there is written as people write it.
function calendar(box) {
  const field = box.querySelector("input");
  if (!field || box.querySelector("button") || !HTMLInputElement.prototype.showPicker) return;
  const native = document.createElement("input");
  native.type = "date";
  native.className = "form-date__native";
  native.tabIndex = -1;
  native.setAttribute("aria-hidden", "true");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "kern-btn kern-btn--tertiary fs-btn--small";
  const label = document.querySelector(`label[for="${CSS.escape(field.id)}"]`);
  button.innerHTML = '<span class="kern-icon kern-icon--calendar-today" aria-hidden="true"></span><span class="kern-label"></span>';
  button.querySelector(".kern-label").textContent = box.dataset.calendar ?? "";
  button.setAttribute("aria-label", `${box.dataset.calendar ?? ""} – ${label?.textContent.trim() ?? ""}`);
  button.addEventListener("click", () => {
    const [, day, month, year] = /^\s*(\d{1,2})\.(\d{1,2})\.(\d{4})\s*$/.exec(field.value) ?? [];
    if (year) native.value = `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
    try { native.showPicker(); } catch { field.focus(); }
  });
  native.addEventListener("change", () => {
    if (!native.value) return;
    const [year, month, day] = native.value.split("-");
    field.value = `${day}.${month}.${year}`;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  });
  box.append(button, native);
}

// Where the browser cannot grow a field by itself.
function grows(area) {
  if (CSS.supports("field-sizing", "content")) return;
  const fit = () => { area.rows = Math.min(20, Math.max(3, area.value.split("\n").length + 1)); };
  area.addEventListener("input", fit);
  fit();
}

// Who types a value says that the one read is not right.
function doubts(field) {
  const marks = [...field.querySelectorAll("input[name^='stimmt.'], input[name^='unlesbar.']")];
  if (!marks.length) return;
  field.addEventListener("input", (event) => {
    if (marks.includes(event.target)) {
      for (const one of marks) if (one !== event.target) one.checked = false;
    } else {
      for (const one of marks) one.checked = false;
    }
  });
}

function dress(root) {
  for (const box of root.querySelectorAll("[data-date]")) calendar(box);
  for (const area of root.querySelectorAll("textarea[data-grows]")) grows(area);
  for (const field of root.querySelectorAll("[data-field]")) doubts(field);
}

dress(document);
// A link to something inside a closed part opens it.
function open() {
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (let one = target; one; one = one.parentElement) if (one.matches?.("details")) one.open = true;
  if (target) target.scrollIntoView({ block: "start" });
}
addEventListener("hashchange", open);
open();
