//! Hits -> [`RankedQuestion`]s: a user asks for an entry, the index finds chunks.
//!
//! The engine fuses chunks by reciprocal rank. A question, though, has a card that says what it is called and
//! sections that say what it is about, and each is found in two legs: four views of one entry, which fusion by chunk
//! keeps apart. What the whole entry has in common with the text by its words and letters (`lexicon`) adds two. A question is
//! therefore ranked by the weighted sum of its best score in each view. The weights are fitted by `viva eval weights` on labelled
//! queries (listwise softmax loss, Cao et al., "Learning to rank", 2007) and kept in `ranking.json`.

use crate::lexicon::Likeness;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use viva_core::chunk::Origin;
use viva_core::id::QuestionId;
use viva_core::search::{Hit, LegRank};

const FITTED: &str = include_str!("ranking.json");

/// The views of a question, in the order of [`RankedQuestion::views`].
pub const VIEWS: [&str; 6] =
    ["card_dense", "section_dense", "card_bm25", "section_bm25", "entry_terms", "wording_letters"];
/// How many of them are the legs'.
const LEGS_VIEWS: usize = 4;

/// A question with the chunks of it that were found.
#[derive(Debug, Clone, PartialEq)]
pub struct RankedQuestion {
    /// Which one.
    pub question: QuestionId,
    /// The weighted sum of `views`.
    pub score: f32,
    /// The best score of the question in each of [`VIEWS`]: cosines, BM25 scores as a share of the best one, and the shares
    /// of `lexicon`. A view that did not find it counts as the weakest that was found.
    pub views: [f32; VIEWS.len()],
    /// Its chunks, best first; never empty.
    pub hits: Vec<Hit>,
}

/// What each view counts.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weights {
    /// The closest wording of its card.
    pub card_dense: f32,
    /// Its closest section.
    pub section_dense: f32,
    /// The terms of its card.
    pub card_bm25: f32,
    /// The terms of its best section.
    pub section_bm25: f32,
    /// The terms of the whole entry.
    pub entry_terms: f32,
    /// The letters of its closest wording.
    pub wording_letters: f32,
}

impl Weights {
    /// The weights that are compiled in.
    pub fn fitted() -> Result<Self, serde_json::Error> {
        serde_json::from_str(FITTED)
    }

    fn sum(&self, views: &[f32; VIEWS.len()]) -> f32 {
        let Self { card_dense, section_dense, card_bm25, section_bm25, entry_terms, wording_letters } = *self;
        [card_dense, section_dense, card_bm25, section_bm25, entry_terms, wording_letters]
            .iter()
            .zip(views)
            .map(|(weight, view)| weight * view)
            .sum()
    }
}

/// Groups hits by question, best question first; equal ones in the order of their ids. Without a `likeness` the legs are
/// measured alone.
pub(crate) fn rank_questions(
    hits: &[Hit],
    weights: &Weights,
    likeness: Option<&Likeness<'_>>,
) -> Vec<RankedQuestion> {
    let floors = Floors::of(hits);
    let mut positions: HashMap<&QuestionId, usize> = HashMap::new();
    let mut ranked: Vec<RankedQuestion> = Vec::new();
    for hit in hits {
        let at = *positions.entry(&hit.chunk.question).or_insert_with(|| {
            let question = hit.chunk.question.clone();
            ranked.push(RankedQuestion { question, score: 0.0, views: floors.views(), hits: Vec::new() });
            ranked.len() - 1
        });
        let found = &mut ranked[at];
        found.hits.push(hit.clone());
        let offset = usize::from(!matches!(hit.chunk.origin, Origin::Card));
        if let Some(leg) = hit.legs.dense {
            found.views[offset] = found.views[offset].max(leg.score);
        }
        if let Some(leg) = hit.legs.bm25 {
            found.views[2 + offset] = found.views[2 + offset].max(leg.score / floors.best_bm25);
        }
    }
    for found in &mut ranked {
        if let Some(likeness) = likeness {
            found.views[LEGS_VIEWS..].copy_from_slice(&likeness.of(&found.question));
        }
        found.score = weights.sum(&found.views);
    }
    ranked.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.question.cmp(&b.question)));
    ranked
}

/// What counts for a question that a leg did not find.
struct Floors {
    dense: f32,
    best_bm25: f32,
}

impl Floors {
    fn of(hits: &[Hit]) -> Self {
        let scores = |leg: fn(&Hit) -> Option<LegRank>| hits.iter().filter_map(leg).map(|leg| leg.score);
        let dense = scores(|hit| hit.legs.dense).min_by(f32::total_cmp).unwrap_or(0.0);
        let best_bm25 =
            scores(|hit| hit.legs.bm25).max_by(f32::total_cmp).unwrap_or(1.0).max(f32::MIN_POSITIVE);
        Self { dense, best_bm25 }
    }

    /// A term that is nowhere scores nothing; a cosine is never nothing.
    fn views(&self) -> [f32; VIEWS.len()] {
        [self.dense, self.dense, 0.0, 0.0, 0.0, 0.0]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fakes::hit_at;

    const EVEN: Weights = Weights {
        card_dense: 1.0,
        section_dense: 1.0,
        card_bm25: 1.0,
        section_bm25: 1.0,
        entry_terms: 1.0,
        wording_letters: 1.0,
    };

    #[test]
    fn views_of_one_question_add_up() {
        // `b` has the best single chunk, `a` is second in three views.
        let hits = [
            hit_at("b", "card", Some(0.9), None),
            hit_at("a", "card", Some(0.8), Some(5.0)),
            hit_at("a", "explanation", Some(0.8), None),
            hit_at("c", "explanation", Some(0.2), Some(10.0)),
        ];
        let ranked = rank_questions(&hits, &EVEN, None);
        let order: Vec<&str> = ranked.iter().map(|found| found.question.as_str()).collect();
        assert_eq!(order, ["a", "c", "b"]);
        assert_eq!(ranked[0].views, [0.8, 0.8, 0.5, 0.0, 0.0, 0.0]);
        assert_eq!(ranked[2].views, [0.9, 0.2, 0.0, 0.0, 0.0, 0.0]);
        assert_eq!(ranked[0].hits.len(), 2);
    }

    #[test]
    fn what_the_whole_entry_has_in_common_with_the_text_counts_as_well() {
        let words = crate::words::Words::new();
        let entry = |id: &str, alias: &str| crate::fakes::question(id, "A title", &[alias], &[]);
        let guide = crate::fakes::guide_of(vec![entry("a", "of apples"), entry("b", "of pears")]);
        let lexicon = crate::lexicon::Lexicon::of(&guide, &words);
        let hits = [hit_at("a", "card", Some(0.5), None), hit_at("b", "card", Some(0.5), None)];
        let ranked = rank_questions(&hits, &EVEN, Some(&lexicon.likeness(&words, "pears")));
        assert_eq!(ranked[0].question.as_str(), "b");
        assert!(ranked[0].views[4] > 0.0 && ranked[0].views[5] > ranked[1].views[5], "{:?}", ranked[0].views);
    }

    #[test]
    fn equal_scores_are_settled_by_name() {
        let hits = [hit_at("b", "card", Some(0.5), None), hit_at("a", "card", Some(0.5), None)];
        assert_eq!(rank_questions(&hits, &EVEN, None)[0].question.as_str(), "a");
    }
}
