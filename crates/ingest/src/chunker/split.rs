//! Cuts one text into parts of a given size.

use super::fences::{Stretch, stretches};
use super::sizer::LineSizer;
use std::ops::Range;
use text_splitter::{ChunkCapacity, ChunkConfig, ChunkSizer, MarkdownSplitter, TextSplitter};

/// The splitter's time grows with the square of the text's length: longer prose is cut at lines beforehand.
/// Half a megabyte took 5.3 s in one piece and takes 0.5 s like this (debug build).
const MAX_PROSE_BYTES: usize = 16 * 1024;

/// The parts of a text.
#[derive(Debug, PartialEq, Eq, Default)]
pub(super) struct Split {
    /// Where they stand, in their order, apart from one another; all between them is white space.
    pub(super) parts: Vec<Range<usize>>,
    /// Lines of code that had to be cut within the line.
    pub(super) cut_lines: usize,
}

/// How large parts are to be, in tokens.
#[derive(Debug, Clone, Copy)]
struct Size {
    /// Enough: nothing more is added to a part that has as many.
    enough: usize,
    /// No part has more.
    most: usize,
}

/// Cuts `text` into as few parts of at most `room` tokens as cutting between paragraphs, code blocks and
/// sentences allows, of about equal size. Code that fits into one part is never cut.
pub(super) fn split(text: &str, room: usize, sizer: &LineSizer<'_>) -> Split {
    let Some(whole) = without_blank_ends(text, 0..text.len()) else {
        return Split::default();
    };
    let tokens = sizer.size(&text[whole.clone()]);
    if tokens <= room {
        return Split { parts: vec![whole], cut_lines: 0 };
    }
    let full = split_to(text, Size { enough: room, most: room }, sizer);
    // Filling every part up leaves a last one of a sentence or two, which alone means little to the encoder.
    let even = tokens.div_ceil(full.parts.len().max(1));
    let balanced = split_to(text, Size { enough: even.min(room), most: room }, sizer);
    let is_as_good = balanced.parts.len() <= full.parts.len() && balanced.cut_lines <= full.cut_lines;
    if is_as_good { balanced } else { full }
}

fn split_to(text: &str, size: Size, sizer: &LineSizer<'_>) -> Split {
    let mut split = Split::default();
    for stretch in stretches(text, size.most, sizer) {
        match stretch {
            Stretch::Prose(range) => {
                for block in blocks_of(text, range) {
                    split.parts.extend(prose(text, block, size, sizer));
                }
            }
            Stretch::Code(range) => code(text, range, size, sizer, &mut split),
        }
    }
    split.parts = with_lead_ins(text, joined(text, split.parts, size, sizer), size, sizer);
    split
}

/// Puts neighbours together until each part has enough; what is very small (a closing fence, a last short
/// sentence) goes with the part before it wherever it fits.
fn joined(text: &str, parts: Vec<Range<usize>>, size: Size, sizer: &LineSizer<'_>) -> Vec<Range<usize>> {
    let mut joined: Vec<Range<usize>> = Vec::with_capacity(parts.len());
    for part in parts {
        if let Some(last) = joined.last_mut() {
            let wants_more = sizer.size(&text[last.clone()]) < size.enough;
            let is_small = sizer.size(&text[part.clone()]) * 4 < size.enough;
            if (wants_more || is_small) && sizer.size(&text[last.start..part.end]) <= size.most {
                last.end = part.end;
                continue;
            }
        }
        joined.push(part);
    }
    joined
}

/// Moves the last line of a part to the next one, where that has room, if the line only leads into what
/// follows: a heading, a paragraph of one line that ends with a colon, or one in bold.
fn with_lead_ins(
    text: &str,
    mut parts: Vec<Range<usize>>,
    size: Size,
    sizer: &LineSizer<'_>,
) -> Vec<Range<usize>> {
    for next in 1..parts.len() {
        let part = parts[next - 1].clone();
        let Some(line) = lead_in(&text[part.clone()]).map(|at| part.start + at) else { continue };
        let fits = sizer.size(&text[line..parts[next].end]) <= size.most;
        if let (true, Some(shorter)) = (fits, without_blank_ends(text, part.start..line)) {
            parts[next - 1] = shorter;
            parts[next].start = line;
        }
    }
    parts
}

/// Where the last line of `part` starts, if it leads into what follows.
fn lead_in(part: &str) -> Option<usize> {
    let start = part.rfind('\n').map_or(0, |line_break| line_break + 1);
    let line = part[start..].trim();
    let is_own_paragraph = part[..start].lines().next_back().is_none_or(|before| before.trim().is_empty());
    let is_bold = line.starts_with("**") && line.ends_with("**");
    let leads = line.starts_with('#') || (is_own_paragraph && (line.ends_with(':') || is_bold));
    leads.then_some(start)
}

fn prose(text: &str, range: Range<usize>, size: Size, sizer: &LineSizer<'_>) -> Vec<Range<usize>> {
    let capacity =
        ChunkCapacity::new(size.enough).with_max(size.most).unwrap_or(ChunkCapacity::new(size.most));
    let splitter = MarkdownSplitter::new(ChunkConfig::new(capacity).with_sizer(sizer));
    let found = splitter.chunk_indices(&text[range.clone()]);
    found
        .map(|(at, part)| range.start + at..range.start + at + part.len())
        .filter_map(|part| without_blank_ends(text, part))
        .collect()
}

/// Adds code to `split`: whole where it fits, else cut between lines, at an empty line where there is one
/// about where the cut is due.
fn code(text: &str, range: Range<usize>, size: Size, sizer: &LineSizer<'_>, split: &mut Split) {
    if sizer.size(&text[range.clone()]) <= size.most {
        split.parts.extend(without_blank_ends(text, range));
        return;
    }
    let mut part = range.start..range.start;
    let mut tokens = 0;
    for line in lines_of(text, range) {
        let content = &text[line.clone()];
        let added = sizer.size(content);
        let is_due = tokens >= size.enough || tokens + added > size.most;
        let is_good_place = content.trim().is_empty() && tokens * 4 >= size.enough * 3;
        if is_due || is_good_place {
            split.parts.extend(without_blank_ends(text, part));
            part = line.start..line.start;
            tokens = 0;
        }
        if added > size.most {
            split.parts.extend(within_line(text, line.clone(), size.most, sizer));
            split.cut_lines += 1;
            part = line.end..line.end;
        } else {
            part.end = line.end;
            tokens += added;
        }
    }
    split.parts.extend(without_blank_ends(text, part));
}

fn within_line(text: &str, line: Range<usize>, most: usize, sizer: &LineSizer<'_>) -> Vec<Range<usize>> {
    let splitter = TextSplitter::new(ChunkConfig::new(most).with_sizer(sizer));
    let found = splitter.chunk_indices(&text[line.clone()]);
    found.map(|(at, part)| line.start + at..line.start + at + part.len()).collect()
}

/// The lines in `range`, line breaks included.
fn lines_of(text: &str, range: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let mut at = range.start;
    text[range].split_inclusive('\n').map(move |line| {
        let start = at;
        at += line.len();
        start..at
    })
}

/// `range` in blocks of at most [`MAX_PROSE_BYTES`], cut at empty lines, else at lines, else between characters.
fn blocks_of(text: &str, range: Range<usize>) -> Vec<Range<usize>> {
    let mut blocks = Vec::new();
    let mut rest = range;
    while rest.len() > MAX_PROSE_BYTES {
        let window = &text[rest.start..text.floor_char_boundary(rest.start + MAX_PROSE_BYTES)];
        let cut = ["\n\n", "\n", " "]
            .iter()
            .find_map(|mark| window.rfind(mark).filter(|at| *at > 0).map(|at| at + mark.len()))
            .unwrap_or(window.len());
        blocks.push(rest.start..rest.start + cut);
        rest.start += cut;
    }
    blocks.push(rest);
    blocks
}

/// `range` without empty lines at its start and white space at its end; `None` where nothing is left. Indentation
/// of the first line stays: it is part of code and of lists.
fn without_blank_ends(text: &str, range: Range<usize>) -> Option<Range<usize>> {
    let slice = &text[range.clone()];
    let content = slice.trim_end();
    let first = content.len() - content.trim_start().len();
    let start = content[..first].rfind('\n').map_or(0, |line_break| line_break + 1);
    let trimmed = range.start + start..range.start + content.len();
    (!trimmed.is_empty()).then_some(trimmed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocks(text: &str) -> Vec<&str> {
        let blocks: Vec<_> = blocks_of(text, 0..text.len()).into_iter().map(|range| &text[range]).collect();
        assert_eq!(blocks.concat(), text);
        assert!(blocks.iter().all(|block| block.len() <= MAX_PROSE_BYTES));
        blocks
    }

    #[test]
    fn long_prose_is_cut_at_the_widest_gap_there_is() {
        let text = "One line.\nAnother line.\n\n".repeat(2_000);
        assert!(blocks(&text).iter().all(|block| block.ends_with("\n\n")));
        let text = "One line after another.\n".repeat(2_000);
        assert!(blocks(&text).iter().all(|block| block.ends_with('\n')));
        let text = "word ".repeat(8_000);
        assert!(blocks(&text).iter().all(|block| block.ends_with(' ')));
        assert!(blocks(&"ä".repeat(20_000)).len() == 3);
        assert_eq!(blocks("short"), ["short"]);
    }

    #[test]
    fn blank_ends_go_and_indentation_stays() {
        let trimmed =
            |text: &str| without_blank_ends(text, 0..text.len()).map(|range| text[range].to_owned());
        assert_eq!(trimmed(" \n\n    a = 1\n b \n\n").as_deref(), Some("    a = 1\n b"));
        assert_eq!(trimmed(" \n\t\n"), None);
        assert_eq!(trimmed(""), None);
    }
}
