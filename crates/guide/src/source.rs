//! The text of one file, and the way from byte offsets to lines and columns.

use crate::diagnostic::{FileRef, Position};

/// A file as read: no byte-order mark, and `\n` at the end of every line.
///
/// Line endings are made alike here, once, so that a checkout with `\r\n` gives the same guide, the
/// same revision and the same places. Keeping them was refused: every consumer downstream (examples,
/// quotes, chunk ids) would have to know of both.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    pub(crate) file: FileRef,
    pub(crate) text: String,
    line_starts: Vec<usize>,
}

impl Source {
    pub(crate) fn new(file: FileRef, text: String) -> Self {
        let text = match text.strip_prefix('\u{feff}') {
            Some(rest) => rest.to_owned(),
            None => text,
        };
        let text = if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text };
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let line_starts = std::iter::once(0).chain(ends.map(|(at, _)| at + 1)).collect();
        Self { file, text, line_starts }
    }

    /// The offset of the first byte of a line.
    pub(crate) fn line_start(&self, line: u32) -> usize {
        let index = (line as usize).saturating_sub(1);
        self.line_starts.get(index).copied().unwrap_or(self.text.len())
    }

    /// Where the byte at `offset` is.
    pub(crate) fn position(&self, offset: usize) -> Position {
        let line = self.line_starts.partition_point(|start| *start <= offset).max(1) - 1;
        let start = self.line_starts.get(line).copied().unwrap_or(0);
        let before = self.text.get(start..offset).unwrap_or_default();
        Position { line: line as u32 + 1, column: before.chars().count() as u32 + 1 }
    }
}

/// Narrows `range` of `text` to what stands between surrounding blank lines; the indentation of the
/// first line is kept.
pub(crate) fn without_blank_lines(text: &str, range: std::ops::Range<usize>) -> std::ops::Range<usize> {
    let slice = &text[range.clone()];
    let content = slice.len() - slice.trim_start().len();
    let start = slice[..content].rfind('\n').map_or(0, |newline| newline + 1);
    let end = slice.trim_end().len();
    if start >= end { range.start..range.start } else { range.start + start..range.start + end }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_become_lines_and_columns_in_characters() {
        let source = Source::new(FileRef::new(0, "a.md"), "\u{feff}äb\r\ncd\r\n".to_owned());
        assert_eq!(source.text, "äb\ncd\n");
        assert_eq!(source.position(0), Position { line: 1, column: 1 });
        assert_eq!(source.position(2), Position { line: 1, column: 2 });
        assert_eq!(source.position(4), Position { line: 2, column: 1 });
        assert_eq!(source.position(7), Position { line: 3, column: 1 });
    }

    #[test]
    fn surrounding_blank_lines_go_and_indentation_stays() {
        let text = "\n  \n  - a\n\n- b \n\n";
        assert_eq!(&text[without_blank_lines(text, 0..text.len())], "  - a\n\n- b");
        assert!(without_blank_lines(" \n ", 0..3).is_empty());
    }
}
