// What somebody has typed into a field of the desk and not decided: it is kept while this page is
// open, and stands there again when the field is shown again. One key leads away from a field; it
// shall not take a long correction with it.

const left = new Map(); // by the key of the field
let asShown = ""; // what stood in the field when it came

const typed = (part) =>
  part.querySelector("#entscheiden :is(textarea, input:not([type=radio], [type=checkbox]))[name=wert]");

// Keep what stands in the field that is shown.
export function keep(part) {
  const field = typed(part);
  if (!field) return;
  if (field.value === asShown) left.delete(part.dataset.key);
  else left.set(part.dataset.key, field.value);
}

// Forget it: the field is decided.
export function forget(part) {
  left.delete(part.dataset.key);
}

// Put back what was typed into the field that is shown now; says whether there was anything.
export function putBack(part) {
  const field = typed(part);
  asShown = field?.value ?? "";
  if (!field || !left.has(part.dataset.key)) return false;
  field.value = left.get(part.dataset.key);
  return true;
}

// Whether words stand anywhere that nobody has decided.
export function areLeft(part) {
  keep(part);
  return left.size > 0;
}
