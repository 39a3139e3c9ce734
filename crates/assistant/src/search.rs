//! Search without an answer: what the index has for a question, a section a hit.

use crate::assistant::Assistant;
use crate::coverage::Coverage;
use crate::ranking::{RankedQuestion, rank_questions};
use crate::retrieve::{RetrieveError, Scope, retrieve};
use std::time::Duration;
use viva_core::chunk::Origin;
use viva_core::guide::{Guide, Question, SectionKind};
use viva_core::id::{Digest, ModuleId, QuestionId};
use viva_core::ports::NotReady;
use viva_core::search::{Filter, Hit, LegChoice, Legs};
use viva_core::turn::{Understood, UserQuestion};

/// What is searched for.
#[derive(Debug, Clone)]
pub struct SearchRequest {
    /// The question.
    pub question: UserQuestion,
    /// How many sections are wanted.
    pub k: usize,
    /// Where to look.
    pub filter: Filter,
    /// Which legs take part.
    pub legs: LegChoice,
}

/// What was found.
#[derive(Debug, Clone)]
pub struct SearchOutcome {
    /// The question as searched.
    pub query: Understood,
    /// Whether the guide covers the question.
    pub coverage: Coverage,
    /// At most one for each section, best first.
    pub hits: Vec<FoundSection>,
    /// Every question found, best first, with all its chunks.
    pub ranked: Vec<RankedQuestion>,
    /// The guide's revision.
    pub revision: Digest,
    /// Time of encoding.
    pub embed: Duration,
    /// Time of searching.
    pub search: Duration,
    /// Time of all.
    pub total: Duration,
}

/// A section that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundSection {
    /// Its question.
    pub question: QuestionId,
    /// That question's text.
    pub title: String,
    /// The module.
    pub module: ModuleId,
    /// Which section.
    pub section: SectionKind,
    /// The section's fragment.
    pub anchor: String,
    /// The chunk of it that was found, verbatim.
    pub text: String,
    /// Its question's score, halved for each better section of the same question. Comparable within one search.
    pub score: f32,
    /// Places in the legs.
    pub legs: Legs,
}

/// Why there is no result.
#[derive(Debug, thiserror::Error)]
pub enum SearchFailure {
    /// There is no index to search.
    #[error(transparent)]
    NotReady(#[from] NotReady),
    /// The encoder failed.
    #[error(transparent)]
    Embed(viva_core::ports::EmbedError),
    /// The index failed.
    #[error(transparent)]
    Search(viva_core::ports::SearchError),
}

impl From<RetrieveError> for SearchFailure {
    fn from(error: RetrieveError) -> Self {
        match error {
            RetrieveError::Embed(error) => Self::Embed(error),
            RetrieveError::Search(error) => Self::Search(error),
        }
    }
}

impl Assistant {
    /// Searches the current edition.
    pub async fn search(&self, request: &SearchRequest) -> Result<SearchOutcome, SearchFailure> {
        let started = self.parts.clock.monotonic();
        let edition = self.parts.library.current()?;
        let query = self.understand(&edition.guide, &request.question);
        let scope = Scope {
            filter: request.filter.clone(),
            legs: request.legs,
            limit: self.options.candidates.max(request.k * 4),
        };
        let parts = &self.parts;
        let found =
            retrieve(&*parts.embedder, &*edition.search, &*parts.clock, &query.standalone, &scope).await?;
        let ranked = match request.legs {
            LegChoice::Hybrid => self.rank(&edition.guide, &query.standalone, &found.hits),
            LegChoice::Dense | LegChoice::Bm25 => rank_questions(&found.hits, &self.options.weights, None),
        };
        let coverage = self.coverage(&edition.guide, &query, &found.hits, &ranked);
        let hits = sections(&edition.guide, &ranked, request.k);
        let total = parts.clock.monotonic().saturating_sub(started);
        Ok(SearchOutcome {
            query,
            coverage,
            hits,
            ranked,
            revision: edition.guide.revision(),
            embed: found.embed,
            search: found.search,
            total,
        })
    }
}

/// What each further section of a question counts of the one before it: the best section of another question
/// comes first unless it is far behind.
const FURTHER: f32 = 0.5;

/// Sections by the score of their question, each further one of the same question at a fraction of it.
fn sections(guide: &Guide, ranked: &[RankedQuestion], k: usize) -> Vec<FoundSection> {
    let mut found: Vec<FoundSection> = Vec::new();
    for entry in ranked {
        let Some(question) = guide.question(&entry.question) else { continue };
        let mut score = entry.score;
        let mut anchors: Vec<String> = Vec::new();
        for hit in &entry.hits {
            let section = found_section(question, hit, score);
            if !anchors.contains(&section.anchor) {
                anchors.push(section.anchor.clone());
                found.push(section);
                score *= FURTHER;
            }
        }
    }
    found.sort_by(|a, b| b.score.total_cmp(&a.score));
    found.truncate(k);
    found
}

/// A card stands for the section that answers first.
fn found_section(question: &Question, hit: &Hit, score: f32) -> FoundSection {
    let (section, anchor, text) = match &hit.chunk.origin {
        Origin::Section { kind, anchor, .. } => (*kind, anchor.clone(), hit.chunk.text.clone()),
        Origin::Card => question.sections.first().map_or_else(
            || {
                (
                    SectionKind::ShortAnswer,
                    SectionKind::ShortAnswer.as_str().to_owned(),
                    question.text.clone(),
                )
            },
            |section| (section.kind, section.anchor.clone(), section.markdown.clone()),
        ),
    };
    FoundSection {
        question: question.id.clone(),
        title: question.text.clone(),
        module: question.module.clone(),
        section,
        anchor,
        text,
        score,
        legs: hit.legs,
    }
}
