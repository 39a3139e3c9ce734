// The page's stream: server-sent events of HTML blocks, read from a POST or a GET.

/** The events of `response`, one after another: `{ name, data }`. */
export async function* events(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    rest += value.replace(/\r/g, "");
    let end;
    while ((end = rest.indexOf("\n\n")) >= 0) {
      const event = parse(rest.slice(0, end));
      rest = rest.slice(end + 2);
      if (event) yield event;
    }
  }
}

function parse(text) {
  let name = "message";
  const data = [];
  for (const line of text.split("\n")) {
    if (line.startsWith("event:")) name = line.slice(6).trim();
    else if (line.startsWith("data:")) data.push(line.slice(5).replace(/^ /, ""));
  }
  return data.length ? { name, data: JSON.parse(data.join("\n")) } : null;
}

/** Shows blocks in `answer`. What is finished is never touched again; what is open stands in one box at the end. */
export class Blocks {
  constructor(answer, onFinished) {
    this.answer = answer;
    this.onFinished = onFinished;
    this.open = document.createElement("div");
    this.open.className = "open";
    answer.append(this.open);
  }

  apply({ html, append, open }) {
    if (append !== undefined) {
      this.open.querySelector("code")?.append(append);
    } else if (open) {
      this.open.innerHTML = html;
    } else {
      const block = document.createElement("template");
      block.innerHTML = html;
      this.onFinished(block.content);
      this.open.replaceChildren();
      this.open.before(block.content);
    }
  }

  /** Takes the box away: now the page is what a reload shows. */
  end() {
    this.open.before(...this.open.childNodes);
    this.open.remove();
  }
}
