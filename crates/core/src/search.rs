//! A query to the index and its hits.

use crate::chunk::{Chunk, ChunkId};
use crate::guide::Level;
use crate::id::{ModuleId, QuestionId, Role};
use crate::vector::QueryVectors;
use std::sync::Arc;

/// What is asked of the index.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchQuery {
    /// One for each form of the question that is searched (its original and its completed wording);
    /// at least one. All legs of all forms are fused together.
    pub forms: Vec<QueryVectors>,
    /// Which legs take part.
    pub legs: LegChoice,
    /// What the hits must match.
    pub filter: Filter,
    /// How many chunks are wanted at most, after fusion.
    pub limit: usize,
}

/// Which legs of the hybrid search take part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum LegChoice {
    /// Both, fused by reciprocal rank.
    #[default]
    Hybrid,
    /// Dense alone (for measuring).
    Dense,
    /// BM25 alone (for measuring, and where the encoder is lost).
    Bm25,
}

/// Conditions on the payload, pushed down into the index. An absent one lets everything through.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// Only this module.
    pub module: Option<ModuleId>,
    /// Only questions of this level.
    pub level: Option<Level>,
    /// Only questions asked for this role.
    pub role: Option<Role>,
    /// Only these questions; empty means any.
    pub questions: Vec<QuestionId>,
}

/// A chunk that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// Its name.
    pub id: ChunkId,
    /// The chunk, from the index; shared, because a search finds hundreds.
    pub chunk: Arc<Chunk>,
    /// Reciprocal-rank-fusion score; for a single leg, that leg's own score. Comparable within one search only.
    pub score: f32,
    /// Where each leg had it.
    pub legs: Legs,
}

/// A hit's places in the legs of the search.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Legs {
    /// In the dense leg; the score is the cosine.
    pub dense: Option<LegRank>,
    /// In the BM25 leg; the score is the BM25 sum.
    pub bm25: Option<LegRank>,
}

/// A place in one leg.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LegRank {
    /// From 1.
    pub rank: u32,
    /// That leg's own score.
    pub score: f32,
}
