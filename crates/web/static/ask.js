// Asking without leaving the page: sends the form, shows the answer while it is written, and keeps what was typed.

import { enhance } from "./app.js";
import { keep, save } from "./drafts.js";
import "./panel.js";
import { Blocks, events } from "./stream.js";

const composer = document.querySelector("[data-composer]");
const box = composer.elements.question;
const stopButton = composer.querySelector("[data-stop]");
const sendButton = composer.querySelector("[data-send]");
const status = document.getElementById("status");
const turns = document.getElementById("turns");
const jump = document.querySelector("[data-jump]");

let running = null;

const conversation = () => composer.elements.conversation?.value ?? "";
const draftKey = () => `ask-${conversation()}`;
const say = (text) => { status.textContent = text; };

/** A new article for a question, at the end of the conversation. */
function article(asked) {
  const turn = document.createElement("article");
  turn.className = "turn";
  const heading = document.createElement("h2");
  heading.textContent = asked;
  if (asked.length > 160 || asked.includes("\n")) heading.className = "long";
  const answer = document.createElement("div");
  answer.className = "answer prose";
  const after = document.createElement("div");
  after.className = "after stack";
  turn.append(heading, answer, after);
  turns.append(turn);
  reserve();
  return turn;
}

/** The last turn gets a window's height, so that nothing below it moves while it grows (see viva.css). */
function reserve() {
  turns.dataset.live = "";
}

/** One answer that is being written. */
class Turn {
  constructor(element) {
    this.element = element;
    this.answer = element.querySelector(".answer");
    this.after = element.querySelector(".after");
    this.after.classList.add("stack");
    this.answer.setAttribute("aria-busy", "true");
    this.blocks = new Blocks(this.answer, enhance);
    this.seq = 0;
    this.ended = false;
    this.stopped = false;
    this.abort = new AbortController();
  }

  async read(response) {
    for await (const { name, data } of events(response)) {
      if (data.seq <= this.seq) continue;
      this.seq = data.seq;
      this.take(name, data);
      if (this.ended) return;
    }
  }

  take(name, data) {
    switch (name) {
      case "meta": this.begin(data); break;
      case "status": this.stage(data.text); break;
      case "query": this.answer.insertAdjacentHTML("beforebegin", data.html); break;
      case "block": this.blocks.apply(data); updateJump(); break;
      case "citation": this.cite(data.html); break;
      case "done":
      case "error": this.finish(data.html, data.status); break;
    }
  }

  begin({ turn, conversation: id, number }) {
    this.url = `/c/${encodeURIComponent(id)}/turns/${encodeURIComponent(turn)}`;
    this.element.id = `turn-${number}`;
    this.element.dataset.turn = turn;
    const heading = this.element.querySelector("h2");
    heading.id = `turn-${number}-question`;
    this.element.setAttribute("aria-labelledby", heading.id);
    this.onAccepted?.(id);
  }

  /** The stage's name, but nothing for what takes less than a glance. */
  stage(text) {
    clearTimeout(this.stageTimer);
    this.stageTimer = setTimeout(() => {
      if (this.ended || this.answer.textContent.trim()) return;
      let line = this.after.querySelector(".status");
      if (!line) {
        line = document.createElement("p");
        line.className = "status muted small";
        this.after.append(line);
      }
      line.textContent = text;
      say(text);
    }, 150);
  }

  cite(html) {
    this.after.querySelector(".status")?.remove();
    let list = this.after.querySelector(".sources ol");
    if (!list) {
      const section = document.createElement("section");
      section.className = "sources";
      section.setAttribute("aria-label", "Sources");
      const heading = document.createElement("h3");
      heading.textContent = "Sources";
      list = document.createElement("ol");
      section.append(heading, list);
      this.after.append(section);
    }
    list.insertAdjacentHTML("beforeend", html);
  }

  finish(html, text) {
    this.ended = true;
    clearTimeout(this.stageTimer);
    this.blocks.end();
    this.answer.removeAttribute("aria-busy");
    this.element.removeAttribute("data-stream");
    this.after.innerHTML = html;
    enhance(this.element);
    say(this.stopped ? "Stopped" : text);
    updateJump();
  }

  /** Goes on behind the last event that came, a few times. */
  async resume() {
    for (const wait of [300, 1000, 3000]) {
      if (this.ended || this.stopped || !this.url) return;
      await new Promise((done) => setTimeout(done, wait));
      try {
        const response = await fetch(`${this.url}/stream?after=${this.seq}`, {
          headers: { accept: "text/event-stream" },
          signal: this.abort.signal,
        });
        if (response.ok) await this.read(response);
      } catch { /* Tried again, or said below. */ }
    }
  }

  async stop() {
    if (this.stopped || this.ended) return;
    this.stopped = true;
    say("Stopped");
    if (this.url) {
      const body = new URLSearchParams({ csrf: composer.elements.csrf.value });
      fetch(`${this.url}/stop`, { method: "POST", body }).catch(() => {});
    }
    // The stream should end by itself with what was written so far.
    setTimeout(() => this.abort.abort(), 3000);
  }

  lost() {
    if (this.ended) return;
    const text = this.stopped ? "Stopped" : "Connection lost, answer incomplete";
    const box = document.createElement("div");
    box.className = "notice";
    const line = document.createElement("p");
    line.textContent = text;
    box.append(line);
    const link = document.createElement("a");
    link.className = "button";
    link.href = conversation() ? `/c/${encodeURIComponent(conversation())}` : "/";
    link.textContent = "Load again";
    const row = document.createElement("div");
    row.append(link);
    box.append(row);
    this.finish("", text);
    this.after.append(box);
  }
}

function busy(turn) {
  running = turn;
  stopButton.hidden = !turn;
  sendButton.disabled = Boolean(turn);
  updateJump();
}

/** Follows a turn to its end, whatever happens on the way. */
async function follow(turn, start) {
  busy(turn);
  try {
    await start();
  } catch (error) {
    if (error.refusal) {
      turn.ended = true;
      throw error;
    }
  } finally {
    if (!turn.ended) await turn.resume();
    turn.lost();
    busy(null);
  }
}

/** Where nothing came back at all. Sent again, the same question is asked once: its key is the same. */
const NOT_SENT = {
  refusal: true,
  title: "The question could not be sent",
  detail: "There is no connection to the service. Try again when it is back.",
};

async function ask(form, submitter) {
  if (running) return;
  const data = new FormData(form, submitter);
  const isComposer = form === composer;
  const asked = data.get("question")?.toString().trim() || (data.get("go_deeper") ? "Go deeper" : "");
  if (!asked) return;
  const key = isComposer ? data.get("key") : crypto.randomUUID();
  const turn = new Turn(article(asked));
  document.querySelector(".intro")?.remove();
  document.querySelector(".suggestions")?.remove();
  document.getElementById("main").classList.add("conversation");
  for (const old of turns.querySelectorAll(".turn:not(:last-child) :is(.edit, [name=go_deeper])")) old.remove();
  turn.element.scrollIntoView({ block: "start" });
  turn.onAccepted = (id) => accepted(id, isComposer ? asked : null);
  try {
    await follow(turn, async () => {
      const response = await fetch(form.action, {
        method: "POST",
        headers: { accept: "text/event-stream", "idempotency-key": key },
        body: new URLSearchParams(data),
        signal: turn.abort.signal,
      }).catch((error) => { throw turn.stopped ? error : NOT_SENT; });
      const isStream = response.headers.get("content-type")?.startsWith("text/event-stream");
      if (!response.ok || !isStream) throw await refusal(response);
      await turn.read(response);
    });
  } catch (error) {
    refused(turn, error, isComposer ? asked : null);
  }
}

/** The turn is kept: only now may the text go. */
function accepted(id, text) {
  if (text !== null) {
    if (box.value.trim() === text) box.value = "";
    save(draftKey(), "");
    composer.elements.key.value = crypto.randomUUID();
  }
  if (!conversation()) {
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = "conversation";
    field.value = id;
    composer.append(field);
    history.pushState(null, "", `/c/${encodeURIComponent(id)}`);
    list(id);
  }
}

/** The list on the side as it is now, with the new conversation in it. */
async function list(id) {
  composer.querySelector("label").textContent = "Ask a follow-up";
  try {
    const response = await fetch(`/c/${encodeURIComponent(id)}`);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const fresh = page.querySelector(".context");
    if (response.ok && fresh) document.querySelector(".context").replaceChildren(...fresh.childNodes);
  } catch { /* The next page has it. */ }
}

async function refusal(response) {
  const problem = await response.json().catch(() => ({}));
  return { refusal: true, title: problem.title ?? "The question was not taken", detail: problem.detail ?? "", id: problem.request_id };
}

function refused(turn, { title, detail, id }, text) {
  turn.element.remove();
  if (text !== null && !box.value) box.value = text;
  document.querySelector(".refused")?.remove();
  const notice = document.createElement("div");
  notice.className = "notice error refused";
  notice.setAttribute("role", "alert");
  for (const line of [title, detail, id && `Request ${id}`].filter(Boolean)) {
    const p = document.createElement("p");
    p.textContent = line;
    notice.append(p);
  }
  composer.before(notice);
  box.focus();
}

/** "Jump to end" is there while an answer goes on below what one sees. */
function updateJump() {
  const bottom = turns.lastElementChild?.getBoundingClientRect().bottom ?? 0;
  jump.hidden = !running || bottom < innerHeight;
}

document.addEventListener("submit", (event) => {
  if (!("ask" in event.target.dataset)) return;
  event.preventDefault();
  document.querySelector(".refused")?.remove();
  ask(event.target, event.submitter);
});

document.addEventListener("click", (event) => {
  const suggestion = event.target.closest("[data-suggestion]");
  if (!suggestion || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  box.value = suggestion.dataset.suggestion;
  composer.requestSubmit();
});

const isTouch = matchMedia("(pointer: coarse)").matches;
box.addEventListener("keydown", (event) => {
  const composing = event.isComposing || event.keyCode === 229;
  if (event.key !== "Enter" || event.shiftKey || composing) return;
  if (isTouch && !event.ctrlKey && !event.metaKey) return;
  event.preventDefault();
  composer.requestSubmit(sendButton);
});

stopButton.addEventListener("click", () => running?.stop());
document.addEventListener("keydown", (event) => {
  const isOpen = document.querySelector(".panel, dialog[open], :popover-open, .menu[open]");
  if (event.key === "Escape" && !event.defaultPrevented && !isOpen) running?.stop();
});
addEventListener("scroll", updateJump, { passive: true });
addEventListener("popstate", () => location.reload());

// The first question gives the page its conversation, and so the box another key.
keep(box, draftKey);

// A turn that was being answered when the page was made.
const open = turns.querySelector("[data-stream]");
if (open) {
  open.querySelector(".after").replaceChildren();
  reserve();
  const turn = new Turn(open);
  turn.url = open.dataset.stream.replace(/\/stream$/, "");
  follow(turn, () => turn.resume());
}
