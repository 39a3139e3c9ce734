//! An answer rendered while it is being written.
//!
//! Text comes in pieces; what goes out are blocks. A block that is finished is sent once and never again; the block that
//! is still open is sent whole when it changes, or, where it is a fence, only by what was added. Both the finished blocks
//! and the whole text go through the same renderer, so that the page at the end is the page that a reload would show.
//!
//! A block is finished when a complete line behind it begins another one, or when its closing fence is there. That
//! nothing later can change it follows from `CommonMark`'s block structure, once reference definitions are text (see
//! [`crate::markdown`]), and a property test tries it with arbitrary cuts.
//!
//! Cost: rendering the open block again at each step would be quadratic in its length. Each byte that comes in pays for
//! [`BYTES_RENDERED_PER_BYTE`] bytes of rendering, and a step that nothing is left for is skipped.

use crate::markdown::{self, Marker, Style};
use std::ops::Range;

/// How many bytes of the open block may be rendered for each byte that comes in.
pub const BYTES_RENDERED_PER_BYTE: usize = 64;
/// What may be rendered before the first byte has paid for anything: short blocks are sent at every step.
const ADVANCE: usize = 16 * 1024;

/// One change of the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BlockUpdate {
    /// Block `index` is complete: its HTML goes in front of the open block, for good.
    Finished {
        /// From 0, each once, ascending.
        index: usize,
        /// The block.
        html: String,
    },
    /// The open block, whole; empty when there is nothing to show yet.
    Open {
        /// The index that its first block will have.
        index: usize,
        /// What is to stand in place of the open block.
        html: String,
    },
    /// The open block is a fence, and its text goes on.
    Grow {
        /// The fence's index.
        index: usize,
        /// Plain text to be appended inside its `<code>`.
        text: String,
    },
}

/// Renders an answer while it is being written. Feed it with [`StreamRenderer::push`], ask it for what changed with
/// [`StreamRenderer::flush`] (at most every 50 ms, see `ux.md`), end with [`StreamRenderer::finish`].
#[derive(Debug)]
pub struct StreamRenderer {
    markers: Vec<Marker>,
    heading: u8,
    /// The text from the first block that is not finished, without definitions.
    tail: String,
    next: usize,
    /// What was sent last for the open block.
    shown: String,
    fence: Option<Fence>,
    credit: usize,
    rendered: usize,
}

/// A fence that is open, at the start of the tail.
#[derive(Debug)]
struct Fence {
    mark: char,
    length: usize,
    indent: usize,
    /// How much of the tail was sent or skipped.
    done: usize,
}

impl StreamRenderer {
    /// A renderer whose citations may be `markers`; `heading` as in [`Style`].
    pub fn new(markers: Vec<Marker>, heading: u8) -> Self {
        Self {
            markers,
            heading,
            tail: String::new(),
            next: 0,
            shown: String::new(),
            fence: None,
            credit: ADVANCE,
            rendered: 0,
        }
    }

    /// Says what the answer may cite; to be called before the first piece.
    pub fn cite(&mut self, markers: Vec<Marker>) {
        self.markers = markers;
    }

    /// Takes a piece of the answer.
    pub fn push(&mut self, delta: &str) {
        markdown::push_guarded(&mut self.tail, delta);
        self.credit =
            (self.credit + delta.len() * BYTES_RENDERED_PER_BYTE).min(ADVANCE.max(self.tail.len() * 4));
    }

    /// What changed since the last call.
    pub fn flush(&mut self) -> Vec<BlockUpdate> {
        let mut updates = Vec::new();
        if self.fence.is_some() && !self.grow(&mut updates) {
            return updates;
        }
        if self.tail.is_empty() || self.credit < self.tail.len() {
            return updates;
        }
        self.credit -= self.tail.len();
        self.settle(&mut updates);
        self.open(&mut updates);
        updates
    }

    /// The rest: every block is finished, and none is open.
    pub fn finish(&mut self) -> Vec<BlockUpdate> {
        let mut updates = Vec::new();
        self.fence = None;
        let tail = std::mem::take(&mut self.tail);
        let starts = markdown::block_starts(&tail);
        for range in ranges(&starts, tail.len()) {
            self.finished(&tail[range], &mut updates);
        }
        updates
    }

    /// How many bytes were rendered so far, finished blocks and repetitions of open ones: the measure of its cost.
    pub fn rendered(&self) -> usize {
        self.rendered
    }

    fn style(&self) -> Style<'_> {
        Style { markers: &self.markers, heading: self.heading }
    }

    fn finished(&mut self, text: &str, updates: &mut Vec<BlockUpdate>) {
        self.rendered += text.len();
        let html = markdown::render_guarded(text, self.style());
        updates.push(BlockUpdate::Finished { index: self.next, html });
        self.next += 1;
        self.shown.clear();
    }

    /// Sends the blocks that complete lines have finished, and takes them off the tail.
    fn settle(&mut self, updates: &mut Vec<BlockUpdate>) {
        let complete = self.tail.rfind('\n').map_or(0, |line_end| line_end + 1);
        let text = self.tail[..complete].to_owned();
        self.rendered += text.len();
        let starts = markdown::block_starts(&text);
        let mut done = 0;
        for (at, range) in ranges(&starts, text.len()).enumerate() {
            let is_last = at + 1 == starts.len();
            if is_last && !is_closed_fence(&text[range.clone()]) {
                break;
            }
            done = range.end;
            self.finished(&text[range], updates);
        }
        self.tail.drain(..done);
    }

    /// Sends the open block where it shows something else than before.
    fn open(&mut self, updates: &mut Vec<BlockUpdate>) {
        if let Some((mut fence, shown)) = open_fence(&self.tail) {
            let info = self.tail[..shown].trim().to_owned();
            fence.done = shown;
            self.fence = Some(fence);
            let html = markdown::render_guarded(&info, self.style());
            self.shown.clone_from(&html);
            updates.push(BlockUpdate::Open { index: self.next, html });
            self.grow(updates);
            return;
        }
        let shown = markdown::held_back(&self.tail);
        let shown = if markdown::is_paragraph(shown) { markdown::shown_lines(shown) } else { shown };
        self.rendered += shown.len();
        let html = markdown::render_open(shown, self.style());
        if html != self.shown {
            self.shown.clone_from(&html);
            updates.push(BlockUpdate::Open { index: self.next, html });
        }
    }

    /// Sends what was added to the open fence. `true` where its closing fence is there.
    fn grow(&mut self, updates: &mut Vec<BlockUpdate>) -> bool {
        let Some(fence) = &mut self.fence else { return false };
        let mut added = String::new();
        let mut closed = false;
        for line in self.tail[fence.done..].split_inclusive('\n') {
            let is_complete = line.ends_with('\n');
            if closes(line, fence.mark, fence.length) {
                closed = is_complete;
                break;
            }
            let rest = line.trim_start_matches([' ', '\t']);
            let may_close = rest.is_empty() || rest.chars().all(|c| c == fence.mark);
            if !is_complete && may_close {
                break;
            }
            // A line that was sent in part before has lost its indentation already.
            let is_start = self.tail[..fence.done].ends_with('\n');
            let indent = line.len() - line.trim_start_matches(' ').len();
            added.push_str(&line[if is_start { indent.min(fence.indent) } else { 0 }..]);
            fence.done += line.len();
        }
        self.rendered += added.len();
        if !added.is_empty() {
            let text = markdown::unguarded(&added).into_owned();
            updates.push(BlockUpdate::Grow { index: self.next, text });
        }
        if closed {
            self.fence = None;
            self.credit = self.credit.max(self.tail.len());
        }
        closed
    }
}

/// From each block's start to the next one's.
fn ranges(starts: &[usize], end: usize) -> impl Iterator<Item = Range<usize>> + '_ {
    starts.iter().enumerate().map(move |(at, start)| {
        // What stands before the first block (blank lines) belongs to it.
        let start = if at == 0 { 0 } else { *start };
        start..starts.get(at + 1).copied().unwrap_or(end)
    })
}

/// The fence that `text` begins with, and where its first line of code begins; `None` before that line is complete.
fn open_fence(text: &str) -> Option<(Fence, usize)> {
    let first = text.len() - text.trim_start_matches('\n').len();
    let line_end = first + text[first..].find('\n')?;
    let line = &text[first..line_end];
    let indent = line.len() - line.trim_start_matches(' ').len();
    let mark = line[indent..].chars().next().filter(|c| *c == '`' || *c == '~')?;
    let length = line[indent..].chars().take_while(|c| *c == mark).count();
    let info = &line[indent + length..];
    let is_fence = indent <= 3 && length >= 3 && !(mark == '`' && info.contains('`'));
    is_fence.then_some((Fence { mark, length, indent, done: 0 }, line_end + 1))
}

/// Whether `line` closes a fence.
fn closes(line: &str, mark: char, length: usize) -> bool {
    let indent = line.len() - line.trim_start_matches(' ').len();
    let rest = line.trim_end().trim_start_matches(' ');
    indent <= 3 && rest.chars().count() >= length && rest.chars().all(|c| c == mark)
}

/// Whether `block` is a fence with its end.
fn is_closed_fence(block: &str) -> bool {
    let Some((fence, first)) = open_fence(block) else { return false };
    block[first..].lines().any(|line| closes(line, fence.mark, fence.length))
}

#[cfg(test)]
mod tests;
