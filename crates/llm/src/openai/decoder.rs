//! A response's bytes as text and an end.

use super::chunk::{Chunk, stop_reason};
use super::complaint::Complaint;
use super::sse::{Item, Parser};
use super::thinking::ThoughtFilter;
use crate::words::Label;
use serde_json::Value;
use std::time::Duration;
use viva_core::chat::{ChatError, ChatErrorKind, StopReason};
use viva_core::turn::Usage;

/// The longest answer in one JSON document, in bytes.
const LONGEST_DOCUMENT: usize = 4 * 1024 * 1024;

pub(super) struct Decoder {
    label: Label,
    content_type: String,
    /// Some servers answer a request for a stream with one JSON document.
    form: Form,
    thoughts: ThoughtFilter,
    has_received: bool,
    has_spoken: bool,
    stop: Option<StopReason>,
    usage: Option<Usage>,
    is_done: bool,
}

enum Form {
    Unknown,
    Events(Parser),
    Document(Vec<u8>),
}

impl Decoder {
    pub(super) fn new(content_type: String, label: Label) -> Self {
        Self {
            label,
            content_type,
            form: Form::Unknown,
            thoughts: ThoughtFilter::default(),
            has_received: false,
            has_spoken: false,
            stop: None,
            usage: None,
            is_done: false,
        }
    }

    /// Whether text was given out.
    pub(super) fn has_spoken(&self) -> bool {
        self.has_spoken
    }

    /// Whether nothing that still may come changes the answer.
    pub(super) fn knows_the_end(&self) -> bool {
        self.stop.is_some()
    }

    /// How long more bytes are worth waiting for; `None`: as long as it takes.
    pub(super) fn patience(&self, for_usage: Duration, for_end: Duration) -> Option<Duration> {
        self.stop.as_ref().map(|_| if self.is_done { for_end } else { for_usage })
    }

    /// Reads on; text is added to `said`. An error comes behind the text before it.
    pub(super) fn feed(&mut self, bytes: &[u8], said: &mut Vec<String>) -> Result<(), ChatError> {
        if let Form::Unknown = self.form {
            let Some(first) = bytes.iter().find(|byte| !byte.is_ascii_whitespace()) else { return Ok(()) };
            let is_document = self.content_type.contains("json") && b"{[".contains(first);
            self.form =
                if is_document { Form::Document(Vec::new()) } else { Form::Events(Parser::default()) };
        }
        let mut items = Vec::new();
        let fits = match &mut self.form {
            Form::Document(document) => {
                document.extend_from_slice(bytes);
                document.len() <= LONGEST_DOCUMENT
            }
            Form::Events(parser) => parser.feed(bytes, &mut items).is_ok(),
            Form::Unknown => true,
        };
        self.take_all(items, said)?;
        if fits { Ok(()) } else { Err(self.malformed("sent more in one piece than any answer needs")) }
    }

    /// The body is over: what the model used, and why it stopped.
    pub(super) fn finish(
        &mut self,
        said: &mut Vec<String>,
    ) -> Result<(Option<Usage>, StopReason), ChatError> {
        match std::mem::replace(&mut self.form, Form::Unknown) {
            Form::Unknown => {}
            Form::Document(document) => self.take_document(&document, said)?,
            Form::Events(mut parser) => {
                let mut items = Vec::new();
                parser.finish(&mut items);
                self.take_all(items, said)?;
            }
        }
        let rest = self.thoughts.finish();
        self.say(rest, said);
        match self.stop.take() {
            Some(stop) => Ok((self.usage, stop)),
            None if self.has_received => {
                Err(self.label.error(ChatErrorKind::Broken, "ended its stream without saying why"))
            }
            None => Err(self.malformed(&self.nothing())),
        }
    }

    fn take_all(&mut self, items: Vec<Item>, said: &mut Vec<String>) -> Result<(), ChatError> {
        for item in items {
            // Behind `[DONE]` nothing counts.
            if self.is_done {
                break;
            }
            match item {
                Item::Event { name, data } if name == "error" => return Err(self.complain(&data)),
                Item::Event { data, .. } => self.take_event(&data, said)?,
                Item::Stray(text) => self.take_document(text.as_bytes(), said)?,
            }
        }
        Ok(())
    }

    fn take_event(&mut self, data: &str, said: &mut Vec<String>) -> Result<(), ChatError> {
        match data.trim() {
            "" => Ok(()),
            "[DONE]" => {
                self.has_received = true;
                self.is_done = true;
                Ok(())
            }
            data => match serde_json::from_str(data) {
                Ok(value) => self.take_value(value, said),
                // The end is known; a torn usage chunk does not change it.
                Err(_) if self.knows_the_end() => Ok(()),
                Err(_) => Err(self.malformed("sent a piece that is not JSON")),
            },
        }
    }

    /// A whole answer or an error, in one JSON document; what stands behind it is ignored.
    fn take_document(&mut self, text: &[u8], said: &mut Vec<String>) -> Result<(), ChatError> {
        let first = serde_json::Deserializer::from_slice(text).into_iter::<Value>().next();
        let Some(Ok(value)) = first else {
            return Err(self.malformed("sent something that is not JSON"));
        };
        let is_whole = value.pointer("/choices/0/message").is_some();
        self.take_value(value, said)?;
        if is_whole && self.stop.is_none() {
            // A document that can be parsed is complete, even from a server that gives no reason.
            self.stop = Some(StopReason::EndOfTurn);
        }
        Ok(())
    }

    fn take_value(&mut self, value: Value, said: &mut Vec<String>) -> Result<(), ChatError> {
        if let Some(complaint) = Complaint::in_stream(&value) {
            return Err(complaint.into_error(None, None, &self.label));
        }
        if value.get("choices").is_none() && value.get("usage").is_none() {
            // Some event of its own that this server has.
            return Ok(());
        }
        let Ok(chunk) = serde_json::from_value::<Chunk>(value) else {
            return Err(self.malformed("sent a piece that is not of the protocol"));
        };
        self.has_received = true;
        self.usage = chunk.usage().or(self.usage);
        let Some(choice) = chunk.choice() else { return Ok(()) };
        let shown = self.thoughts.pass(&choice.text());
        self.say(shown, said);
        match choice.finish_reason() {
            Some("error") => {
                Err(self.label.error(ChatErrorKind::Upstream, "stopped because of an error of its own"))
            }
            Some(word) => {
                self.stop.get_or_insert(stop_reason(word));
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn say(&mut self, text: String, said: &mut Vec<String>) {
        if !text.is_empty() {
            self.has_spoken = true;
            said.push(text);
        }
    }

    fn complain(&self, data: &str) -> ChatError {
        Complaint::of_body(data.as_bytes()).into_error(None, None, &self.label)
    }

    fn malformed(&self, what: &str) -> ChatError {
        self.label.error(ChatErrorKind::Malformed, what)
    }

    /// Why a body without any event is none.
    fn nothing(&self) -> String {
        match self.form {
            Form::Unknown if self.content_type.is_empty() => "answered with an empty body".to_owned(),
            _ => {
                let kind = self.label.quotable(&self.content_type).unwrap_or_default();
                format!("answered with no events (content type `{kind}`)")
            }
        }
    }
}

#[cfg(test)]
mod tests;
