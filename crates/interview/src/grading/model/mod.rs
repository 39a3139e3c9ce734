//! The grader that asks a language model.
//!
//! The model only gives verdicts, each with a quote that must stand in the answer; the score is computed from them like
//! any other. A reply that cannot be used is asked for once more; then the caller falls back.

mod parse;
mod prompt;

pub use prompt::PROMPT_VERSION;

use crate::grade::{Grader, Judgement};
use crate::grading::Answer;
use crate::sheet::Sheet;
use futures::StreamExt;
use parse::parse;
use prompt::{again, render};
use std::ops::Range;
use std::sync::Arc;
use viva_core::chat::{ChatError, ChatErrorKind, ChatEvent, ChatRequest, StopReason};
use viva_core::ports::ChatModel;
use viva_core::turn::{Degraded, DegradedReason};

/// The longest reply that is read, in bytes.
const MAX_REPLY: usize = 64 * 1024;
/// How often the model is asked about one answer.
const TRIES: usize = 2;

/// Grades by a language model.
pub(crate) struct ModelGrader {
    model: Arc<dyn ChatModel>,
}

impl ModelGrader {
    pub(crate) fn new(model: Arc<dyn ChatModel>) -> Self {
        Self { model }
    }

    /// A verdict on every key point, or why there is none. `counting` are the parts of the answer that count, at least
    /// one; `boundary` is unguessable for the candidate.
    pub(crate) async fn judge(
        &self,
        sheet: &Sheet,
        answer: Answer<'_>,
        counting: &[Range<usize>],
        boundary: &str,
    ) -> Result<Judgement, Degraded> {
        let mut request = render(sheet, answer.told, answer.text, boundary);
        let mut reason = String::new();
        for _ in 0..TRIES {
            let reply = self.ask(request.clone()).await.map_err(|error| degraded(&error))?;
            let findings = match reply {
                Ok(reply) => {
                    parse(&reply, sheet.points.len(), answer.text, counting).map_err(|e| e.to_string())
                }
                Err(cut) => Err(cut),
            };
            match findings {
                Ok(findings) => {
                    let grader =
                        Grader::Model { model: self.model.name().to_owned(), prompt: PROMPT_VERSION };
                    return Ok(Judgement { findings, grader, degraded: None, is_empty: false });
                }
                Err(unusable) => {
                    request = again(request, &unusable);
                    reason = unusable;
                }
            }
        }
        let detail = format!("the model's verdicts could not be used: {reason}");
        Err(Degraded { reason: DegradedReason::ModelUnavailable, detail })
    }

    /// The whole reply; the inner error says in words why it is not whole.
    async fn ask(&self, request: ChatRequest) -> Result<Result<String, String>, ChatError> {
        let mut stream = self.model.chat(request).await?;
        let mut reply = String::new();
        while let Some(event) = stream.next().await {
            match event? {
                ChatEvent::Delta(text) => reply.push_str(&text),
                ChatEvent::Usage(_) => {}
                ChatEvent::Stop(StopReason::Length) => {
                    return Ok(Err("it was cut at its length limit".to_owned()));
                }
                ChatEvent::Stop(StopReason::Filtered) => {
                    return Ok(Err("a content filter cut it".to_owned()));
                }
                ChatEvent::Stop(StopReason::EndOfTurn | StopReason::Other(_)) => break,
            }
            if reply.len() > MAX_REPLY {
                return Ok(Err("it is far too long".to_owned()));
            }
        }
        Ok(Ok(reply))
    }
}

/// What a model's failure means for a grade.
fn degraded(error: &ChatError) -> Degraded {
    let reason = match error.kind {
        ChatErrorKind::Timeout => DegradedReason::ModelTimeout,
        ChatErrorKind::RateLimited { .. } => DegradedReason::ModelRateLimited,
        ChatErrorKind::Refused
        | ChatErrorKind::Invalid
        | ChatErrorKind::ContextTooLong
        | ChatErrorKind::Filtered => DegradedReason::ModelRejected,
        ChatErrorKind::Budget => DegradedReason::Budget,
        ChatErrorKind::Unreachable
        | ChatErrorKind::Upstream
        | ChatErrorKind::Broken
        | ChatErrorKind::Malformed
        | ChatErrorKind::Resting => DegradedReason::ModelUnavailable,
    };
    Degraded { reason, detail: error.detail.clone() }
}
