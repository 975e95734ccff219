// What has to be seen wherever somebody has scrolled to: it stands at the head of the window, and
// what has the focus does not stand under it.

const place = document.querySelector("[data-notices]");
const GAP = 16;

// Return what shows a sentence with its buttons, and takes it away again for an empty one.
export function notice() {
  let shown = "", box = null;
  return (text, further = []) => {
    if (!place || shown === text) return;
    shown = text;
    box?.remove();
    box = text ? made(text, further) : null;
    if (box) place.append(box);
    arrange();
  };
}

function arrange() {
  const below = place.getBoundingClientRect().bottom + GAP;
  document.documentElement.style.scrollPaddingTop = place.hasChildNodes() ? `${place.offsetHeight + GAP}px` : "";
  const held = document.activeElement;
  if (!place.hasChildNodes() || !held || held.contains(place) || place.contains(held)) return;
  const hidden = below - held.getBoundingClientRect().top;
  if (hidden > 0) scrollBy(0, -hidden);
}

function made(text, further) {
  const box = document.createElement("div");
  box.className = "kern-alert kern-alert--warning";
  const words = document.createElement("p");
  words.className = "kern-body";
  words.textContent = text;
  const row = document.createElement("div");
  row.className = "fs-buttons";
  row.append(...further);
  const body = document.createElement("div");
  body.className = "kern-alert__body";
  body.append(words, row);
  box.append(body);
  return box;
}

export function link(text, href) {
  const made = labelled("a", text);
  made.href = href; made.target = "_blank"; made.rel = "noopener";
  return made;
}

export function button(text, does) {
  const made = labelled("button", text);
  made.type = "button";
  made.addEventListener("click", does);
  return made;
}

function labelled(what, text) {
  const made = document.createElement(what);
  made.className = "kern-btn kern-btn--secondary fs-btn--small";
  made.innerHTML = '<span class="kern-label"></span>';
  made.firstChild.textContent = text;
  return made;
}
