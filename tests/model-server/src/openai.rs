//! OpenAI's chat completions: server-sent events, or one JSON document.

use crate::answer::ErrorShape;
use crate::plan::{Completion, Fault, Finish, Spelling};
use crate::request::Request;
use crate::wire::{Body, End, Step, pause};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::time::Duration;

pub(crate) fn body(completion: &Completion, request: &Request) -> Body {
    if completion.whole_json || !request.streams() {
        return document(completion, &request.model());
    }
    let mut writer = Writer { model: request.model(), spelling: &completion.spelling, steps: Vec::new() };
    let end = writer.events(completion, asks_for_usage(request));
    if !completion.spelling.last_newline && end == End::Complete {
        writer.strip_last_newlines();
    }
    Body { content_type: "text/event-stream", steps: writer.steps, end }
}

fn asks_for_usage(request: &Request) -> bool {
    request.json().pointer("/stream_options/include_usage") == Some(&Value::Bool(true))
}

fn finish_reason(completion: &Completion) -> Value {
    match &completion.finish {
        Finish::Default => json!("stop"),
        Finish::Word(word) if word.is_empty() => Value::Null,
        Finish::Word(word) => json!(word),
    }
}

fn usage_of((input, output): (u64, u64)) -> Value {
    json!({"prompt_tokens": input, "completion_tokens": output, "total_tokens": input + output})
}

fn document(completion: &Completion, model: &str) -> Body {
    let message = json!({"role": "assistant", "content": completion.pieces.concat()});
    let choice = json!({"index": 0, "message": message, "finish_reason": finish_reason(completion)});
    let mut document = json!({"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": model,
        "choices": [choice]});
    if let Some(usage) = completion.usage {
        document["usage"] = usage_of(usage);
    }
    let step = Step { wait: completion.first_after, bytes: document.to_string().into_bytes() };
    Body { content_type: "application/json", steps: vec![step], end: End::Complete }
}

struct Writer<'a> {
    model: String,
    spelling: &'a Spelling,
    steps: Vec<Step>,
}

impl Writer<'_> {
    fn events(&mut self, completion: &Completion, with_usage: bool) -> End {
        if self.spelling.byte_order_mark {
            self.push(Duration::ZERO, "\u{feff}".to_owned());
        }
        self.delta(Duration::ZERO, &json!({"role": "assistant", "content": ""}), &Value::Null);
        for thought in &completion.thinking {
            self.delta(Duration::ZERO, &json!({"content": null, "reasoning_content": thought}), &Value::Null);
        }
        for (number, piece) in completion.pieces.iter().enumerate() {
            if let Some(end) = self.fault_at(completion, number) {
                return end;
            }
            self.delta(pause(completion, number), &json!({ "content": piece }), &Value::Null);
        }
        if let Some(end) = self.fault_at(completion, completion.pieces.len()) {
            return end;
        }
        self.delta(completion.gap, &json!({}), &finish_reason(completion));
        if let Some(usage) = completion.usage.filter(|_| with_usage) {
            let chunk = self.chunk(&json!([]), &usage_of(usage));
            self.event(Duration::ZERO, &chunk);
        }
        if self.spelling.done_marker {
            self.line(Duration::ZERO, "[DONE]");
        }
        End::Complete
    }

    /// Writes the fault that is due before piece `number`; `None` where the stream goes on.
    fn fault_at(&mut self, completion: &Completion, number: usize) -> Option<End> {
        let (_, fault) = completion.fault.as_ref().filter(|(after, _)| *after == number)?;
        let wait = pause(completion, number);
        match fault {
            Fault::Silence => Some(End::Silence),
            Fault::Close => Some(End::Complete),
            Fault::Drop => Some(End::Close),
            Fault::Reset => Some(End::Reset),
            Fault::Malformed => {
                self.line(wait, "{\"choices\": [{\"delta\": {\"conte");
                None
            }
            Fault::Error { shape, message, code } => {
                self.error(wait, *shape, message, code.as_deref());
                Some(End::Complete)
            }
            Fault::Exception { message, .. } => {
                self.error(wait, ErrorShape::Object, message, None);
                Some(End::Complete)
            }
        }
    }

    fn error(&mut self, wait: Duration, shape: ErrorShape, message: &str, code: Option<&str>) {
        let end = self.spelling.line_end;
        let full = json!({"error": {"message": message, "type": "server_error", "code": code}});
        let known = json!({"error": {"message": message, "code": code.unwrap_or("server_error")}});
        match shape {
            ErrorShape::Object => self.event(wait, &known),
            ErrorShape::Text => self.event(wait, &json!({ "error": message })),
            ErrorShape::Event => {
                self.push(wait, format!("event: error{end}"));
                self.event(Duration::ZERO, &json!({"message": message, "code": code}));
            }
            ErrorShape::Bare => self.push(wait, format!("{known}{end}{end}")),
            ErrorShape::NullCode => self.event(wait, &full),
        }
    }

    fn delta(&mut self, wait: Duration, delta: &Value, finish: &Value) {
        let choices = json!([{"index": 0, "delta": delta, "logprobs": null, "finish_reason": finish}]);
        let chunk = self.chunk(&choices, &Value::Null);
        self.event(wait, &chunk);
    }

    fn chunk(&self, choices: &Value, usage: &Value) -> Value {
        json!({"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": self.model,
            "system_fingerprint": "fp", "choices": choices, "usage": usage})
    }

    fn event(&mut self, wait: Duration, document: &Value) {
        if self.spelling.many_lines {
            // Pretty-printed JSON breaks its lines between tokens only, so the lines joined are the same document.
            let pretty = serde_json::to_string_pretty(document).unwrap_or_default();
            self.line(wait, &pretty);
        } else {
            self.line(wait, &document.to_string());
        }
    }

    fn line(&mut self, wait: Duration, data: &str) {
        let Spelling { line_end, after_colon, comments, .. } = *self.spelling;
        let comment = if comments { format!(": keep-alive{line_end}") } else { String::new() };
        let mut text = comment;
        for line in data.lines() {
            let _ = write!(text, "data:{after_colon}{line}{line_end}");
        }
        text.push_str(line_end);
        self.push(wait, text);
    }

    fn push(&mut self, wait: Duration, text: String) {
        self.steps.push(Step { wait, bytes: text.into_bytes() });
    }

    fn strip_last_newlines(&mut self) {
        if let Some(last) = self.steps.last_mut() {
            while last.bytes.last().is_some_and(u8::is_ascii_whitespace) {
                last.bytes.pop();
            }
        }
    }
}
