//! How an answer came about.

use super::finite;
use super::hits::{LegsBody, number};
use serde::Serialize;
use utoipa::ToSchema;
use viva_core::chat::{ChatMessage, Speaker};
use viva_core::manifest::ModelIdentity;
use viva_core::turn::{Candidate, Coverage, Fate, Feature, Generation, Inspection};

/// How an answer came about.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct InspectionBody {
    /// The encoder of the dense leg.
    model: ModelBody,
    /// Every candidate of the search, best first, and what became of it.
    candidates: Vec<CandidateBody>,
    coverage: CoverageBody,
    evidence: EvidenceBody,
    /// What a language model was sent, where one was used.
    #[schema(required)]
    prompt: Option<String>,
    /// How the language model was used, where one was.
    #[schema(required)]
    generation: Option<GenerationBody>,
}

/// How a language model was used.
#[derive(Debug, Serialize, ToSchema)]
struct GenerationBody {
    model: String,
    /// Which version of the prompt's text.
    prompt_version: String,
    messages: Vec<MessageBody>,
    /// Why the model stopped, where it did.
    #[schema(required)]
    stop: Option<String>,
    /// Markers that named no evidence and were taken out.
    dropped_markers: u32,
}

/// One message of a prompt.
#[derive(Debug, Serialize, ToSchema)]
struct MessageBody {
    role: &'static str,
    content: String,
}

fn role(speaker: Speaker) -> &'static str {
    match speaker {
        Speaker::System => "system",
        Speaker::User => "user",
        Speaker::Assistant => "assistant",
    }
}

/// The prompt as one text.
fn as_text(generation: &Generation) -> String {
    let message = |message: &ChatMessage| format!("[{}]\n{}", role(message.speaker), message.text);
    generation.prompt.iter().map(message).collect::<Vec<_>>().join("\n\n")
}

impl From<Generation> for GenerationBody {
    fn from(generation: Generation) -> Self {
        let Generation { model, prompt_version, prompt, stop, dropped_markers } = generation;
        let messages = prompt
            .into_iter()
            .map(|ChatMessage { speaker, text }| MessageBody { role: role(speaker), content: text })
            .collect();
        Self { model, prompt_version, messages, stop, dropped_markers }
    }
}

/// An encoder.
#[derive(Debug, Serialize, ToSchema)]
struct ModelBody {
    name: String,
    /// SHA-256 of its file.
    file: String,
    /// Components of a vector.
    dimension: u32,
}

/// A candidate of the search.
#[derive(Debug, Serialize, ToSchema)]
struct CandidateBody {
    question_id: String,
    /// The section's fragment, or `card`.
    anchor: String,
    /// The fused score.
    score: f64,
    legs: LegsBody,
    fate: FateName,
    /// The number of the evidence that it became, where it was kept.
    #[schema(required)]
    n: Option<u16>,
    /// Why it was dropped, where it was.
    #[schema(required)]
    reason: Option<String>,
}

/// What became of a candidate.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum FateName {
    Kept,
    Dropped,
}

/// The verdict whether the guide covers the question.
#[derive(Debug, Serialize, ToSchema)]
struct CoverageBody {
    covered: bool,
    /// Estimated probability that it does.
    #[schema(minimum = 0, maximum = 1)]
    probability: f64,
    /// The least probability that counts as covered.
    threshold: f64,
    features: Vec<FeatureBody>,
}

/// One ingredient of that verdict.
#[derive(Debug, Serialize, ToSchema)]
struct FeatureBody {
    name: String,
    value: f64,
    /// What it adds to the log-odds.
    contribution: f64,
}

/// How much evidence there is.
#[derive(Debug, Serialize, ToSchema)]
struct EvidenceBody {
    /// Tokens of the evidence that was kept.
    tokens: usize,
    /// The most that it may have.
    budget: usize,
}

impl From<Inspection> for InspectionBody {
    fn from(inspection: Inspection) -> Self {
        let Inspection { model, candidates, coverage, evidence_tokens, evidence_budget, generation } =
            inspection;
        Self {
            model: model.into(),
            candidates: candidates.into_iter().map(Into::into).collect(),
            coverage: coverage.into(),
            evidence: EvidenceBody { tokens: evidence_tokens, budget: evidence_budget },
            prompt: generation.as_ref().map(as_text),
            generation: generation.map(Into::into),
        }
    }
}

impl From<ModelIdentity> for ModelBody {
    fn from(model: ModelIdentity) -> Self {
        let ModelIdentity { name, file, dimension } = model;
        Self { name, file: file.to_string(), dimension }
    }
}

impl From<Candidate> for CandidateBody {
    fn from(candidate: Candidate) -> Self {
        let Candidate { question, anchor, score, legs, fate } = candidate;
        let (fate, n, reason) = match fate {
            Fate::Kept { n } => (FateName::Kept, Some(n), None),
            Fate::Dropped { reason } => (FateName::Dropped, None, Some(reason)),
        };
        let question_id = question.to_string();
        Self { question_id, anchor, score: number(score), legs: legs.into(), fate, n, reason }
    }
}

impl From<Coverage> for CoverageBody {
    fn from(coverage: Coverage) -> Self {
        let Coverage { covered, probability, threshold, features } = coverage;
        let features = features.into_iter().map(Into::into).collect();
        Self { covered, probability: finite(probability), threshold: finite(threshold), features }
    }
}

impl From<Feature> for FeatureBody {
    fn from(feature: Feature) -> Self {
        let Feature { name, value, contribution } = feature;
        Self { name: name.into_owned(), value: finite(value), contribution: finite(contribution) }
    }
}
