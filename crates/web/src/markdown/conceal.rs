//! The marks of what is half-written.
//!
//! While an answer streams, its end may be `**bo`, `[what is` or `| a |`. These functions decide what of it is shown:
//! words without marks, and nothing of what may yet become something else. They only ever touch the open block, so a
//! wrong guess lasts until the block is finished.

use super::citations::numbers;
use super::events::Placed;
use pulldown_cmark::{CowStr, Event, Tag};

/// `text` without its last line where that line is nothing but marks: `-`, `1.`, `##`, `|--`. Each may still become a
/// list, a heading, a rule, or part of a sentence.
pub(crate) fn held_back(text: &str) -> &str {
    let start = text.rfind('\n').map_or(0, |line_end| line_end + 1);
    let is_mark =
        |c: char| c.is_ascii_whitespace() || c.is_ascii_digit() || "-=*_#>|`~+:.)(![\\<".contains(c);
    if text[start..].chars().all(is_mark) { &text[..start] } else { text }
}

/// `text`, whose last block is a paragraph, without the header row of what may become a table: a first row waits for
/// its delimiter row.
pub(crate) fn shown_lines(text: &str) -> &str {
    let mut row = None;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let is_row = line.trim_start().starts_with('|');
        row = match row {
            _ if !is_row => None,
            None => Some((start, 1)),
            Some((at, rows)) => Some((at, rows + usize::from(line.ends_with('\n')))),
        };
        start += line.len();
    }
    match row {
        Some((at, 1)) => &text[..at],
        _ => text,
    }
}

/// Takes the unmatched marks out of the last run of inline text: what had a partner has become an element already.
pub(super) fn conceal(mut events: Vec<Placed<'_>>) -> Vec<Placed<'_>> {
    let opens = |event: &Event<'_>| {
        matches!(
            event,
            Event::Start(
                Tag::Paragraph | Tag::Heading { .. } | Tag::Item | Tag::TableCell | Tag::CodeBlock(_)
            )
        )
    };
    let Some(from) = events.iter().rposition(|(event, _)| opens(event)) else { return events };
    if matches!(events[from].0, Event::Start(Tag::CodeBlock(_))) {
        return events;
    }
    let last = events.iter().rposition(|(event, _)| matches!(event, Event::Text(_)));
    for at in from..events.len() {
        let next = events.get(at + 1).and_then(|(event, _)| begins_with(event));
        if let Event::Text(text) = &mut events[at].0 {
            let text_without = without_marks(text, Some(at) == last, next);
            *text = CowStr::from(text_without);
        }
    }
    events
}

/// The character that stands behind a text where `event` follows it in the same word; any letter for an element.
fn begins_with(event: &Event<'_>) -> Option<char> {
    match event {
        Event::Text(text) => text.chars().next(),
        Event::Code(_)
        | Event::Start(Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Link { .. }) => Some('x'),
        _ => None,
    }
}

/// Drops what could open emphasis or code, and an unfinished link or marker at the end.
fn without_marks(text: &str, is_last: bool, next: Option<char>) -> String {
    let (text, label) = if is_last { split_open_bracket(text) } else { (text, "") };
    let mut shown = String::with_capacity(text.len());
    for part in [text, label] {
        push_words(&mut shown, part, is_last, next);
    }
    shown
}

/// The text before an unfinished `[label](address` and its label; the label of an unfinished marker is dropped.
fn split_open_bracket(text: &str) -> (&str, &str) {
    let Some(at) = text.rfind('[') else { return (text, "") };
    let before = text[..at].strip_suffix('!').unwrap_or(&text[..at]);
    let inner = &text[at + 1..];
    match inner.find(']') {
        None if inner.chars().all(|c| c.is_ascii_digit() || c == ',' || c == ' ') => (before.trim_end(), ""),
        None => (before, inner),
        Some(end) if inner[end + 1..].starts_with('(') && !inner[end + 1..].contains(')') => {
            (before, &inner[..end])
        }
        // Its address may still come.
        Some(end) if end + 1 == inner.len() && numbers(&text[at..]).is_none() => (before, &inner[..end]),
        Some(_) => (text, ""),
    }
}

/// `following` is what stands behind the whole text.
fn push_words(shown: &mut String, text: &str, is_last: bool, following: Option<char>) {
    let mut chars = text.char_indices().peekable();
    let mut previous = None;
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|(_, next)| *next).or(following);
        let ends = next.is_none() && is_last;
        let opens = ends || next.is_some_and(|next| !next.is_whitespace());
        let after_word = previous.is_some_and(char::is_alphanumeric);
        let is_mark = match c {
            '*' | '`' => opens,
            '~' => opens && (next == Some('~') || text[..at].ends_with('~') || ends),
            '_' => opens && !after_word,
            '\\' | '<' | '!' => ends && c != '!',
            _ => false,
        };
        if !is_mark {
            shown.push(c);
        }
        previous = Some(c);
    }
}
