//! The use cases of the assistant, put together from their stages.

use crate::compare::{Comparison, comparison};
use crate::coverage::{self, Calibration};
use crate::evidence::{Evidence, Limits, fates, select};
use crate::extractive::compose;
use crate::follow_ups::follow_ups;
use crate::knowledge::Knowledge;
use crate::not_covered::{nearest, statement};
use crate::ranking::{RankedQuestion, Weights, rank_questions};
use crate::retrieve::{RetrieveError, Retrieved, Scope, retrieve};
use crate::understand::understand;
use crate::words::Words;
use async_stream::stream;
use futures::Stream;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use viva_core::guide::{Guide, Question};
use viva_core::ports::{Clock, Edition, Embedder, Ids, Library, SearchError};
use viva_core::search::{Filter, Hit, LegChoice};
use viva_core::turn::{
    Answer, AnswerEvent, Ask, Coverage, Failure, FailureKind, Grounding, Inspection, Mode, Timings,
    Understood, UserQuestion,
};

/// Limits of the assistant.
#[derive(Debug, Clone)]
pub struct Options {
    /// Chunks taken from the search.
    pub candidates: usize,
    /// The most evidence for one answer, in tokens of the encoder.
    pub evidence_tokens: usize,
    /// What each view of a question counts.
    pub weights: Weights,
    /// Weights of the coverage verdict.
    pub calibration: Calibration,
}

/// The collaborators of the assistant.
#[derive(Clone)]
pub struct Parts {
    /// Encodes questions.
    pub embedder: Arc<dyn Embedder>,
    /// Has the edition to answer from.
    pub library: Arc<dyn Library>,
    /// Times the stages.
    pub clock: Arc<dyn Clock>,
    /// Names the turns.
    pub ids: Arc<dyn Ids>,
}

/// Answers questions from the guide.
pub struct Assistant {
    pub(crate) parts: Parts,
    pub(crate) options: Options,
    words: Words,
    /// Built once for each edition.
    knowledge: Mutex<Option<Arc<Knowledge>>>,
}

/// What is known of a turn once the search is done.
struct Found {
    retrieved: Retrieved,
    ranked: Vec<RankedQuestion>,
    coverage: Coverage,
    evidence: Option<Evidence>,
}

impl Assistant {
    /// Puts an assistant together.
    pub fn new(parts: Parts, options: Options) -> Self {
        Self { parts, options, words: Words::new(), knowledge: Mutex::new(None) }
    }

    /// The edition that would answer now.
    pub fn edition(&self) -> Result<Arc<Edition>, viva_core::ports::NotReady> {
        self.parts.library.current()
    }

    /// Prepares what the first question would otherwise wait for; cheap when done before.
    pub fn warm(&self) -> Result<(), viva_core::ports::NotReady> {
        let edition = self.parts.library.current()?;
        self.knowledge(&edition.guide);
        Ok(())
    }

    /// Answers one question. The stream ends with exactly one `Done` or `Failed`.
    pub fn answer(self: Arc<Self>, ask: Ask) -> impl Stream<Item = AnswerEvent> + Send {
        stream! {
            let started = self.parts.clock.monotonic();
            let edition = match self.parts.library.current() {
                Ok(edition) => edition,
                Err(reason) => {
                    yield failed(FailureKind::Unavailable, reason.to_string());
                    return;
                }
            };
            let id = self.parts.ids.fresh();
            let revision = edition.guide.revision();
            yield AnswerEvent::Meta { id: id.clone(), conversation: None, revision, depth: ask.depth };
            let query = self.understand(&edition.guide, &ask.question);
            let understood = self.parts.clock.monotonic();
            yield AnswerEvent::Query(query.clone());
            let found = match self.find(&edition, &query, &ask).await {
                Ok(found) => found,
                Err(error) => {
                    yield failure(&error);
                    return;
                }
            };
            let mut timings = Timings {
                understand: understood.saturating_sub(started),
                embed: found.retrieved.embed,
                search: found.retrieved.search,
                ..Timings::default()
            };
            let mut answer = blank(id, query, &ask, &edition);
            answer.covered = found.evidence.is_some();
            answer.inspection = ask.inspect.then(|| self.inspection(&found));
            let (steps, finished) = self.speak(&edition.guide, &found, answer);
            for step in steps {
                if matches!(step, AnswerEvent::Delta(_)) && timings.first_token == Duration::ZERO {
                    timings.first_token = self.parts.clock.monotonic().saturating_sub(started);
                }
                yield step;
            }
            timings.total = self.parts.clock.monotonic().saturating_sub(started);
            yield AnswerEvent::Done(Box::new(Answer { timings, ..finished }));
        }
    }

    /// Retrieve, judge, select.
    async fn find(&self, edition: &Edition, query: &Understood, ask: &Ask) -> Result<Found, RetrieveError> {
        let retrieved = self.retrieve(edition, &query.standalone, &ask.filter).await?;
        let ranked = rank_questions(&retrieved.hits, &self.options.weights);
        let coverage = self.coverage(&edition.guide, query, &retrieved.hits, &ranked);
        if !coverage.covered {
            return Ok(Found { retrieved, ranked, coverage, evidence: None });
        }
        let sides = match comparison(&query.standalone) {
            Some(comparison) => self.sides(edition, &comparison, &ask.filter, &ranked).await?,
            None => None,
        };
        let answering: Vec<&RankedQuestion> = match &sides {
            Some(pair) => pair.iter().collect(),
            None => ranked.first().into_iter().collect(),
        };
        let count = |text: &str| self.parts.embedder.count_tokens(text);
        let limits = Limits { depth: ask.depth, budget: self.options.evidence_tokens, count: &count };
        let evidence = select(&edition.guide, &answering, &limits);
        let evidence = (!evidence.sources.is_empty()).then_some(evidence);
        Ok(Found { retrieved, ranked, coverage, evidence })
    }

    async fn retrieve(
        &self,
        edition: &Edition,
        text: &str,
        filter: &Filter,
    ) -> Result<Retrieved, RetrieveError> {
        let scope = Scope { filter: filter.clone(), legs: LegChoice::Hybrid, limit: self.options.candidates };
        let parts = &self.parts;
        retrieve(&*parts.embedder, &*edition.search, &*parts.clock, text, &scope).await
    }

    /// The entries of both sides of a comparison; `None` where one entry is about both, or a side has no entry.
    async fn sides(
        &self,
        edition: &Edition,
        comparison: &Comparison,
        filter: &Filter,
        ranked: &[RankedQuestion],
    ) -> Result<Option<[RankedQuestion; 2]>, RetrieveError> {
        let vocabulary = &self.knowledge(&edition.guide).vocabulary;
        let named_by = |found: &RankedQuestion, side: &str| {
            let stems = self.words.stems(side);
            !stems.is_empty() && stems.iter().all(|stem| vocabulary.name_has(&found.question, stem))
        };
        let is_about_both = ranked
            .first()
            .is_some_and(|best| named_by(best, &comparison.left) && named_by(best, &comparison.right));
        if is_about_both {
            return Ok(None);
        }
        let mut pair = Vec::with_capacity(2);
        for side in [&comparison.left, &comparison.right] {
            let hits = self.retrieve(edition, side, filter).await?.hits;
            let found = rank_questions(&hits, &self.options.weights);
            // "lock" is the name of one entry and a word in the names of several.
            let exact = found.iter().position(|found| self.is_called(&edition.guide, found, side));
            let best = exact.or_else(|| found.iter().position(|found| named_by(found, side)));
            pair.extend(best.map(|at| found[at].clone()));
        }
        Ok(<[RankedQuestion; 2]>::try_from(pair).ok().filter(|[left, right]| left.question != right.question))
    }

    /// Whether `name` is, word for word, the question's wording or one of its aliases.
    fn is_called(&self, guide: &Guide, found: &RankedQuestion, name: &str) -> bool {
        let stems = self.words.stems(name);
        guide.question(&found.question).is_some_and(|question| {
            std::iter::once(&question.text)
                .chain(&question.aliases)
                .any(|text| self.words.stems(text) == stems)
        })
    }

    /// The events of an extractive answer, and the answer that they add up to.
    fn speak(&self, guide: &Guide, found: &Found, mut answer: Answer) -> (Vec<AnswerEvent>, Answer) {
        let mut events = Vec::new();
        if let Some(evidence) = &found.evidence {
            events.push(AnswerEvent::Sources(evidence.sources.clone()));
            for piece in compose(&self.words, evidence, &answer.query.standalone) {
                answer.text.push_str(&piece.text);
                answer.citations.push(piece.citation.clone());
                events.push(AnswerEvent::Delta(piece.text));
                events.push(AnswerEvent::Citation(piece.citation));
            }
            let entries: Vec<&Question> =
                evidence.entries.iter().filter_map(|id| guide.question(id)).collect();
            answer.follow_ups = follow_ups(guide, &entries, evidence.lead.as_deref());
        } else {
            events.push(AnswerEvent::Sources(Vec::new()));
            answer.nearest = nearest(guide, &found.ranked);
            answer.text = statement(&answer.nearest);
            events.push(AnswerEvent::Delta(answer.text.clone()));
        }
        events.push(AnswerEvent::Grounding(answer.grounding.clone()));
        events.push(AnswerEvent::FollowUps(answer.follow_ups.clone()));
        (events, answer)
    }

    fn inspection(&self, found: &Found) -> Inspection {
        Inspection {
            model: self.parts.embedder.identity(),
            candidates: fates(&found.ranked, found.evidence.as_ref()),
            coverage: found.coverage.clone(),
            evidence_tokens: found.evidence.as_ref().map_or(0, |evidence| evidence.tokens),
            evidence_budget: self.options.evidence_tokens,
            prompt: None,
        }
    }

    pub(crate) fn understand(&self, guide: &Guide, question: &UserQuestion) -> Understood {
        let knowledge = self.knowledge(guide);
        understand(question, &self.words, &knowledge.speller, &|word| self.parts.embedder.is_word(word))
    }

    pub(crate) fn coverage(
        &self,
        guide: &Guide,
        query: &Understood,
        hits: &[Hit],
        ranked: &[RankedQuestion],
    ) -> Coverage {
        let knowledge = self.knowledge(guide);
        let evidence = coverage::Evidence { query, hits, ranked };
        self.options.calibration.verdict(&coverage::features(&self.words, &knowledge.vocabulary, &evidence))
    }

    fn knowledge(&self, guide: &Guide) -> Arc<Knowledge> {
        let mut slot = self.knowledge.lock().unwrap_or_else(PoisonError::into_inner);
        match &*slot {
            Some(knowledge) if knowledge.revision == guide.revision() => Arc::clone(knowledge),
            _ => {
                let knowledge = Arc::new(Knowledge::of(guide, &self.words));
                *slot = Some(Arc::clone(&knowledge));
                knowledge
            }
        }
    }
}

/// An answer with nothing said yet.
fn blank(id: String, query: Understood, ask: &Ask, edition: &Edition) -> Answer {
    Answer {
        id,
        conversation: None,
        covered: false,
        mode: Mode::Extractive,
        degraded: None,
        query,
        depth: ask.depth,
        text: String::new(),
        citations: Vec::new(),
        grounding: Grounding::default(),
        follow_ups: Vec::new(),
        nearest: Vec::new(),
        usage: None,
        timings: Timings::default(),
        revision: edition.guide.revision(),
        inspection: None,
    }
}

fn failed(kind: FailureKind, detail: String) -> AnswerEvent {
    AnswerEvent::Failed(Failure { kind, detail })
}

fn failure(error: &RetrieveError) -> AnswerEvent {
    let kind = match error {
        RetrieveError::Search(SearchError::Timeout(_)) => FailureKind::Timeout,
        RetrieveError::Search(SearchError::Unavailable(_)) | RetrieveError::Embed(_) => {
            FailureKind::Unavailable
        }
        RetrieveError::Search(SearchError::Payload { .. } | SearchError::Failed(_)) => FailureKind::Internal,
    };
    failed(kind, error.to_string())
}
