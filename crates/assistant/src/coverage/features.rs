//! What the coverage verdict looks at.

use super::vocabulary::Vocabulary;
use crate::ranking::RankedQuestion;
use crate::words::Words;
use std::collections::HashSet;
use viva_core::search::Hit;
use viva_core::turn::Understood;

/// Names of the features, in the order of a [`FeatureVector`].
pub const FEATURES: [&str; 10] = [
    "dense_top",
    "dense_lead",
    "bm25_per_term",
    "legs_agree",
    "entry_share",
    "name_share",
    "unknown_share",
    "mended_share",
    "score_lead",
    "terms",
];

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
/// - `terms`: logarithm of the number of distinct stems.
pub(crate) fn features(words: &Words, vocabulary: &Vocabulary, evidence: &Evidence<'_>) -> FeatureVector {
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
        count.ln(),
    ]
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
