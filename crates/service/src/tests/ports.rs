//! Scripted ports. What the embedder does is written in the question itself.

use async_trait::async_trait;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};
use tokio::sync::watch;
use viva_core::chunk::{Chunk, ChunkId, Origin};
use viva_core::guide::{
    FollowUp, Guide, KeyPoint, Level, Module, Question, QuestionKind, Section, SectionKind, Weight,
};
use viva_core::id::{Digest, FocusArea, ModuleId, QuestionId, Role};
use viva_core::manifest::{Manifest, ModelIdentity, SCHEMA_VERSION};
use viva_core::ports::{
    ChunkSearch, Clock, Edition, EmbedError, Embedder, Ids, Library, NotReady, SearchError,
};
use viva_core::search::{Hit, LegRank, Legs, SearchQuery};
use viva_core::vector::{DenseVector, QueryVectors, SparseVector};

/// What the ports were asked, and what holds them back.
pub(crate) struct Script {
    /// Whether questions with "wait here" may go on.
    pub(crate) gate: watch::Sender<bool>,
    /// How many such questions have arrived.
    pub(crate) arrived: watch::Sender<usize>,
    /// How many of them were given up before they could go on.
    pub(crate) abandoned: watch::Sender<usize>,
    /// Whether the encoder refuses everything.
    pub(crate) encoder_broken: AtomicBool,
    /// Whether the index does not answer a ping.
    pub(crate) index_deaf: AtomicBool,
    pub(crate) embedded: AtomicUsize,
}

impl Script {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            gate: watch::Sender::new(false),
            arrived: watch::Sender::new(0),
            abandoned: watch::Sender::new(0),
            encoder_broken: AtomicBool::new(false),
            index_deaf: AtomicBool::new(false),
            embedded: AtomicUsize::new(0),
        })
    }

    async fn wait_here(&self) {
        struct Waiting<'a>(&'a Script, bool);
        impl Drop for Waiting<'_> {
            fn drop(&mut self) {
                if !self.1 {
                    self.0.abandoned.send_modify(|n| *n += 1);
                }
            }
        }
        self.arrived.send_modify(|n| *n += 1);
        let mut waiting = Waiting(self, false);
        self.gate.subscribe().wait_for(|open| *open).await.unwrap();
        waiting.1 = true;
    }
}

pub(crate) struct ScriptedEmbedder(pub(crate) Arc<Script>);

#[async_trait]
impl Embedder for ScriptedEmbedder {
    fn identity(&self) -> ModelIdentity {
        ModelIdentity { name: "scripted".into(), file: Digest([1; 32]), dimension: 1 }
    }
    fn sparse_identity(&self) -> String {
        "scripted".into()
    }
    fn max_tokens(&self) -> usize {
        256
    }
    fn count_tokens(&self, text: &str) -> usize {
        text.split_whitespace().count()
    }
    fn count_terms(&self, text: &str) -> usize {
        self.count_tokens(text)
    }
    /// The text's bytes, so that the scripted index can read what is asked.
    async fn embed_query(&self, text: &str) -> Result<QueryVectors, EmbedError> {
        self.0.embedded.fetch_add(1, Ordering::SeqCst);
        if self.0.encoder_broken.load(Ordering::SeqCst) || text.contains("encoder down") {
            return Err(EmbedError::Unavailable("canary-internal: worker 3 is gone".into()));
        }
        assert!(!text.contains("encoder panics"), "canary-internal: the encoder panicked");
        if text.contains("wait here") {
            self.0.wait_here().await;
        }
        Ok(QueryVectors { dense: text.bytes().map(f32::from).collect(), sparse: SparseVector::default() })
    }
    /// Bags of words.
    async fn embed_passages(&self, passages: Vec<String>) -> Result<Vec<DenseVector>, EmbedError> {
        for text in &passages {
            if self.0.encoder_broken.load(Ordering::SeqCst) || text.contains("encoder down") {
                return Err(EmbedError::Unavailable("canary-internal: worker 3 is gone".into()));
            }
            if text.contains("wait here") {
                self.0.wait_here().await;
            }
        }
        Ok(passages.iter().map(|text| bag_of_words(text)).collect())
    }
    fn encode_document(&self, _: &str, _: f32) -> SparseVector {
        SparseVector::default()
    }
}

fn bag_of_words(text: &str) -> DenseVector {
    let mut vector = vec![0.001_f32; 64];
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        let place = word
            .to_lowercase()
            .bytes()
            .fold(7_usize, |hash, byte| hash.wrapping_mul(31).wrapping_add(usize::from(byte)));
        vector[place % 64] += 1.0;
    }
    let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
    vector.into_iter().map(|x| x / length).collect()
}

struct ScriptedIndex(Arc<Guide>, Arc<Script>);

#[async_trait]
impl ChunkSearch for ScriptedIndex {
    /// The questions whose wording shares a word with the query, in the guide's order.
    async fn search(&self, query: &SearchQuery) -> Result<Vec<Hit>, SearchError> {
        let bytes: Vec<u8> = query.forms[0].dense.iter().map(|byte| *byte as u8).collect();
        let text = String::from_utf8(bytes).unwrap().to_lowercase();
        if text.contains("index slow") {
            return Err(SearchError::Timeout(Duration::from_secs(1)));
        }
        if text.contains("index broken") {
            return Err(SearchError::Failed("canary-internal: page 7 of /data/index is torn".into()));
        }
        let shares = |q: &&Question| {
            let wording = format!("{} {}", q.text, q.aliases.join(" ")).to_lowercase();
            text.split(|c: char| !c.is_alphanumeric()).any(|w| w.len() > 2 && wording.contains(w))
        };
        let passes = |q: &&Question| {
            query.filter.module.as_ref().is_none_or(|m| *m == q.module)
                && query.filter.level.is_none_or(|l| q.level == Some(l))
                && query.filter.role.as_ref().is_none_or(|r| q.roles.contains(r))
        };
        let found = self.0.questions().filter(shares).filter(passes);
        Ok(found.zip(1..).flat_map(|(q, rank)| hits(q, rank)).take(query.limit).collect())
    }
    async fn ping(&self) -> Result<(), SearchError> {
        if self.1.index_deaf.load(Ordering::SeqCst) {
            return Err(SearchError::Unavailable("canary-internal: 10.1.2.3:6334".into()));
        }
        Ok(())
    }
}

/// The card and every section of a question.
fn hits(question: &Question, rank: u32) -> Vec<Hit> {
    let card = (Origin::Card, question.text.clone());
    let sections = question.sections.iter().map(|section| {
        let origin = Origin::Section { kind: section.kind, anchor: section.anchor.clone(), part: 0 };
        (origin, section.markdown.clone())
    });
    let hit = |(place, (origin, text)): (u32, (Origin, String))| Hit {
        id: ChunkId(u128::from(rank * 100 + place)),
        chunk: Arc::new(Chunk {
            question: question.id.clone(),
            module: question.module.clone(),
            origin,
            text,
            passages: vec![],
            level: question.level,
            roles: question.roles.clone(),
            focus: question.focus.clone(),
        }),
        score: 1.0 / (60.0 + (rank * 10 + place) as f32),
        legs: Legs {
            dense: Some(LegRank { rank: rank * 10 + place, score: 0.9 / rank as f32 }),
            bm25: (place == 0).then_some(LegRank { rank, score: 9.2 }),
        },
    };
    (0..).zip(std::iter::once(card).chain(sections)).map(hit).collect()
}

/// A library whose edition can be taken away.
pub(crate) struct SwitchedLibrary(pub(crate) Mutex<Result<Arc<Edition>, NotReady>>);

impl Library for SwitchedLibrary {
    fn current(&self) -> Result<Arc<Edition>, NotReady> {
        self.0.lock().unwrap().clone()
    }
}

/// Ticks a millisecond and a bit at every look.
pub(crate) struct TickingClock(pub(crate) AtomicU64);

impl Clock for TickingClock {
    /// A millisecond later than at the last look of anybody.
    fn now(&self) -> SystemTime {
        static LOOKS: AtomicU64 = AtomicU64::new(1_795_371_942_000);
        SystemTime::UNIX_EPOCH + Duration::from_millis(LOOKS.fetch_add(1, Ordering::Relaxed))
    }
    fn monotonic(&self) -> Duration {
        Duration::from_micros(self.0.fetch_add(1234, Ordering::Relaxed))
    }
}

/// Ids that differ among all services of the process: some share a database.
pub(crate) struct CountedIds;

impl Ids for CountedIds {
    fn fresh(&self) -> String {
        static GIVEN: AtomicU64 = AtomicU64::new(0);
        format!("01890000-0000-7000-8000-{:012x}", GIVEN.fetch_add(1, Ordering::Relaxed))
    }
}

fn question(id: &str, module: &str, text: &str, level: Level, role: &str, focus: &str) -> Question {
    let section = |kind: SectionKind, markdown: String| Section {
        kind,
        anchor: kind.as_str().into(),
        heading: kind.as_str().into(),
        markdown,
    };
    Question {
        id: QuestionId::new(id).unwrap(),
        module: ModuleId::new(module).unwrap(),
        text: text.into(),
        kind: QuestionKind::Structured,
        level: Some(level),
        roles: vec![Role::new(role).unwrap()],
        focus: vec![FocusArea::new(focus).unwrap()],
        aliases: vec![format!("{id} please")],
        related: vec![QuestionId::new("gil").unwrap()],
        sections: vec![
            section(SectionKind::ShortAnswer, format!("The {id} in short. It is \"quoted\" & <b>bold</b>.")),
            section(SectionKind::Explanation, format!("The {id} explained, with `1 < 2`.")),
            section(SectionKind::Pitfalls, format!("- A pitfall of {id}.")),
        ],
        key_points: vec![KeyPoint { weight: Weight::Essential, text: format!("What {id} is") }],
        follow_ups: vec![FollowUp { question: format!("Why {id}?"), answer: format!("Because of {id}.") }],
        source: format!("{module}/{id}.md"),
    }
}

pub(crate) fn guide() -> Arc<Guide> {
    let plain = Question {
        kind: QuestionKind::Plain,
        level: None,
        roles: vec![],
        focus: vec![],
        follow_ups: vec![],
        key_points: vec![],
        sections: vec![Section {
            kind: SectionKind::Text,
            anchor: "intro".into(),
            heading: "Intro".into(),
            markdown: "Notes on kubernetes.".into(),
        }],
        ..question("notes", "own", "My kubernetes notes", Level::Mid, "any", "any")
    };
    let module = |number, id: &str, prerequisites: &[&str], questions| Module {
        number,
        id: ModuleId::new(id).unwrap(),
        title: format!("On {id}"),
        summary: String::new(),
        prerequisites: prerequisites.iter().map(|p| ModuleId::new(*p).unwrap()).collect(),
        questions,
    };
    let threading = vec![
        question("gil", "threading", "What is the GIL?", Level::Mid, "python-engineer", "python-internals"),
        question("locks", "threading", "What are locks?", Level::Senior, "data-engineer", "concurrency"),
    ];
    let asyncio = vec![question(
        "event-loop",
        "asyncio",
        "What is the event loop?",
        Level::Junior,
        "python-engineer",
        "concurrency",
    )];
    let modules = vec![
        module(1, "threading", &[], threading),
        module(2, "asyncio", &["threading"], asyncio),
        module(3, "own", &[], vec![plain]),
    ];
    Arc::new(Guide::new(Digest([7; 32]), modules))
}

pub(crate) fn edition(script: &Arc<Script>) -> Arc<Edition> {
    edition_of(guide(), script)
}

pub(crate) fn edition_of(guide: Arc<Guide>, script: &Arc<Script>) -> Arc<Edition> {
    let embedder = ScriptedEmbedder(Arc::clone(script));
    let manifest = Manifest {
        schema: SCHEMA_VERSION,
        revision: guide.revision(),
        chunker: "scripted".into(),
        model: embedder.identity(),
        sparse: embedder.sparse_identity(),
        mean_terms: 1.0,
        questions: 4,
        chunks: 13,
        built_at: 0,
    };
    let search = Arc::new(ScriptedIndex(Arc::clone(&guide), Arc::clone(script)));
    Arc::new(Edition { manifest, search, guide })
}
