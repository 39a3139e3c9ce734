//! Server-sent events from bytes.
//!
//! After the WHATWG's event stream interpretation
//! (<https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation>), with two liberties:
//! a last event without an empty line behind it counts, and lines of bare JSON are kept, because servers put errors
//! there. Bytes are cut into lines before they are decoded, so that a character cut by a packet stays whole.

/// The longest event, in bytes: far above any chunk, and a bound on what a broken server can make us keep.
const LONGEST: usize = 1024 * 1024;

/// What a stream holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Item {
    /// An event with data; `name` is empty for the usual ones.
    Event { name: String, data: String },
    /// Lines that are no field and look like JSON.
    Stray(String),
}

/// An event is longer than 1 MiB.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooLong;

#[derive(Debug, Default)]
pub(super) struct Parser {
    /// The line so far.
    line: Vec<u8>,
    /// The last byte was `\r`: a `\n` behind it belongs to it.
    after_return: bool,
    /// At least one line was read.
    has_begun: bool,
    name: String,
    data: Option<String>,
    stray: String,
}

impl Parser {
    /// Reads on; complete items are added to `items`.
    pub(super) fn feed(&mut self, bytes: &[u8], items: &mut Vec<Item>) -> Result<(), TooLong> {
        let mut rest = bytes;
        while !rest.is_empty() {
            if std::mem::take(&mut self.after_return) && rest[0] == b'\n' {
                rest = &rest[1..];
                continue;
            }
            let Some(end) = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')) else {
                self.line.extend_from_slice(rest);
                break;
            };
            self.line.extend_from_slice(&rest[..end]);
            self.after_return = rest[end] == b'\r';
            rest = &rest[end + 1..];
            self.end_line(items);
        }
        let kept = self.line.len() + self.data.as_ref().map_or(0, String::len) + self.stray.len();
        if kept > LONGEST { Err(TooLong) } else { Ok(()) }
    }

    /// The stream is over.
    pub(super) fn finish(&mut self, items: &mut Vec<Item>) {
        if !self.line.is_empty() {
            self.end_line(items);
        }
        self.dispatch(items);
    }

    fn end_line(&mut self, items: &mut Vec<Item>) {
        let mut bytes = std::mem::take(&mut self.line);
        if !std::mem::replace(&mut self.has_begun, true) && bytes.starts_with("\u{feff}".as_bytes()) {
            bytes.drain(..3);
        }
        let line = String::from_utf8_lossy(&bytes);
        if line.is_empty() {
            self.dispatch(items);
            return;
        }
        let (field, value) = line.split_once(':').unwrap_or((&line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "data" => match &mut self.data {
                Some(data) => {
                    data.push('\n');
                    data.push_str(value);
                }
                None => self.data = Some(value.to_owned()),
            },
            "event" => value.clone_into(&mut self.name),
            // A comment has an empty name.
            "" | "id" | "retry" => {}
            _ => self.keep_stray(&line),
        }
    }

    /// Keeps a line that belongs to a JSON document; other unknown fields are ignored, as the standard says.
    fn keep_stray(&mut self, line: &str) {
        let is_json = line.trim_start().starts_with(['{', '[', '}', ']', '"']);
        if is_json || !self.stray.is_empty() {
            if !self.stray.is_empty() {
                self.stray.push('\n');
            }
            self.stray.push_str(line);
        }
    }

    fn dispatch(&mut self, items: &mut Vec<Item>) {
        let name = std::mem::take(&mut self.name);
        if let Some(data) = self.data.take() {
            items.push(Item::Event { name, data });
        }
        if !self.stray.is_empty() {
            items.push(Item::Stray(std::mem::take(&mut self.stray)));
        }
    }
}

#[cfg(test)]
mod tests;
