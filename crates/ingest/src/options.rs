//! How an ingest is run.

use crate::chunker::ChunkerOptions;
use std::num::NonZeroUsize;
use std::time::Duration;

/// How an ingest is run. The defaults suit the guide on a machine of two cores.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IngestOptions {
    /// How the guide is cut.
    pub chunker: ChunkerOptions,
    /// Forget all vectors, embed everything again and write the index even where nothing changed.
    pub rebuild: bool,
    /// Passages handed to the encoder in one call. The encoder shares a call out among its workers, so this
    /// is a multiple of its own batch size; smaller calls report progress and notice a stop more often.
    pub passages_per_call: NonZeroUsize,
    /// Calls under way at once: with two, the workers have the next call's passages when they are through
    /// with the last one of the call before.
    pub calls_in_flight: NonZeroUsize,
    /// Vectors that wait to be remembered, at most.
    pub remember_every: NonZeroUsize,
    /// How long a vector waits to be remembered, at most: what a kill costs.
    pub remember_after: Duration,
    /// Chunks handed to the index in one call.
    pub chunks_per_write: NonZeroUsize,
}

impl Default for IngestOptions {
    fn default() -> Self {
        let at_least_one = |n| NonZeroUsize::new(n).unwrap_or(NonZeroUsize::MIN);
        Self {
            chunker: ChunkerOptions::default(),
            rebuild: false,
            passages_per_call: at_least_one(32),
            calls_in_flight: at_least_one(3),
            remember_every: at_least_one(512),
            remember_after: Duration::from_secs(3),
            chunks_per_write: at_least_one(500),
        }
    }
}
