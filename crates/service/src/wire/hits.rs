//! What a search found.

use super::names::SectionName;
use super::{finite, milliseconds, url};
use serde::Serialize;
use std::time::Duration;
use utoipa::ToSchema;
use viva_assistant::FoundSection;
use viva_core::search::{LegRank, Legs};

/// A section that was found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HitBody {
    question_id: String,
    question: String,
    module: String,
    section: SectionName,
    /// Verbatim.
    text: String,
    /// The fused score; comparable within one search only.
    score: f64,
    legs: LegsBody,
    url: String,
}

/// Where each leg of the search had it; null where it did not.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LegsBody {
    #[schema(required)]
    dense: Option<LegBody>,
    #[schema(required)]
    bm25: Option<LegBody>,
}

/// A place in one leg.
#[derive(Debug, Serialize, ToSchema)]
struct LegBody {
    #[schema(minimum = 1)]
    rank: u32,
    /// That leg's own score: the cosine, or the BM25 sum.
    score: f64,
}

/// How long the stages took, in milliseconds.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SearchTimings {
    embed: f64,
    search: f64,
    total: f64,
}

impl SearchTimings {
    pub(crate) fn new(embed: Duration, search: Duration, total: Duration) -> Self {
        Self { embed: milliseconds(embed), search: milliseconds(search), total: milliseconds(total) }
    }
}

impl From<FoundSection> for HitBody {
    fn from(found: FoundSection) -> Self {
        let FoundSection { question, title, module, section, anchor, text, score, legs } = found;
        Self {
            url: url(&question, &anchor),
            question_id: question.to_string(),
            question: title,
            module: module.to_string(),
            section: section.into(),
            text,
            score: number(score),
            legs: legs.into(),
        }
    }
}

impl From<Legs> for LegsBody {
    fn from(legs: Legs) -> Self {
        let Legs { dense, bm25 } = legs;
        Self { dense: dense.map(Into::into), bm25: bm25.map(Into::into) }
    }
}

impl From<LegRank> for LegBody {
    fn from(leg: LegRank) -> Self {
        let LegRank { rank, score } = leg;
        Self { rank, score: number(score) }
    }
}

/// A score, to the sixth decimal: widening alone would write `0.9` as `0.8999999761581421`.
pub(super) fn number(score: f32) -> f64 {
    finite((f64::from(score) * 1_000_000.0).round() / 1_000_000.0)
}
