//! The traits that adapters implement and that everything else is written against.

use crate::chunk::EmbeddedChunk;
use crate::guide::Guide;
use crate::id::Digest;
use crate::manifest::{Manifest, Mismatch, ModelIdentity};
use crate::search::{Hit, SearchQuery};
use crate::vector::{DenseVector, QueryVectors, SparseVector};
use async_trait::async_trait;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

mod chat;
mod stores;

pub use chat::{ChatModel, ChatStream};
pub use stores::{Appended, ConversationStore, InterviewStore, StoreError, TokenLedger};

/// An error of a library below a port, kept for the log.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Turns text into vectors.
#[async_trait]
pub trait Embedder: Send + Sync {
    /// The dense encoder.
    fn identity(&self) -> ModelIdentity;

    /// Name, version and settings of the sparse encoder.
    fn sparse_identity(&self) -> String;

    /// The window of the dense encoder, in its own tokens; special tokens not counted.
    fn max_tokens(&self) -> usize;

    /// How many of the dense encoder's own tokens `text` has (special tokens not counted, not cut at the window).
    fn count_tokens(&self, text: &str) -> usize;

    /// Whether the dense encoder's vocabulary has `word` whole, which is so for the usual words of its language.
    fn is_word(&self, word: &str) -> bool {
        self.count_tokens(word) == 1
    }

    /// How many terms the sparse encoder sees in `text`.
    fn count_terms(&self, text: &str) -> usize;

    /// Encodes a question for both legs.
    async fn embed_query(&self, text: &str) -> Result<QueryVectors, EmbedError>;

    /// Encodes passages for the dense leg, one vector each, in their order.
    async fn embed_passages(&self, passages: Vec<String>) -> Result<Vec<DenseVector>, EmbedError>;

    /// Encodes passages as [`Embedder::embed_passages`] does, whenever nothing else is asked of the encoder.
    async fn embed_at_leisure(&self, passages: Vec<String>) -> Result<Vec<DenseVector>, EmbedError> {
        self.embed_passages(passages).await
    }

    /// Says that no more passages will come for a while, so that what is kept ready for them may be given back. A hint:
    /// passages that come all the same are encoded.
    fn rest(&self) {}

    /// Encodes a document for the BM25 leg; `mean_terms` is the corpus' mean of [`Embedder::count_terms`].
    fn encode_document(&self, text: &str, mean_terms: f32) -> SparseVector;
}

/// Why a text could not be encoded.
#[derive(Debug, thiserror::Error)]
pub enum EmbedError {
    /// The workers are gone or overloaded; try again later.
    #[error("the encoder is not available: {0}")]
    Unavailable(String),
    /// The runtime reported an error.
    #[error("the encoder failed")]
    Failed(#[source] BoxError),
}

/// Reads one open, complete index.
#[async_trait]
pub trait ChunkSearch: Send + Sync {
    /// Hybrid search; hits best first, at most `query.limit`.
    async fn search(&self, query: &SearchQuery) -> Result<Vec<Hit>, SearchError>;

    /// Answers when the index can be searched.
    async fn ping(&self) -> Result<(), SearchError>;
}

/// Why a search has no result.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// The index cannot be reached or is being closed; try again later.
    #[error("the index is not available: {0}")]
    Unavailable(String),
    /// No answer within the time limit.
    #[error("the index did not answer within {} ms", .0.as_millis())]
    Timeout(Duration),
    /// A stored point cannot be read.
    #[error("point {point} in `{index}` has no usable `{field}`")]
    Payload {
        /// The collection or the folder.
        index: String,
        /// The point.
        point: String,
        /// The field.
        field: &'static str,
    },
    /// The engine reported an error.
    #[error("the index failed")]
    Failed(#[source] BoxError),
}

/// One complete index with the guide it was made from. A turn takes one at its start and keeps it, so that a
/// switch in the middle of a turn cannot mix two revisions.
pub struct Edition {
    /// What it was made from.
    pub manifest: Manifest,
    /// The guide, as indexed.
    pub guide: Arc<Guide>,
    /// Its chunks.
    pub search: Arc<dyn ChunkSearch>,
}

/// Where the serving index is to be had.
pub trait Library: Send + Sync {
    /// The edition to answer from now.
    fn current(&self) -> Result<Arc<Edition>, NotReady>;
}

/// Why there is no index to answer from.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotReady {
    /// It is being built or opened.
    #[error("the index is being built: {0}")]
    Starting(String),
    /// Nothing was ingested yet.
    #[error("nothing has been ingested yet")]
    Empty,
    /// It was made with other settings.
    #[error(transparent)]
    Mismatch(Mismatch),
    /// It cannot be opened.
    #[error("the index cannot be opened: {0}")]
    Broken(String),
}

/// Writes an index.
#[async_trait]
pub trait ChunkIndex: Send + Sync {
    /// What the serving index was made from; `None` where there is none that can be read.
    async fn manifest(&self) -> Result<Option<Manifest>, IndexError>;

    /// Begins a new index beside the serving one. What an earlier, unfinished build left is removed.
    async fn begin(&self) -> Result<Box<dyn IndexBuild>, IndexError>;
}

/// An index that is being built; nobody searches it before [`IndexBuild::finish`]. Dropping it abandons it.
#[async_trait]
pub trait IndexBuild: Send {
    /// Adds chunks.
    async fn add(&mut self, chunks: Vec<EmbeddedChunk>) -> Result<(), IndexError>;

    /// Makes it durable, checks that it holds what was added, stores `guide` and `manifest` with it, and lets it
    /// take the serving index's place in one step.
    async fn finish(self: Box<Self>, guide: &Guide, manifest: &Manifest) -> Result<(), IndexError>;
}

/// Why an index could not be written.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// Another process is writing.
    #[error("{holder} is writing this index")]
    Locked {
        /// Who, in words.
        holder: String,
    },
    /// No room.
    #[error("no space left in {place}")]
    StorageFull {
        /// Where.
        place: String,
    },
    /// The engine or the file system reported an error.
    #[error("{doing}")]
    Failed {
        /// What was being done, with the place.
        doing: String,
        /// Why it failed.
        #[source]
        source: BoxError,
    },
}

/// Dense vectors of passages that were embedded before, by digest of the passage; survives a kill at any moment.
pub trait VectorCache: Send + Sync {
    /// The vectors of those `passages` that are known.
    fn known(&self, passages: &[Digest]) -> HashMap<Digest, DenseVector>;

    /// Whether the vector of `passage` is known, as far as can be told without reading it.
    fn knows(&self, passage: &Digest) -> bool {
        !self.known(std::slice::from_ref(passage)).is_empty()
    }

    /// Remembers vectors; durable when it returns.
    fn remember(&self, vectors: &[(Digest, DenseVector)]) -> Result<(), IndexError>;

    /// Forgets everything but `live`.
    fn retain(&self, live: &[Digest]) -> Result<(), IndexError>;
}

/// The time.
pub trait Clock: Send + Sync {
    /// Wall-clock time, for records.
    fn now(&self) -> SystemTime;

    /// Time since some fixed moment, never going back, for durations.
    fn monotonic(&self) -> Duration;
}

/// New names.
pub trait Ids: Send + Sync {
    /// A name that was not given before, sortable by time.
    fn fresh(&self) -> String;
}
