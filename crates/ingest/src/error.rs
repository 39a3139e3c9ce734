//! Why an ingest did not finish.

use tokio::task::JoinError;
use viva_core::ports::{EmbedError, IndexError};

/// Why an ingest did not finish. In every case the serving index is as it was.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// Nothing to index: it would replace a good index by nothing.
    #[error("the guide has no questions, so the present index is kept; check the path of the content folder")]
    EmptyGuide,
    /// The encoder failed.
    #[error("embedding failed after {kept} new passages, which the next run reuses")]
    Embed {
        /// Passages embedded and remembered by this run.
        kept: usize,
        /// What the encoder said.
        #[source]
        source: EmbedError,
    },
    /// The index or the vector cache could not be read or written.
    #[error("writing the index failed")]
    Index(#[from] IndexError),
    /// It was asked to stop.
    #[error("the ingest was stopped; {kept} newly embedded passages are kept for the next run")]
    Cancelled {
        /// Passages embedded and remembered by this run.
        kept: usize,
    },
    /// A thread of this crate ended early: a mistake of ours, or the runtime is being shut down.
    #[error("a worker thread ended early while {doing}")]
    Worker {
        /// What it was doing.
        doing: &'static str,
        /// How it ended.
        #[source]
        source: JoinError,
    },
}
