//! The statements of an answer: sentences, list items and lines, as byte ranges of the answer itself.

use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// Shortenings whose full stop ends no sentence.
const SHORTENINGS: [&str; 8] = ["e.g.", "i.e.", "etc.", "vs.", "cf.", "approx.", "Dr.", "no."];

/// Statements of so many words are cut into clauses as well.
const LONG_STATEMENT: usize = 22;
/// A clause of fewer words says too little.
const LEAST_CLAUSE: usize = 4;

static CUT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let openers = "but|and|so|which|while|whereas|because|since|that|not|if|then|or|it|they|I|you|the|each|only|instead|rather|otherwise|even|when";
    Regex::new(&format!(r"(?P<cut>, |: | - | — | – |\()(?:{openers})\b|(?P<bare> )(?:because|whereas|while|so that|but) |(?P<colon>\): |: )")).ok()
});

/// Byte ranges of the statements of `text`, in order, trimmed, without list markers.
///
/// A statement ends at `.`, `?`, `!` or `;` before white space, at a line that begins a list item, and at a blank line.
/// Lines of running text that are merely wrapped stay together. The ranges are of the source, so that a quote is verbatim.
pub(crate) fn statements(text: &str) -> Vec<Range<usize>> {
    blocks(text).into_iter().flat_map(|block| sentences(text, block)).collect()
}

fn blocks(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut open: Option<Range<usize>> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let here = at..at + line.len();
        at = here.end;
        let content = line.trim();
        let marker = marker_length(content);
        if content.is_empty() || content.chars().all(|c| !c.is_alphanumeric()) {
            found.extend(open.take());
        } else if marker > 0 || content.starts_with(['#', '|', '>']) {
            found.extend(open.take());
            let indent = line.len() - line.trim_start().len();
            open = Some(here.start + indent + marker..here.end);
        } else {
            let start = open.as_ref().map_or(here.start, |before| before.start);
            open = Some(start..here.end);
        }
    }
    found.extend(open);
    found
}

/// Length in bytes of a list marker with its space: `- `, `* `, `1. `, `2) `.
fn marker_length(line: &str) -> usize {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let mark = &line[digits..];
    let width = match mark.chars().next() {
        Some('.' | ')') if digits > 0 => digits + 1,
        Some(c @ ('-' | '*' | '+' | '•' | '–')) if digits == 0 => c.len_utf8(),
        _ => return 0,
    };
    if line[width..].starts_with(' ') { width + 1 } else { 0 }
}

fn sentences(text: &str, block: Range<usize>) -> Vec<Range<usize>> {
    let body = &text[block.clone()];
    let mut cuts = Vec::new();
    let mut start = 0;
    let mut in_code = false;
    let mut chars = body.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if c == '`' {
            in_code = !in_code;
        }
        let end = at + c.len_utf8();
        let before_space = chars.peek().is_none_or(|(_, next)| next.is_whitespace());
        let ends =
            matches!(c, '.' | '?' | '!' | ';') && before_space && !in_code || matches!(c, '。' | '！' | '？');
        if ends && !SHORTENINGS.iter().any(|short| body[start..end].ends_with(short)) {
            cuts.push(start..end);
            start = end;
        }
    }
    cuts.push(start..body.len());
    let trimmed = cuts.into_iter().filter_map(|range| trim(body, range));
    trimmed.map(|range| block.start + range.start..block.start + range.end).collect()
}

/// The clauses of a long statement, as byte ranges of `text`; empty where it is short or cannot be cut.
///
/// One vector for a statement of forty words is near to nothing in particular.
pub(crate) fn long_clauses(text: &str, statement: Range<usize>) -> Vec<Range<usize>> {
    let body = &text[statement.clone()];
    if body.split_whitespace().count() < LONG_STATEMENT {
        return Vec::new();
    }
    let mut cuts = vec![0];
    if let Some(pattern) = CUT.as_ref() {
        cuts.extend(pattern.captures_iter(body).filter_map(cut_of));
    }
    cuts.push(body.len());
    let pieces = cuts.windows(2).filter_map(|pair| trim(body, pair[0]..pair[1]));
    let long: Vec<Range<usize>> = pieces
        .filter(|range| body[range.clone()].split_whitespace().count() >= LEAST_CLAUSE)
        .map(|range| statement.start + range.start..statement.start + range.end)
        .collect();
    if long.len() > 1 { long } else { Vec::new() }
}

fn cut_of(found: regex::Captures<'_>) -> Option<usize> {
    ["cut", "bare", "colon"].iter().find_map(|name| found.name(name)).map(|cut| cut.end())
}

fn trim(text: &str, range: Range<usize>) -> Option<Range<usize>> {
    let slice = &text[range.clone()];
    let start = range.start + (slice.len() - slice.trim_start().len());
    let end = range.start + slice.trim_end().len();
    (start < end && slice.chars().any(char::is_alphanumeric)).then_some(start..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<&str> {
        statements(text).into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn sentences_items_and_wrapped_lines() {
        let text = "One `a. b` here. Two, e.g. this?\nwrapped on; three\n\n- item one. More\n2) item two\n---\n# Title\nlast";
        assert_eq!(
            texts(text),
            [
                "One `a. b` here.",
                "Two, e.g. this?",
                "wrapped on;",
                "three",
                "item one.",
                "More",
                "item two",
                "# Title\nlast"
            ]
        );
        assert!(texts(" \n\t…\n").is_empty());
    }

    #[test]
    fn long_statements_have_clauses() {
        let text = "A generator computes each value when it is asked for, so nothing is stored, whereas a list holds all of its values in memory from the beginning, which costs space.";
        let found: Vec<&str> =
            long_clauses(text, 0..text.len()).into_iter().map(|range| &text[range]).collect();
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(long_clauses("Short, but with a comma.", 0..24).is_empty());
    }

    proptest::proptest! {
        #[test]
        fn statements_are_verbatim_and_in_order(text in "[ -~\n`*#|é。•-]{0,200}") {
            let mut end = 0;
            for range in statements(&text) {
                proptest::prop_assert!(range.start >= end);
                proptest::prop_assert!(!text[range.clone()].trim().is_empty());
                end = range.end;
            }
        }
    }
}
