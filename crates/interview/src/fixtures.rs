//! A small guide and scripted ports for this crate's tests: no model, no database, no clock.

use crate::sheet::Sheet;
use crate::vocabulary::Vocabulary;
use viva_core::guide::{
    FollowUp, Guide, KeyPoint, Level, Module, Question, QuestionKind, Section, SectionKind, Weight,
};
use viva_core::id::{Digest, FocusArea, ModuleId, QuestionId, Role};

/// What each entry of the small guide says: id, question, level, focus, key points, follow-ups.
type Entry = (
    &'static str,
    &'static str,
    Level,
    &'static str,
    &'static [(Weight, &'static str)],
    &'static [(&'static str, &'static str)],
);

const THREADS: &[Entry] = &[
    (
        "gil",
        "What is the GIL?",
        Level::Mid,
        "python-internals",
        &[
            (
                Weight::Essential,
                "The GIL is a lock that allows only one thread at a time to execute Python bytecode.",
            ),
            (
                Weight::Essential,
                "The GIL is released during blocking I/O, so threads still help I/O-bound work.",
            ),
            (Weight::Expected, "The GIL protects reference counts and does not make user code thread-safe."),
            (Weight::Bonus, "Sub-interpreters can each have their own GIL since Python 3.12."),
        ],
        &[
            (
                "Why do threads still help a web scraper?",
                "A scraper waits for sockets, and a thread releases the lock during blocking I/O.",
            ),
            (
                "Is list.append thread-safe?",
                "A single append is atomic, but user code with two steps needs a lock to be thread-safe.",
            ),
        ],
    ),
    (
        "deadlock",
        "What is a deadlock?",
        Level::Senior,
        "threading-vs-multiprocessing",
        &[
            (Weight::Essential, "A deadlock is a cycle of threads that wait for locks held by each other."),
            (Weight::Expected, "A fixed order of acquiring locks prevents deadlocks."),
        ],
        &[("How would you find one?", "Dump the stacks of all threads and look for a cycle.")],
    ),
    (
        "queue",
        "What is queue.Queue good for?",
        Level::Junior,
        "threading-vs-multiprocessing",
        &[
            (Weight::Essential, "A queue hands items from one thread to another safely."),
            (Weight::Expected, "A bounded queue slows the producer down."),
        ],
        &[],
    ),
];

const MEMORY: &[Entry] = &[
    (
        "reference-counting",
        "How does reference counting work?",
        Level::Mid,
        "memory-management",
        &[
            (Weight::Essential, "An object is freed immediately when its reference count drops to zero."),
            (Weight::Expected, "Cycles are found by a separate collector."),
        ],
        &[],
    ),
    (
        "weakref",
        "What is a weak reference?",
        Level::Senior,
        "memory-management",
        &[
            (Weight::Essential, "A weak reference does not keep its object alive."),
            (Weight::Expected, "Caches use weak values so that unused entries vanish."),
        ],
        &[],
    ),
    (
        "del",
        "What does del do?",
        Level::Junior,
        "memory-management",
        &[
            (Weight::Essential, "The del statement unbinds a name and does not free the object by itself."),
            (Weight::Expected, "Other names may still refer to the object."),
        ],
        &[],
    ),
];

pub(crate) fn question(id: &str) -> Question {
    guide().question(&QuestionId::new(id).unwrap()).unwrap().clone()
}

pub(crate) fn guide() -> Guide {
    let modules = vec![module(1, "threads", THREADS), module(2, "memory", MEMORY)];
    Guide::new(Digest([7; 32]), modules)
}

pub(crate) fn sheet(id: &str) -> Sheet {
    let guide = guide();
    Sheet::new(guide.question(&QuestionId::new(id).unwrap()).unwrap(), &Vocabulary::of(&guide)).unwrap()
}

/// A sheet of essential points.
pub(crate) fn sheet_of(text: &str, points: &[&str]) -> Sheet {
    let mut entry = question("gil");
    entry.text = text.to_owned();
    let point = |text: &&str| KeyPoint { weight: Weight::Essential, text: (*text).to_owned() };
    entry.key_points = points.iter().map(point).collect();
    let module = Module { questions: vec![entry.clone()], ..module(1, "threads", &[]) };
    let guide = Guide::new(Digest([8; 32]), vec![module]);
    Sheet::new(&entry, &Vocabulary::of(&guide)).unwrap()
}

fn module(number: u16, id: &str, entries: &[Entry]) -> Module {
    Module {
        number,
        id: ModuleId::new(id).unwrap(),
        title: format!("Module {id}"),
        summary: String::new(),
        prerequisites: vec![],
        questions: entries.iter().map(|entry| from_entry(id, entry)).collect(),
    }
}

fn from_entry(module: &str, (id, text, level, focus, points, follow_ups): &Entry) -> Question {
    let section = |kind: SectionKind, markdown: String| Section {
        kind,
        anchor: kind.as_str().into(),
        heading: kind.as_str().into(),
        markdown,
    };
    let all: Vec<&str> = points.iter().map(|(_, text)| *text).collect();
    Question {
        id: QuestionId::new(*id).unwrap(),
        module: ModuleId::new(module).unwrap(),
        text: (*text).to_owned(),
        kind: QuestionKind::Structured,
        level: Some(*level),
        roles: vec![Role::new("python-developer").unwrap()],
        focus: vec![FocusArea::new(*focus).unwrap()],
        aliases: vec![],
        related: vec![],
        sections: vec![
            section(SectionKind::ShortAnswer, all[..1].join(" ")),
            section(SectionKind::Explanation, all.join(" ")),
            section(SectionKind::Pitfalls, format!("- People believe that {id} is only a matter of speed.")),
        ],
        key_points: points
            .iter()
            .map(|(weight, text)| KeyPoint { weight: *weight, text: (*text).to_owned() })
            .collect(),
        follow_ups: follow_ups
            .iter()
            .map(|(question, answer)| FollowUp {
                question: (*question).to_owned(),
                answer: (*answer).to_owned(),
            })
            .collect(),
        source: format!("{module}/{id}.md"),
    }
}

use crate::grade::{Finding, Grader, Judgement, Verdict};
use crate::grading::{Boosted, Calibration, Node, feature_index};
use crate::machine::{Command, Occurred, begin, decide, fold};
use crate::plan::{Filters, InterviewMode, Plan, PlanRequest};
use crate::text::words::stems;
use async_trait::async_trait;
use futures::StreamExt;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};
use viva_core::chat::{ChatError, ChatEvent, ChatRequest, ModelHealth};
use viva_core::conversation::Owner;
use viva_core::examination::{GradeRecord, InterviewStep, InterviewSummary, LoggedEvent, Review};
use viva_core::manifest::{Manifest, ModelIdentity, SCHEMA_VERSION};
use viva_core::ports::{
    Appended, ChatModel, ChatStream, ChunkSearch, Clock, Edition, EmbedError, Embedder, Ids, InterviewStore,
    Library, NotReady, SearchError, StoreError,
};
use viva_core::search::{Hit, SearchQuery};
use viva_core::vector::{DenseVector, QueryVectors, SparseVector};

/// Some moment.
pub(crate) fn moment(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000 + seconds)
}

pub(crate) fn plan(mode: InterviewMode, questions: u8, follow_ups: u8) -> Plan {
    let guide = guide();
    let request = PlanRequest { mode, filters: Filters::default(), questions, follow_ups, seed: 11 };
    Plan::draw(&guide, &Vocabulary::of(&guide), &request, &[], moment(0)).unwrap()
}

/// Verdicts on all points, the last one repeated; quotes are made up.
pub(crate) fn judgement(points: usize, verdicts: &[Verdict]) -> Judgement {
    let verdict = |at: usize| verdicts.get(at).or(verdicts.last()).copied().unwrap_or(Verdict::Missing);
    let finding = |at: usize| match verdict(at) {
        Verdict::Missing => Finding::missing(),
        other => Finding { verdict: other, quote: Some(format!("words {at}")) },
    };
    Judgement {
        findings: (0..points).map(finding).collect(),
        grader: Grader::LexicalSemantic { version: 1 },
        degraded: None,
        is_empty: false,
    }
}

/// The events of an interview in which everything happens at least once.
pub(crate) fn played() -> Vec<Occurred> {
    let at = |event, seconds| Occurred { at: moment(seconds), event };
    let mut events: Vec<Occurred> =
        begin(plan(InterviewMode::Practice, 3, 1), moment(0)).into_iter().map(|event| at(event, 0)).collect();
    let mut seconds = 0;
    let mut play = |make: &dyn Fn(usize) -> Command| {
        let state = fold(&events).unwrap();
        let points = state.open().map_or(0, |(_, sheet)| sheet.points.len());
        seconds += 30;
        let new = decide(&state, &make(points), moment(seconds)).unwrap();
        events.extend(new.into_iter().map(|event| at(event, seconds)));
    };
    play(&|_| Command::Hint);
    play(&|_| Command::Answer("A first answer.".into()));
    play(&|n| Command::Judge(Box::new(judgement(n, &[Verdict::Partial, Verdict::Missing]))));
    play(&|_| Command::Answer("A second one.".into()));
    play(&|n| Command::Judge(Box::new(judgement(n, &[Verdict::Covered]))));
    play(&|_| Command::Skip);
    play(&|_| Command::Reveal);
    events
}

/// Unlikely up to `middle`, even up to `high`, likely above.
pub(crate) fn levels(feature: &str, middle: f64, high: f64) -> Boosted {
    let feature = feature_index(feature).unwrap();
    let (low, even, sure) = (Node::Leaf(-3.0), Node::Leaf(0.0), Node::Leaf(3.0));
    Boosted::new(
        0.0,
        vec![vec![Node::Split(feature, middle, 1, 2), low, Node::Split(feature, high, 3, 4), even, sure]],
    )
}

/// A calibration that goes by shared words alone, so that a scripted encoder will do.
pub(crate) fn lexical_calibration() -> Calibration {
    Calibration {
        support: levels("lexical", 0.42, 0.54),
        contradiction: levels("excess", 0.3, 0.3),
        partial_from: 0.3,
        covered_from: 0.6,
        contradicted_from: 0.5,
        ..Calibration::fitted().unwrap()
    }
}

/// Bags of words as vectors. Whatever has a vowel is a word.
pub(crate) struct FakeEmbedder;

#[async_trait]
impl Embedder for FakeEmbedder {
    fn identity(&self) -> ModelIdentity {
        ModelIdentity { name: "fake".into(), file: Digest([1; 32]), dimension: 64 }
    }
    fn sparse_identity(&self) -> String {
        "fake".into()
    }
    fn max_tokens(&self) -> usize {
        256
    }
    fn count_tokens(&self, text: &str) -> usize {
        text.split_whitespace().count()
    }
    fn is_word(&self, word: &str) -> bool {
        word.len() < 20 && word.contains(['a', 'e', 'i', 'o', 'u', 'y'])
    }
    fn count_terms(&self, text: &str) -> usize {
        self.count_tokens(text)
    }
    async fn embed_query(&self, _: &str) -> Result<QueryVectors, EmbedError> {
        Err(EmbedError::Unavailable("a fake embeds no queries".into()))
    }
    async fn embed_passages(&self, passages: Vec<String>) -> Result<Vec<DenseVector>, EmbedError> {
        if passages.iter().any(|text| text.contains("encoder down")) {
            return Err(EmbedError::Unavailable("down".into()));
        }
        // Others get a turn, as with a real encoder.
        tokio::task::yield_now().await;
        Ok(passages.iter().map(|text| vector(text)).collect())
    }
    fn encode_document(&self, _: &str, _: f32) -> SparseVector {
        SparseVector::default()
    }
}

fn vector(text: &str) -> DenseVector {
    let mut vector = vec![0.001_f32; 64];
    for stem in stems(text) {
        let place =
            stem.bytes().fold(7_usize, |hash, byte| hash.wrapping_mul(31).wrapping_add(usize::from(byte)));
        vector[place % 64] += 1.0;
    }
    let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
    vector.into_iter().map(|x| x / length).collect()
}

/// Says its replies, one after the other, then fails.
pub(crate) struct FakeModel(
    pub(crate) Mutex<Vec<Result<String, ChatError>>>,
    pub(crate) Mutex<Vec<ChatRequest>>,
);

impl FakeModel {
    pub(crate) fn new(mut replies: Vec<Result<String, ChatError>>) -> Arc<Self> {
        replies.reverse();
        Arc::new(Self(Mutex::new(replies), Mutex::default()))
    }
}

#[async_trait]
impl ChatModel for FakeModel {
    #[expect(clippy::unnecessary_literal_bound, reason = "the port's signature")]
    fn name(&self) -> &str {
        "fake-model"
    }
    async fn chat(&self, request: ChatRequest) -> Result<ChatStream, ChatError> {
        self.1.lock().unwrap().push(request);
        let reply = self.0.lock().unwrap().pop().expect("the model was asked once too often")?;
        let pieces: Vec<_> = reply
            .chars()
            .collect::<Vec<_>>()
            .chunks(7)
            .map(|c| Ok(ChatEvent::Delta(c.iter().collect())))
            .collect();
        let stop = Ok(ChatEvent::Stop(viva_core::chat::StopReason::EndOfTurn));
        Ok(futures::stream::iter(pieces.into_iter().chain([stop])).boxed())
    }
    fn health(&self) -> ModelHealth {
        ModelHealth::Good
    }
}

/// A minute passes at every look.
#[derive(Default)]
pub(crate) struct FakeClock(AtomicU64);

impl Clock for FakeClock {
    fn now(&self) -> SystemTime {
        moment(60 * self.0.fetch_add(1, Ordering::Relaxed))
    }
    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }
}

impl FakeClock {
    pub(crate) fn advance(&self, minutes: u64) {
        self.0.fetch_add(minutes, Ordering::Relaxed);
    }
}

#[derive(Default)]
pub(crate) struct FakeIds(AtomicU64);

impl Ids for FakeIds {
    fn fresh(&self) -> String {
        format!("id-{:04}", self.0.fetch_add(1, Ordering::Relaxed))
    }
}

type Interviews = BTreeMap<(Owner, String), (Vec<LoggedEvent>, InterviewSummary)>;

/// In memory, with the same promises as a database.
#[derive(Default)]
pub(crate) struct FakeStore {
    pub(crate) interviews: Mutex<Interviews>,
    pub(crate) reviews: Mutex<BTreeMap<(Owner, QuestionId), Review>>,
    pub(crate) grades: Mutex<Vec<(Owner, GradeRecord)>>,
}

#[async_trait]
impl InterviewStore for FakeStore {
    async fn append(&self, owner: &Owner, step: &InterviewStep) -> Result<Appended, StoreError> {
        tokio::task::yield_now().await;
        let mut interviews = self.interviews.lock().unwrap();
        let key = (owner.clone(), step.summary.id.clone());
        let (events, summary) = interviews.entry(key).or_insert_with(|| (vec![], step.summary.clone()));
        if events.len() != step.seen as usize {
            return Ok(Appended::Conflict);
        }
        events.extend(step.events.iter().cloned());
        *summary = step.summary.clone();
        for review in &step.reviews {
            self.reviews.lock().unwrap().insert((owner.clone(), review.question.clone()), review.clone());
        }
        self.grades.lock().unwrap().extend(step.grades.iter().map(|grade| (owner.clone(), grade.clone())));
        Ok(Appended::Written)
    }
    async fn events(&self, owner: &Owner, id: &str) -> Result<Option<Vec<LoggedEvent>>, StoreError> {
        tokio::task::yield_now().await;
        let interviews = self.interviews.lock().unwrap();
        Ok(interviews.get(&(owner.clone(), id.to_owned())).map(|(events, _)| events.clone()))
    }
    async fn interviews(
        &self,
        owner: &Owner,
        _: Option<&str>,
        limit: u32,
    ) -> Result<Vec<InterviewSummary>, StoreError> {
        let interviews = self.interviews.lock().unwrap();
        let own = interviews.iter().filter(|((o, _), _)| o == owner).map(|(_, (_, summary))| summary.clone());
        Ok(own.take(limit as usize).collect())
    }
    async fn reviews(&self, owner: &Owner) -> Result<Vec<Review>, StoreError> {
        let reviews = self.reviews.lock().unwrap();
        Ok(reviews.iter().filter(|((o, _), _)| o == owner).map(|(_, review)| review.clone()).collect())
    }
    async fn review(&self, owner: &Owner, question: &QuestionId) -> Result<Option<Review>, StoreError> {
        Ok(self.reviews.lock().unwrap().get(&(owner.clone(), question.clone())).cloned())
    }
    async fn schedule(
        &self,
        owner: &Owner,
        review: &Review,
        _: Option<&GradeRecord>,
    ) -> Result<(), StoreError> {
        self.reviews.lock().unwrap().insert((owner.clone(), review.question.clone()), review.clone());
        Ok(())
    }
    async fn grades(&self, owner: &Owner, _: SystemTime) -> Result<Vec<GradeRecord>, StoreError> {
        let grades = self.grades.lock().unwrap();
        Ok(grades.iter().filter(|(o, _)| o == owner).map(|(_, grade)| grade.clone()).collect())
    }
}

struct NoSearch;

#[async_trait]
impl ChunkSearch for NoSearch {
    async fn search(&self, _: &SearchQuery) -> Result<Vec<Hit>, SearchError> {
        Ok(vec![])
    }
    async fn ping(&self) -> Result<(), SearchError> {
        Ok(())
    }
}

/// A library whose guide can be exchanged.
pub(crate) struct FakeLibrary(pub(crate) Mutex<Arc<Guide>>);

impl Library for FakeLibrary {
    fn current(&self) -> Result<Arc<Edition>, NotReady> {
        let guide = Arc::clone(&self.0.lock().unwrap());
        let manifest = Manifest {
            schema: SCHEMA_VERSION,
            revision: guide.revision(),
            chunker: "fake".into(),
            model: FakeEmbedder.identity(),
            sparse: "fake".into(),
            mean_terms: 1.0,
            questions: 6,
            chunks: 0,
            built_at: 0,
        };
        Ok(Arc::new(Edition { manifest, guide, search: Arc::new(NoSearch) }))
    }
}
