// Fetches a ZIP file and tells how many of its files have come: each is named in the same folder.
const MARK = [...new TextEncoder().encode("Formulare_")];

function counter() {
  let matched = 0;
  let count = 0;
  return (chunk) => {
    for (const byte of chunk) {
      matched = byte === MARK[matched] ? matched + 1 : byte === MARK[0] ? 1 : 0;
      if (matched === MARK.length) {
        count += 1;
        matched = 0;
      }
    }
    return count;
  };
}

async function fetched(address, tell) {
  const answer = await fetch(address);
  if (!answer.ok || !answer.body) throw new Error(String(answer.status));
  const reader = answer.body.getReader();
  const counted = counter();
  const parts = [];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    tell(counted(value));
  }
  const name = /filename="([^"]+)"/.exec(answer.headers.get("content-disposition") ?? "");
  return [new Blob(parts, { type: "application/zip" }), name ? name[1] : "Formulare.zip"];
}

function saved(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

for (const area of document.querySelectorAll("[data-batch]")) {
  const link = area.querySelector("[data-zip]");
  const shown = area.querySelector("[data-shown]");
  const bar = area.querySelector("progress");
  const told = area.querySelector("[data-told][role=status]");
  const count = Number(area.dataset.count);
  link.addEventListener("click", async (event) => {
    event.preventDefault();
    if (link.getAttribute("aria-disabled") === "true") return;
    link.setAttribute("aria-disabled", "true");
    shown.hidden = false;
    const tell = (made) => {
      const n = Math.min(made, count);
      if (bar.value === n) return;
      bar.value = n;
      if (n % 10 === 0 || n === count) {
        told.textContent = area.dataset.told.replace("{n}", n).replace("{count}", count);
      }
    };
    try {
      const [blob, name] = await fetched(link.href, tell);
      bar.value = count;
      told.textContent = area.dataset.done;
      saved(blob, name);
    } catch {
      told.textContent = area.dataset.failed;
    } finally {
      link.removeAttribute("aria-disabled");
    }
  });
}
