//! Rankings of the wordings of one message -> one ranking.
//!
//! A question's score is the weighted sum of its scores under the wordings, and of what speaks for staying with the topic.
//! The weights are fitted by `viva eval blend` on labelled conversations (listwise softmax, as for the views of
//! an entry) and kept in `blend.json`.

use super::topic::Topic;
use crate::ranking::RankedQuestion;
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};
use viva_core::id::QuestionId;

const FITTED: &str = include_str!("blend.json");

/// What speaks for an entry in a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Blend {
    /// For a message that leans on what was said.
    pub leaning: Signs,
    /// For one that leans, and has no topic word of its own.
    pub bare: Signs,
    /// For one that stands on its own, or seems to: what was said is a hint, no more.
    pub complete: Signs,
}

/// What each sign counts.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signs {
    /// The score under the completed wording.
    pub completed: f32,
    /// The score under the wording as typed.
    pub typed: f32,
    /// The entry that answered last.
    pub same: f32,
    /// An entry that answered beside it, or is related to it.
    pub near: f32,
    /// An entry of the same module.
    pub module: f32,
    /// The entry that answered last, where the message is joined to it ("and …?").
    pub joined: f32,
}

/// The signs for one question, in the order of [`Signs`]' fields.
pub type Form = [f32; 6];

/// What a message's form says of its bond with what was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bond {
    /// Nothing but an aspect of the topic is asked for.
    pub(crate) stays: bool,
    /// It is joined to what was said: see `is_joined`.
    pub(crate) joined: bool,
}

/// What keeps an answer with its entry when nothing but an aspect of it is asked for: more than any score.
const STAYS: f32 = 1000.0;

impl Blend {
    /// The weights that are compiled in.
    pub fn fitted() -> Result<Self, serde_json::Error> {
        serde_json::from_str(FITTED)
    }
}

impl Signs {
    fn sum(&self, form: &Form) -> f32 {
        let Self { completed, typed, same, near, module, joined } = *self;
        [completed, typed, same, near, module, joined]
            .iter()
            .zip(form)
            .map(|(weight, sign)| weight * sign)
            .sum()
    }
}

/// One ranking of the questions found under either wording, best first, each with its signs.
pub(crate) fn blend(
    completed: Vec<RankedQuestion>,
    typed: Vec<RankedQuestion>,
    topic: &Topic,
    bond: Bond,
    weights: &Signs,
) -> Vec<(RankedQuestion, Form)> {
    // A wording under which a question was not found counts as the weakest score that it gave.
    let floor = |ranked: &[RankedQuestion]| ranked.last().map_or(0.0, |found| found.score);
    let (typed_floor, completed_floor) = (floor(&typed), floor(&completed));
    let typed_scores: HashMap<QuestionId, f32> =
        typed.iter().map(|found| (found.question.clone(), found.score)).collect();
    let known: HashSet<QuestionId> = completed.iter().map(|found| found.question.clone()).collect();
    let only_typed = typed.into_iter().filter(|found| !known.contains(&found.question));
    let completed = completed.into_iter().map(|found| {
        let score = found.score;
        (found, score)
    });
    let all = completed.chain(only_typed.map(|found| (found, completed_floor)));
    let mut blended: Vec<(RankedQuestion, Form)> = all
        .map(|(mut found, completed)| {
            let typed = typed_scores.get(&found.question).copied().unwrap_or(typed_floor);
            let is = |holds: bool| f32::from(u8::from(holds));
            let same = is(topic.entry.as_ref() == Some(&found.question));
            let near = is(topic.near.contains(&found.question));
            let module =
                is(found.hits.first().is_some_and(|hit| topic.module.as_ref() == Some(&hit.chunk.module)));
            let joined = same * is(bond.joined);
            let form = [completed, typed, same, near, module, joined];
            found.score = weights.sum(&form) + if bond.stays { STAYS * same } else { 0.0 };
            (found, form)
        })
        .collect();
    blended.sort_by(|(a, _), (b, _)| b.score.total_cmp(&a.score).then_with(|| a.question.cmp(&b.question)));
    blended
}
