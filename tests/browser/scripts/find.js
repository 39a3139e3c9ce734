// find("css") or find("css >> text"): the first element that is shown (and holds the text).
const find = (wanted) => {
  const [css, text] = wanted.split(" >> ");
  const fits = (e) => e.checkVisibility({ visibilityProperty: true }) && (!text || e.textContent.includes(text));
  return [...document.querySelectorAll(css)].find(fits) ?? null;
};
