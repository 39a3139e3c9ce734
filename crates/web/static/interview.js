// An interview's answer: kept while it is written, submitted with Ctrl+Enter, timed where that is asked for.

import { keep } from "./drafts.js";

const form = document.querySelector("[data-answer]");
if (form) {
  const box = form.elements.answer;
  const saved = form.querySelector("[data-saved]");
  keep(box, form.dataset.answer, () => { saved.textContent = "Draft saved"; });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  form.addEventListener("submit", (event) => {
    // A second click must not send a second answer.
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
    setTimeout(() => { delete form.dataset.sent; }, 10000);
  });
  timer(form.querySelector("[data-timer]"));
}

function timer(button) {
  const START = "viva.timer";
  button.hidden = false;
  let tick = 0;
  const show = () => {
    const seconds = Math.floor((Date.now() - started) / 1000);
    button.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}, hide`;
  };
  const started = Date.now();
  const start = () => { show(); tick = setInterval(show, 1000); };
  const remember = (value) => { try { localStorage.setItem(START, value); } catch { /* Then it is asked for again. */ } };
  button.addEventListener("click", () => {
    if (tick) {
      clearInterval(tick);
      tick = 0;
      button.textContent = "Show a timer";
    } else {
      start();
    }
    remember(tick ? "on" : "off");
  });
  try { if (localStorage.getItem(START) === "on") start(); } catch { /* Hidden, as by default. */ }
}
