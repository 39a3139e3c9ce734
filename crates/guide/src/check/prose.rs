//! Words and sentences of an entry, without its code.

use crate::entry::Layout;
use std::collections::HashSet;
use std::ops::Range;

/// The fewest words of a sentence that counts as one for repetition.
const LEAST_SENTENCE_WORDS: usize = 8;

/// The text of `range` without code blocks, as pieces with their offsets.
pub(super) fn pieces<'a>(layout: &'a Layout, range: &Range<usize>) -> Vec<(usize, &'a str)> {
    let mut pieces = Vec::new();
    let mut at = range.start;
    let first = layout.code.partition_point(|block| block.range.end <= at);
    for block in layout.code[first..].iter().take_while(|block| block.range.start < range.end) {
        if block.range.start > at {
            pieces.push((at, &layout.source.text[at..block.range.start]));
        }
        at = block.range.end;
    }
    if at < range.end {
        pieces.push((at, &layout.source.text[at..range.end]));
    }
    pieces
}

/// Words of `range`, counted at blanks, without code.
pub(super) fn count_words(layout: &Layout, range: &Range<usize>) -> usize {
    pieces(layout, range).iter().map(|(_, piece)| piece.split_whitespace().count()).sum()
}

/// How many sentences `range` has: as many as have a full stop, question or exclamation mark before a
/// blank, and how many of these close no abbreviation.
pub(super) fn count_sentences(layout: &Layout, range: &Range<usize>) -> (usize, usize) {
    const ABBREVIATIONS: [&str; 6] = ["e.g.", "i.e.", "etc.", "vs.", "cf.", "approx."];
    let pieces = pieces(layout, range);
    let closing = pieces.iter().flat_map(|(_, piece)| piece.split_whitespace()).filter(|word| ends(word));
    let (mut all, mut real) = (0, 0);
    for word in closing {
        all += 1;
        let word = word.trim_start_matches(['(', '"', '*']).to_lowercase();
        real += usize::from(!ABBREVIATIONS.contains(&word.as_str()));
    }
    (all, real)
}

fn ends(word: &str) -> bool {
    word.ends_with(['.', '!', '?'])
}

/// A sentence of eight words or more, made comparable.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Sentence {
    /// Lower-case words with single blanks between.
    pub(super) words: String,
    pub(super) offset: usize,
    /// The heading that it follows directly, or that it is.
    pub(super) lead: Option<String>,
}

/// The long sentences of everything below the front matter. A blank line, a list item, a heading and
/// code end a sentence as a full stop does.
pub(super) fn sentences(layout: &Layout) -> Vec<Sentence> {
    let mut found = Vec::new();
    for (start, piece) in pieces(layout, &(layout.body..layout.source.text.len())) {
        let mut paragraph = Paragraph::default();
        let mut at = start;
        for line in piece.split_inclusive('\n') {
            let offset = at;
            at += line.len();
            if line.trim().is_empty() {
                paragraph.flush(&mut found);
                paragraph.lead = None;
            } else if line.starts_with('#') {
                paragraph.flush(&mut found);
                let title = line.trim_start_matches('#').trim();
                let asks = ends(title);
                paragraph.lead = (!asks).then(|| "a heading".to_owned());
                paragraph.push(offset, line);
                paragraph.flush(&mut found);
                paragraph.lead = (!asks).then(|| title.to_owned());
            } else {
                if begins_item(line) {
                    paragraph.flush(&mut found);
                    paragraph.lead = None;
                }
                paragraph.push(offset, line);
            }
        }
        paragraph.flush(&mut found);
    }
    found
}

fn begins_item(line: &str) -> bool {
    let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
    line.starts_with("- ") || line.starts_with("* ") || (rest.len() < line.len() && rest.starts_with(". "))
}

#[derive(Default)]
struct Paragraph<'a> {
    tokens: Vec<(usize, &'a str)>,
    lead: Option<String>,
}

impl<'a> Paragraph<'a> {
    fn push(&mut self, offset: usize, line: &'a str) {
        let base = line.as_ptr() as usize;
        self.tokens
            .extend(line.split_whitespace().map(|word| (offset + (word.as_ptr() as usize - base), word)));
    }

    fn flush(&mut self, found: &mut Vec<Sentence>) {
        let mut lead = self.lead.take();
        for sentence in self.tokens.split_inclusive(|(_, token)| ends(token)) {
            let words: Vec<String> = sentence.iter().flat_map(|(_, token)| words_of(token)).collect();
            let lead = lead.take();
            if words.len() >= LEAST_SENTENCE_WORDS {
                let first = sentence.iter().find(|(_, token)| words_of(token).next().is_some());
                let offset = first.map_or(0, |(offset, _)| *offset);
                found.push(Sentence { words: words.join(" "), offset, lead });
            }
        }
        self.tokens.clear();
    }
}

/// The words of a token: `don't`, and `foo` and `bar` of `foo-bar`.
fn words_of(token: &str) -> impl Iterator<Item = String> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '\'';
    token.split(move |c| !is_word(c)).filter(|word| !word.is_empty()).map(str::to_lowercase)
}

/// What a section's words are, to compare it with another.
pub(super) struct Wording {
    words: usize,
    vocabulary: HashSet<String>,
    /// Every run of five words.
    runs: HashSet<Vec<String>>,
}

impl Wording {
    pub(super) fn of(layout: &Layout, range: &Range<usize>) -> Self {
        const RUN: usize = 5;
        let pieces = pieces(layout, range);
        let tokens = pieces.iter().flat_map(|(_, piece)| piece.split_whitespace());
        let words: Vec<String> = tokens.flat_map(words_of).collect();
        let runs = words.windows(RUN).map(<[String]>::to_vec).collect();
        Self { words: words.len(), runs, vocabulary: words.into_iter().collect() }
    }

    /// How much of the shorter of two texts stands in the other, by runs of five words, 0 to 1; and the
    /// Jaccard likeness of their vocabularies. `None` for texts too short to tell.
    pub(super) fn overlap(&self, other: &Self) -> Option<(f64, f64)> {
        const LEAST_WORDS: usize = 25;
        if self.words.min(other.words) < LEAST_WORDS {
            return None;
        }
        let shared_runs = self.runs.intersection(&other.runs).count() as f64;
        let shared_words = self.vocabulary.intersection(&other.vocabulary).count() as f64;
        let all_words = self.vocabulary.union(&other.vocabulary).count() as f64;
        Some((shared_runs / self.runs.len().min(other.runs.len()) as f64, shared_words / all_words))
    }
}
