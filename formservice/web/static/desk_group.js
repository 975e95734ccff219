// The group check by keyboard: arrows go from picture to picture, the blank marks one as wrong. It
// begins at the heading, so that what is asked is read before the first picture.

const form = document.getElementById("gruppe");
if (form) {
  const boxes = [...form.querySelectorAll("input[type=checkbox]")];
  const told = document.getElementById("gruppe-stand");

  const tell = () => {
    const wrong = boxes.filter((one) => one.checked).length;
    told.textContent = told.dataset.told
      .replace("{right}", boxes.length - wrong)
      .replace("{wrong}", wrong);
  };
  const across = () => {
    const top = boxes[0].closest("li").offsetTop;
    return Math.max(boxes.findIndex((one) => one.closest("li").offsetTop > top), 1);
  };

  const heading = document.querySelector("h1");

  form.addEventListener("change", tell);
  // The bar with the button lies over the lower edge: the whole picture comes out from under it.
  form.addEventListener("focusin", (event) => {
    event.target.closest("li")?.scrollIntoView({ block: "nearest" });
  });
  heading.addEventListener("keydown", (event) => {
    if (!["ArrowRight", "ArrowDown"].includes(event.key)) return;
    event.preventDefault();
    boxes[0].focus();
  });
  form.addEventListener("keydown", (event) => {
    // A key that is held would confirm the next screen before anybody has looked at it.
    if (event.key === "Enter" && event.repeat) return event.preventDefault();
    const at = boxes.indexOf(event.target);
    if (at < 0) return;
    const by = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: across(), ArrowUp: -across() }[event.key];
    if (by) {
      event.preventDefault();
      boxes[Math.min(Math.max(at + by, 0), boxes.length - 1)].focus();
    } else if (event.key === "Enter") {
      event.preventDefault();
      form.requestSubmit();
    }
  });
  if (!document.querySelector("[data-focus]")) heading.focus();
}
