// A review card by keys: Space shows the answer, 1 to 4 say how it went.

import { isTyping, keysOn } from "./app.js";
import { keep } from "./drafts.js";

const card = document.querySelector("[data-card]");
const shown = document.querySelector("[data-answer-shown]");
const form = document.querySelector("[data-answer]");
if (form) {
  const box = form.elements.answer;
  keep(box, form.dataset.answer);
  if (box.value) form.closest("details").open = true;
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
}
if (card) card.querySelector("h1").focus({ preventScroll: true });
if (card && shown) {
  document.addEventListener("keydown", (event) => {
    const inCard = event.target === document.body || card.contains(event.target);
    const isControl = event.target.closest?.("button, summary, a, pre");
    if (event.ctrlKey || event.metaKey || event.altKey || !inCard || isTyping(event.target) || !keysOn()) return;
    if (event.key === " " && !isControl) {
      event.preventDefault();
      shown.open = !shown.open;
    } else if (shown.open && /^[1-4]$/.test(event.key)) {
      const button = shown.querySelectorAll("[name=rating]")[Number(event.key) - 1];
      button?.click();
    }
  });
}
