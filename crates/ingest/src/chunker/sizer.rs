//! Sizes in tokens, for the splitter.

use std::cell::RefCell;
use std::collections::HashMap;
use text_splitter::ChunkSizer;

/// The size of a text as the sum of the tokens of its lines, each line counted once.
///
/// The splitter asks for the size of the same lines many times, in ever other groupings; to count each grouping
/// anew would be to read most of the text several times. See `Chunker::cut` for what the sum leaves out.
pub(super) struct LineSizer<'a> {
    count_tokens: &'a dyn Fn(&str) -> usize,
    counted: RefCell<HashMap<String, usize>>,
}

impl<'a> LineSizer<'a> {
    pub(super) fn new(count_tokens: &'a dyn Fn(&str) -> usize) -> Self {
        Self { count_tokens, counted: RefCell::default() }
    }

    fn line(&self, line: &str) -> usize {
        if let Some(tokens) = self.counted.borrow().get(line) {
            return *tokens;
        }
        let tokens = (self.count_tokens)(line);
        self.counted.borrow_mut().insert(line.to_owned(), tokens);
        tokens
    }
}

impl ChunkSizer for LineSizer<'_> {
    fn size(&self, chunk: &str) -> usize {
        chunk.lines().map(str::trim).filter(|line| !line.is_empty()).map(|line| self.line(line)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[test]
    fn a_text_has_the_tokens_of_its_lines_and_each_is_counted_once() {
        let calls = Cell::new(0);
        let count = |line: &str| {
            calls.set(calls.get() + 1);
            line.split_whitespace().count()
        };
        let sizer = LineSizer::new(&count);
        assert_eq!(sizer.size("a b\n\n  c\nd e f"), 6);
        assert_eq!(sizer.size("c\nd e f\n"), 4);
        assert_eq!(calls.get(), 3);
    }
}
