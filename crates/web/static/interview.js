// An interview's answer: kept while it is written, submitted with Ctrl+Enter, timed where that is asked for.

import { forget, keep } from "./drafts.js";

const form = document.querySelector("[data-answer]");
if (form) {
  const box = form.elements.answer;
  const saved = form.querySelector("[data-saved]");
  // What was written to earlier questions was taken.
  forget(form.dataset.drafts, form.dataset.answer);
  keep(box, form.dataset.answer, () => { saved.textContent = "Draft saved"; });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  timer(form.querySelector("[data-timer]"));
}

// An answer that another window has sent, or that takes its time.
if (document.querySelector("[data-grading]")) setTimeout(() => location.reload(), 1500);

function timer(button) {
  const SHOWN = "viva.timer";
  // Counted from when the question was asked, also where the page was loaded later.
  const started = Date.now() - 1000 * Number(button.dataset.timer);
  button.hidden = false;
  let tick = 0;
  const show = () => {
    const seconds = Math.floor((Date.now() - started) / 1000);
    button.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}, hide`;
  };
  const start = () => { show(); tick = setInterval(show, 1000); };
  const remember = (value) => { try { localStorage.setItem(SHOWN, value); } catch { /* Then it is asked for again. */ } };
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
  try { if (localStorage.getItem(SHOWN) === "on") start(); } catch { /* Hidden, as by default. */ }
}
