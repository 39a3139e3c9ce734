//! The vectors of a question's own statements: key points, counter-statements, pitfalls and the sentences of its answer.
//!
//! They are some sixty sentences, which take the encoder three times as long as a candidate's answer. They depend on the
//! guide alone, so they are encoded once, when nobody waits ([`StatementEncoder::learn`]), and kept in a [`VectorCache`]
//! under the digest of each statement. What is not there yet is encoded by the grade that needs it, and not written by
//! it: a grade waits for no disk. Encoding them with the ingest was refused: it would double the time until the first
//! question can be asked.

use super::claims::{Entry, entry_texts};
use super::counter::counter_statements;
use super::features::SheetVectors;
use crate::sheet::Sheet;
use quick_cache::sync::Cache;
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::sync::Arc;
use viva_core::id::Digest;
use viva_core::ports::{EmbedError, Embedder, IndexError, NotReady, VectorCache};
use viva_core::vector::DenseVector;

/// How many sheets' vectors are held in memory, some 100 KB each.
const KEPT_SHEETS: usize = 64;

/// Why statements were not learnt.
#[derive(Debug, thiserror::Error)]
pub enum LearnError {
    /// They could not be encoded.
    #[error(transparent)]
    Embed(#[from] EmbedError),
    /// They could not be written.
    #[error(transparent)]
    Kept(#[from] IndexError),
    /// There is no guide.
    #[error(transparent)]
    NotReady(#[from] NotReady),
}

/// Encodes sheets, each once.
pub(crate) struct StatementEncoder {
    embedder: Arc<dyn Embedder>,
    kept: Option<Arc<dyn VectorCache>>,
    sheets: Cache<Digest, Arc<SheetVectors>>,
}

/// Everything of a sheet that is encoded.
struct Statements {
    counters: Vec<Vec<String>>,
    /// Key points first.
    entry: Vec<String>,
    /// Key points, pitfalls, counter-statements, and what the entry has besides its key points.
    all: Vec<String>,
}

impl Statements {
    fn of(sheet: &Sheet) -> Self {
        let counters = counter_statements(sheet);
        let entry = entry_texts(sheet);
        let mut all: Vec<String> = sheet.points.iter().map(|point| point.text.clone()).collect();
        all.extend(sheet.pitfalls.iter().cloned());
        all.extend(counters.iter().flatten().cloned());
        all.extend(entry.iter().skip(sheet.points.len()).cloned());
        Self { counters, entry, all }
    }
}

impl StatementEncoder {
    pub(crate) fn new(embedder: Arc<dyn Embedder>) -> Self {
        Self { embedder, kept: None, sheets: Cache::new(KEPT_SHEETS) }
    }

    /// Looks statements up in `cache` before it encodes them.
    pub(crate) fn keep_in(&mut self, cache: Arc<dyn VectorCache>) {
        self.kept = Some(cache);
    }

    /// The vectors of a sheet.
    pub(crate) async fn vectors(&self, sheet: &Sheet) -> Result<Arc<SheetVectors>, EmbedError> {
        self.sheets.get_or_insert_async(&key(sheet), self.encode(sheet)).await
    }

    /// Encodes, at leisure, what of a sheet is not kept yet, and keeps it; the digests of all its statements. Writes to
    /// the disk: not for a thread that serves requests.
    pub(crate) async fn learn(&self, sheet: &Sheet) -> Result<Vec<Digest>, LearnError> {
        let Some(cache) = &self.kept else { return Ok(Vec::new()) };
        let texts = Statements::of(sheet).all;
        let digests: Vec<Digest> = texts.iter().map(|text| digest(text)).collect();
        let (new, of): (Vec<String>, Vec<Digest>) =
            texts.into_iter().zip(&digests).filter(|(_, digest)| !cache.knows(digest)).unzip();
        if !new.is_empty() {
            let vectors = self.embedder.embed_at_leisure(new).await?;
            cache.remember(&of.into_iter().zip(vectors).collect::<Vec<_>>())?;
        }
        Ok(digests)
    }

    /// Forgets every statement but these.
    pub(crate) fn retain(&self, live: &[Digest]) -> Result<(), IndexError> {
        self.kept.as_ref().map_or(Ok(()), |cache| cache.retain(live))
    }

    async fn encode(&self, sheet: &Sheet) -> Result<Arc<SheetVectors>, EmbedError> {
        let Statements { counters, entry, all } = Statements::of(sheet);
        let mut vectors = self.embed(all).await?.into_iter();
        let mut take = |count: usize| vectors.by_ref().take(count).collect::<Vec<_>>();
        let points = take(sheet.points.len());
        let pitfalls = take(sheet.pitfalls.len());
        let counters = counters.iter().map(|texts| take(texts.len())).collect();
        let rest = take(entry.len().saturating_sub(points.len()));
        let entry = Entry::new(&entry, points.iter().cloned().chain(rest).collect());
        Ok(Arc::new(SheetVectors { points, counters, pitfalls, entry }))
    }

    /// The vectors of `texts` in their order: those that are kept, and the others encoded now.
    async fn embed(&self, texts: Vec<String>) -> Result<Vec<DenseVector>, EmbedError> {
        let Some(cache) = &self.kept else { return self.embedder.embed_passages(texts).await };
        let digests: Vec<Digest> = texts.iter().map(|text| digest(text)).collect();
        let mut known: HashMap<Digest, DenseVector> = cache.known(&digests);
        let unknown = texts.into_iter().zip(&digests).filter(|(_, digest)| !known.contains_key(*digest));
        let (new, of): (Vec<String>, Vec<Digest>) = unknown.unzip();
        if !new.is_empty() {
            let vectors = self.embedder.embed_passages(new).await?;
            known.extend(of.into_iter().zip(vectors));
        }
        Ok(digests.iter().map(|digest| known.get(digest).cloned().unwrap_or_default()).collect())
    }
}

fn digest(text: &str) -> Digest {
    Digest(Sha256::digest(text).into())
}

/// Names everything that a sheet's vectors are made from.
fn key(sheet: &Sheet) -> Digest {
    let mut hash = Sha256::new();
    let points = sheet.points.iter().map(|point| &point.text);
    let prose = [&sheet.text, &sheet.short_answer, &sheet.explanation];
    for text in prose.into_iter().chain(points).chain(&sheet.pitfalls) {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text);
    }
    Digest(hash.finalize().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{FakeEmbedder, sheet};
    use async_trait::async_trait;
    use std::collections::HashSet;
    use std::sync::Mutex;
    use viva_core::manifest::ModelIdentity;
    use viva_core::vector::{QueryVectors, SparseVector};

    /// Says which texts were encoded, and when.
    #[derive(Default)]
    struct Watched {
        at_once: Mutex<Vec<String>>,
        at_leisure: Mutex<Vec<String>>,
    }

    #[async_trait]
    impl Embedder for Watched {
        fn identity(&self) -> ModelIdentity {
            FakeEmbedder.identity()
        }
        fn sparse_identity(&self) -> String {
            FakeEmbedder.sparse_identity()
        }
        fn max_tokens(&self) -> usize {
            FakeEmbedder.max_tokens()
        }
        fn count_tokens(&self, text: &str) -> usize {
            FakeEmbedder.count_tokens(text)
        }
        fn count_terms(&self, text: &str) -> usize {
            FakeEmbedder.count_terms(text)
        }
        async fn embed_query(&self, text: &str) -> Result<QueryVectors, EmbedError> {
            FakeEmbedder.embed_query(text).await
        }
        async fn embed_passages(&self, passages: Vec<String>) -> Result<Vec<DenseVector>, EmbedError> {
            self.at_once.lock().unwrap().extend(passages.iter().cloned());
            FakeEmbedder.embed_passages(passages).await
        }
        async fn embed_at_leisure(&self, passages: Vec<String>) -> Result<Vec<DenseVector>, EmbedError> {
            self.at_leisure.lock().unwrap().extend(passages.iter().cloned());
            FakeEmbedder.embed_passages(passages).await
        }
        fn encode_document(&self, text: &str, mean_terms: f32) -> SparseVector {
            FakeEmbedder.encode_document(text, mean_terms)
        }
    }

    #[derive(Default)]
    struct Memory(Mutex<HashMap<Digest, DenseVector>>);

    impl VectorCache for Memory {
        fn known(&self, passages: &[Digest]) -> HashMap<Digest, DenseVector> {
            let kept = self.0.lock().unwrap();
            passages.iter().filter_map(|digest| Some((*digest, kept.get(digest)?.clone()))).collect()
        }
        fn remember(&self, vectors: &[(Digest, DenseVector)]) -> Result<(), IndexError> {
            self.0.lock().unwrap().extend(vectors.iter().cloned());
            Ok(())
        }
        fn retain(&self, live: &[Digest]) -> Result<(), IndexError> {
            self.0.lock().unwrap().retain(|digest, _| live.contains(digest));
            Ok(())
        }
    }

    fn encoder(cache: &Arc<Memory>) -> (Arc<Watched>, StatementEncoder) {
        let embedder = Arc::new(Watched::default());
        let mut encoder = StatementEncoder::new(Arc::clone(&embedder) as _);
        encoder.keep_in(Arc::clone(cache) as _);
        (embedder, encoder)
    }

    #[tokio::test]
    async fn what_was_learnt_is_never_encoded_again_and_gives_the_same_vectors() {
        let sheet = sheet("gil");
        let cache = Arc::new(Memory::default());
        let (fresh, encoder_of_fresh) = encoder(&cache);
        let unlearnt = encoder_of_fresh.vectors(&sheet).await.unwrap();
        let all: HashSet<String> = fresh.at_once.lock().unwrap().drain(..).collect();
        assert!(all.len() > sheet.points.len());
        assert!(cache.0.lock().unwrap().is_empty(), "a grade writes nothing");

        let (learning, encoder_of_learning) = encoder(&cache);
        encoder_of_learning.learn(&sheet).await.unwrap();
        assert_eq!(learning.at_leisure.lock().unwrap().drain(..).collect::<HashSet<_>>(), all);
        encoder_of_learning.learn(&sheet).await.unwrap();
        let learnt = encoder_of_learning.vectors(&sheet).await.unwrap();
        assert!(learning.at_leisure.lock().unwrap().is_empty());
        assert!(learning.at_once.lock().unwrap().is_empty());
        assert_eq!(learnt.points, unlearnt.points);
        assert_eq!(learnt.counters, unlearnt.counters);
        assert_eq!(learnt.pitfalls, unlearnt.pitfalls);
    }

    #[tokio::test]
    async fn a_cache_that_knows_half_of_it_is_as_good() {
        let sheet = sheet("gil");
        let cache = Arc::new(Memory::default());
        let (_, learning) = encoder(&cache);
        let digests = learning.learn(&sheet).await.unwrap();
        let whole = learning.vectors(&sheet).await.unwrap();
        let half: Vec<Digest> = digests.iter().copied().step_by(2).collect();
        learning.retain(&half).unwrap();
        let (embedder, late) = encoder(&cache);
        assert_eq!(late.vectors(&sheet).await.unwrap().points, whole.points);
        assert!(!embedder.at_once.lock().unwrap().is_empty());
    }
}
