// The key „/“ leads into the search, as in many programs.
const field = document.querySelector("[data-search]");
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest?.("input, textarea, select, [contenteditable]")) return;
  event.preventDefault();
  field?.focus();
  field?.select();
});
