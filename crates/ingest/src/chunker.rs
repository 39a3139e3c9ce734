//! Cuts the guide into chunks. Pure: the same guide, options and token counter give the same chunks.
//!
//! A question gives a **card** (its wording and its aliases, one dense row each, so that the closest wording
//! counts) and, for each section and each follow-up, as many **section chunks** as its text needs. Key points
//! are no chunks: they are the rubric of an examination, and say again what the sections say.
//!
//! A section chunk's passage is its heading path, a line break, and its text:
//!
//! ```text
//! Threading and multiprocessing > What is the GIL? > Pitfalls
//! - "Python has no real threads": it has; they only cannot …
//! ```
//!
//! The text is a verbatim piece of the guide, the pieces of a section do not overlap, and together they hold
//! all of it but white space between them. Sizes are counted in the encoder's own tokens and no passage is
//! longer than the window, because what lies behind the window has no influence on the vector. Refused: sizes
//! in characters (code has more tokens to the character than prose), and overlapping pieces (the heading path
//! gives a piece its context, and the guide's sections are short enough to be cut at paragraphs).

mod card;
mod fences;
mod heading;
mod sizer;
mod split;
#[cfg(test)]
mod tests;

use std::num::NonZeroUsize;
use std::ops::Range;
use viva_core::chunk::{Chunk, Origin};
use viva_core::guide::{Guide, Module, Question, SectionKind};

/// Raised when the same guide and options give other chunks than before.
const CHUNKER_VERSION: u32 = 1;

/// The smallest size of a passage that can be asked for, in tokens: below it, text falls apart into words.
pub const MIN_PASSAGE_TOKENS: usize = 16;

/// How the guide is cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChunkerOptions {
    /// The most tokens that a section's passage may have, heading path included and special tokens not;
    /// `None` for the encoder's window. More than the window is taken as the window, less than
    /// [`MIN_PASSAGE_TOKENS`] as that.
    pub passage_tokens: Option<NonZeroUsize>,
    /// Whether a card has a row "module title: question" as well: it tells `What is a process?` of one module
    /// from the same words in another.
    pub module_row: bool,
}

impl Default for ChunkerOptions {
    fn default() -> Self {
        Self { passage_tokens: None, module_row: true }
    }
}

/// A chunk and the sizes of its passages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SizedChunk {
    /// The chunk.
    pub chunk: Chunk,
    /// Tokens of each passage, in their order, special tokens not counted.
    pub tokens: Vec<usize>,
}

/// The chunks of a guide.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ChunkedGuide {
    /// Module by module, question by question: the card, the sections, the follow-ups.
    pub chunks: Vec<SizedChunk>,
    /// Lines of code that were longer than a passage may be and had to be cut within the line.
    pub cut_lines: usize,
    /// Passages longer than the encoder's window, which the encoder will cut.
    pub over_window: usize,
}

/// Cuts questions into chunks.
pub struct Chunker<'a> {
    options: &'a ChunkerOptions,
    /// Tokens that the encoder reads, special tokens not counted.
    window: usize,
    /// The most tokens of a section's passage; at least [`MIN_PASSAGE_TOKENS`].
    budget: usize,
    count_tokens: &'a dyn Fn(&str) -> usize,
}

impl<'a> Chunker<'a> {
    /// A chunker for an encoder that sees `max_tokens` tokens of a text and counts a text's tokens by
    /// `count_tokens`; special tokens are counted in neither.
    pub fn new(
        options: &'a ChunkerOptions,
        max_tokens: usize,
        count_tokens: &'a dyn Fn(&str) -> usize,
    ) -> Self {
        Self { options, window: max_tokens, budget: passage_budget(options, max_tokens), count_tokens }
    }

    /// Cuts the whole guide.
    pub fn guide(&self, guide: &Guide) -> ChunkedGuide {
        let mut chunked = ChunkedGuide::default();
        for module in guide.modules() {
            for question in &module.questions {
                self.question(module, question, &mut chunked);
            }
        }
        chunked
    }

    /// Cuts one `question` of `module` and adds its chunks to `chunked`.
    pub fn question(&self, module: &Module, question: &Question, chunked: &mut ChunkedGuide) {
        if let Some(card) = card::card(module, question, self.options.module_row) {
            let tokens = card.passages.iter().map(|passage| (self.count_tokens)(passage)).collect();
            self.add(SizedChunk { chunk: card, tokens }, chunked);
        }
        for section in &question.sections {
            let place = Place { kind: section.kind, anchor: &section.anchor, heading: &section.heading };
            self.section(module, question, &place, &section.markdown, chunked);
        }
        for (number, follow_up) in (1..).zip(&question.follow_ups) {
            let (anchor, text) =
                (format!("follow-up-{number}"), format!("{}\n{}", follow_up.question, follow_up.answer));
            let place = Place { kind: SectionKind::FollowUp, anchor: &anchor, heading: &follow_up.question };
            self.section(module, question, &place, &text, chunked);
        }
    }

    fn section(
        &self,
        module: &Module,
        question: &Question,
        place: &Place<'_>,
        markdown: &str,
        chunked: &mut ChunkedGuide,
    ) {
        let names = [module.title.as_str(), question.text.as_str(), place.heading];
        let path = heading::heading_path(names, self.budget / 2, self.count_tokens);
        let prefix = if path.is_empty() { path } else { path + "\n" };
        let pieces = self.cut(&prefix, markdown);
        chunked.cut_lines += pieces.cut_lines;
        for (number, (range, tokens)) in pieces.measured.into_iter().enumerate() {
            let part = u16::try_from(number).unwrap_or(u16::MAX);
            let text = markdown[range].to_owned();
            let origin = Origin::Section { kind: place.kind, anchor: place.anchor.to_owned(), part };
            let passages = vec![format!("{prefix}{text}")];
            self.add(
                SizedChunk { chunk: chunk_of(question, origin, text, passages), tokens: vec![tokens] },
                chunked,
            );
        }
    }

    /// Cuts `markdown` into pieces that fit the budget behind `prefix`.
    ///
    /// The splitter adds the tokens of lines up, which is exact for encoders that treat a line break as white
    /// space (all of the BERT family). For any other, what the sum missed is found here, by counting every
    /// passage as the encoder will see it, and taken off the room that the splitter has.
    fn cut(&self, prefix: &str, markdown: &str) -> Pieces {
        let sizer = sizer::LineSizer::new(self.count_tokens);
        let mut room = self.budget.saturating_sub((self.count_tokens)(prefix)).max(1);
        loop {
            let split = split::split(markdown, room, &sizer);
            let size = |range: Range<usize>| (self.count_tokens)(&format!("{prefix}{}", &markdown[range]));
            let measured: Vec<_> =
                split.parts.into_iter().map(|range| (range.clone(), size(range))).collect();
            let longest = measured.iter().map(|(_, tokens)| *tokens).max().unwrap_or(0);
            if longest <= self.budget || room == 1 {
                return Pieces { measured, cut_lines: split.cut_lines };
            }
            let excess = (longest - self.budget).max(room / 16);
            room = room.saturating_sub(excess).max(1);
        }
    }

    fn add(&self, chunk: SizedChunk, chunked: &mut ChunkedGuide) {
        chunked.over_window += chunk.tokens.iter().filter(|tokens| **tokens > self.window).count();
        chunked.chunks.push(chunk);
    }
}

/// Name, version and settings of the chunker, for the manifest: another identity, other chunks.
pub fn chunker_identity(options: &ChunkerOptions, max_tokens: usize) -> String {
    let budget = passage_budget(options, max_tokens);
    let module_row = if options.module_row { "yes" } else { "no" };
    format!(
        "viva-markdown/{CHUNKER_VERSION} text-splitter/0.33 passage-tokens={budget} module-row={module_row}"
    )
}

/// What the BM25 encoder sees of a chunk: its passage; for a card its text, so that the question's words
/// count once although they stand in several rows.
pub fn bm25_text(chunk: &Chunk) -> &str {
    match (&chunk.origin, chunk.passages.first()) {
        (Origin::Section { .. }, Some(passage)) => passage,
        (Origin::Section { .. }, None) | (Origin::Card, _) => &chunk.text,
    }
}

/// Where a section's text stands.
struct Place<'a> {
    kind: SectionKind,
    anchor: &'a str,
    heading: &'a str,
}

/// A text, cut.
struct Pieces {
    /// Where each piece stands in the text, and the tokens of its passage.
    measured: Vec<(Range<usize>, usize)>,
    cut_lines: usize,
}

fn passage_budget(options: &ChunkerOptions, window: usize) -> usize {
    options.passage_tokens.map_or(window, |tokens| tokens.get().min(window)).max(MIN_PASSAGE_TOKENS)
}

fn chunk_of(question: &Question, origin: Origin, text: String, passages: Vec<String>) -> Chunk {
    Chunk {
        question: question.id.clone(),
        module: question.module.clone(),
        origin,
        text,
        passages,
        level: question.level,
        roles: question.roles.clone(),
        focus: question.focus.clone(),
    }
}
