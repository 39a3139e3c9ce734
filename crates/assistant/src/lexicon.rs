//! How far an entry answers to a text by its words and by its letters, looked up without the index.
//!
//! The index weighs the terms of single chunks, and knows no word that is cut, glued or spelt in another way. Two things are
//! worked out of the guide beside it:
//!
//! - **terms**: BM25 of the whole entry, its wording and all its sections taken as one document, as a share of what an entry
//!   that is full of the text's terms would have: terms that are spread over several sections add up;
//! - **letters**: the cosine of the text with the closest line of the entry's wording and aliases in a space of weighted
//!   trigrams of letters: `read_csv(...)` meets `pd.read_csv`, and a word its inflections.
//!
//! Longer n-grams were refused: with trigrams alone the ranking was better, and the lists are a third as long.

use crate::words::{Memory, Words};
use std::collections::{HashMap, HashSet};
use viva_core::guide::{Guide, Question};
use viva_core::id::QuestionId;

/// Term-frequency saturation and length normalisation: the usual values (Robertson and Zaragoza, 2009).
const K: f32 = 1.2;
const B: f32 = 0.75;

/// The words and letters of a guide's entries.
pub(crate) struct Lexicon {
    entries: HashMap<QuestionId, usize>,
    terms: Lists<String>,
    letters: Lists<[char; 3]>,
    /// The entry of each line of wording.
    owners: Vec<usize>,
    /// What a term that no entry has weighs.
    unknown: f32,
}

/// Where each feature stands, and with which weight.
struct Lists<F>(HashMap<F, List>);

#[derive(Default)]
struct List {
    idf: f32,
    places: Vec<(u32, f32)>,
}

/// What every entry has in common with one text: `[terms, letters]`, each from 0 to 1.
pub(crate) struct Likeness<'a> {
    entries: &'a HashMap<QuestionId, usize>,
    shares: Vec<[f32; 2]>,
}

impl Likeness<'_> {
    pub(crate) fn of(&self, question: &QuestionId) -> [f32; 2] {
        self.entries.get(question).and_then(|at| self.shares.get(*at)).copied().unwrap_or_default()
    }
}

impl Lexicon {
    pub(crate) fn of(guide: &Guide, words: &Words) -> Self {
        let mut memory = Memory::default();
        let documents: Vec<HashMap<String, f32>> =
            guide.questions().map(|question| terms_of(question, words, &mut memory)).collect();
        let wordings = || guide.questions().map(|q| std::iter::once(&q.text).chain(&q.aliases));
        let owners = wordings().enumerate().flat_map(|(at, lines)| lines.map(move |_| at)).collect();
        let lines: Vec<HashMap<[char; 3], f32>> = wordings().flatten().map(|line| trigrams(line)).collect();
        let count = documents.len() as f32;
        Self {
            entries: guide.questions().map(|question| question.id.clone()).zip(0..).collect(),
            terms: Lists::bm25(documents),
            letters: Lists::unit_vectors(lines),
            owners,
            unknown: idf(count, 0.0),
        }
    }

    /// What the entries have in common with `text`.
    pub(crate) fn likeness(&self, words: &Words, text: &str) -> Likeness<'_> {
        let mut shares = vec![[0.0; 2]; self.entries.len()];
        let stems: HashSet<String> = words.stems(text).into_iter().collect();
        let weight = |stem: &String| self.terms.0.get(stem).map_or(self.unknown, |list| list.idf);
        let all = stems.iter().map(weight).sum::<f32>().max(f32::MIN_POSITIVE);
        for list in stems.iter().filter_map(|stem| self.terms.0.get(stem)) {
            for (entry, weight) in &list.places {
                shares[*entry as usize][0] += weight * list.idf / all;
            }
        }
        let asked = trigrams(text);
        let length = asked.iter().map(|(gram, tf)| (tf * self.idf_of(gram)).powi(2)).sum::<f32>().sqrt();
        let mut cosines = vec![0.0; self.owners.len()];
        for (gram, tf) in &asked {
            let Some(list) = self.letters.0.get(gram) else { continue };
            for (line, weight) in &list.places {
                cosines[*line as usize] += weight * tf * list.idf / length;
            }
        }
        for (entry, cosine) in self.owners.iter().zip(cosines) {
            shares[*entry][1] = shares[*entry][1].max(cosine);
        }
        Likeness { entries: &self.entries, shares }
    }

    /// Trigrams that no line has say nothing, and have no part in a text's length.
    fn idf_of(&self, gram: &[char; 3]) -> f32 {
        self.letters.0.get(gram).map_or(0.0, |list| list.idf)
    }
}

impl Lists<String> {
    /// A term's share of what it would weigh in a document that says nothing else.
    fn bm25(documents: Vec<HashMap<String, f32>>) -> Self {
        let count = documents.len() as f32;
        let mean = documents.iter().flat_map(HashMap::values).sum::<f32>() / count.max(1.0);
        Self::gathered(
            documents,
            |frequency| idf(count, frequency),
            |tf, length| tf / (tf + K * (1.0 - B + B * length / mean)),
        )
    }
}

impl Lists<[char; 3]> {
    /// Vectors of length one, so that products are cosines.
    fn unit_vectors(lines: Vec<HashMap<[char; 3], f32>>) -> Self {
        let count = lines.len() as f32;
        let mut lists =
            Self::gathered(lines, |frequency| ((1.0 + count) / (1.0 + frequency)).ln() + 1.0, |tf, _| tf);
        let mut squares: HashMap<u32, f32> = HashMap::new();
        for list in lists.0.values() {
            for (line, weight) in &list.places {
                *squares.entry(*line).or_default() += (weight * list.idf).powi(2);
            }
        }
        for list in lists.0.values_mut() {
            for (line, weight) in &mut list.places {
                *weight *= list.idf / squares.get(line).copied().unwrap_or(1.0).sqrt();
            }
        }
        lists
    }
}

impl<F: Eq + std::hash::Hash> Lists<F> {
    /// `weight` is given how often a feature stands in a document, and the document's length.
    fn gathered(
        documents: Vec<HashMap<F, f32>>,
        idf: impl Fn(f32) -> f32,
        weight: impl Fn(f32, f32) -> f32,
    ) -> Self {
        let mut lists: HashMap<F, List> = HashMap::new();
        for (at, document) in (0..).zip(documents) {
            let length = document.values().sum();
            for (feature, tf) in document {
                lists.entry(feature).or_default().places.push((at, weight(tf, length)));
            }
        }
        for list in lists.values_mut() {
            list.places.shrink_to_fit();
            list.idf = idf(list.places.len() as f32);
        }
        Self(lists)
    }
}

/// As in BM25: positive, largest for a term that no document has.
fn idf(documents: f32, frequency: f32) -> f32 {
    (1.0 + (documents - frequency + 0.5) / (frequency + 0.5)).ln()
}

/// How often each stem stands in an entry; key points are left out, which say again what the sections say.
fn terms_of(question: &Question, words: &Words, memory: &mut Memory) -> HashMap<String, f32> {
    let sections = question.sections.iter().map(|section| &section.markdown);
    let follow_ups = question.follow_ups.iter().flat_map(|next| [&next.question, &next.answer]);
    let texts = std::iter::once(&question.text).chain(&question.aliases).chain(sections).chain(follow_ups);
    let mut counts = HashMap::new();
    for text in texts {
        words.count_stems(text, memory, &mut counts);
    }
    counts
}

/// The trigrams of each word of a text, with a space before and after it, by the logarithm of how often they stand there.
fn trigrams(text: &str) -> HashMap<[char; 3], f32> {
    let mut counts: HashMap<[char; 3], f32> = HashMap::new();
    for word in text.to_lowercase().split_whitespace() {
        let letters: Vec<char> =
            std::iter::once(' ').chain(word.chars()).chain(std::iter::once(' ')).collect();
        for gram in letters.windows(3) {
            if let [a, b, c] = *gram {
                *counts.entry([a, b, c]).or_default() += 1.0;
            }
        }
    }
    for count in counts.values_mut() {
        *count = 1.0 + count.ln();
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fakes::{guide_of, question};

    #[test]
    fn entries_are_alike_by_words_and_by_letters() {
        let words = Words::new();
        let guide = guide_of(vec![
            question("csv", "How do you read a table?", &["pd.read_csv(path)"], &[]),
            question("locks", "What is a lock?", &["mutual exclusion of threads"], &[]),
        ]);
        let lexicon = Lexicon::of(&guide, &words);
        let [csv, locks] = ["csv", "locks"].map(|id| QuestionId::new(id).unwrap());
        let by_letters = lexicon.likeness(&words, "read_csv fails");
        assert!(by_letters.of(&csv)[1] > 3.0 * by_letters.of(&locks)[1], "{:?}", by_letters.shares);
        let by_words = lexicon.likeness(&words, "exclusion of a thread by locks");
        assert!(by_words.of(&locks)[0] > 0.3 && by_words.of(&csv)[0] < 0.1, "{:?}", by_words.shares);
        let itself = lexicon.likeness(&words, "What is a lock?").of(&locks)[1];
        assert!((itself - 1.0).abs() < 1e-5, "{itself}");
        for text in ["", "  ", "zzz qqq"] {
            let nothing = lexicon.likeness(&words, text);
            assert!(
                nothing.shares.iter().flatten().all(|share| share.is_finite() && *share < 0.01),
                "{text}"
            );
        }
    }

    #[test]
    fn an_entry_that_the_guide_lacks_is_like_nothing() {
        let words = Words::new();
        let lexicon = Lexicon::of(&guide_of(vec![question("a", "A lock", &[], &[])]), &words);
        assert_eq!(lexicon.likeness(&words, "a lock").of(&QuestionId::new("b").unwrap()), [0.0, 0.0]);
    }
}
