//! What an ingest did.

use std::time::Duration;
use viva_core::id::Digest;

/// What an ingest did.
#[derive(Debug, Clone, PartialEq)]
pub struct IngestReport {
    /// Whether the index was written.
    pub outcome: Outcome,
    /// The guide's revision that the serving index now holds.
    pub revision: Digest,
    /// Questions in it.
    pub questions: usize,
    /// Chunks in it.
    pub chunks: usize,
    /// What was counted on the way; all zero where nothing was done.
    pub work: Work,
    /// How long the stages took.
    pub times: StageTimes,
}

/// Whether an ingest wrote the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The serving index was made from this very guide with these settings: nothing was done.
    Unchanged,
    /// A new index serves.
    Written,
}

/// What an ingest counted.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Work {
    /// Rows of the dense vectors, equal ones counted each time.
    pub passages: usize,
    /// Different passages among them.
    pub distinct: usize,
    /// Different passages whose vectors were known.
    pub reused: usize,
    /// Different passages that were embedded.
    pub embedded: usize,
    /// Tokens of the passages that were embedded, special tokens not counted.
    pub embedded_tokens: usize,
    /// Lines of code that were longer than a passage may be and had to be cut within the line.
    pub cut_lines: usize,
    /// Passages that the encoder cuts at its window (a question or an alias of extraordinary length).
    pub over_window: usize,
    /// Mean length of a chunk in BM25 terms.
    pub mean_terms: f32,
}

/// How long the stages of an ingest took.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StageTimes {
    /// Cutting the guide and comparing it with what is known.
    pub chunk: Duration,
    /// Embedding.
    pub embed: Duration,
    /// Encoding for BM25, writing and switching.
    pub write: Duration,
    /// From the start to the end.
    pub total: Duration,
}
