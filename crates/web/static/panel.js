// The source beside the answer: a panel where there is room, a sheet on a phone.

let opener = null;

/** Opens the source that a chip leads to. `false` where the page does not have it. */
function open(chip) {
  const item = chip.closest(".turn")?.querySelector(`.sources li[data-n="${CSS.escape(chip.dataset.n)}"]`);
  if (!item) return false;
  close(false);
  opener = chip;
  chip.setAttribute("aria-expanded", "true");
  const content = panel(item);
  if (matchMedia("(min-width: 48rem)").matches) {
    document.querySelector(".companion").replaceChildren(content);
  } else {
    const sheet = document.createElement("dialog");
    sheet.className = "sheet";
    sheet.setAttribute("aria-labelledby", "panel-title");
    sheet.append(content);
    sheet.addEventListener("close", () => close(true));
    sheet.addEventListener("click", (event) => { if (event.target === sheet) close(true); });
    document.body.append(sheet);
    sheet.showModal();
  }
  content.querySelector("h2").focus();
  return true;
}

function panel(item) {
  const section = document.createElement("section");
  section.className = "panel";
  section.setAttribute("aria-labelledby", "panel-title");
  const header = document.createElement("header");
  const heading = document.createElement("h2");
  heading.id = "panel-title";
  heading.tabIndex = -1;
  heading.append(...item.querySelector("summary").cloneNode(true).childNodes);
  heading.querySelector(".n").after(" ");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "close";
  button.textContent = "Close";
  button.addEventListener("click", () => close(true));
  header.append(heading, button);
  section.append(header, ...item.querySelector(".source-body").cloneNode(true).childNodes);
  return section;
}

function close(returnFocus) {
  document.querySelector(".companion .panel")?.remove();
  document.querySelector("dialog.sheet")?.remove();
  opener?.removeAttribute("aria-expanded");
  if (returnFocus) opener?.focus();
  opener = null;
}

document.addEventListener("click", (event) => {
  const chip = event.target.closest(".turn .cite");
  if (!chip || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  if (chip === opener) close(true);
  else if (!open(chip)) return;
  event.preventDefault();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !opener) return;
  event.preventDefault();
  close(true);
});
