//! Scripted ports in memory, and small guides.

use crate::pipeline::{Ingest, IngestPorts};
use crate::progress::{Progress, ProgressUpdate};
use crate::report::IngestReport;
use crate::{IngestError, IngestOptions};
use async_trait::async_trait;
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};
use tokio_util::sync::CancellationToken;
use viva_core::chunk::EmbeddedChunk;
use viva_core::guide::{FollowUp, Guide, Level, Module, Question, QuestionKind, Section, SectionKind};
use viva_core::id::{Digest, ModuleId, QuestionId};
use viva_core::manifest::{Manifest, ModelIdentity};
use viva_core::ports::{ChunkIndex, Clock, EmbedError, Embedder, IndexBuild, IndexError, VectorCache};
use viva_core::vector::{DenseVector, QueryVectors, SparseVector};

pub(crate) const DIMENSION: u32 = 4;

pub(crate) fn words(text: &str) -> usize {
    text.split_whitespace().count()
}

/// Counts tokens by words; a text's vector is made of its hash.
pub(crate) struct FakeEmbedder {
    pub(crate) file: Digest,
    pub(crate) max_tokens: usize,
    /// The texts of every call, in the order of the calls.
    pub(crate) calls: Mutex<Vec<Vec<String>>>,
    /// Numbers of the calls that fail, from 0.
    pub(crate) failing: Vec<usize>,
    /// Components that are missing from every vector.
    pub(crate) too_short_by: usize,
    /// Stops the ingest when the call of this number, from 0, arrives; that call never ends.
    pub(crate) cancels: Option<(usize, CancellationToken)>,
    /// Whether it was told that no more passages come.
    pub(crate) rested: AtomicBool,
}

impl Default for FakeEmbedder {
    fn default() -> Self {
        Self {
            file: Digest([1; 32]),
            max_tokens: 64,
            calls: Mutex::default(),
            failing: Vec::new(),
            too_short_by: 0,
            cancels: None,
            rested: AtomicBool::new(false),
        }
    }
}

impl FakeEmbedder {
    pub(crate) fn texts(&self) -> Vec<String> {
        self.calls.lock().unwrap().concat()
    }
}

pub(crate) fn vector_of(text: &str) -> DenseVector {
    Sha256::digest(text).iter().take(DIMENSION as usize).map(|byte| f32::from(*byte)).collect()
}

#[async_trait]
impl Embedder for FakeEmbedder {
    fn identity(&self) -> ModelIdentity {
        ModelIdentity { name: "fake".to_owned(), file: self.file, dimension: DIMENSION }
    }

    fn sparse_identity(&self) -> String {
        "words".to_owned()
    }

    fn max_tokens(&self) -> usize {
        self.max_tokens
    }

    fn count_tokens(&self, text: &str) -> usize {
        words(text)
    }

    fn count_terms(&self, text: &str) -> usize {
        words(text)
    }

    async fn embed_query(&self, _: &str) -> Result<QueryVectors, EmbedError> {
        unreachable!("an ingest asks nothing")
    }

    async fn embed_passages(&self, passages: Vec<String>) -> Result<Vec<DenseVector>, EmbedError> {
        let number = {
            let mut calls = self.calls.lock().unwrap();
            calls.push(passages.clone());
            calls.len() - 1
        };
        if let Some((at, token)) = &self.cancels
            && *at == number
        {
            token.cancel();
            std::future::pending::<()>().await;
        }
        tokio::task::yield_now().await;
        if self.failing.contains(&number) {
            return Err(EmbedError::Unavailable("as scripted".to_owned()));
        }
        let mut vectors: Vec<_> = passages.iter().map(|text| vector_of(text)).collect();
        for vector in &mut vectors {
            vector.truncate(vector.len() - self.too_short_by);
        }
        Ok(vectors)
    }

    fn rest(&self) {
        self.rested.store(true, Ordering::Relaxed);
    }

    fn encode_document(&self, text: &str, mean_terms: f32) -> SparseVector {
        assert!(self.rested.load(Ordering::Relaxed), "sessions are not held while the index is written");
        SparseVector { indices: vec![words(text) as u32], values: vec![mean_terms] }
    }
}

/// What serves, if anything.
type Serving = Option<(Manifest, Vec<EmbeddedChunk>)>;

/// What serves, and how many builds were begun.
#[derive(Default)]
pub(crate) struct MemoryIndex {
    pub(crate) serving: Arc<Mutex<Serving>>,
    pub(crate) writes: Arc<Mutex<Vec<usize>>>,
    pub(crate) begun: AtomicUsize,
    pub(crate) fails_to_finish: bool,
    pub(crate) is_locked: bool,
}

struct MemoryBuild {
    chunks: Vec<EmbeddedChunk>,
    serving: Arc<Mutex<Serving>>,
    writes: Arc<Mutex<Vec<usize>>>,
    fails_to_finish: bool,
}

#[async_trait]
impl ChunkIndex for MemoryIndex {
    async fn manifest(&self) -> Result<Option<Manifest>, IndexError> {
        Ok(self.serving.lock().unwrap().as_ref().map(|(manifest, _)| manifest.clone()))
    }

    async fn begin(&self) -> Result<Box<dyn IndexBuild>, IndexError> {
        if self.is_locked {
            return Err(IndexError::Locked { holder: "process 7".to_owned() });
        }
        self.begun.fetch_add(1, Ordering::Relaxed);
        Ok(Box::new(MemoryBuild {
            chunks: Vec::new(),
            serving: Arc::clone(&self.serving),
            writes: Arc::clone(&self.writes),
            fails_to_finish: self.fails_to_finish,
        }))
    }
}

#[async_trait]
impl IndexBuild for MemoryBuild {
    async fn add(&mut self, chunks: Vec<EmbeddedChunk>) -> Result<(), IndexError> {
        self.writes.lock().unwrap().push(chunks.len());
        self.chunks.extend(chunks);
        Ok(())
    }

    async fn finish(self: Box<Self>, _: &Guide, manifest: &Manifest) -> Result<(), IndexError> {
        if self.fails_to_finish {
            return Err(IndexError::StorageFull { place: "memory".to_owned() });
        }
        *self.serving.lock().unwrap() = Some((manifest.clone(), self.chunks));
        Ok(())
    }
}

#[derive(Default)]
pub(crate) struct MemoryCache {
    pub(crate) vectors: Mutex<HashMap<Digest, DenseVector>>,
    pub(crate) remembered: Mutex<Vec<usize>>,
    pub(crate) fails_to_trim: bool,
}

impl VectorCache for MemoryCache {
    fn known(&self, passages: &[Digest]) -> HashMap<Digest, DenseVector> {
        let vectors = self.vectors.lock().unwrap();
        passages.iter().filter_map(|digest| Some((*digest, vectors.get(digest)?.clone()))).collect()
    }

    fn remember(&self, vectors: &[(Digest, DenseVector)]) -> Result<(), IndexError> {
        self.remembered.lock().unwrap().push(vectors.len());
        let mut known = self.vectors.lock().unwrap();
        for (digest, vector) in vectors {
            // Does not replace what it knows, as a file that is only appended to.
            known.entry(*digest).or_insert_with(|| vector.clone());
        }
        Ok(())
    }

    fn retain(&self, live: &[Digest]) -> Result<(), IndexError> {
        if self.fails_to_trim {
            return Err(IndexError::StorageFull { place: "memory".to_owned() });
        }
        self.vectors.lock().unwrap().retain(|digest, _| live.contains(digest));
        Ok(())
    }
}

/// A second passes with every look at it.
#[derive(Default)]
pub(crate) struct CountingClock(AtomicUsize);

impl Clock for CountingClock {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_000)
    }

    fn monotonic(&self) -> Duration {
        Duration::from_secs(self.0.fetch_add(1, Ordering::Relaxed) as u64)
    }
}

#[derive(Default)]
pub(crate) struct Listener(pub(crate) Mutex<Vec<ProgressUpdate>>);

impl Progress for Listener {
    fn report(&self, update: ProgressUpdate) {
        self.0.lock().unwrap().push(update);
    }
}

/// Everything an ingest needs. The index and the cache stay when the encoder is replaced.
pub(crate) struct Bench {
    pub(crate) embedder: Arc<FakeEmbedder>,
    pub(crate) index: Arc<MemoryIndex>,
    pub(crate) cache: Arc<MemoryCache>,
    pub(crate) listener: Arc<Listener>,
    pub(crate) cancel: CancellationToken,
    pub(crate) options: IngestOptions,
}

impl Bench {
    pub(crate) fn new() -> Self {
        let options = IngestOptions {
            passages_per_call: NonZeroUsize::new(4).unwrap(),
            calls_in_flight: NonZeroUsize::new(2).unwrap(),
            remember_after: Duration::from_hours(1),
            ..IngestOptions::default()
        };
        Self {
            embedder: Arc::default(),
            index: Arc::default(),
            cache: Arc::default(),
            listener: Arc::default(),
            cancel: CancellationToken::new(),
            options,
        }
    }

    /// Ingests with a new encoder.
    pub(crate) async fn run_with(
        &mut self,
        embedder: FakeEmbedder,
        guide: &Guide,
    ) -> Result<IngestReport, IngestError> {
        self.embedder = Arc::new(embedder);
        self.listener = Arc::default();
        let ports = IngestPorts {
            embedder: self.embedder.clone(),
            index: self.index.clone(),
            cache: self.cache.clone(),
            clock: Arc::new(CountingClock::default()),
        };
        let ingest = Ingest::new(ports, self.options.clone());
        let (guide, listener, cancel) = (Arc::new(guide.clone()), self.listener.clone(), self.cancel.clone());
        // Spawned, as the service does: the future must be able to move between threads.
        tokio::spawn(async move { ingest.run(guide, listener, &cancel).await }).await.unwrap()
    }

    pub(crate) async fn run(&mut self, guide: &Guide) -> Result<IngestReport, IngestError> {
        self.run_with(FakeEmbedder::default(), guide).await
    }

    pub(crate) fn serving(&self) -> Serving {
        self.index.serving.lock().unwrap().clone()
    }
}

pub(crate) fn section(kind: SectionKind, heading: &str, markdown: &str) -> Section {
    Section {
        kind,
        anchor: kind.as_str().to_owned(),
        heading: heading.to_owned(),
        markdown: markdown.to_owned(),
    }
}

/// A question without sections.
pub(crate) fn question(id: &str, text: &str, aliases: &[&str]) -> Question {
    Question {
        id: QuestionId::new(id).unwrap(),
        module: ModuleId::new("module").unwrap(),
        text: text.to_owned(),
        kind: QuestionKind::Structured,
        level: Some(Level::Mid),
        roles: Vec::new(),
        focus: Vec::new(),
        aliases: aliases.iter().map(|alias| (*alias).to_owned()).collect(),
        related: Vec::new(),
        sections: Vec::new(),
        key_points: Vec::new(),
        follow_ups: Vec::new(),
        source: format!("{id}.md"),
    }
}

pub(crate) fn follow_up(question: &str, answer: &str) -> FollowUp {
    FollowUp { question: question.to_owned(), answer: answer.to_owned() }
}

pub(crate) fn module(id: &str, title: &str, mut questions: Vec<Question>) -> Module {
    let id = ModuleId::new(id).unwrap();
    for question in &mut questions {
        question.module = id.clone();
    }
    Module {
        number: 1,
        id,
        title: title.to_owned(),
        summary: String::new(),
        prerequisites: Vec::new(),
        questions,
    }
}

/// A guide whose revision is the digest of what it says.
pub(crate) fn guide(modules: Vec<Module>) -> Guide {
    let revision = Digest(Sha256::digest(format!("{modules:?}")).into());
    Guide::new(revision, modules)
}
