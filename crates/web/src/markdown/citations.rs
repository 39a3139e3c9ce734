//! Markers `[n]` -> numbered links.

use super::escape_into;
use viva_core::turn::{Citation, Source};

/// What one number stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marker {
    /// The number.
    pub n: u16,
    /// Where it leads: `/questions/{id}#{anchor}`.
    pub href: String,
    /// What it is, for people who do not see the list: "What is the GIL?, explanation".
    pub label: String,
}

impl Marker {
    /// The marker of a piece of evidence.
    pub fn of_source(source: &Source) -> Self {
        let Source { n, question, title, section, anchor, text: _ } = source;
        Self {
            n: *n,
            href: href(question.as_str(), anchor),
            label: format!("{title}, {}", section.as_str().replace('-', " ")),
        }
    }

    /// The marker of a citation; `title` is the cited question's text.
    pub fn of_citation(citation: &Citation, title: &str) -> Self {
        let Citation { n, question, section, anchor, quote: _ } = citation;
        Self {
            n: *n,
            href: href(question.as_str(), anchor),
            label: format!("{title}, {}", section.as_str().replace('-', " ")),
        }
    }
}

/// The address of a section of a question.
pub(crate) fn href(question: &str, anchor: &str) -> String {
    if anchor.is_empty() {
        format!("/questions/{question}")
    } else {
        format!("/questions/{question}#{anchor}")
    }
}

/// Writes `text`, escaped, with every marker that has evidence as a link.
pub(super) fn write_text(out: &mut String, text: &str, markers: &[Marker]) {
    let mut rest = text;
    while let Some(at) = rest.find('[') {
        let (before, from) = rest.split_at(at);
        escape_into(out, before);
        let Some((numbers, length)) = numbers(from) else {
            out.push('[');
            rest = &from[1..];
            continue;
        };
        let found: Option<Vec<&Marker>> =
            numbers.iter().map(|n| markers.iter().find(|marker| marker.n == *n)).collect();
        match found {
            Some(found) => found.iter().for_each(|marker| write_chip(out, marker)),
            None => write_some(out, &numbers, markers),
        }
        rest = &from[length..];
    }
    escape_into(out, rest);
}

/// A list of numbers of which not all have evidence: those that have become links, the others stay text.
fn write_some(out: &mut String, numbers: &[u16], markers: &[Marker]) {
    for n in numbers {
        match markers.iter().find(|marker| marker.n == *n) {
            Some(marker) => write_chip(out, marker),
            None => out.push_str(&format!("[{n}]")),
        }
    }
}

fn write_chip(out: &mut String, marker: &Marker) {
    out.push_str("<a class=\"cite\" href=\"");
    escape_into(out, &marker.href);
    out.push_str(&format!("\" data-n=\"{}\" aria-label=\"Source {}: ", marker.n, marker.n));
    escape_into(out, &marker.label);
    out.push_str(&format!("\">{}</a>", marker.n));
}

/// The numbers of a marker at the start of `text`, such as `[1]` or `[1, 2]`, and its length in bytes.
pub(super) fn numbers(text: &str) -> Option<(Vec<u16>, usize)> {
    /// The longest marker: more is no list of sources.
    const MAX_BYTES: usize = 64;
    let inner = text.strip_prefix('[')?;
    let end = inner.bytes().take(MAX_BYTES).position(|b| b == b']')?;
    let parts = inner[..end].split(',').map(str::trim);
    let numbers: Option<Vec<u16>> = parts.map(|part| part.parse().ok().filter(|_| part.len() <= 3)).collect();
    Some((numbers?, end + 2))
}
