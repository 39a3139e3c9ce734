//! One turn, from the message to the last event.

use crate::assistant::Assistant;
use crate::deeper::exhausted;
use crate::evidence::{Evidence, fates};
use crate::extractive::compose;
use crate::find::{Found, Frame};
use crate::follow_ups::follow_ups;
use crate::generate::{Spoken, Task, degraded, rewritten, write};
use crate::history::{History, Past};
use crate::meaning::{Meaning, deeper};
use crate::not_covered::{nearest, statement};
use crate::retrieve::RetrieveError;
use async_stream::stream;
use futures::{Stream, StreamExt};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use viva_core::chat::ChatError;
use viva_core::guide::{Guide, Question};
use viva_core::ports::{ChatModel, Edition, SearchError};
use viva_core::search::Filter;
use viva_core::turn::{
    Answer, AnswerEvent, Ask, Depth, Failure, FailureKind, Generation, Grounding, Inspection, Mode, Timings,
    Understood, UserQuestion,
};

/// What a turn is asked for.
#[derive(Debug, Clone)]
pub struct TurnRequest {
    /// The turn's id, where it was given one before.
    pub id: Option<String>,
    /// The conversation it belongs to, if any.
    pub conversation: Option<String>,
    /// What is wanted.
    pub wish: Wish,
    /// How much of the answer is wanted.
    pub depth: Depth,
    /// Where to look.
    pub filter: Filter,
    /// Whether the answer should carry an [`Inspection`].
    pub inspect: bool,
    /// The conversation's answered turns, oldest first.
    pub history: Vec<Past>,
}

/// What is wanted of a turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// A message.
    Question(UserQuestion),
    /// More on the last answer.
    Deeper,
}

impl From<Ask> for TurnRequest {
    fn from(ask: Ask) -> Self {
        let Ask { question, depth, filter, inspect } = ask;
        let wish = Wish::Question(question);
        Self { id: None, conversation: None, wish, depth, filter, inspect, history: Vec::new() }
    }
}

/// Whether there is an answer to go deeper into.
pub fn can_deepen(history: &[Past]) -> bool {
    history
        .iter()
        .any(|past| past.answer.covered && past.asked.is_some() && !past.answer.citations.is_empty())
}

impl Assistant {
    /// Answers one question. The stream ends with exactly one `Done` or `Failed`.
    pub fn answer(self: Arc<Self>, ask: Ask) -> impl Stream<Item = AnswerEvent> + Send {
        self.turn(ask.into())
    }

    /// Answers one message of a conversation. The stream ends with exactly one `Done` or `Failed`; dropping it hangs up on
    /// the language model.
    pub fn turn(self: Arc<Self>, request: TurnRequest) -> impl Stream<Item = AnswerEvent> + Send {
        stream! {
            let started = self.parts.clock.monotonic();
            let edition = match self.parts.library.current() {
                Ok(edition) => edition,
                Err(reason) => {
                    yield failed(FailureKind::Unavailable, reason.to_string());
                    return;
                }
            };
            let mut answer = blank(request.id.clone().unwrap_or_else(|| self.parts.ids.fresh()), &request, &edition);
            yield AnswerEvent::Meta {
                id: answer.id.clone(),
                conversation: answer.conversation.clone(),
                revision: answer.revision,
                depth: request.depth,
            };
            let (meaning, found) = match self.understand_and_find(&edition, &request, &answer.id).await {
                Ok(both) => both,
                Err(error) => {
                    yield failure(&error);
                    return;
                }
            };
            answer.query = meaning.query().clone();
            answer.covered = found.evidence.is_some();
            yield AnswerEvent::Query(answer.query.clone());
            let known = self.parts.clock.monotonic().saturating_sub(started);
            answer.timings = Timings {
                understand: known.saturating_sub(found.embed + found.search),
                embed: found.embed,
                search: found.search,
                ..Timings::default()
            };
            let steps = self.speak(&edition, &request, &found, answer);
            let mut steps = pin!(steps);
            let mut first_token = Duration::ZERO;
            while let Some(step) = steps.next().await {
                if first_token == Duration::ZERO && matches!(step, AnswerEvent::Delta(_)) {
                    first_token = self.parts.clock.monotonic().saturating_sub(started);
                }
                if let AnswerEvent::Done(mut answer) = step {
                    answer.timings.first_token = first_token;
                    answer.timings.total = self.parts.clock.monotonic().saturating_sub(started);
                    yield AnswerEvent::Done(answer);
                } else {
                    yield step;
                }
            }
        }
    }

    async fn understand_and_find(
        &self,
        edition: &Edition,
        request: &TurnRequest,
        id: &str,
    ) -> Result<(Meaning, Found), RetrieveError> {
        let history = History(&request.history);
        let frame = Frame { edition, filter: &request.filter, depth: request.depth, history };
        let meaning = match &request.wish {
            Wish::Deeper => deeper(&edition.guide, "Go deeper", history),
            Wish::Question(question) => self.meaning(&edition.guide, question, history),
        };
        let found = self.find(&frame, &meaning).await?;
        // A question that is not covered is declined before any model is called.
        let (Meaning::Leaning(leaning), Some(model), true) =
            (&meaning, &self.parts.model, found.evidence.is_some())
        else {
            return Ok((meaning, found));
        };
        let Some(text) = self.rewritten(&**model, &leaning.query.original, history, id).await else {
            return Ok((meaning, found));
        };
        let mut completed = leaning.clone();
        completed.query.standalone = text;
        completed.query.reason = Some(format!("completed by {}", model.name()));
        let rewritten = Meaning::Leaning(completed);
        let again = self.find(&frame, &rewritten).await?;
        // A rewrite that leads out of the guide is not believed.
        Ok(if again.evidence.is_some() { (rewritten, again) } else { (meaning, found) })
    }

    /// The message as the model completes it, if it does so in time.
    async fn rewritten(
        &self,
        model: &dyn ChatModel,
        message: &str,
        history: History<'_>,
        id: &str,
    ) -> Option<String> {
        let limit = self.options.generation.rewrite_limit;
        if limit.is_zero() {
            return None;
        }
        let exchanges = history.exchanges();
        let recent = &exchanges[exchanges.len().saturating_sub(3)..];
        let fence = fence(id);
        let rewrite = rewritten(model, message, recent, &fence);
        tokio::time::timeout(limit, rewrite).await.ok().flatten()
    }

    /// From evidence to the last event.
    fn speak<'a>(
        &'a self,
        edition: &'a Edition,
        request: &'a TurnRequest,
        found: &'a Found,
        answer: Answer,
    ) -> impl Stream<Item = AnswerEvent> + Send + 'a {
        stream! {
            let mut answer = answer;
            let mut shown = None;
            if let (Some(model), Some(wide)) = (&self.parts.model, &found.wide)
                && !wide.sources.is_empty()
            {
                let task = self.task(model, wide, request, &answer);
                let mut spoken = pin!(write(task));
                while let Some(step) = spoken.next().await {
                    match step {
                        Spoken::Shown(sources) => {
                            shown = Some(sources.clone());
                            yield AnswerEvent::Sources(sources);
                        }
                        Spoken::Delta(text) => {
                            answer.text.push_str(&text);
                            yield AnswerEvent::Delta(text);
                        }
                        Spoken::Citation(citation) => {
                            answer.citations.push(citation.clone());
                            yield AnswerEvent::Citation(citation);
                        }
                        Spoken::Finished(written) => {
                            answer.mode = Mode::Generated;
                            answer.grounding = written.grounding.clone();
                            answer.usage = written.usage;
                            answer.inspection = request
                                .inspect
                                .then(|| self.inspection(found, Some(wide), Some(written.generation)));
                            for step in close(&edition.guide, wide, answer) {
                                yield step;
                            }
                            return;
                        }
                        Spoken::Broken(error) => {
                            yield failed(FailureKind::Interrupted, error.detail);
                            return;
                        }
                        Spoken::Unsaid(error, generation) => {
                            let steps = self.extract(edition, request, found, answer, Some((error, *generation)));
                            for step in steps {
                                // The same list need not be said twice.
                                if !matches!((&step, &shown), (AnswerEvent::Sources(now), Some(then)) if now == then) {
                                    yield step;
                                }
                            }
                            return;
                        }
                    }
                }
                yield failed(FailureKind::Internal, "the answer ended without a last step".to_owned());
                return;
            }
            for step in self.extract(edition, request, found, answer, None) {
                yield step;
            }
        }
    }

    fn task(
        &self,
        model: &Arc<dyn ChatModel>,
        wide: &Evidence,
        request: &TurnRequest,
        answer: &Answer,
    ) -> Task {
        Task {
            model: Arc::clone(model),
            words: Arc::clone(&self.words),
            query: answer.query.clone(),
            depth: request.depth,
            sources: wide.sources.clone(),
            history: History(&request.history).exchanges(),
            fence: fence(&answer.id),
            window: self.options.generation.window(),
            temperature: self.options.generation.temperature,
        }
    }

    /// The guide's own text, or the statement that there is none.
    fn extract(
        &self,
        edition: &Edition,
        request: &TurnRequest,
        found: &Found,
        mut answer: Answer,
        failed: Option<(ChatError, Generation)>,
    ) -> Vec<AnswerEvent> {
        let guide = &edition.guide;
        let mut events = Vec::new();
        let (error, generation) = failed.unzip();
        answer.degraded = error.as_ref().map(degraded);
        answer.inspection =
            request.inspect.then(|| self.inspection(found, found.evidence.as_ref(), generation));
        match &found.evidence {
            Some(evidence) if evidence.sources.is_empty() => {
                let titles: Vec<&str> = titles(guide, evidence);
                answer.text = exhausted(&titles);
                events.extend([AnswerEvent::Sources(Vec::new()), AnswerEvent::Delta(answer.text.clone())]);
                events.extend(close(guide, evidence, answer));
            }
            Some(evidence) => {
                events.push(AnswerEvent::Sources(evidence.sources.clone()));
                for piece in compose(&self.words, evidence, &answer.query.standalone) {
                    answer.text.push_str(&piece.text);
                    answer.citations.push(piece.citation.clone());
                    events.push(AnswerEvent::Delta(piece.text));
                    events.push(AnswerEvent::Citation(piece.citation));
                }
                events.extend(close(guide, evidence, answer));
            }
            None => {
                answer.nearest = nearest(guide, &found.ranked);
                answer.text = statement(&answer.nearest);
                events.extend([AnswerEvent::Sources(Vec::new()), AnswerEvent::Delta(answer.text.clone())]);
                events.extend(close(guide, &Evidence::empty(0), answer));
            }
        }
        events
    }

    fn inspection(
        &self,
        found: &Found,
        evidence: Option<&Evidence>,
        generation: Option<Generation>,
    ) -> Inspection {
        Inspection {
            model: self.parts.embedder.identity(),
            candidates: fates(&found.ranked, evidence),
            coverage: found.coverage.clone(),
            evidence_tokens: evidence.map_or(0, |evidence| evidence.tokens),
            evidence_budget: self.options.evidence_tokens,
            generation,
        }
    }
}

/// Grounding, follow-up questions, and the end.
fn close(guide: &Guide, evidence: &Evidence, mut answer: Answer) -> Vec<AnswerEvent> {
    if answer.covered {
        let entries: Vec<&Question> = evidence.entries.iter().filter_map(|id| guide.question(id)).collect();
        let told: Vec<&str> = evidence.leads.iter().map(|(_, question)| question.as_str()).collect();
        answer.follow_ups = follow_ups(guide, &entries, &told);
    }
    vec![
        AnswerEvent::Grounding(answer.grounding.clone()),
        AnswerEvent::FollowUps(answer.follow_ups.clone()),
        AnswerEvent::Done(Box::new(answer)),
    ]
}

fn titles<'a>(guide: &'a Guide, evidence: &Evidence) -> Vec<&'a str> {
    evidence.entries.iter().filter_map(|id| guide.question(id)).map(|entry| entry.text.as_str()).collect()
}

/// The random part of a turn's id: nobody could have foreseen it when writing the texts that it separates.
fn fence(id: &str) -> String {
    let characters: Vec<char> = id.chars().filter(char::is_ascii_alphanumeric).collect();
    characters[characters.len().saturating_sub(16)..].iter().collect()
}

/// An answer with nothing said yet.
fn blank(id: String, request: &TurnRequest, edition: &Edition) -> Answer {
    Answer {
        id,
        conversation: request.conversation.clone(),
        covered: false,
        mode: Mode::Extractive,
        degraded: None,
        query: Understood { original: String::new(), standalone: String::new(), reason: None },
        depth: request.depth,
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
