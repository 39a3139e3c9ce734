// Looks at every change of the answer: marks that should not be seen, and blocks that were finished.
window.witness = { raw: [], seen: new Map(), lost: 0, changes: 0 };
const look = () => {
  const answer = document.querySelector("#turns > .turn:last-child .answer");
  if (!answer) return;
  witness.changes += 1;
  for (const block of answer.children) {
    if (!block.classList.contains("open") && !witness.seen.has(block)) witness.seen.set(block, block.outerHTML);
  }
  for (const block of witness.seen.keys()) if (!block.isConnected) witness.lost += 1;
  const words = answer.cloneNode(true);
  for (const code of words.querySelectorAll("pre, code")) code.remove();
  const text = words.textContent;
  if (/\*|`|\||\]\(|\[\d/.test(text)) witness.raw.push(text);
};
new MutationObserver(look).observe(document.getElementById("turns"), { subtree: true, childList: true, characterData: true });
