// Sums up the layout shifts of a page. https://web.dev/articles/cls
window.shifts = { total: 0, worst: [] };
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    if (entry.hadRecentInput) continue;
    shifts.total += entry.value;
    shifts.worst.push([entry.value, entry.sources.map((s) => s.node?.nodeName + "." + s.node?.className).join(" ")].join(" "));
  }
}).observe({ type: "layout-shift", buffered: true });
