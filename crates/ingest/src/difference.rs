//! Which passages have to be embedded.

use crate::chunker::SizedChunk;
use crate::digest::passage_digest;
use std::collections::{HashMap, HashSet};
use viva_core::id::Digest;
use viva_core::manifest::ModelIdentity;
use viva_core::ports::VectorCache;
use viva_core::vector::DenseVector;

/// What is known of the passages of some chunks, and what is not.
#[derive(Debug)]
pub(crate) struct Difference {
    /// For each chunk, in their order, the digests of its passages.
    pub(crate) rows: Vec<Vec<Digest>>,
    /// The vectors that are known.
    pub(crate) known: HashMap<Digest, DenseVector>,
    /// What has to be embedded, each text once, the longest first: texts of about equal length in one call
    /// waste least on padding, and the short ones at the end let all workers finish together.
    pub(crate) missing: Vec<Missing>,
    /// Whether the cache holds, or may hold, vectors that must not be used. They have to be forgotten before
    /// anything is remembered: a cache need not replace what it knows.
    pub(crate) distrusts_cache: bool,
}

/// A passage without a vector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Missing {
    pub(crate) digest: Digest,
    pub(crate) text: String,
    pub(crate) tokens: usize,
}

impl Difference {
    /// Compares the passages of `chunks` with the vectors that `cache` knows of `model`; without a cache
    /// everything is missing. A known vector that cannot be the model's (a wrong number of components, or one
    /// that is no number) is missing as well.
    pub(crate) fn new(model: &ModelIdentity, chunks: &[SizedChunk], cache: Option<&dyn VectorCache>) -> Self {
        let mut rows = Vec::with_capacity(chunks.len());
        let mut seen = HashSet::new();
        let mut distinct = Vec::new();
        for SizedChunk { chunk, tokens } in chunks {
            let digests: Vec<_> = chunk.passages.iter().map(|text| passage_digest(model, text)).collect();
            for ((digest, text), tokens) in digests.iter().zip(&chunk.passages).zip(tokens) {
                if seen.insert(*digest) {
                    distinct.push((*digest, text, *tokens));
                }
            }
            rows.push(digests);
        }
        let digests: Vec<_> = distinct.iter().map(|(digest, ..)| *digest).collect();
        let mut known = cache.map(|cache| cache.known(&digests)).unwrap_or_default();
        let found = known.len();
        known.retain(|_, vector| is_vector_of(model, vector));
        let distrusts_cache = cache.is_none() || known.len() < found;
        let mut missing: Vec<_> = distinct
            .into_iter()
            .filter(|(digest, ..)| !known.contains_key(digest))
            .map(|(digest, text, tokens)| Missing { digest, text: text.clone(), tokens })
            .collect();
        missing.sort_by(|a, b| b.tokens.cmp(&a.tokens).then_with(|| a.digest.cmp(&b.digest)));
        Self { rows, known, missing, distrusts_cache }
    }
}

/// Whether `vector` has the shape of the model's.
pub(crate) fn is_vector_of(model: &ModelIdentity, vector: &DenseVector) -> bool {
    vector.len() == model.dimension as usize && vector.iter().all(|component| component.is_finite())
}
