// Shows how far the work on documents is, on any page, by attributes alone:
//
//   <div data-live="/live/documents/ID" data-live-then="reload">
//     <p data-live-text role="status">…</p>
//     <progress data-live-bar>…</progress>
//   </div>
//
// Of several documents each has its place: [data-live-document="ID"] inside the element.
// In such a place [data-live-open] is a link that is shown when the document can be opened; with
// data-live-parts, the address where it became several. [data-live-whole="N"] is how far all of them
// are: N were finished before; its <progress> counts up, and its [data-told] says how many are left.
//
// data-live-then is what happens when all is done: "reload", or the address of a page; without it
// nothing does. The element gets the event "live:progress" (detail: what the server told),
// "live:done", and "live:lost" when the server answers no more.

const PATIENCE_MS = 1500; // a screen reader is not told every page of a pile
const MOST_RELOADS = 3;

function places(element, id) {
  const own = element.querySelectorAll(`[data-live-document="${CSS.escape(id)}"]`);
  return own.length ? [...own] : element.querySelector("[data-live-document]") ? [] : [element];
}

function show(place, told, spoken) {
  place.dataset.liveStatus = told.failed ? "failed" : told.finished ? "done" : told.status;
  const bar = place.querySelector("[data-live-bar]");
  if (bar) {
    if (told.total) {
      bar.max = told.total;
      bar.value = told.done;
    } else if (told.finished) {
      bar.max = 1;
      bar.value = 1;
    } else {
      bar.removeAttribute("value");
    }
  }
  const text = place.querySelector("[data-live-text]");
  const since = Date.now() - (spoken.get(place) ?? 0);
  if (text && text.textContent !== told.text && (told.finished || since > PATIENCE_MS)) {
    text.textContent = told.text;
    spoken.set(place, Date.now());
  }
  const link = place.querySelector("[data-live-open]");
  if (link && told.finished && !told.failed) {
    if (told.parts > 1) link.href = link.dataset.liveParts;
    link.hidden = false;
    if (bar) bar.hidden = true;
  }
}

function count(whole, finished) {
  const bar = whole.querySelector("progress");
  const text = whole.querySelector("[data-told]");
  bar.value = Number(whole.dataset.liveWhole) + finished;
  text.textContent = text.dataset.told.replace("{count}", bar.max - bar.value);
}

// A page that is never done must not load itself for ever.
function reload() {
  const key = `live:${location.pathname}`;
  const [count, begun] = (sessionStorage.getItem(key) ?? "0 0").split(" ").map(Number);
  const again = Date.now() - begun < 60_000;
  if (again && count >= MOST_RELOADS) return;
  sessionStorage.setItem(key, again ? `${count + 1} ${begun}` : `1 ${Date.now()}`);
  location.reload();
}

function follow(element) {
  const spoken = new Map();
  const finished = new Set();
  const whole = element.querySelector("[data-live-whole]");
  const source = new EventSource(element.dataset.live);
  source.addEventListener("progress", (event) => {
    const told = JSON.parse(event.data);
    for (const place of places(element, told.document)) show(place, told, spoken);
    if (told.finished) finished.add(told.document);
    else finished.delete(told.document);
    if (whole) count(whole, finished.size);
    element.dispatchEvent(new CustomEvent("live:progress", { detail: told, bubbles: true }));
  });
  source.addEventListener("done", () => {
    source.close();
    element.dispatchEvent(new CustomEvent("live:done", { bubbles: true }));
    const then = element.dataset.liveThen;
    if (then === "reload") reload();
    else if (then) location.assign(then);
  });
  source.addEventListener("error", () => {
    if (source.readyState !== EventSource.CLOSED) return; // it tries again by itself
    element.dispatchEvent(new CustomEvent("live:lost", { bubbles: true }));
    if (element.dataset.liveThen === "reload") setTimeout(reload, 3000);
  });
  window.addEventListener("pagehide", () => source.close());
  return source;
}

const followed = new WeakMap();

// Pages that add elements later call this for them.
export function begin(root = document) {
  for (const element of root.querySelectorAll("[data-live]")) {
    if (!followed.has(element)) followed.set(element, follow(element));
  }
}

export function end(element) {
  followed.get(element)?.close();
  followed.delete(element);
}

begin();
