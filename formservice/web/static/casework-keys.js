// Single keys on the page of a document: they lead to a step, and never take it. Off while
// somebody types or a modifier is held (screen readers have theirs), and to be switched off.
const KEPT = "formservice-tasten";
const area = document.querySelector("[data-keys]");
const box = area ? area.querySelector("input[type=checkbox]") : null;

function wanted() {
  try {
    return localStorage.getItem(KEPT) !== "aus";
  } catch {
    return true;
  }
}

if (area && box) {
  area.hidden = false;
  box.checked = wanted();
  box.addEventListener("change", () => {
    try {
      localStorage.setItem(KEPT, box.checked ? "an" : "aus");
    } catch {
      // Without a place to keep it, it holds for this page.
    }
  });
}

const typing = (target) =>
  target instanceof Element && target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey || event.repeat) return;
  if (typing(event.target) || (box && !box.checked)) return;
  const found = document.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
  if (!found) return;
  event.preventDefault();
  if (found.matches("a")) found.click();
  else {
    found.focus();
    found.scrollIntoView({ block: "center" });
  }
});

// A message of the list is put into the field at once; without script the button does so.
const select = document.querySelector("select[name=vorlage]");
if (select) select.closest("form").noValidate = true;
