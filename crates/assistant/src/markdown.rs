//! Looking at Markdown without changing it.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use std::ops::Range;

/// Byte ranges of the text's sentences, outside code blocks, tables and headings, in order.
///
/// A sentence ends at `.`, `?` or `!` before white space or the end of its block; the ranges are of the source,
/// so that a quote taken from one is verbatim.
pub(crate) fn sentences(markdown: &str) -> Vec<Range<usize>> {
    prose_blocks(markdown).into_iter().flat_map(|block| split_block(markdown, block)).collect()
}

/// Byte ranges of the contents of code blocks, in order.
pub(crate) fn code_blocks(markdown: &str) -> Vec<Range<usize>> {
    let mut blocks = Vec::new();
    let mut open: Option<Range<usize>> = None;
    let mut inside = false;
    for (event, range) in Parser::new_ext(markdown, Options::ENABLE_TABLES).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(_)) => {
                inside = true;
                open = None;
            }
            Event::Text(_) if inside => {
                let start = open.as_ref().map_or(range.start, |before| before.start);
                open = Some(start..range.end);
            }
            Event::End(TagEnd::CodeBlock) => {
                inside = false;
                blocks.extend(open.take());
            }
            _ => {}
        }
    }
    blocks
}

/// Whether the last thing in `markdown` is a paragraph, to whose end a marker may be added.
pub(crate) fn ends_in_paragraph(markdown: &str) -> bool {
    let mut last = false;
    let mut depth = 0_usize;
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES) {
        match event {
            Event::Start(_) => depth += 1,
            Event::End(tag) => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    last = matches!(tag, TagEnd::Paragraph);
                }
            }
            Event::Rule | Event::Html(_) if depth == 0 => last = false,
            _ => {}
        }
    }
    last
}

fn prose_blocks(markdown: &str) -> Vec<Range<usize>> {
    let mut blocks = Vec::new();
    let mut skipping = 0_usize;
    let mut item: Option<Range<usize>> = None;
    for (event, range) in Parser::new_ext(markdown, Options::ENABLE_TABLES).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(_) | Tag::Table(_) | Tag::Heading { .. }) => {
                blocks.extend(item.take());
                skipping += 1;
            }
            Event::End(TagEnd::CodeBlock | TagEnd::Table | TagEnd::Heading(_)) => {
                skipping = skipping.saturating_sub(1);
            }
            Event::Start(Tag::Paragraph) => {
                blocks.extend(item.take());
                blocks.push(range);
            }
            // A tight list item has no paragraph of its own: its inline content is gathered.
            Event::Text(_) | Event::Code(_) | Event::SoftBreak | Event::HardBreak if skipping == 0 => {
                let covered = blocks.last().is_some_and(|block: &Range<usize>| range.start < block.end);
                if !covered {
                    let start = item.as_ref().map_or(range.start, |open| open.start);
                    item = Some(start..range.end);
                }
            }
            Event::Start(Tag::Item) | Event::End(TagEnd::Item) => blocks.extend(item.take()),
            _ => {}
        }
    }
    blocks.extend(item);
    blocks
}

fn split_block(markdown: &str, block: Range<usize>) -> Vec<Range<usize>> {
    let text = &markdown[block.clone()];
    let mut ranges = Vec::new();
    let mut start = 0;
    let mut in_code = false;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if c == '`' {
            in_code = !in_code;
        }
        let next_is_space = chars.peek().is_none_or(|(_, next)| next.is_whitespace());
        if matches!(c, '.' | '?' | '!') && next_is_space && !in_code && !is_abbreviation(&text[start..=at]) {
            ranges.push(start..at + c.len_utf8());
            start = at + c.len_utf8();
        }
    }
    ranges.push(start..text.len());
    ranges
        .into_iter()
        .filter_map(|range| trimmed(text, range))
        .map(|range| block.start + range.start..block.start + range.end)
        .collect()
}

fn is_abbreviation(text: &str) -> bool {
    ["e.g.", "i.e.", "etc.", "vs.", "cf."].iter().any(|short| text.ends_with(short))
}

fn trimmed(text: &str, range: Range<usize>) -> Option<Range<usize>> {
    let slice = &text[range.clone()];
    let start = range.start + (slice.len() - slice.trim_start().len());
    let end = range.start + slice.trim_end().len();
    (start < end).then_some(start..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(markdown: &str) -> Vec<&str> {
        sentences(markdown).into_iter().map(|range| &markdown[range]).collect()
    }

    #[test]
    fn sentences_are_verbatim_and_outside_code() {
        let markdown = "One is `a. b`. Two, e.g. this?\n\n```python\nx = 1. \n```\n- item one. More\n- item two\n\n| a | b |\n|---|---|\n| c. | d |\n";
        assert_eq!(texts(markdown), ["One is `a. b`.", "Two, e.g. this?", "item one.", "More", "item two"]);
    }

    #[test]
    fn code_is_found_whole() {
        let markdown = "text\n\n```python\na = 1\n\nb = 2\n```\nmore";
        let found: Vec<_> = code_blocks(markdown).into_iter().map(|range| &markdown[range]).collect();
        assert_eq!(found, ["a = 1\n\nb = 2\n"]);
    }

    #[test]
    fn the_last_block_is_told() {
        assert!(ends_in_paragraph("a\n\nb"));
        assert!(!ends_in_paragraph("a\n\n```\nb\n```"));
        assert!(!ends_in_paragraph("a\n\n- b"));
        assert!(!ends_in_paragraph(""));
    }

    proptest::proptest! {
        #[test]
        fn any_text_gives_valid_ranges(text in "[ -~\n`*#|é]{0,200}") {
            for range in sentences(&text).into_iter().chain(code_blocks(&text)) {
                let _ = &text[range];
            }
            ends_in_paragraph(&text);
        }
    }
}
