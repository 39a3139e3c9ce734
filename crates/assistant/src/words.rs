//! The words of a text, as features of the coverage verdict and of quotes count them.

use rust_stemmers::{Algorithm, Stemmer};
use std::collections::{HashMap, HashSet};
use unicode_segmentation::UnicodeSegmentation;

/// Words that say nothing about a topic: they are neither counted as known nor as unknown.
const FUNCTION_WORDS: &str = "a about above after again all also am an and any anyone anything are as at be because been before being below \
between both but by can cant could did do does doesnt doing dont down each else ever every explain few for from get gets getting give given \
go goes going good got had has have having he help her here hers him his how i id if ill im in into is isnt it its just kind know let lets like \
ll make makes many may me mean means might more most much must my need never no nor not now of off on once one only or other our out over own \
please s same say see seem seems she should show so some something still such t take tell than thanks that the their them then there these they \
thing things think this those through to too understand up us use used using ve very want wants was wasnt way we were what whats when where which while \
versus vs better compare compared difference differences differ different example examples explanation meaning definition who whom why will with without wont work works would wouldnt you your";

/// The stems of words that were met before.
#[derive(Default)]
pub(crate) struct Memory(HashMap<String, Vec<String>>);

/// Splits text into stemmed, lower-case words (Snowball English), without words that name no topic.
pub(crate) struct Words {
    stemmer: Stemmer,
    function_words: HashSet<&'static str>,
}

impl Words {
    pub(crate) fn new() -> Self {
        Self {
            stemmer: Stemmer::create(Algorithm::English),
            function_words: FUNCTION_WORDS.split_whitespace().collect(),
        }
    }

    /// The different stems of `text`; `memory` spares the stemming of words that were met before, of which a guide
    /// has many.
    pub(crate) fn distinct_stems(&self, text: &str, memory: &mut Memory) -> HashSet<String> {
        let mut counts = HashMap::new();
        self.count_stems(text, memory, &mut counts);
        counts.into_keys().collect()
    }

    /// Adds to `counts` how often each stem stands in `text`.
    pub(crate) fn count_stems(&self, text: &str, memory: &mut Memory, counts: &mut HashMap<String, f32>) {
        for word in text.split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '\u{2019}') {
            if !memory.0.contains_key(word) {
                memory.0.insert(word.to_owned(), self.stems(word));
            }
            for stem in memory.0.get(word).into_iter().flatten() {
                match counts.get_mut(stem) {
                    Some(count) => *count += 1.0,
                    None => drop(counts.insert(stem.clone(), 1.0)),
                }
            }
        }
    }

    /// The stems of `text`, in order, repetitions included. Identifiers are split at `_` and `.`.
    pub(crate) fn stems(&self, text: &str) -> Vec<String> {
        let lower = text.to_lowercase().replace(['\'', '\u{2019}'], "");
        lower
            .unicode_words()
            .flat_map(|word| word.split(['_', '.', ':']))
            .filter(|word| !word.is_empty() && !self.function_words.contains(word))
            .map(|word| self.stemmer.stem(word).into_owned())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inflections_meet_and_function_words_go() {
        let words = Words::new();
        assert_eq!(words.stems("How do my Threads work?"), words.stems("thread"));
        assert_eq!(
            words.stems("asyncio.gather_all"),
            ["asyncio", "gather", "all"]
                .map(|w| words.stems(w).concat())
                .into_iter()
                .filter(|w| !w.is_empty())
                .collect::<Vec<_>>()
        );
        assert!(words.stems("what is it").is_empty());
        let text = "Threads thread; asyncio.gather_all, don't `thread`";
        let distinct = words.distinct_stems(text, &mut Memory::default());
        assert_eq!(distinct, words.stems(text).into_iter().collect());
    }
}
