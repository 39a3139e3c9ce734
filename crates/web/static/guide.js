// The guide's search answers while one types. Without this file the form does the same.

const form = document.querySelector("[data-search]");
const results = document.getElementById("results");
const modules = document.querySelector(".modules");
let abort = null;
let timer = 0;

async function search() {
  abort?.abort();
  abort = new AbortController();
  const asked = new URLSearchParams([...new FormData(form)].filter(([, value]) => value.trim()));
  const isEmpty = asked.size === 0;
  history.replaceState(null, "", isEmpty ? "/guide" : `/guide?${asked}`);
  if (modules) modules.hidden = !isEmpty;
  if (isEmpty && modules) {
    results.replaceChildren();
    return;
  }
  asked.set("fragment", "results");
  try {
    const response = await fetch(`/guide?${asked}`, { signal: abort.signal });
    if (response.ok) results.innerHTML = await response.text();
  } catch (error) {
    if (error.name !== "AbortError") results.textContent = "No connection. Press Search to try again.";
  }
}

form.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(search, 200);
});
