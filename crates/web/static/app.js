// What every page has: theme, keys, copying, confirmation. Without this file all of it works as links and forms.

/** Adds to `root` what only scripts can do: copy buttons on code, and buttons that wait hidden. */
export function enhance(root) {
  for (const box of root.querySelectorAll(".code:not(.output):not(:has(.copy-code))")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy-code";
    button.textContent = "Copy";
    box.append(button);
  }
  for (const button of root.querySelectorAll("[data-copy][hidden]")) button.hidden = false;
}

async function copy(button, text) {
  const before = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Not allowed";
  }
  setTimeout(() => { button.textContent = before; }, 2000);
}

document.addEventListener("click", (event) => {
  const code = event.target.closest(".copy-code");
  if (code) copy(code, code.closest(".code").querySelector("code").textContent);
  const answer = event.target.closest("[data-copy]");
  if (answer) copy(answer, answer.closest(".turn").querySelector(".copy-source").value);
  for (const menu of document.querySelectorAll(".menu[open], .side details[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.dataset.confirm && !confirm(form.dataset.confirm)) event.preventDefault();
  if (!("themeForm" in form.dataset)) return;
  event.preventDefault();
  const theme = event.submitter.value;
  const body = new URLSearchParams(new FormData(form, event.submitter));
  const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" }).catch(() => null);
  if (!answer || answer.status >= 400) return;
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  for (const button of form.querySelectorAll("button")) button.setAttribute("aria-pressed", button === event.submitter);
  form.closest("details").open = false;
});

// Keys. Single characters do nothing while someone types, and one switch turns all of them off (WCAG 2.1.4).
const SWITCH = "viva.keys";
const keysSwitch = document.querySelector("[data-keys-switch]");

export function keysOn() {
  try { return localStorage.getItem(SWITCH) !== "off"; } catch { return true; }
}

export function isTyping(target) {
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

if (keysSwitch) {
  keysSwitch.checked = keysOn();
  keysSwitch.addEventListener("change", () => {
    try { localStorage.setItem(SWITCH, keysSwitch.checked ? "on" : "off"); } catch { /* Private windows keep nothing. */ }
  });
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    const open = document.querySelector(".menu[open], .side details[open]");
    if (open) {
      open.open = false;
      open.querySelector("summary").focus();
      event.preventDefault();
    }
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || !keysOn()) return;
  if (event.key === "/") {
    event.preventDefault();
    const box = document.querySelector("#question, #q");
    if (box) box.focus();
    else location.assign("/");
  } else if (event.key === "?") {
    event.preventDefault();
    document.getElementById("help").togglePopover();
  }
});

// Print shows what is folded.
addEventListener("beforeprint", () => {
  for (const folded of document.querySelectorAll("main details:not([open]):not(.edit)")) {
    folded.open = true;
    folded.dataset.printed = "";
  }
});
addEventListener("afterprint", () => {
  for (const folded of document.querySelectorAll("details[data-printed]")) {
    folded.open = false;
    delete folded.dataset.printed;
  }
});

enhance(document);
