// What every page is better with; nothing of it is needed.

import "./session.js";

// Dialogs are native; a button names the one it opens.
for (const button of document.querySelectorAll("[data-opens]")) {
  const dialog = document.getElementById(button.dataset.opens);
  if (dialog) button.addEventListener("click", () => dialog.showModal());
}

// Printing.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// After a form came back with mistakes, the list of them is read out first.
document.querySelector("[data-focus]")?.focus();

// A link of that list leads to its field, also where the field is a group.
for (const link of document.querySelectorAll(".fs-error-summary a[href^='#']")) {
  link.addEventListener("click", (event) => {
    const group = document.getElementById(link.hash.slice(1));
    const field = group?.matches("fieldset")
      ? group.querySelector("input, select, textarea, button")
      : group;
    if (!field) return;
    event.preventDefault();
    field.closest("details")?.setAttribute("open", "");
    field.focus();
    (field.closest(".kern-form-input, fieldset") ?? field).scrollIntoView({ block: "start" });
  });
}

// A second click on a button that sends a form must not send it twice, however long the answer
// takes: a page that comes instead of this one ends the wait, or who comes back to this one. Only
// what is fetched leaves the page where it is, and after a broken off answer nobody stands here
// for ever.
const FETCHED = 3000, LONGEST = 120000;
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method === "dialog" || event.defaultPrevented || form.target === "_blank") return;
  const pressed = `${event.submitter?.name ?? ""}=${event.submitter?.value ?? ""}`;
  // What is fetched leaves the page: another button of it fetches something else.
  const again = !("download" in form.dataset) || form.dataset.sent === pressed;
  if (form.dataset.sent && again) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = pressed;
  const free = () => { if (form.dataset.sent === pressed) delete form.dataset.sent; };
  setTimeout(() => { if (event.defaultPrevented) free(); }); // a script that came later sends it
  setTimeout(free, "download" in form.dataset ? FETCHED : LONGEST);
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// Files may be dropped anywhere on the field that asks for them.
for (const zone of document.querySelectorAll("[data-drop]")) {
  const field = zone.querySelector("input[type=file]");
  for (const kind of ["dragover", "dragleave", "drop"]) {
    zone.addEventListener(kind, (event) => {
      event.preventDefault();
      zone.classList.toggle("fs-drop", kind === "dragover");
      if (kind === "drop" && event.dataTransfer?.files.length) {
        field.files = event.dataTransfer.files;
        field.dispatchEvent(new Event("change", { bubbles: true }));
      }
    });
  }
}

// The theme changes at once; the server keeps it.
document.querySelector(".fs-theme")?.addEventListener("submit", (event) => {
  const theme = event.submitter?.value;
  if (!theme) return;
  event.preventDefault();
  if (theme === "system") delete document.documentElement.dataset.kernTheme;
  else document.documentElement.dataset.kernTheme = theme;
  document.querySelector("meta[name=color-scheme]").content =
    theme === "system" ? "light dark" : theme;
  for (const button of event.target.querySelectorAll("button")) {
    button.setAttribute("aria-pressed", String(button.value === theme));
  }
  const body = new FormData(event.target);
  body.set("theme", theme);
  fetch(event.target.action, { method: "POST", body, redirect: "manual" });
});

// What scrolls sideways can be reached and scrolled by keyboard.
const scrolling = new ResizeObserver((seen) => {
  for (const { target } of seen) {
    if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }
});
for (const region of document.querySelectorAll(".fs-scroll, .kern-table-responsive")) {
  const title = region.querySelector("caption")?.textContent.trim();
  if (title) {
    region.setAttribute("role", "group");
    region.setAttribute("aria-label", title);
  }
  scrolling.observe(region);
}
