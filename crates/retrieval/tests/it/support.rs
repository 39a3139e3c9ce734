//! A corpus without a model: deterministic vectors, hand-made terms, and homes to put it into.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tempfile::TempDir;
use viva_core::chunk::{Chunk, ChunkId, EmbeddedChunk, Origin};
use viva_core::guide::{
    FollowUp, Guide, KeyPoint, Level, Module, Question, QuestionKind, Section, SectionKind, Weight,
};
use viva_core::id::{Digest, FocusArea, ModuleId, QuestionId, Role};
use viva_core::manifest::{Manifest, ModelIdentity, SCHEMA_VERSION};
use viva_core::ports::{ChunkIndex, Edition, Ids, IndexError, Library};
use viva_core::search::{Filter, LegChoice, SearchQuery};
use viva_core::vector::{QueryVectors, SparseVector};
use viva_retrieval::{
    EmbeddedHome, EmbeddedOptions, EmbeddedWriter, Holder, Home, OpenError, SearchOptions, Shelf, Wanted,
};

pub(crate) const DIMENSION: usize = 32;
pub(crate) const SPARSE: &str = "test-terms";

/// Knuth's linear congruential generator: the same numbers everywhere.
pub(crate) struct Lcg(pub(crate) u64);

impl Lcg {
    pub(crate) fn next(&mut self) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as u32
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.next() as usize % bound
    }

    pub(crate) fn unit_vector(&mut self) -> Vec<f32> {
        let raw: Vec<f32> = (0..DIMENSION).map(|_| self.next() as f32 / (1_u32 << 31) as f32 - 0.5).collect();
        let length = raw.iter().map(|x| x * x).sum::<f32>().sqrt();
        raw.into_iter().map(|x| x / length).collect()
    }

    /// Up to four terms of a vocabulary in which small numbers are common; weights repeat, so that scores tie.
    pub(crate) fn terms(&mut self) -> SparseVector {
        let mut indices: Vec<u32> =
            (0..=self.below(4)).map(|_| (self.below(20) * self.below(20)) as u32).collect();
        indices.sort_unstable();
        indices.dedup();
        let values = indices.iter().map(|_| 0.5 + 0.25 * self.below(4) as f32).collect();
        SparseVector { indices, values }
    }
}

pub(crate) struct TestIds(AtomicU64);

impl Ids for TestIds {
    fn fresh(&self) -> String {
        format!("{:06}", self.0.fetch_add(1, Ordering::Relaxed))
    }
}

pub(crate) fn ids() -> Arc<dyn Ids> {
    Arc::new(TestIds(AtomicU64::new(1)))
}

/// A guide with its chunks.
pub(crate) struct Corpus {
    pub(crate) guide: Guide,
    pub(crate) manifest: Manifest,
    pub(crate) chunks: Vec<EmbeddedChunk>,
}

pub(crate) fn model() -> ModelIdentity {
    ModelIdentity { name: "test-model".to_owned(), file: Digest([7; 32]), dimension: DIMENSION as u32 }
}

pub(crate) fn wanted() -> Wanted {
    Wanted { model: model(), sparse: SPARSE.to_owned() }
}

pub(crate) fn role(number: usize) -> Role {
    Role::new(["backend", "data", "ml"][number % 3]).unwrap()
}

pub(crate) fn module(number: usize) -> ModuleId {
    ModuleId::new(["python", "cloud"][number % 2]).unwrap()
}

pub(crate) fn question_id(number: usize) -> QuestionId {
    QuestionId::new(format!("question-{number:05}")).unwrap()
}

/// `chunks` chunks of edition `number`: each question has a card of one to three rows and two sections. Every
/// eleventh chunk has no term.
pub(crate) fn corpus(number: u64, chunks: usize) -> Corpus {
    let mut random = Lcg(number);
    let questions = chunks.div_ceil(3).max(1);
    let mut embedded = Vec::with_capacity(chunks);
    for place in 0..chunks {
        let origin = match place % 3 {
            0 => Origin::Card,
            1 => section(SectionKind::ShortAnswer, 0),
            _ => section(SectionKind::Explanation, 0),
        };
        let rows = if origin == Origin::Card { 1 + place % 4 } else { 1 };
        let dense = (0..rows).map(|_| random.unit_vector()).collect();
        let sparse = if place % 11 == 5 { SparseVector::default() } else { random.terms() };
        embedded.push(chunk(number, place / 3, origin, dense, sparse));
    }
    finish(number, questions, embedded)
}

pub(crate) fn section(kind: SectionKind, part: u16) -> Origin {
    Origin::Section { kind, anchor: kind.as_str().to_owned(), part }
}

/// A chunk of question `question` in edition `number`.
pub(crate) fn chunk(
    number: u64,
    question: usize,
    origin: Origin,
    dense: Vec<Vec<f32>>,
    sparse: SparseVector,
) -> EmbeddedChunk {
    let place = match &origin {
        Origin::Card => 0,
        Origin::Section { kind, part, .. } => 1 + *kind as u128 * 100 + u128::from(*part),
    };
    // Scattered, so that the order of ids is not the reading order.
    let id = (question as u128 * 1000 + place + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835);
    EmbeddedChunk {
        id: ChunkId(id),
        content: Digest([0; 32]),
        chunk: Chunk {
            question: question_id(question),
            module: module(question),
            origin,
            text: format!("edition {number}"),
            passages: (0..dense.len()).map(|row| format!("passage {row} of question {question}")).collect(),
            level: Some(Level::ALL[question % 4]),
            roles: vec![role(question), role(question + 1)],
            focus: vec![FocusArea::new("threads").unwrap()],
        },
        dense,
        sparse,
    }
}

/// The corpus of `chunks` about `questions` questions, with a guide and a manifest to match.
pub(crate) fn finish(number: u64, questions: usize, chunks: Vec<EmbeddedChunk>) -> Corpus {
    let mut revision = [0; 32];
    revision[..8].copy_from_slice(&number.to_be_bytes());
    let revision = Digest(revision);
    let modules = (0..2).map(|place| Module {
        number: place as u16 + 1,
        id: module(place),
        title: format!("Module {place}"),
        summary: "What it covers — in two sentences.".to_owned(),
        prerequisites: vec![module(1)],
        questions: (0..questions)
            .filter(|question| question % 2 == place)
            .map(|question| entry(question, number))
            .collect(),
    });
    let guide = Guide::new(revision, modules.collect());
    let manifest = Manifest {
        schema: SCHEMA_VERSION,
        revision,
        chunker: "test-chunker".to_owned(),
        model: model(),
        sparse: SPARSE.to_owned(),
        mean_terms: 17.3,
        questions: questions as u32,
        chunks: chunks.len() as u32,
        built_at: 1_700_000_000 + number,
    };
    Corpus { guide, manifest, chunks }
}

fn entry(question: usize, number: u64) -> Question {
    Question {
        id: question_id(question),
        module: module(question),
        text: format!("What is number {question}?"),
        kind: if question % 5 == 4 { QuestionKind::Plain } else { QuestionKind::Structured },
        level: (question % 5 != 4).then_some(Level::ALL[question % 4]),
        roles: vec![role(question)],
        focus: vec![FocusArea::new("threads").unwrap()],
        aliases: vec!["numéro 🦀".to_owned()],
        related: vec![question_id(0)],
        sections: vec![Section {
            kind: SectionKind::Explanation,
            anchor: "explanation".to_owned(),
            heading: "Explanation".to_owned(),
            markdown: format!("edition {number}\n\n```python\nprint(\"{question}\\n\")\n```"),
        }],
        key_points: Weight::ALL.map(|weight| KeyPoint { weight, text: "a point".to_owned() }).to_vec(),
        follow_ups: vec![FollowUp { question: "And then?".to_owned(), answer: "Nothing.".to_owned() }],
        source: format!("python/{question}.md"),
    }
}

pub(crate) async fn build(writer: &dyn ChunkIndex, corpus: &Corpus) -> Result<(), IndexError> {
    let mut build = writer.begin().await?;
    for batch in corpus.chunks.chunks(500) {
        build.add(batch.to_vec()).await?;
    }
    build.finish(&corpus.guide, &corpus.manifest).await
}

pub(crate) fn query(dense: Vec<f32>, sparse: SparseVector, limit: usize) -> SearchQuery {
    let forms = vec![QueryVectors { dense, sparse }];
    SearchQuery { forms, legs: LegChoice::Hybrid, filter: Filter::default(), limit }
}

/// A home with its writer; `TempDir` keeps the folder of an embedded one.
pub(crate) struct Kit {
    pub(crate) home: Arc<dyn Home>,
    pub(crate) writer: Box<dyn ChunkIndex>,
    pub(crate) folder: Option<TempDir>,
}

impl Kit {
    pub(crate) fn shelf(&self) -> Shelf {
        Shelf::new(Arc::clone(&self.home), wanted())
    }

    pub(crate) async fn edition(&self, corpus: &Corpus) -> Arc<Edition> {
        build(self.writer.as_ref(), corpus).await.unwrap();
        let library = self.shelf();
        library.refresh().await.unwrap();
        library.current().unwrap()
    }
}

pub(crate) fn options(folder: &std::path::Path) -> EmbeddedOptions {
    EmbeddedOptions { folder: folder.to_owned(), search: SearchOptions::default(), threads: 2 }
}

pub(crate) fn holder() -> Holder {
    Holder::this_process("viva test")
}

pub(crate) fn embedded_kit() -> Kit {
    let folder = tempfile::tempdir().unwrap();
    let home = Arc::new(EmbeddedHome::open(options(folder.path()), holder()).unwrap());
    let writer = Box::new(EmbeddedWriter::new(folder.path().to_owned(), holder(), ids()));
    Kit { home, writer, folder: Some(folder) }
}

/// Waits until an embedded index is closed before its folder is removed.
pub(crate) async fn close(folder: Option<TempDir>) {
    if let Some(folder) = folder {
        drop(reopen(folder.path()).await);
    }
}

/// Opens an index as soon as an earlier reader in this process has closed it. (A child that is just being started holds copies of all locks for a
/// moment, too.)
pub(crate) async fn reopen(folder: &std::path::Path) -> EmbeddedHome {
    loop {
        match EmbeddedHome::open(options(folder), holder()) {
            Ok(home) => return home,
            Err(OpenError::Held { .. }) => tokio::time::sleep(Duration::from_millis(5)).await,
            Err(error) => panic!("{error}"),
        }
    }
}
