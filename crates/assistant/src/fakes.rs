//! Scripted ports: no model, no index, no clock.

use async_trait::async_trait;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};
use viva_core::chunk::{Chunk, ChunkId, Origin};
use viva_core::guide::{FollowUp, Guide, Level, Module, Question, QuestionKind, Section, SectionKind};
use viva_core::id::{Digest, ModuleId, QuestionId};
use viva_core::manifest::{Manifest, ModelIdentity, SCHEMA_VERSION};
use viva_core::ports::{
    ChunkSearch, Clock, Edition, EmbedError, Embedder, Ids, Library, NotReady, SearchError,
};
use viva_core::search::{Hit, LegRank, Legs, SearchQuery};
use viva_core::vector::{DenseVector, QueryVectors, SparseVector};

pub(crate) struct FakeEmbedder;

#[async_trait]
impl Embedder for FakeEmbedder {
    fn identity(&self) -> ModelIdentity {
        ModelIdentity { name: "fake".into(), file: Digest([1; 32]), dimension: 1 }
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
    fn count_terms(&self, text: &str) -> usize {
        self.count_tokens(text)
    }
    /// The text's bytes, so that a scripted index can read what is asked.
    async fn embed_query(&self, text: &str) -> Result<QueryVectors, EmbedError> {
        if text == "encoder down" {
            return Err(EmbedError::Unavailable("down".into()));
        }
        Ok(QueryVectors { dense: text.bytes().map(f32::from).collect(), sparse: SparseVector::default() })
    }
    async fn embed_passages(&self, _: Vec<String>) -> Result<Vec<DenseVector>, EmbedError> {
        Err(EmbedError::Unavailable("a fake embeds no passages".into()))
    }
    fn encode_document(&self, _: &str, _: f32) -> SparseVector {
        SparseVector::default()
    }
}

/// Finds, for a query, the questions whose wording shares most words with it; a query with `#anchor` finds that section.
pub(crate) struct FakeSearch(pub(crate) Arc<Guide>);

#[async_trait]
impl ChunkSearch for FakeSearch {
    async fn search(&self, query: &SearchQuery) -> Result<Vec<Hit>, SearchError> {
        let bytes: Vec<u8> = query.forms[0].dense.iter().map(|byte| *byte as u8).collect();
        let text = String::from_utf8(bytes).unwrap();
        if text == "index down" {
            return Err(SearchError::Timeout(Duration::from_secs(1)));
        }
        let (asked, anchor) = text.split_once('#').unwrap_or((&text, ""));
        let shared = |question: &Question| {
            let wording = format!("{} {}", question.text, question.aliases.join(" ")).to_lowercase();
            asked
                .to_lowercase()
                .split(|c: char| !c.is_alphanumeric())
                .filter(|w| w.len() > 2 && wording.contains(*w))
                .count()
        };
        let mut found: Vec<(usize, &Question)> =
            self.0.questions().map(|q| (shared(q), q)).filter(|(n, _)| *n > 0).collect();
        found.sort_by_key(|(n, q)| (usize::MAX - n, q.id.clone()));
        Ok(found.iter().zip(1..).map(|((_, question), rank)| hit(question, anchor, rank)).collect())
    }
    async fn ping(&self) -> Result<(), SearchError> {
        Ok(())
    }
}

fn hit(question: &Question, anchor: &str, rank: u32) -> Hit {
    let kind = if anchor.starts_with("follow-up") {
        Some(SectionKind::FollowUp)
    } else {
        question.sections.iter().find(|s| s.anchor == anchor).map(|s| s.kind)
    };
    let origin = match kind {
        Some(kind) => Origin::Section { kind, anchor: anchor.into(), part: 0 },
        None => Origin::Card,
    };
    let leg = LegRank { rank, score: 0.9 / rank as f32 };
    Hit {
        id: ChunkId(u128::from(rank)),
        chunk: Arc::new(Chunk {
            question: question.id.clone(),
            module: question.module.clone(),
            origin,
            text: question.text.clone(),
            passages: vec![],
            level: question.level,
            roles: vec![],
            focus: vec![],
        }),
        score: 1.0 / (60.0 + rank as f32),
        legs: Legs { dense: Some(leg), bm25: Some(LegRank { rank, score: 9.0 }) },
    }
}

/// A hit with the given scores in the legs.
pub(crate) fn hit_at(id: &str, anchor: &str, dense: Option<f32>, bm25: Option<f32>) -> Hit {
    let mut found = hit(&question(id, id, &[], &[]), anchor, 1);
    let leg = |score: f32| LegRank { rank: 1, score };
    found.legs = Legs { dense: dense.map(leg), bm25: bm25.map(leg) };
    found
}

pub(crate) struct FakeLibrary(pub(crate) Result<Arc<Edition>, NotReady>);

impl Library for FakeLibrary {
    fn current(&self) -> Result<Arc<Edition>, NotReady> {
        self.0.clone()
    }
}

/// Ticks a millisecond at every look.
pub(crate) struct FakeClock(pub(crate) AtomicU64);

impl Clock for FakeClock {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH
    }
    fn monotonic(&self) -> Duration {
        Duration::from_millis(self.0.fetch_add(1, Ordering::Relaxed))
    }
}

pub(crate) struct FakeIds;

impl Ids for FakeIds {
    fn fresh(&self) -> String {
        "turn-1".into()
    }
}

pub(crate) fn question(id: &str, text: &str, aliases: &[&str], related: &[&str]) -> Question {
    let section = |kind: SectionKind, markdown: String| Section {
        kind,
        anchor: kind.as_str().into(),
        heading: kind.as_str().into(),
        markdown,
    };
    let follow_up = |n: u8| FollowUp {
        question: format!("Follow-up {n} of {id}?"),
        answer: format!("Answer {n} of {id}. It ends."),
    };
    Question {
        id: QuestionId::new(id).unwrap(),
        module: ModuleId::new("m").unwrap(),
        text: text.into(),
        kind: QuestionKind::Structured,
        level: Some(Level::Mid),
        roles: vec![],
        focus: vec![],
        aliases: aliases.iter().map(|a| (*a).to_owned()).collect(),
        related: related.iter().map(|r| QuestionId::new(*r).unwrap()).collect(),
        sections: vec![
            section(SectionKind::ShortAnswer, format!("The {id} in short. A second sentence about {id}.")),
            section(SectionKind::Explanation, format!("The {id} explained.\n\n- a list about {id}")),
            section(
                SectionKind::Example,
                format!("```python\nprint(\"{id}\")  # [1]\n```\n```output\n{id}\n```"),
            ),
            section(SectionKind::Pitfalls, format!("- A pitfall of {id}.")),
            section(SectionKind::Deeper, format!("Deep things of {id}.")),
        ],
        key_points: vec![],
        follow_ups: vec![follow_up(1), follow_up(2)],
        source: format!("m/{id}.md"),
    }
}

pub(crate) fn guide() -> Arc<Guide> {
    let plain = Question {
        kind: QuestionKind::Plain,
        sections: ["intro", "setup", "usage", "limits"]
            .iter()
            .map(|a| Section {
                kind: SectionKind::Text,
                anchor: (*a).into(),
                heading: (*a).into(),
                markdown: format!("About {a}."),
            })
            .collect(),
        follow_ups: vec![],
        level: None,
        ..question("notes", "My kubernetes notes", &[], &[])
    };
    let questions = vec![
        question("gil", "What is the GIL?", &["global interpreter lock"], &["locks"]),
        question("locks", "Locks", &["mutex"], &["semaphores"]),
        question("semaphores", "Semaphores", &["counting semaphore"], &["locks"]),
        question(
            "list-vs-tuple",
            "What is the difference between a list and a tuple?",
            &["list vs tuple"],
            &[],
        ),
        plain,
    ];
    guide_of(questions)
}

pub(crate) fn guide_of(questions: Vec<Question>) -> Arc<Guide> {
    let module = Module {
        number: 1,
        id: ModuleId::new("m").unwrap(),
        title: "M".into(),
        summary: String::new(),
        prerequisites: vec![],
        questions,
    };
    Arc::new(Guide::new(Digest([7; 32]), vec![module]))
}

pub(crate) fn edition() -> Arc<Edition> {
    let guide = guide();
    let manifest = Manifest {
        schema: SCHEMA_VERSION,
        revision: guide.revision(),
        chunker: "fake".into(),
        model: FakeEmbedder.identity(),
        sparse: "fake".into(),
        mean_terms: 1.0,
        questions: 5,
        chunks: 5,
        built_at: 0,
    };
    Arc::new(Edition { manifest, search: Arc::new(FakeSearch(Arc::clone(&guide))), guide })
}

/// Evidence with a text.
pub(crate) fn source(n: u16, text: &str) -> viva_core::turn::Source {
    viva_core::turn::Source {
        n,
        question: QuestionId::new("gil").unwrap(),
        title: "What is the GIL?".into(),
        section: SectionKind::Explanation,
        anchor: "explanation".into(),
        text: text.into(),
    }
}
