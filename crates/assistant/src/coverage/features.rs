//! What the coverage verdict looks at.

use super::elsewhere::Elsewhere;
use super::vocabulary::Vocabulary;
use crate::ranking::RankedQuestion;
use crate::words::Words;
use regex::Regex;
use std::collections::HashSet;
use std::sync::LazyLock;
use viva_core::id::QuestionId;
use viva_core::search::Hit;
use viva_core::turn::Understood;

/// Names of the features, in the order of a [`FeatureVector`].
pub const FEATURES: [&str; 15] = [
    "dense_top",
    "dense_lead",
    "bm25_per_term",
    "legs_agree",
    "entry_share",
    "name_share",
    "unknown_share",
    "mended_share",
    "score_lead",
    "heaviest_missing",
    "addresses_us",
    "unnamed_share",
    "terms",
    "elsewhere",
    "name_cosine",
];

/// Where [`RankedQuestion::views`] has the cosine of a question's wording.
const CARD_DENSE: usize = 0;

/// One value for each of [`FEATURES`].
pub type FeatureVector = [f64; FEATURES.len()];

/// What the features are computed from.
pub(crate) struct Evidence<'a> {
    /// The question as understood.
    pub(crate) query: &'a Understood,
    /// The fused hits, best first.
    pub(crate) hits: &'a [Hit],
    /// The same by question.
    pub(crate) ranked: &'a [RankedQuestion],
}

/// Computes the features of a question and what was found for it.
///
/// - `dense_top`: the best cosine.
/// - `dense_lead`: how far the best question's cosine stands above the mean of the next nine questions'.
/// - `bm25_per_term`: the best BM25 score, divided by the number of the question's distinct stems.
/// - `legs_agree`: 1 where both legs have the same question first, ½ where each has the other's first in its top five.
/// - `entry_share`: share of the question's stems, weighted by inverse document frequency, that stand in the best entry.
/// - `name_share`: the same for the best entry's wording and aliases.
/// - `unknown_share`: share of the stems that stand nowhere in the guide.
/// - `mended_share`: share of the question's words as asked that its understanding replaced.
/// - `score_lead`: how far the best question's score stands above the second's.
/// - `heaviest_missing`: the most telling stem that the best entry lacks, as a share of the most telling one there can
///   be: a question about the borrow checker of Rust is not answered by an entry that never mentions Rust.
/// - `addresses_us`: 1 where the text gives orders to the assistant or asks about its workings or other users.
/// - `unnamed_share`: share of the stems that no entry is called by: the guide mentions Java, but is not about it.
/// - `terms`: logarithm of the number of distinct stems.
/// - `elsewhere`: how many names of other subjects, by which the best entry is not called, the question holds, at most 2.
/// - `name_cosine`: how close the wording and aliases of the best entry come to the question.
pub(crate) fn features(
    words: &Words,
    vocabulary: &Vocabulary,
    elsewhere: &Elsewhere,
    evidence: &Evidence<'_>,
) -> FeatureVector {
    let stems: HashSet<String> = words.stems(&evidence.query.standalone).into_iter().collect();
    let count = stems.len().max(1) as f64;
    let total: f64 = stems.iter().map(|stem| vocabulary.weight(stem)).sum::<f64>().max(f64::MIN_POSITIVE);
    let share = |has: &dyn Fn(&str) -> bool| {
        stems.iter().filter(|stem| has(stem)).map(|stem| vocabulary.weight(stem)).sum::<f64>() / total
    };
    let best = evidence.ranked.first().map(|found| &found.question);
    let bm25 = evidence
        .hits
        .iter()
        .filter_map(|hit| hit.legs.bm25)
        .map(|leg| f64::from(leg.score))
        .fold(0.0, f64::max);
    let (top, lead) = dense_profile(evidence.ranked);
    [
        top,
        lead,
        bm25 / count,
        agreement(evidence.ranked),
        best.map_or(0.0, |id| share(&|stem| vocabulary.entry_has(id, stem))),
        best.map_or(0.0, |id| share(&|stem| vocabulary.name_has(id, stem))),
        if stems.is_empty() { 1.0 } else { share(&|stem| !vocabulary.knows(stem)) },
        mended_share(words, evidence.query),
        match evidence.ranked {
            [first, second, ..] => f64::from(first.score - second.score),
            _ => 0.0,
        },
        heaviest_missing(&stems, best, vocabulary),
        f64::from(addresses_us(&evidence.query.original)),
        share(&|stem| !vocabulary.names_by(stem)),
        count.ln(),
        elsewhere.count(&evidence.query.original, best).min(2) as f64,
        evidence.ranked.first().map_or(0.0, |found| f64::from(found.views[CARD_DENSE])),
    ]
}

fn heaviest_missing(stems: &HashSet<String>, best: Option<&QuestionId>, vocabulary: &Vocabulary) -> f64 {
    let is_missing = |stem: &&String| best.is_none_or(|id| !vocabulary.entry_has(id, stem));
    let heaviest = stems.iter().filter(is_missing).map(|stem| vocabulary.weight(stem)).fold(0.0, f64::max);
    heaviest / vocabulary.weight("")
}

/// Orders to the assistant, in the forms that OWASP's prompt injection sheet lists, and questions about it.
static ADDRESSED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)
        \b(ignore|disregard|forget|override|bypass)\b .{0,40} \b(previous|prior|above|earlier|all|your|the|these) \s .{0,20}
            \b(instruction|prompt|rule|direction|guideline|message)s?\b
        | \byour \s (system \s)? (prompt|instructions|rules|guidelines|training \s data|creators?|developers?|operators?)\b
        | ^\s* (system|assistant|developer) \s* :
        | \byou \s are \s now\b | \bact \s as \b | \bpretend \s (to \s be|you)\b
        | \b(other|another) \s (users?|persons?|candidates?)('s|s')? \b
        | \bwho \s (made|built|created|runs|owns|pays) \s you\b | \byou \s can \s (see|access|read)\b
        | \b(full \s (marks|score|points)|10/10)\b
        ",
    )
    .ok()
});

fn addresses_us(text: &str) -> bool {
    ADDRESSED.as_ref().is_some_and(|pattern| pattern.is_match(text))
}

fn mended_share(words: &Words, query: &Understood) -> f64 {
    let asked: HashSet<String> = words.stems(&query.original).into_iter().collect();
    let searched: HashSet<String> = words.stems(&query.standalone).into_iter().collect();
    asked.difference(&searched).count() as f64 / asked.len().max(1) as f64
}

/// The best cosine, and its distance to the mean of the next nine questions.
fn dense_profile(ranked: &[RankedQuestion]) -> (f64, f64) {
    let best_of = |found: &RankedQuestion| {
        found
            .hits
            .iter()
            .filter_map(|hit| hit.legs.dense)
            .map(|leg| f64::from(leg.score))
            .max_by(f64::total_cmp)
    };
    let mut cosines: Vec<f64> = ranked.iter().filter_map(best_of).collect();
    cosines.sort_by(|a, b| b.total_cmp(a));
    let top = cosines.first().copied().unwrap_or(0.0);
    let next = &cosines[cosines.len().min(1)..cosines.len().min(10)];
    if next.is_empty() { (top, 0.0) } else { (top, top - next.iter().sum::<f64>() / next.len() as f64) }
}

fn agreement(ranked: &[RankedQuestion]) -> f64 {
    let order = |rank_of: &dyn Fn(&Hit) -> Option<u32>| {
        let mut order: Vec<(u32, usize)> = ranked
            .iter()
            .enumerate()
            .filter_map(|(at, found)| Some((found.hits.iter().filter_map(rank_of).min()?, at)))
            .collect();
        order.sort_unstable();
        order.into_iter().map(|(_, at)| at).take(5).collect::<Vec<_>>()
    };
    let dense = order(&|hit| hit.legs.dense.map(|leg| leg.rank));
    let bm25 = order(&|hit| hit.legs.bm25.map(|leg| leg.rank));
    match (dense.first(), bm25.first()) {
        (Some(a), Some(b)) if a == b => 1.0,
        (Some(a), Some(b)) if bm25.contains(a) && dense.contains(b) => 0.5,
        _ => 0.0,
    }
}
