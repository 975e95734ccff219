// Uploading: every file by itself, with how far it is, and what became of it. Without this the form
// sends all files at once, which works as well.

import { ask, isHere, token } from "./session.js";

const form = document.querySelector("form[data-upload]");
if (form) begin(form);

function begin(form) {
  const texts = JSON.parse(form.dataset.texts);
  const most = Number(form.dataset.mostBytes);
  const mostFiles = Number(form.dataset.mostFiles);
  const field = form.querySelector("#dateien");
  const camera = form.querySelector("#kamera");
  const together = form.querySelector("#zusammen");
  const section = form.querySelector("[data-chosen]");
  const list = form.querySelector("ul[data-list]");
  const status = form.querySelector("[data-status]");
  const send = form.querySelector("[data-send]");
  const row = form.querySelector("template[data-row]");
  let entries = []; // {file, element, state: "chosen" | "sending" | "done" | "wrong" | "out"}
  let busy = false;

  form.querySelector("[data-camera]").hidden = !matchMedia("(pointer: coarse)").matches;
  field.addEventListener("change", () => add(field));
  camera.addEventListener("change", () => add(camera));
  together.addEventListener("change", arrange);
  form.addEventListener("submit", (event) => {
    if (!entries.length) return; // the server says that there is no file
    event.preventDefault();
    start();
  });
  window.addEventListener("beforeunload", (event) => {
    if (entries.some((one) => one.state === "sending")) event.preventDefault();
  });

  function add(input) {
    for (const file of input.files) {
      const same = entries.some(
        (one) => one.file.name === file.name && one.file.size === file.size && one.file.lastModified === file.lastModified,
      );
      if (!same && entries.length < mostFiles) entries.push(entry(file));
    }
    input.value = "";
    arrange();
  }

  function entry(file) {
    const element = row.content.firstElementChild.cloneNode(true);
    const one = { file, element, state: "chosen" };
    element.querySelector("[data-name]").textContent = file.name;
    for (const about of element.querySelectorAll("[data-about]")) about.textContent = ` ${file.name}`;
    element.querySelector("[data-remove]").addEventListener("click", () => {
      entries = entries.filter((other) => other !== one);
      arrange();
      (list.querySelector("[data-remove]") ?? field).focus();
    });
    element.querySelector("[data-up]").addEventListener("click", () => move(one, -1));
    element.querySelector("[data-down]").addEventListener("click", () => move(one, 1));
    element.querySelector("[data-again]").addEventListener("click", () => {
      one.state = "chosen";
      start();
    });
    tell(one, size(file.size));
    if (file.size > most) wrong(one, texts.too_large.replace("{size}", size(file.size)).replace("{most}", size(most)), texts.too_large_hint, false);
    return one;
  }

  function move(one, by) {
    const place = entries.indexOf(one);
    const other = place + by;
    if (other < 0 || other >= entries.length) return;
    [entries[place], entries[other]] = [entries[other], entries[place]];
    arrange();
    one.element.querySelector(by < 0 ? "[data-up]" : "[data-down]").focus();
  }

  function arrange() {
    list.replaceChildren(...entries.map((one) => one.element));
    section.hidden = entries.length === 0;
    send.hidden = entries.length > 0 && !entries.some((one) => one.state === "chosen");
    const ordered = together.checked && entries.length > 1;
    for (const [place, one] of entries.entries()) {
      one.element.querySelector("[data-up]").hidden = !ordered || place === 0;
      one.element.querySelector("[data-down]").hidden = !ordered || place === entries.length - 1;
    }
  }

  async function start() {
    const waiting = entries.filter((one) => one.state === "chosen");
    if (!waiting.length || busy) return;
    busy = true;
    send.disabled = true;
    await ask();
    const groups = together.checked && waiting.length > 1 ? [waiting] : waiting.map((one) => [one]);
    for (const group of groups) {
      if (isHere()) await sent(group);
      else group.forEach(held);
    }
    busy = false;
    send.disabled = false;
    arrange();
    const done = entries.filter((one) => one.state === "done");
    if (entries.every((one) => one.state === "done")) {
      status.textContent = texts.all_done;
      const urls = new Set(done.map((one) => one.url));
      if (urls.size === 1 && !done.some((one) => one.known)) location.assign([...urls][0]);
    }
  }

  function sent(group) {
    return new Promise((resolve) => {
      const body = new FormData();
      const traeger = form.querySelector("[name=traeger]");
      if (traeger) body.set("traeger", traeger.value);
      if (group.length > 1) body.set("zusammen", "1");
      for (const one of group) {
        body.append("dateien", one.file, one.file.name.slice(-200));
        one.state = "sending";
        const bar = one.element.querySelector("progress");
        bar.hidden = false;
        one.element.querySelector("[data-before]").hidden = true;
        one.element.querySelector("[data-again]").hidden = true;
      }
      const request = new XMLHttpRequest();
      const used = token();
      request.open("POST", form.action);
      request.setRequestHeader("accept", "application/json");
      request.setRequestHeader("x-csrf", used);
      request.responseType = "json";
      request.upload.addEventListener("progress", (event) => {
        const percent = Math.round((100 * event.loaded) / event.total);
        for (const one of group) {
          one.element.querySelector("progress").value = percent;
          tell(one, percent < 100 ? texts.sending.replace("{percent}", percent) : texts.reading);
        }
      });
      request.addEventListener("load", () => {
        resolve(answered(group, request, used));
      });
      request.addEventListener("error", () => {
        for (const one of group) wrong(one, texts.lost, "", true);
        resolve();
      });
      request.send(body);
    });
  }

  // Whoever has signed in again need not choose anything again.
  document.addEventListener("session:here", () => {
    const held = entries.filter((one) => one.state === "out");
    if (busy || !held.length) return;
    for (const one of held) one.state = "chosen";
    start();
  });

  function held(one) {
    wrong(one, texts.held, "", true);
    tell(one, texts.held);
    one.state = "out";
  }

  async function answered(group, request, used) {
    if (request.status === 401 || request.status === 403) {
      if ((await ask()) !== "here") return group.forEach(held);
      if (used !== token()) return sent(group);
    }
    const told = request.response;
    const files = told?.files ?? [];
    for (const [place, one] of group.entries()) {
      const what = files[place] ?? files[0] ?? told;
      if (what?.ok && what.url) right(one, what);
      else if (what?.error) {
        const code = texts.code.replace("{code}", what.code);
        wrong(one, what.error, `${what.hint} ${code}`, request.status >= 500 || request.status === 429);
      } else wrong(one, texts.lost, "", true);
    }
  }

  function right(one, what) {
    one.state = "done";
    one.url = what.url;
    one.known = what.known;
    one.element.classList.add("portal-file--done");
    one.element.classList.remove("portal-file--wrong");
    one.element.querySelector("progress").hidden = true;
    tell(one, what.known ? texts.known : texts.taken);
    const link = one.element.querySelector("[data-open]");
    link.href = what.url;
    link.textContent = what.known ? texts.open_known : texts.open;
    link.hidden = false;
    one.element.querySelector("[data-after]").hidden = false;
    status.textContent = `${one.file.name}: ${what.known ? texts.known : texts.taken}`;
  }

  function wrong(one, sentence, hint, again) {
    one.state = "wrong";
    one.element.classList.add("portal-file--wrong");
    one.element.querySelector("progress").hidden = true;
    one.element.querySelector("[data-before]").hidden = false;
    one.element.querySelector("[data-after]").hidden = !again;
    one.element.querySelector("[data-open]").hidden = true;
    one.element.querySelector("[data-again]").hidden = !again;
    tell(one, `${texts.refused}: ${sentence} ${hint}`);
    status.textContent = `${one.file.name}: ${sentence}`;
  }

  function tell(one, sentence) {
    one.element.querySelector("[data-told]").textContent = sentence;
  }

  function size(bytes) {
    if (!bytes) return texts.empty;
    if (bytes < 1e5) return `${Math.max(0.1, bytes / 1e3).toFixed(1).replace(".", ",")} KB`;
    return `${Math.max(0.1, bytes / 1e6).toFixed(1).replace(".", ",")} MB`;
  }
}
