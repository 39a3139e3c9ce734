// The place to click on an element: null while there is none, a text where something else lies on it.
(() => {
  const e = find(WANTED);
  if (!e || e.disabled) return null;
  e.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
  const box = [...e.getClientRects()].find((r) => r.width > 0 && r.height > 0);
  if (!box) return null;
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  const there = document.elementFromPoint(x, y);
  const hits = there && (e === there || e.contains(there) || there.closest("label")?.control === e);
  return hits ? [x, y] : "covered by " + (there?.outerHTML.slice(0, 120) ?? "nothing");
})()
