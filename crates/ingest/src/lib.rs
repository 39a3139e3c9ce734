//! From the guide to the index: chunks, difference, embedding, switch.
//!
//! ```text
//! Guide -> ChunkedGuide -> Difference -> Vectors -> EmbeddedChunk* -> IndexBuild::finish
//! ```
//!
//! Decided: the index is always written whole, beside the serving one, and takes its place in one step. What
//! makes an ingest slow is the encoder, and its work is kept in the [`VectorCache`] under the digest of every
//! passage, so a change of one section costs the embedding of its passages, and a few seconds for cutting and
//! writing. Refused: patching the serving index point by point, which would save part of those seconds and
//! would have to be right about deletions, half-written patches and readers in the middle.
//!
//! A killed ingest leaves the serving index alone, and the next run embeds only what was not remembered yet.
//!
//! | module | what it holds |
//! |---|---|
//! | [`chunker`] | guide -> chunks, sized in the encoder's own tokens (pure) |
//! | `cutting` | the same for a whole guide, on all processors |
//! | `digest` | the names of chunks and passages |
//! | `difference` | which passages have to be embedded |
//! | `embedding` | embeds them, several calls at a time, and remembers as it goes |
//! | `writing` | BM25 vectors, points, batches |
//! | [`pipeline`] | the stages in their order |
//! | [`progress`], [`report`], [`error`], [`options`] | what goes in and comes out |
//!
//! [`VectorCache`]: viva_core::ports::VectorCache

pub mod chunker;
mod cutting;
mod difference;
mod digest;
mod embedding;
pub mod error;
pub mod options;
pub mod pipeline;
pub mod progress;
pub mod report;
#[cfg(test)]
mod testing;
mod writing;

pub use chunker::{ChunkedGuide, Chunker, ChunkerOptions, SizedChunk};
pub use error::IngestError;
pub use options::IngestOptions;
pub use pipeline::{Ingest, IngestPorts};
pub use progress::{Progress, ProgressUpdate, Stage};
pub use report::{IngestReport, Outcome, StageTimes, Work};
