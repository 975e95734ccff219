// Lists of cases: one box ticks all, and the button says how many are ticked.
for (const form of document.querySelectorAll("form[data-ticks]")) {
  const boxes = [...form.querySelectorAll("input[name=ziel]")];
  const head = form.querySelector("thead th");
  if (!boxes.length || !head) continue;
  const hidden = head.querySelector(".kern-sr-only");
  const all = document.createElement("input");
  all.type = "checkbox";
  all.className = "kern-form-check__checkbox";
  all.setAttribute("aria-label", hidden ? hidden.textContent : "");
  const counted = () => {
    const ticked = boxes.filter((one) => one.checked).length;
    all.checked = ticked === boxes.length;
    all.indeterminate = ticked > 0 && ticked < boxes.length;
  };
  all.addEventListener("change", () => {
    for (const one of boxes) one.checked = all.checked;
  });
  for (const one of boxes) one.addEventListener("change", counted);
  if (hidden) hidden.textContent = "";
  const wrap = document.createElement("div");
  wrap.className = "kern-form-check";
  wrap.append(all);
  head.append(wrap);
  counted();
}
