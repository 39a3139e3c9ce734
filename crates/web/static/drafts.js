// What is being written is kept in the browser until it was taken, for thirty days at most.

const PREFIX = "viva.draft.";
const DAYS = 30;

function read(key) {
  try { return JSON.parse(localStorage.getItem(PREFIX + key)); } catch { return null; }
}

/** The text kept under `key`, or nothing. */
export function draft(key) {
  return read(key)?.text ?? "";
}

/** Keeps `text` under `key`; an empty text forgets it. `true` where it is kept. */
export function save(key, text) {
  try {
    if (text) localStorage.setItem(PREFIX + key, JSON.stringify({ text, at: Date.now() }));
    else localStorage.removeItem(PREFIX + key);
    return true;
  } catch {
    return false;
  }
}

/** Keeps what is written in `box`, and puts back what was kept where the box is empty. Says when through `saved`. */
export function keep(box, key, saved = () => {}) {
  if (!box.value) box.value = draft(key);
  let timer = 0;
  box.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => { if (save(key, box.value)) saved(); }, 400);
  });
  addEventListener("pagehide", () => save(key, box.value));
}

try {
  for (const name of Object.keys(localStorage).filter((name) => name.startsWith(PREFIX))) {
    const kept = read(name.slice(PREFIX.length));
    if (!kept || Date.now() - kept.at > DAYS * 86400000) localStorage.removeItem(name);
  }
} catch { /* Private windows keep nothing. */ }
