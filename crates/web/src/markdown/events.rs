//! Parser events: text pieces put together, blocks found.

use super::overlap;
use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd};
use std::ops::Range;

/// An event with its place in the text.
pub(crate) type Placed<'a> = (Event<'a>, Range<usize>);

/// What of Markdown is understood beyond `CommonMark`: tables and strike-through, as on code hosts.
pub(crate) fn parser_options() -> Options {
    Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH
}

/// All events, neighbouring pieces of text joined: the parser cuts at brackets, and a marker must be seen whole.
pub(crate) fn read(text: &str) -> Vec<Placed<'_>> {
    let mut events: Vec<Placed<'_>> = Vec::new();
    let mut run = String::new();
    for (event, range) in Parser::new_ext(text, parser_options()).into_offset_iter() {
        let Event::Text(piece) = &event else {
            close_run(&mut events, &mut run);
            events.push((event, range));
            continue;
        };
        match events.last_mut() {
            Some((Event::Text(first), so_far)) => {
                if run.is_empty() {
                    run.push_str(first);
                }
                run.push_str(piece);
                so_far.end = range.end;
            }
            _ => events.push((event, range)),
        }
    }
    close_run(&mut events, &mut run);
    events
}

/// Gives the last text event the text that was collected for it.
fn close_run(events: &mut [Placed<'_>], run: &mut String) {
    if let (false, Some((Event::Text(text), _))) = (run.is_empty(), events.last_mut()) {
        *text = CowStr::from(std::mem::take(run));
    }
}

/// All events as the parser gives them, so that each piece of text has its exact place.
pub(crate) fn read_pieces(text: &str) -> Vec<Placed<'_>> {
    Parser::new_ext(text, parser_options()).into_offset_iter().collect()
}

/// The blocks that are no part of another block, each with its place and its first event.
fn top_blocks(text: &str) -> Vec<Placed<'_>> {
    let mut blocks = Vec::new();
    let mut depth = 0_usize;
    for (event, range) in Parser::new_ext(text, parser_options()).into_offset_iter() {
        match &event {
            Event::End(_) => {
                depth = depth.saturating_sub(1);
                continue;
            }
            Event::Start(_) => depth += 1,
            _ => {}
        }
        let is_top = depth == usize::from(matches!(event, Event::Start(_)));
        if is_top {
            blocks.push((event, range));
        }
    }
    blocks
}

/// Where each top-level block begins: at the start of its line.
pub(crate) fn block_starts(text: &str) -> Vec<usize> {
    let line_start = |at: usize| text[..at].rfind('\n').map_or(0, |line_end| line_end + 1);
    top_blocks(text).into_iter().map(|(_, range)| line_start(range.start)).collect()
}

/// Whether the last block of `text` is a paragraph.
pub(crate) fn is_paragraph(text: &str) -> bool {
    matches!(top_blocks(text).last(), Some((Event::Start(Tag::Paragraph), _)))
}

/// The place of the top-level blocks that share a byte with `mark`; of a list, of its items.
pub(crate) fn blocks_around(text: &str, mark: &Range<usize>) -> Range<usize> {
    let mut around: Option<Range<usize>> = None;
    let mut list_depth = 0_usize;
    for (event, range) in Parser::new_ext(text, parser_options()).into_offset_iter() {
        match event {
            Event::Start(Tag::List(_)) => list_depth += 1,
            Event::End(TagEnd::List(_)) => list_depth -= 1,
            _ => {}
        }
        let is_unit = match event {
            Event::Start(Tag::Item) => list_depth == 1,
            Event::Start(
                Tag::Paragraph | Tag::Heading { .. } | Tag::CodeBlock(_) | Tag::Table(_) | Tag::HtmlBlock,
            ) => list_depth == 0,
            _ => false,
        };
        if is_unit && overlap(&range, mark) {
            around =
                Some(around.map_or(range.clone(), |so_far| {
                    so_far.start.min(range.start)..so_far.end.max(range.end)
                }));
        }
    }
    // From the start of the line, so that a container's mark or indentation is not lost.
    let around = around.unwrap_or_else(|| mark.clone());
    let start = text[..around.start.min(mark.start)].rfind('\n').map_or(0, |line_end| line_end + 1);
    start..around.end.max(mark.end)
}
