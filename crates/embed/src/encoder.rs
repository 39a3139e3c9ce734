//! Both encoders behind the port.

use crate::dense::{Blueprint, Limits, Pool, load_runtime, plan};
use crate::error::OpenError;
use crate::options::EmbedOptions;
use crate::sparse::Bm25Encoder;
use async_trait::async_trait;
use quick_cache::sync::Cache;
use std::sync::Arc;
use std::time::Instant;
use tokenizers::Tokenizer;
use viva_core::manifest::ModelIdentity;
use viva_core::ports::{EmbedError, Embedder};
use viva_core::vector::{DenseVector, QueryVectors, SparseVector};

/// The longest query that is kept, in bytes: what people ask again is short, and the cache stays small.
const MAX_CACHED_QUERY: usize = 1024;

/// The most tokens of a run for idle hours: some 20 ms, which is what a query that comes in the middle waits.
const LEISURE_TOKENS: usize = 128;

/// The dense model on its worker threads, and the BM25 encoder.
pub struct Encoder {
    pool: Pool,
    tokenizer: Tokenizer,
    identity: ModelIdentity,
    /// Tokens of a text that the model sees, special ones not counted.
    max_tokens: usize,
    limits: Limits,
    rests: bool,
    queries: Option<Cache<String, Arc<QueryVectors>>>,
    bm25: Bm25Encoder,
}

impl Encoder {
    /// Loads the runtime and the model from the cache folder; needs no network. Blocks for about half a second.
    ///
    /// Every file is checked in full before it is used: the runtime's library before it is loaded, the weights on
    /// the bytes that are then used.
    pub fn open(options: &EmbedOptions) -> Result<Self, OpenError> {
        let started = Instant::now();
        // Batches are small, and a pool of threads for cutting words would only take turns with the sessions.
        tokenizers::utils::parallelism::set_parallelism(false);
        let environment = load_runtime(options)?;
        let blueprint = Arc::new(Blueprint::new(options, environment)?);
        // One after the other, since a session takes twice its size while it is made.
        let first = blueprint.load()?;
        let mut models = vec![first.model];
        for _ in 1..options.workers {
            models.push(blueprint.load()?.model);
        }
        let limits = Limits {
            waiting: options.max_waiting.max(1),
            texts: options.max_batch.max(1),
            tokens: options.max_batch_tokens.max(1),
        };
        let again = move || Ok(blueprint.load()?.model);
        let pool = Pool::start(models, Arc::new(again), limits).map_err(OpenError::Thread)?;
        let special = first.tokenizer.encode_fast("", true).map_or(0, |encoding| encoding.len());
        tracing::debug!(model = first.identity.name, elapsed = ?started.elapsed(), "encoder opened");
        Ok(Self {
            pool,
            tokenizer: first.tokenizer,
            identity: first.identity,
            max_tokens: first.window.saturating_sub(special),
            limits,
            rests: options.rests,
            queries: (options.query_cache > 0).then(|| Cache::new(options.query_cache)),
            bm25: Bm25Encoder::new()?,
        })
    }

    fn plan(&self, passages: Vec<String>, tokens: usize) -> Planned {
        let count = passages.len();
        let length = |text: &str| self.count_tokens(text).min(self.max_tokens);
        let batches = plan(passages, length, self.limits.texts, tokens);
        let (texts, owners) = batches.into_iter().map(|batch| (batch.texts, batch.owners)).unzip();
        Planned { texts, owners, count }
    }

    async fn encode_query(&self, text: &str) -> Result<QueryVectors, EmbedError> {
        // A token of English has some four characters; guessing low only makes a batch a little larger.
        let tokens = (text.len() / 4 + 2).min(self.max_tokens);
        let dense = self.pool.query(text, tokens).await?;
        Ok(QueryVectors { dense, sparse: self.bm25.query(text) })
    }
}

/// Passages cut into runs.
struct Planned {
    texts: Vec<Vec<String>>,
    /// For each text of each run, the places of the passages that it stands for.
    owners: Vec<Vec<Vec<usize>>>,
    count: usize,
}

/// The vectors of runs in the order of the passages, of which there are `count`.
fn in_order(encoded: Vec<Vec<DenseVector>>, owners: Vec<Vec<Vec<usize>>>, count: usize) -> Vec<DenseVector> {
    let mut vectors = vec![DenseVector::new(); count];
    for (vector, places) in encoded.into_iter().flatten().zip(owners.into_iter().flatten()) {
        for place in places {
            if let Some(slot) = vectors.get_mut(place) {
                slot.clone_from(&vector);
            }
        }
    }
    vectors
}

#[async_trait]
impl Embedder for Encoder {
    fn identity(&self) -> ModelIdentity {
        self.identity.clone()
    }

    fn sparse_identity(&self) -> String {
        Bm25Encoder::identity()
    }

    /// The model's window without the special tokens that it adds to every text.
    fn max_tokens(&self) -> usize {
        self.max_tokens
    }

    fn count_tokens(&self, text: &str) -> usize {
        // A word-piece tokenizer refuses no text; should one do so, each byte is surely no more than a token.
        self.tokenizer.encode_fast(text, false).map_or(text.len(), |encoding| encoding.len())
    }

    fn count_terms(&self, text: &str) -> usize {
        self.bm25.count_terms(text)
    }

    async fn embed_query(&self, text: &str) -> Result<QueryVectors, EmbedError> {
        match &self.queries {
            // Of equal queries that come at once, one is encoded and the others wait for it.
            Some(cache) if text.len() <= MAX_CACHED_QUERY => {
                let encoded = async { self.encode_query(text).await.map(Arc::new) };
                let vectors = cache.get_or_insert_async(text, encoded).await?;
                Ok(QueryVectors::clone(&vectors))
            }
            _ => self.encode_query(text).await,
        }
    }

    async fn embed_passages(&self, passages: Vec<String>) -> Result<Vec<DenseVector>, EmbedError> {
        let planned = self.plan(passages, self.limits.tokens);
        let encoded = self.pool.passages(planned.texts).await?;
        Ok(in_order(encoded, planned.owners, planned.count))
    }

    async fn embed_at_leisure(&self, passages: Vec<String>) -> Result<Vec<DenseVector>, EmbedError> {
        let planned = self.plan(passages, LEISURE_TOKENS.min(self.limits.tokens));
        let encoded = self.pool.leisurely(planned.texts).await?;
        Ok(in_order(encoded, planned.owners, planned.count))
    }

    fn rest(&self) {
        if self.rests {
            self.pool.rest();
        }
    }

    fn encode_document(&self, text: &str, mean_terms: f32) -> SparseVector {
        self.bm25.document(text, mean_terms)
    }
}
