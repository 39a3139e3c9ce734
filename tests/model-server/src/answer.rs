//! What is to be sent back: the knobs.

use crate::plan::{Completion, Cuts, Fault, Finish, Plan, Spelling};
use crate::request::Request;
use std::sync::Mutex;
use std::time::Duration;

/// How a provider words an error inside a stream that began with status 200.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorShape {
    /// `data: {"error": {"message": …}}`
    Object,
    /// `data: {"error": "…"}`
    Text,
    /// `event: error`, then `data: {"message": …}`
    Event,
    /// The JSON object on a line of its own, with no `data:` before it.
    Bare,
    /// `data: {"error": {"message": …, "code": null, …}}`
    NullCode,
}

/// What is sent for one request.
#[derive(Debug, Clone)]
pub struct Answer {
    pub(crate) plan: Plan,
}

impl Answer {
    /// A completion of this text, a piece a word, without any delay.
    pub fn text(text: &str) -> Self {
        Self::pieces(text.split_inclusive(' '))
    }

    /// A completion in these pieces.
    pub fn pieces<S: Into<String>>(pieces: impl IntoIterator<Item = S>) -> Self {
        let spelling = Spelling {
            line_end: "\n",
            after_colon: " ",
            comments: false,
            byte_order_mark: false,
            many_lines: false,
            done_marker: true,
            last_newline: true,
        };
        let pieces: Vec<String> = pieces.into_iter().map(Into::into).collect();
        let completion = Completion {
            usage: Some((10, pieces.len() as u64)),
            pieces,
            thinking: Vec::new(),
            finish: Finish::Default,
            fault: None,
            first_after: Duration::ZERO,
            gap: Duration::ZERO,
            late_head: false,
            whole_json: false,
            cuts: None,
            lost_after: None,
            spelling,
        };
        Self { plan: Plan::Completion(Box::new(completion)) }
    }

    /// `count` pieces: `word1 word2 …`.
    pub fn of_length(count: usize) -> Self {
        Self::pieces((1..=count).map(|number| format!("word{number} ")))
    }

    /// Any status with any body; its content type is JSON where it looks like JSON, HTML otherwise.
    pub fn status(status: u16, body: impl Into<Vec<u8>>) -> Self {
        let body = body.into();
        let is_json = body.first().is_some_and(|byte| b"{[\"".contains(byte));
        let kind = if is_json { "application/json" } else { "text/html; charset=utf-8" };
        let headers = vec![("content-type".to_owned(), kind.to_owned())];
        Self { plan: Plan::Raw { status, headers, body, after: Duration::ZERO } }
    }

    /// An error in OpenAI's own words.
    pub fn openai_error(status: u16, code: &str, message: &str) -> Self {
        let error = serde_json::json!({"message": message, "type": "error", "param": null, "code": code});
        Self::status(status, serde_json::json!({ "error": error }).to_string())
    }

    /// An error in Bedrock's own words, such as `ThrottlingException`.
    pub fn aws_error(status: u16, name: &str, message: &str) -> Self {
        Self::status(status, serde_json::json!({ "message": message }).to_string())
            .header("x-amzn-errortype", name)
    }

    /// 429; with `retry-after` where given.
    pub fn rate_limited(retry_after: Option<&str>) -> Self {
        let answer = Self::openai_error(429, "rate_limit_exceeded", "too many requests");
        match retry_after {
            Some(value) => answer.header("retry-after", value),
            None => answer,
        }
    }

    /// 307 to `location`.
    pub fn redirect(location: &str) -> Self {
        Self::status(307, "").header("location", location)
    }

    /// The connection is closed without a byte in answer.
    pub fn hang_up() -> Self {
        Self { plan: Plan::HangUp }
    }

    /// Adds a header, or replaces the content type. For answers made of a status.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let Plan::Raw { headers, .. } = &mut self.plan {
            headers.retain(|(known, _)| known != name || name != "content-type");
            headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }

    /// The time to the first token (or, for a status, to the head).
    #[must_use]
    pub fn after(mut self, delay: Duration) -> Self {
        match &mut self.plan {
            Plan::Completion(completion) => completion.first_after = delay,
            Plan::Raw { after, .. } => *after = delay,
            Plan::HangUp => {}
        }
        self
    }

    /// The time between pieces.
    #[must_use]
    pub fn gap(self, gap: Duration) -> Self {
        self.with(|completion| completion.gap = gap)
    }

    /// The response's head waits for the first token too, as some servers do it.
    #[must_use]
    pub fn late_head(self) -> Self {
        self.with(|completion| completion.late_head = true)
    }

    /// Thoughts before the text, in the field that reasoning models use.
    #[must_use]
    pub fn thinking(self, thought: &str) -> Self {
        self.with(|completion| completion.thinking.push(thought.to_owned()))
    }

    /// The finish or stop reason, in the provider's word; `""` leaves it out.
    #[must_use]
    pub fn finish(self, reason: &str) -> Self {
        self.with(|completion| completion.finish = Finish::Word(reason.to_owned()))
    }

    /// Tokens read and written.
    #[must_use]
    pub fn usage(self, input: u64, output: u64) -> Self {
        self.with(|completion| completion.usage = Some((input, output)))
    }

    /// No usage is reported.
    #[must_use]
    pub fn without_usage(self) -> Self {
        self.with(|completion| completion.usage = None)
    }

    /// Silence after `pieces` pieces, with the connection open.
    #[must_use]
    pub fn silent_after(self, pieces: usize) -> Self {
        self.failing(pieces, Fault::Silence)
    }

    /// The body ends in good form after `pieces` pieces, with no finish reason.
    #[must_use]
    pub fn closed_after(self, pieces: usize) -> Self {
        self.failing(pieces, Fault::Close)
    }

    /// The connection is closed in the middle of the body after `pieces` pieces.
    #[must_use]
    pub fn dropped_after(self, pieces: usize) -> Self {
        self.failing(pieces, Fault::Drop)
    }

    /// The connection is reset after `pieces` pieces.
    #[must_use]
    pub fn reset_after(self, pieces: usize) -> Self {
        self.failing(pieces, Fault::Reset)
    }

    /// The connection is closed after `bytes` bytes of the body, wherever that is.
    #[must_use]
    pub fn lost_after_bytes(self, bytes: usize) -> Self {
        self.with(|completion| completion.lost_after = Some(bytes))
    }

    /// Something that is not of the protocol stands after `pieces` pieces.
    #[must_use]
    pub fn malformed_after(self, pieces: usize) -> Self {
        self.failing(pieces, Fault::Malformed)
    }

    /// An error inside OpenAI's stream after `pieces` pieces.
    #[must_use]
    pub fn error_after(self, pieces: usize, shape: ErrorShape, message: &str, code: Option<&str>) -> Self {
        let (message, code) = (message.to_owned(), code.map(str::to_owned));
        self.failing(pieces, Fault::Error { shape, message, code })
    }

    /// An exception inside Bedrock's stream after `pieces` pieces, such as `throttlingException`.
    #[must_use]
    pub fn exception_after(self, pieces: usize, name: &str, message: &str) -> Self {
        self.failing(pieces, Fault::Exception { name: name.to_owned(), message: message.to_owned() })
    }

    /// The whole body at once, however many events it has.
    #[must_use]
    pub fn in_one_packet(self) -> Self {
        self.cut_at([])
    }

    /// The body's bytes are cut at these offsets, and only there.
    #[must_use]
    pub fn cut_at(self, offsets: impl IntoIterator<Item = usize>) -> Self {
        let offsets = offsets.into_iter().collect();
        self.with(|completion| completion.cuts = Some(Cuts::At(offsets)))
    }

    /// The body's bytes are cut into packets of `bytes`.
    #[must_use]
    pub fn cut_every(self, bytes: usize) -> Self {
        self.with(|completion| completion.cuts = Some(Cuts::Every(bytes.max(1))))
    }

    /// Lines end in this: `\n`, `\r\n` or `\r`.
    #[must_use]
    pub fn line_end(self, line_end: &'static str) -> Self {
        self.with(|completion| completion.spelling.line_end = line_end)
    }

    /// `data:` without a space behind it.
    #[must_use]
    pub fn without_space(self) -> Self {
        self.with(|completion| completion.spelling.after_colon = "")
    }

    /// A comment line before each event.
    #[must_use]
    pub fn with_comments(self) -> Self {
        self.with(|completion| completion.spelling.comments = true)
    }

    /// A byte order mark before the first event.
    #[must_use]
    pub fn with_byte_order_mark(self) -> Self {
        self.with(|completion| completion.spelling.byte_order_mark = true)
    }

    /// Each event's JSON over several `data:` lines.
    #[must_use]
    pub fn on_many_lines(self) -> Self {
        self.with(|completion| completion.spelling.many_lines = true)
    }

    /// No `[DONE]` at the end.
    #[must_use]
    pub fn without_done(self) -> Self {
        self.with(|completion| completion.spelling.done_marker = false)
    }

    /// The last line has no end.
    #[must_use]
    pub fn without_last_newline(self) -> Self {
        self.with(|completion| completion.spelling.last_newline = false)
    }

    /// One JSON document, although a stream was asked for.
    #[must_use]
    pub fn as_json(self) -> Self {
        self.with(|completion| completion.whole_json = true)
    }

    fn failing(self, pieces: usize, fault: Fault) -> Self {
        self.with(|completion| completion.fault = Some((pieces, fault)))
    }

    fn with(mut self, change: impl FnOnce(&mut Completion)) -> Self {
        if let Plan::Completion(completion) = &mut self.plan {
            change(completion);
        }
        self
    }
}

/// A script that gives these answers one after the other, the last one for ever.
///
/// An empty list hangs up on everybody.
pub fn in_turn(
    answers: impl IntoIterator<Item = Answer>,
) -> impl Fn(&Request) -> Answer + Send + Sync + 'static {
    let mut answers: Vec<Answer> = answers.into_iter().collect();
    answers.reverse();
    let left = Mutex::new(answers);
    move |_| {
        let mut left = left.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let next = if left.len() > 1 { left.pop() } else { left.last().cloned() };
        next.unwrap_or_else(Answer::hang_up)
    }
}
