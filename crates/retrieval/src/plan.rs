//! A search, worked out before it is put to an engine: which legs run, how deep, and whether they are fused.

use crate::options::SearchOptions;
use async_trait::async_trait;
use viva_core::chunk::ChunkId;
use viva_core::ports::SearchError;
use viva_core::search::{Filter, LegChoice, SearchQuery};
use viva_core::vector::{DenseVector, SparseVector};

/// Name of the dense vector: a multivector, one row for each passage, compared by its best row (max-sim).
pub(crate) const DENSE: &str = "dense";
/// Name of the BM25 vector; the engine multiplies in the inverse document frequency.
pub(crate) const BM25: &str = "bm25";

/// Below this many chunks every search is exact; above it a home may use what graph it has.
const EXACT_BELOW: usize = 10_000;

/// What is put to an engine.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Plan {
    /// The legs of all forms of the question. Never empty.
    pub(crate) legs: Vec<Leg>,
    /// How many points each leg returns.
    pub(crate) depth: usize,
    /// The engine's rank constant, where the legs are to be fused as well: it scores `1 / (k + rank - 1)`.
    pub(crate) fusion: Option<u32>,
    /// What the points must match.
    pub(crate) filter: Filter,
    /// Whether a graph may be used in place of comparing with every point.
    pub(crate) exact: bool,
}

/// One leg of one form of the question.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Leg {
    Dense(DenseVector),
    Bm25(SparseVector),
}

/// A point with a score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Scored {
    pub(crate) id: ChunkId,
    pub(crate) score: f32,
}

/// What an engine says to a [`Plan`].
#[derive(Debug, Default)]
pub(crate) struct Answer {
    /// The fused list, where one was asked for.
    pub(crate) fused: Vec<Scored>,
    /// A list for each leg of the plan, in its order, best first.
    pub(crate) legs: Vec<Vec<Scored>>,
}

/// What a home can do.
#[async_trait]
pub(crate) trait Engine: Send + Sync {
    async fn run(&self, plan: &Plan) -> Result<Answer, SearchError>;
    async fn ping(&self) -> Result<(), SearchError>;
}

impl Plan {
    /// Works `query` out for an index of `chunks`; `None` where no leg has anything to search for.
    ///
    /// A question without a searchable term has no BM25 leg: that is a leg with no result, not an error.
    pub(crate) fn new(query: &SearchQuery, options: SearchOptions, chunks: usize) -> Option<Self> {
        let mut legs = Vec::new();
        for form in &query.forms {
            if query.legs != LegChoice::Bm25 {
                legs.push(Leg::Dense(form.dense.clone()));
            }
            if query.legs != LegChoice::Dense && !form.sparse.indices.is_empty() {
                legs.push(Leg::Bm25(form.sparse.clone()));
            }
        }
        let depth = options.leg_depth.max(query.limit).saturating_add(1);
        let fusion = (query.legs == LegChoice::Hybrid).then(|| options.rrf_k.saturating_add(1));
        let nothing = legs.is_empty() || query.limit == 0 || chunks == 0;
        (!nothing).then(|| Self {
            legs,
            depth,
            fusion,
            filter: query.filter.clone(),
            exact: chunks < EXACT_BELOW,
        })
    }

    /// The most points a fused list can have.
    pub(crate) fn fused_limit(&self) -> usize {
        self.legs.len().saturating_mul(self.depth)
    }
}
