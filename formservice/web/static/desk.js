// The desk by keyboard: decides without loading the page anew, moves the picture to the field,
// and fetches what comes next before it is needed. Without this script every step is a form.

import { hold } from "./desk_hold.js";
import * as words from "./desk_words.js";
import { ask, token } from "./session.js";

const desk = document.getElementById("nachbearbeitung");
const pages = JSON.parse(desk.dataset.pages);
const svg = document.getElementById("bild");
const spoken = document.getElementById("gesagt");
const sizes = new Map([[0, [Number(desk.dataset.wide), Number(desk.dataset.high)]]]);

let part = document.getElementById("angabe");
let shown = Number(part.dataset.page); // which page, from 1
let look = "field"; // field, close or page
let busy = false;
let isOut = false; // nobody was signed in when something was asked for
let undone = null; // which is asked for again when they are back
let ahead = null; // the next document, once it is known
let keysAreOn = localStorage.getItem("desk-keys") !== "off";

sizes.set(shown, sizes.get(0));

// ------------------------------------------------------------------ the picture

const zones = () => JSON.parse(part.dataset.zones);

function loaded(number, big) {
  const url = pages[number - 1];
  return new Promise((done) => {
    const image = new Image();
    image.onload = () => {
      if (!big) sizes.set(number, [image.naturalWidth, image.naturalHeight]);
      done(url + (big ? "&groesse=gross" : ""));
    };
    image.onerror = () => done(null);
    image.src = url + (big ? "&groesse=gross" : "");
  });
}

async function showPage(number) {
  if (!svg || !pages[number - 1]) return;
  const changed = number !== shown;
  shown = number;
  if (!sizes.has(number) || changed) await loaded(number, false);
  if (shown !== number) return; // somebody was faster
  draw();
}

function draw() {
  if (!svg) return;
  const [wide, high] = sizes.get(shown) ?? sizes.get(0);
  const image = document.getElementById("seite");
  image.setAttribute("width", wide);
  image.setAttribute("height", high);
  const url = pages[shown - 1];
  if (!image.getAttribute("href").startsWith(url)) image.setAttribute("href", url);
  const here = zones().filter((one) => one.page === shown);
  const group = document.getElementById("stellen");
  group.replaceChildren(
    ...here.map((one) => {
      const [left, top, right, bottom] = one.box;
      const rect = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      rect.setAttribute("class", one.on === false ? "desk-zone desk-zone--off" : "desk-zone");
      rect.setAttribute("x", left * wide);
      rect.setAttribute("y", top * high);
      rect.setAttribute("width", Math.max((right - left) * wide, 4));
      rect.setAttribute("height", Math.max((bottom - top) * high, 4));
      return rect;
    }),
  );
  const view = windowOf(here, wide, high);
  svg.setAttribute("viewBox", view.map((one) => one.toFixed(1)).join(" "));
  if (view[2] < wide * 0.75) sharpen(shown);
  const told = document.getElementById("seite-wo");
  told.textContent = desk.dataset.pageTold
    .replace("{number}", shown)
    .replace("{count}", pages.length);
}

function windowOf(here, wide, high) {
  const view = document.getElementById("blick");
  const aspect = view.clientHeight / Math.max(view.clientWidth, 1);
  if (look === "page" || here.length === 0) return [0, 0, wide, high];
  const left = Math.min(...here.map((one) => one.box[0])) * wide;
  const top = Math.min(...here.map((one) => one.box[1])) * high;
  const right = Math.max(...here.map((one) => one.box[2])) * wide;
  const bottom = Math.max(...here.map((one) => one.box[3])) * high;
  const least = (look === "close" ? 0.34 : 0.8) * wide;
  let across = Math.min(Math.max((right - left) * 1.12, least), wide);
  let down = across * aspect;
  if (down < (bottom - top) * 1.1) {
    down = (bottom - top) * 1.1;
    across = Math.max(across, Math.min(down / aspect, wide));
  }
  const x = Math.min(Math.max((left + right) / 2 - across / 2, 0), wide - across);
  const y = Math.max(Math.min((top + bottom) / 2 - down / 2, high - down), 0);
  return [x, y, across, down];
}

async function sharpen(number) {
  const url = await loaded(number, true);
  const image = document.getElementById("seite");
  if (url && shown === number) image.setAttribute("href", url);
}

// ------------------------------------------------------------------ deciding

function say(text) {
  spoken.textContent = "";
  requestAnimationFrame(() => (spoken.textContent = text));
}

// With ``box``, the box that the text is about: it is marked as boxes of other pages are.
function fail(text, box = null) {
  const error = document.getElementById("angabe-fehler");
  if (!error) return;
  error.querySelector("[data-text]").textContent = text;
  error.hidden = !text;
  for (const one of part.querySelectorAll("input[aria-invalid]")) marked(one, false);
  if (text && box) marked(box, true);
}

function marked(box, isWrong) {
  box.closest(".kern-form-check").classList.toggle("fs-check--error", isWrong);
  box.classList.toggle("kern-form-check__checkbox--error", isWrong);
  const told = (box.getAttribute("aria-describedby") ?? "").split(" ");
  const others = told.filter((one) => one && one !== "angabe-fehler");
  box.setAttribute("aria-describedby", [...others, ...(isWrong ? ["angabe-fehler"] : [])].join(" "));
  if (isWrong) box.setAttribute("aria-invalid", "true");
  else box.removeAttribute("aria-invalid");
}

async function sent(url, body) {
  const answer = await fetch(url, {
    method: body ? "POST" : "GET",
    body,
    headers: { "x-part": "angabe", "x-csrf": token(), accept: "application/json, text/html" },
  });
  if (answer.ok) return answer.text();
  if (answer.status === 401) await ask();
  const problem = await answer.json().catch(() => ({}));
  const error = new Error([problem.error, problem.hint].filter(Boolean).join(" ") || desk.dataset.failed);
  error.isOut = answer.status === 401;
  error.isRefused = answer.status === 400;
  throw error;
}

async function exchange(url, body, { decides = false, box = null } = {}) {
  if (busy) return;
  busy = true;
  isOut = false;
  undone = null;
  try {
    const made = new DOMParser().parseFromString(await sent(url, body), "text/html");
    const fresh = made.getElementById("angabe");
    if (!fresh) return location.reload();
    // What is decided of this form would be lost with it.
    if (decides) document.getElementById("formular-zurueck")?.remove();
    if (decides) words.forget(part);
    else words.keep(part);
    part.replaceWith(fresh);
    part = fresh;
    dress();
    say(putBack() ? `${desk.dataset.wordsBack} ${part.dataset.said}` : part.dataset.said);
    focusName();
    if (look === "page") look = "field";
    showPage(Number(part.dataset.page)); // it may take longer than the next stroke
  } catch (error) {
    fail(error.message || desk.dataset.failed, error.isRefused ? box : null);
    if (error.isOut) {
      isOut = true;
      undone = () => exchange(url, body, { decides });
    }
  } finally {
    busy = false;
  }
}

// Nothing of it was done: it is done when the same person is back. Who writes on says so again.
document.addEventListener("session:here", () => {
  if (!isOut || busy) return;
  const again = undone;
  isOut = false;
  undone = null;
  fail("");
  again?.();
});
// Who changes something does what was asked for; that nobody is signed in stays true.
desk.addEventListener("input", () => {
  undone = null;
  if (!isOut) fail("");
});

// What was typed before stands there again: that is also seen.
function putBack() {
  const told = document.getElementById("angabe-worte");
  const isBack = words.putBack(part);
  if (told) told.hidden = !isBack;
  return isBack;
}

function focusName() {
  const finish = document.querySelector("#fertig button");
  (finish ?? document.getElementById("angabe-name"))?.focus({ preventScroll: true });
  if (matchMedia("(max-width: 56rem)").matches) {
    document.getElementById("angabe-name")?.scrollIntoView({ block: "nearest" });
  }
}

function decide(verdict) {
  const form = document.getElementById("entscheiden");
  if (!form) return;
  const box = document.getElementById("verglichen");
  const isForgotten = box && !box.checked && verdict === "uebernehmen";
  if (isForgotten) box.focus();
  const body = new FormData(form);
  body.set("urteil", verdict);
  exchange(form.action, body, { decides: true, box: isForgotten && says() ? box : null });
}

// Whether there is something to take: words, or that nothing was read there and nothing is.
// Otherwise that is what is wrong.
function says() {
  const field = part.querySelector("[name=wert]");
  if (field?.value.trim()) return true;
  return "canAccept" in part.dataset && field?.value === field?.defaultValue;
}

function step(by) {
  const links = [...part.querySelectorAll("a[data-field]")];
  if (!links.length) return;
  const at = links.findIndex((one) => one.hasAttribute("aria-current"));
  const next = links[(at + by + links.length) % links.length] ?? links[0];
  exchange(next.href);
}

function finish() {
  const form = document.getElementById("fertig");
  if (form) form.requestSubmit();
}

function choose(number) {
  const boxes = [...part.querySelectorAll("input[name=wert][type=radio], input[name=wert][type=checkbox]")];
  if (boxes.length) return boxes[number - 1]?.click();
  const reading = part.querySelectorAll("tr[data-reading]")[number - 1];
  const field = part.querySelector("[name=wert]");
  if (reading && field) {
    field.value = reading.dataset.reading;
    say(field.value);
  }
}

// What the readings do not have in common is marked.
function dress() {
  const rows = [...part.querySelectorAll("tr[data-reading]")];
  const first = (rows[0]?.dataset.reading ?? "").split(/(\s+)/);
  for (const row of rows.slice(1)) {
    const cell = row.querySelector("bdi");
    const words = row.dataset.reading.split(/(\s+)/);
    if (!row.dataset.reading || words.length > 400) continue;
    const same = common(first, words);
    cell.replaceChildren(
      ...words.map((word, at) => {
        if (same.has(at) || !word.trim()) return document.createTextNode(word);
        const mark = document.createElement("mark");
        mark.textContent = word;
        return mark;
      }),
    );
  }
}

// Which words of the second list stand in the first, in the same order (longest common sequence).
function common(first, second) {
  const length = Array.from({ length: first.length + 1 }, () => new Uint16Array(second.length + 1));
  for (let i = first.length - 1; i >= 0; i--) {
    for (let j = second.length - 1; j >= 0; j--) {
      length[i][j] =
        first[i] === second[j] ? length[i + 1][j + 1] + 1 : Math.max(length[i + 1][j], length[i][j + 1]);
    }
  }
  const found = new Set();
  let i = 0;
  let j = 0;
  while (i < first.length && j < second.length) {
    if (first[i] === second[j]) {
      found.add(j);
      i++;
      j++;
    } else if (length[i + 1][j] >= length[i][j + 1]) i++;
    else j++;
  }
  return found;
}

// ------------------------------------------------------------------ keys

const actions = {
  zoom: () => {
    look = look === "close" ? "field" : "close";
    showPage(Number(part.dataset.page));
  },
  whole: () => {
    look = look === "page" ? "field" : "page";
    if (look === "field") showPage(Number(part.dataset.page));
    else draw();
  },
  nextPage: () => turn(1),
  previousPage: () => turn(-1),
};

function turn(by) {
  const number = shown + by;
  if (number < 1 || number > pages.length) return;
  look = "page";
  showPage(number);
}

const keys = {
  l: () => decide("blank"),
  u: () => decide("unreadable"),
  k: () => {
    const field = part.querySelector("[name=wert]");
    field?.focus();
    if (field?.select) field.select();
  },
  v: () => document.getElementById("verglichen")?.click(),
  n: () => step(1),
  p: () => step(-1),
  arrowright: () => step(1),
  arrowleft: () => step(-1),
  z: actions.zoom,
  g: actions.whole,
  r: () => submit("zurueck"),
  f: finish,
  s: () => submit("spaeter"),
  pagedown: actions.nextPage,
  pageup: actions.previousPage,
  "?": () => document.getElementById("tasten").showModal(),
};

function submit(name) {
  const form = document.getElementById(name);
  if (!form) return;
  if (name === "zurueck") exchange(form.action, new FormData(form));
  else form.requestSubmit();
}

const isTyping = (one) => one.closest("input:not([type=radio]):not([type=checkbox]), textarea, select") !== null;

document.addEventListener("keydown", (event) => {
  const target = event.target;
  if (document.querySelector("dialog[open]")) return;
  // A key that is held says nothing about what comes up meanwhile: nobody has looked at that yet.
  if (event.key === "Enter" && event.repeat && (event.ctrlKey || !target.closest("textarea"))) {
    event.preventDefault();
    return;
  }
  if (isTyping(target)) {
    if (event.key === "Escape") {
      focusName();
      event.preventDefault();
    } else if (event.key === "Enter" && (event.ctrlKey || !target.closest("textarea")) && part.contains(target)) {
      event.preventDefault();
      decide("uebernehmen");
    }
    return;
  }
  if (event.altKey || event.metaKey || event.ctrlKey) return;
  if (event.key === "Enter") {
    // A button or link that has the focus does what it says.
    if (target.closest("a, button, summary")) return;
    event.preventDefault();
    if (document.getElementById("fertig")) finish();
    else decide("uebernehmen");
    return;
  }
  if (!keysAreOn || event.repeat) return;
  if (event.shiftKey && event.code.startsWith("Digit")) {
    const form = document.querySelector(`[data-form-number="${event.code.slice(5)}"]`);
    if (form) {
      event.preventDefault();
      form.click();
    }
    return;
  }
  if (/^[0-9]$/.test(event.key)) {
    event.preventDefault();
    const unknown = document.querySelector(`[data-unknown-form] [data-form-number="${event.key}"]`);
    if (unknown) unknown.click();
    else if (event.key !== "0") choose(Number(event.key));
    return;
  }
  const arrows = target.matches("input[type=radio]") && event.key.startsWith("Arrow");
  const act = keys[event.key.toLowerCase()];
  if (act && !arrows) {
    event.preventDefault();
    act();
  }
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.id === "entscheiden") {
    event.preventDefault();
    event.stopImmediatePropagation();
    decide(event.submitter?.value ?? "uebernehmen");
  } else if (form.id === "zurueck") {
    event.preventDefault();
    event.stopImmediatePropagation();
    submit("zurueck");
  }
}, true);

desk.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-field]");
  if (link && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    exchange(link.href);
  }
  const tool = event.target.closest("[data-do]");
  if (tool) actions[tool.dataset.do]();
});

const off = document.getElementById("tasten-aus");
off.setAttribute("aria-pressed", String(!keysAreOn));
off.addEventListener("click", () => {
  keysAreOn = !keysAreOn;
  localStorage.setItem("desk-keys", keysAreOn ? "on" : "off");
  off.setAttribute("aria-pressed", String(!keysAreOn));
  say(keysAreOn ? desk.dataset.keysOn : desk.dataset.keysOff);
});

// ------------------------------------------------------------------ ahead of time

// The fields and pages of this document first, then the next document with its first pictures.
async function fetchAhead() {
  const crops = JSON.parse(desk.dataset.crops);
  for (const url of crops.slice(1, 40)) {
    const image = new Image();
    image.src = url;
    await image.decode().catch(() => undefined);
  }
  for (let number = 1; number <= Math.min(pages.length, 6); number++) {
    if (!sizes.has(number)) await loaded(number, false);
  }
  const body = new FormData();
  body.set("formular", desk.dataset.form);
  body.set("stapel", desk.dataset.batch);
  body.set("nach", desk.dataset.document);
  const answer = await fetch(desk.dataset.next, {
    method: "POST",
    body,
    headers: { "x-csrf": token(), accept: "application/json" },
  });
  if (!answer.ok) return;
  ahead = await answer.json();
  for (const url of ahead.pictures) new Image().src = url;
}

hold(desk.dataset.hold);

for (const button of desk.querySelectorAll("[data-opens][hidden]")) button.hidden = false;
const tools = document.getElementById("werkzeuge");
if (tools) tools.hidden = false;
dress();
draw();
focusName();
putBack();
say(part.dataset.said);
addEventListener("resize", draw);
addEventListener("beforeunload", (event) => {
  if (words.areLeft(part)) event.preventDefault();
});
if ("requestIdleCallback" in window) requestIdleCallback(fetchAhead, { timeout: 1500 });
else setTimeout(fetchAhead, 300);
