//! Finds the code of a Markdown text that should stay in one piece.

use super::sizer::LineSizer;
use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag};
use std::ops::Range;
use text_splitter::ChunkSizer;

/// A stretch of a text. The stretches of a text follow one another without gaps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Stretch {
    /// Anything but fenced code.
    Prose(Range<usize>),
    /// A fenced block; with it the `output` block right below, where both fit into one piece. Whole lines.
    Code(Range<usize>),
}

/// Divides `text` into prose and code; output stays with its code where both have `room` tokens at most.
///
/// Blocks inside list items and quotations count as well, with the marker in front of them.
pub(super) fn stretches(text: &str, room: usize, sizer: &LineSizer<'_>) -> Vec<Stretch> {
    let fits = |range: &Range<usize>| sizer.size(&text[range.clone()]) <= room;
    let mut code: Vec<Range<usize>> = Vec::new();
    for block in fenced_blocks(text) {
        if let Some(last) = code.last_mut() {
            let both = last.start..block.lines.end;
            let is_below = text[last.end..block.lines.start].trim().is_empty();
            if block.is_output && is_below && fits(&both) {
                *last = both;
                continue;
            }
        }
        code.push(block.lines);
    }
    with_prose_between(text.len(), code)
}

fn with_prose_between(end: usize, code: Vec<Range<usize>>) -> Vec<Stretch> {
    let mut stretches = Vec::with_capacity(code.len() * 2 + 1);
    let mut at = 0;
    for range in code {
        stretches.push(Stretch::Prose(at..range.start));
        at = range.end;
        stretches.push(Stretch::Code(range));
    }
    stretches.push(Stretch::Prose(at..end));
    stretches
}

struct FencedBlock {
    /// From the start of the opening fence's line to the end of the closing fence's.
    lines: Range<usize>,
    /// Whether it shows what the block before it prints.
    is_output: bool,
}

fn fenced_blocks(text: &str) -> impl Iterator<Item = FencedBlock> {
    Parser::new(text).into_offset_iter().filter_map(move |(event, range)| match event {
        Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
            let start = text[..range.start].rfind('\n').map_or(0, |line_break| line_break + 1);
            let inside = text[range.clone()].trim_end().len();
            let last_line = range.start + inside;
            let end = text[last_line..].find('\n').map_or(text.len(), |line_break| last_line + line_break);
            let is_output = info.split_whitespace().next() == Some("output");
            Some(FencedBlock { lines: start..end, is_output })
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, room: usize, expected: &[&str]) {
        let count = |line: &str| line.split_whitespace().count();
        let sizer = LineSizer::new(&count);
        let found = stretches(text, room, &sizer);
        let code: Vec<_> = found
            .iter()
            .filter_map(|stretch| match stretch {
                Stretch::Code(range) => Some(&text[range.clone()]),
                Stretch::Prose(_) => None,
            })
            .collect();
        assert_eq!(code, expected, "in {text:?}");
        let joined: String = found
            .iter()
            .map(|stretch| match stretch {
                Stretch::Code(range) | Stretch::Prose(range) => &text[range.clone()],
            })
            .collect();
        assert_eq!(joined, text);
    }

    #[test]
    fn code_keeps_its_output_where_both_fit() {
        let text = "Before.\n```python\na\n```\n\n```output\nb\n```\nAfter.";
        check(text, 9, &["```python\na\n```\n\n```output\nb\n```"]);
        check(text, 5, &["```python\na\n```", "```output\nb\n```"]);
    }

    #[test]
    fn other_neighbours_are_apart() {
        check("```sh\na\n```\n```python\nb\n```", 99, &["```sh\na\n```", "```python\nb\n```"]);
        check("```sh\na\n```\nso\n```output\nb\n```", 99, &["```sh\na\n```", "```output\nb\n```"]);
    }

    #[test]
    fn blocks_in_lists_and_quotations_and_open_ones_count() {
        check("- item\n  ```\n  a\n  ```\n- next", 99, &["  ```\n  a\n  ```"]);
        check("> ```\n> a\n> ```\nend", 99, &["> ```\n> a\n> ```"]);
        check("text\n~~~\na\n\n\nb", 99, &["~~~\na\n\n\nb"]);
        check("no ``` here", 99, &[]);
    }
}
