//! Misspelt words are mended before the search: neither leg knows what a `dedlock` is.
//!
//! A word is left alone when the guide or the encoder's vocabulary has it; what is left is compared with the words
//! of the guide by optimal string alignment (a transposition counts one). Mending towards a general dictionary was
//! refused: it would turn the guide's own terms into ordinary words.

use crate::words::Words;
use regex::Regex;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;
use viva_core::guide::Guide;

/// Words that stand fewer times in the guide are not mended towards: they may be misspelt themselves.
const LEAST_OCCURRENCES: u32 = 2;
/// Shorter words have too many neighbours.
const SHORTEST: usize = 4;
/// From this length on, two edits are allowed.
const LONG: usize = 6;

static WORD: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"[A-Za-z][A-Za-z']*").ok());

/// The guide's words, to mend towards.
pub(crate) struct Speller {
    occurrences: HashMap<String, u32>,
    stems: HashSet<String>,
    /// With the letters of each.
    by_length: HashMap<usize, Vec<(u32, String)>>,
}

/// A text with its misspelt words mended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mended {
    pub(crate) text: String,
    /// What was replaced by what, in order.
    pub(crate) changes: Vec<(String, String)>,
}

impl Speller {
    pub(crate) fn of(guide: &Guide, words: &Words) -> Self {
        let mut occurrences: HashMap<String, u32> = HashMap::new();
        let mut count = |text: &str| {
            for word in text.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| word.len() >= 2) {
                *occurrences.entry(word.to_ascii_lowercase()).or_default() += 1;
            }
        };
        for question in guide.questions() {
            count(&question.text);
            question.aliases.iter().for_each(|alias| count(alias));
            question.sections.iter().for_each(|section| count(&section.markdown));
            for follow_up in &question.follow_ups {
                count(&follow_up.question);
                count(&follow_up.answer);
            }
        }
        let stems = occurrences.keys().flat_map(|word| words.stems(word)).collect();
        let mut by_length: HashMap<usize, Vec<(u32, String)>> = HashMap::new();
        for (word, count) in &occurrences {
            if *count >= LEAST_OCCURRENCES && word.len() >= SHORTEST {
                by_length.entry(word.len()).or_default().push((letters(word), word.clone()));
            }
        }
        Self { occurrences, stems, by_length }
    }

    /// Mends `text`; `is_word` tells whether the encoder knows a word whole.
    pub(crate) fn mend(&self, words: &Words, text: &str, is_word: &dyn Fn(&str) -> bool) -> Mended {
        let mut mended = Mended { text: String::with_capacity(text.len()), changes: Vec::new() };
        let mut end = 0;
        for found in WORD.iter().flat_map(|pattern| pattern.find_iter(text)) {
            mended.text.push_str(&text[end..found.start()]);
            end = found.end();
            let is_part_of_code = touches_code(text, found.start(), found.end());
            match self.nearest(words, found.as_str(), is_word).filter(|_| !is_part_of_code) {
                Some(better) => {
                    mended.text.push_str(&better);
                    mended.changes.push((found.as_str().to_owned(), better));
                }
                None => mended.text.push_str(found.as_str()),
            }
        }
        mended.text.push_str(&text[end..]);
        mended
    }

    fn nearest(&self, words: &Words, word: &str, is_word: &dyn Fn(&str) -> bool) -> Option<String> {
        let has_odd_case = word.chars().skip(1).any(char::is_uppercase);
        let lower = word.to_lowercase();
        let stems = words.stems(&lower);
        let is_known = self.occurrences.contains_key(&lower)
            || is_word(&lower)
            || stems.is_empty()
            || stems.iter().any(|stem| self.stems.contains(stem) || is_word(stem));
        if lower.len() < SHORTEST || has_odd_case || lower.contains('\'') || is_known {
            return None;
        }
        let most = if lower.len() < LONG { 1 } else { 2 };
        let lengths = lower.len().saturating_sub(most)..=lower.len() + most;
        let own = letters(&lower);
        lengths
            .filter_map(|length| self.by_length.get(&length))
            .flatten()
            // An edit adds one letter at most and takes one away at most: most words are too far without being compared.
            .filter(|(other, _)| {
                (own & !other).count_ones().max((other & !own).count_ones()) as usize <= most
            })
            .map(|(_, candidate)| (strsim::osa_distance(&lower, candidate), candidate))
            .filter(|(distance, _)| *distance <= most)
            .min_by_key(|(distance, candidate)| {
                let another_start = !candidate.starts_with(&lower[..1]);
                // Of equally near words the one that shares the beginning, then the one the guide uses most.
                let unlike = ((1.0 - strsim::jaro_winkler(&lower, candidate)) * 50.0) as u32;
                let rarity = u32::MAX - self.occurrences.get(*candidate).copied().unwrap_or(0);
                (*distance, another_start, unlike, rarity, (*candidate).clone())
            })
            .map(|(_, candidate)| candidate.clone())
    }
}

/// The letters of a lower-case word, a bit each.
fn letters(word: &str) -> u32 {
    word.bytes().filter(u8::is_ascii_lowercase).fold(0, |letters, byte| letters | 1 << (byte - b'a'))
}

/// Whether the word is part of an identifier, a path or a call, which is meant as it is written.
fn touches_code(text: &str, start: usize, end: usize) -> bool {
    let before = text[..start].chars().next_back();
    let mut after = text[end..].chars();
    let (next, second) = (after.next(), after.next());
    let is_code = |c: char| c.is_ascii_digit() || matches!(c, '_' | '@' | '$' | '/' | '\\' | '=' | '<' | '-');
    before.is_some_and(|c| is_code(c) || c == '.')
        || next.is_some_and(|c| is_code(c) || c == '(')
        || (next == Some('.') && second.is_some_and(char::is_alphanumeric))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fakes::{guide_of, question};

    fn mend(text: &str) -> Mended {
        let words = Words::new();
        let aliases = [
            "deadlock avoidance in threads",
            "a deadlock of two threads",
            "python python producer producer pattern patterns pattern",
        ];
        let guide = guide_of(vec![question("deadlocks", "Deadlocks", &aliases, &[])]);
        let speller = Speller::of(&guide, &words);
        speller.mend(&words, text, &|word| ["download", "life", "how", "does", "lock"].contains(&word))
    }

    #[test]
    fn misspelt_words_are_mended_towards_the_guide() {
        let mended = mend("dedlock of thredas, prodcuer patern in Pyton?");
        assert_eq!(mended.text, "deadlock of threads, producer pattern in python?");
        assert_eq!(mend("dedlok").text, "deadlock");
        assert_eq!(mended.changes[0], ("dedlock".to_owned(), "deadlock".to_owned()));
    }

    #[test]
    fn known_words_inflections_and_code_are_left_alone() {
        for text in [
            "downloads",
            "deadlocked",
            "life",
            "dedlock_x",
            "x.dedlock",
            "dedlock()",
            "dedLock",
            "ded",
            "it's",
            "a/dedlock",
            "thred-local",
        ] {
            assert_eq!(mend(text), Mended { text: text.to_owned(), changes: vec![] }, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn letters_never_differ_by_more_than_the_edits(a in "[a-e']{1,9}", b in "[a-e']{1,9}") {
            let (own, other) = (letters(&a), letters(&b));
            let apart = (own & !other).count_ones().max((other & !own).count_ones()) as usize;
            proptest::prop_assert!(apart <= strsim::osa_distance(&a, &b));
        }

        #[test]
        fn any_text_can_be_mended(text in "\\PC{0,80}") {
            mend(&text);
        }
    }
}
