//! How an answer came about.

use super::digest;
use super::number::Number;
use serde::{Deserialize, Serialize};
use viva_core::chat::{ChatMessage, Speaker};
use viva_core::id::QuestionId;
use viva_core::manifest::ModelIdentity;
use viva_core::ports::BoxError;
use viva_core::search::{LegRank, Legs};
use viva_core::turn::{Candidate, Coverage, Fate, Feature, Generation, Inspection};

#[derive(Serialize, Deserialize)]
pub(super) struct InspectionRecord {
    model: ModelRecord,
    candidates: Vec<CandidateRecord>,
    coverage: CoverageRecord,
    evidence_tokens: usize,
    evidence_budget: usize,
    generation: Option<GenerationRecord>,
}

#[derive(Serialize, Deserialize)]
struct ModelRecord {
    name: String,
    file: String,
    dimension: u32,
}

#[derive(Serialize, Deserialize)]
struct CandidateRecord {
    question: String,
    anchor: String,
    score: Number,
    dense: Option<RankRecord>,
    bm25: Option<RankRecord>,
    fate: FateRecord,
}

#[derive(Serialize, Deserialize)]
struct RankRecord {
    rank: u32,
    score: Number,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum FateRecord {
    Kept { n: u16 },
    Dropped { reason: String },
}

#[derive(Serialize, Deserialize)]
struct CoverageRecord {
    covered: bool,
    probability: Number,
    threshold: Number,
    features: Vec<FeatureRecord>,
}

#[derive(Serialize, Deserialize)]
struct FeatureRecord {
    name: String,
    value: Number,
    contribution: Number,
}

#[derive(Serialize, Deserialize)]
struct GenerationRecord {
    model: String,
    prompt_version: String,
    prompt: Vec<MessageRecord>,
    stop: Option<String>,
    dropped_markers: u32,
}

#[derive(Serialize, Deserialize)]
struct MessageRecord {
    speaker: SpeakerRecord,
    text: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum SpeakerRecord {
    System,
    User,
    Assistant,
}

impl From<&Inspection> for InspectionRecord {
    fn from(inspection: &Inspection) -> Self {
        let Inspection { model, candidates, coverage, evidence_tokens, evidence_budget, generation } =
            inspection;
        let ModelIdentity { name, file, dimension } = model;
        Self {
            model: ModelRecord { name: name.clone(), file: file.to_string(), dimension: *dimension },
            candidates: candidates.iter().map(Into::into).collect(),
            coverage: coverage.into(),
            evidence_tokens: *evidence_tokens,
            evidence_budget: *evidence_budget,
            generation: generation.as_ref().map(Into::into),
        }
    }
}

impl TryFrom<InspectionRecord> for Inspection {
    type Error = BoxError;

    fn try_from(record: InspectionRecord) -> Result<Self, BoxError> {
        let InspectionRecord { model, candidates, coverage, evidence_tokens, evidence_budget, generation } =
            record;
        let ModelRecord { name, file, dimension } = model;
        Ok(Self {
            model: ModelIdentity { name, file: digest(&file)?, dimension },
            candidates: candidates.into_iter().map(TryInto::try_into).collect::<Result<_, _>>()?,
            coverage: coverage.into(),
            evidence_tokens,
            evidence_budget,
            generation: generation.map(Into::into),
        })
    }
}

impl From<&Candidate> for CandidateRecord {
    fn from(candidate: &Candidate) -> Self {
        let Candidate { question, anchor, score, legs: Legs { dense, bm25 }, fate } = candidate;
        let rank = |LegRank { rank, score }: LegRank| RankRecord { rank, score: score.into() };
        Self {
            question: question.to_string(),
            anchor: anchor.clone(),
            score: (*score).into(),
            dense: dense.map(rank),
            bm25: bm25.map(rank),
            fate: match fate {
                Fate::Kept { n } => FateRecord::Kept { n: *n },
                Fate::Dropped { reason } => FateRecord::Dropped { reason: reason.clone() },
            },
        }
    }
}

impl TryFrom<CandidateRecord> for Candidate {
    type Error = BoxError;

    fn try_from(record: CandidateRecord) -> Result<Self, BoxError> {
        let CandidateRecord { question, anchor, score, dense, bm25, fate } = record;
        let rank = |RankRecord { rank, score }: RankRecord| LegRank { rank, score: score.into() };
        Ok(Self {
            question: QuestionId::new(question)?,
            anchor,
            score: score.into(),
            legs: Legs { dense: dense.map(rank), bm25: bm25.map(rank) },
            fate: match fate {
                FateRecord::Kept { n } => Fate::Kept { n },
                FateRecord::Dropped { reason } => Fate::Dropped { reason },
            },
        })
    }
}

impl From<&Coverage> for CoverageRecord {
    fn from(coverage: &Coverage) -> Self {
        let Coverage { covered, probability, threshold, features } = coverage;
        let feature = |Feature { name, value, contribution }: &Feature| FeatureRecord {
            name: name.to_string(),
            value: Number(*value),
            contribution: Number(*contribution),
        };
        Self {
            covered: *covered,
            probability: Number(*probability),
            threshold: Number(*threshold),
            features: features.iter().map(feature).collect(),
        }
    }
}

impl From<CoverageRecord> for Coverage {
    fn from(record: CoverageRecord) -> Self {
        let CoverageRecord { covered, probability, threshold, features } = record;
        let feature = |FeatureRecord { name, value, contribution }: FeatureRecord| Feature {
            name: name.into(),
            value: value.0,
            contribution: contribution.0,
        };
        Self {
            covered,
            probability: probability.0,
            threshold: threshold.0,
            features: features.into_iter().map(feature).collect(),
        }
    }
}

impl From<&Generation> for GenerationRecord {
    fn from(generation: &Generation) -> Self {
        let Generation { model, prompt_version, prompt, stop, dropped_markers } = generation.clone();
        let message = |ChatMessage { speaker, text }: ChatMessage| {
            let speaker = match speaker {
                Speaker::System => SpeakerRecord::System,
                Speaker::User => SpeakerRecord::User,
                Speaker::Assistant => SpeakerRecord::Assistant,
            };
            MessageRecord { speaker, text }
        };
        let prompt = prompt.into_iter().map(message).collect();
        Self { model, prompt_version, prompt, stop, dropped_markers }
    }
}

impl From<GenerationRecord> for Generation {
    fn from(record: GenerationRecord) -> Self {
        let GenerationRecord { model, prompt_version, prompt, stop, dropped_markers } = record;
        let message = |MessageRecord { speaker, text }: MessageRecord| {
            let speaker = match speaker {
                SpeakerRecord::System => Speaker::System,
                SpeakerRecord::User => Speaker::User,
                SpeakerRecord::Assistant => Speaker::Assistant,
            };
            ChatMessage { speaker, text }
        };
        let prompt = prompt.into_iter().map(message).collect();
        Self { model, prompt_version, prompt, stop, dropped_markers }
    }
}
