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

/** Forgets every text whose key begins with `prefix`, but for `except`. */
export function forget(prefix, except) {
  try {
    for (const name of Object.keys(localStorage)) {
      if (name.startsWith(PREFIX + prefix) && name !== PREFIX + except) localStorage.removeItem(name);
    }
  } catch { /* Private windows keep nothing. */ }
}

/**
 * Keeps what is written in `box`, and puts back what was kept where the box is empty. Says when through `saved`. `key` is
 * a text, or a function where it changes while the page stays.
 */
export function keep(box, key, saved = () => {}) {
  const name = () => (typeof key === "function" ? key() : key);
  if (!box.value) box.value = draft(name());
  let timer = 0;
  box.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => { if (save(name(), box.value)) saved(); }, 400);
  });
  addEventListener("pagehide", () => save(name(), box.value));
}

for (const taken of document.querySelectorAll("[data-taken]")) save(taken.dataset.taken, "");

try {
  for (const name of Object.keys(localStorage).filter((name) => name.startsWith(PREFIX))) {
    const kept = read(name.slice(PREFIX.length));
    if (!kept || Date.now() - kept.at > DAYS * 86400000) localStorage.removeItem(name);
  }
} catch { /* Private windows keep nothing. */ }
