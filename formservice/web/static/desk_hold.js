// Keeps a document of the desk for whoever has it before their eyes, pressing keys or reading: as
// long as its page can be seen and somebody is signed in (asking for that is no use of a session:
// it ends as if nobody had asked). What is lost all the same, somebody learns at once and here:
// what they have typed stays where it is.

import { notice } from "./notice.js";
import { ask, isHere, token } from "./session.js";

const EVERY = 60000;
const show = notice();

// Keep the document by posting to `address`.
export function hold(address) {
  let asking = false;

  async function keep() {
    if (document.visibilityState !== "visible" || asking || !isHere()) return;
    asking = true;
    try {
      await kept(address);
    } finally {
      asking = false;
    }
  }

  setInterval(keep, EVERY);
  // Whoever comes back from another window, or wakes up the machine, waits for no clock.
  document.addEventListener("visibilitychange", keep);
  document.addEventListener("session:here", keep);
  for (const back of ["focus", "online", "pageshow"]) addEventListener(back, keep);
}

async function kept(address) {
  const headers = { "x-csrf": token(), accept: "application/json" };
  const answer = await fetch(address, { method: "POST", headers }).catch(() => null);
  if (answer?.ok) show("");
  // Not signed in any more, or nobody answers: that is told, and asked again, by the session.
  else if (!answer || answer.status === 401) await ask();
  else if (answer.status < 500 && answer.status !== 429) {
    const problem = await answer.json().catch(() => ({}));
    show([problem.error, problem.hint].filter(Boolean).join(" "));
  }
}
