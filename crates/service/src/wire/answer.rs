//! A whole answer.

use super::inspection::InspectionBody;
use super::names::{DegradedName, DepthName, ModeName, SectionName};
use super::{milliseconds, url};
use serde::Serialize;
use utoipa::ToSchema;
use viva_core::turn;

/// An answer with its citations.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Answer {
    /// The turn's id.
    id: String,
    /// The conversation it belongs to, if any.
    #[schema(required)]
    conversation_id: Option<String>,
    /// Whether the guide covers the question. If not, `answer` says so and `nearest` names what it does cover.
    covered: bool,
    mode: ModeName,
    /// Why the answer was not made as configured.
    #[schema(required)]
    degraded: Option<DegradedBody>,
    query: QueryBody,
    depth: DepthName,
    /// Markdown with `[n]` markers.
    #[serde(rename = "answer")]
    text: String,
    citations: Vec<CitationBody>,
    grounding: GroundingBody,
    /// What is worth asking next.
    follow_ups: Vec<String>,
    /// Up to three questions that the guide does cover, where it does not cover this one.
    nearest: Vec<NearestBody>,
    /// What a language model counted, where one was used.
    #[schema(required)]
    usage: Option<UsageBody>,
    timings_ms: AnswerTimings,
    /// The guide's revision that answered.
    revision: String,
    /// How the answer came about; only where `inspect` was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    inspection: Option<InspectionBody>,
}

/// The question as it was searched.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct QueryBody {
    /// As asked.
    original: String,
    /// Complete in itself.
    standalone: String,
    /// Why `standalone` differs, where it does.
    #[schema(required)]
    reason: Option<String>,
}

/// A marker `[n]`, resolved.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CitationBody {
    /// The number of the marker.
    #[schema(minimum = 1)]
    n: u16,
    question_id: String,
    section: SectionName,
    /// Verbatim from that section.
    quote: String,
    /// Where that section is read.
    url: String,
}

/// The check of the answer against its evidence.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GroundingBody {
    /// Sentences whose numbers or identifiers stand in no cited evidence.
    unsupported: Vec<String>,
}

/// What is worth asking next.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FollowUpsBody {
    pub(super) follow_ups: Vec<String>,
}

/// A question that the guide does cover.
#[derive(Debug, Serialize, ToSchema)]
struct NearestBody {
    question_id: String,
    question: String,
    url: String,
}

/// Why an answer was not made as configured.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DegradedBody {
    reason: DegradedName,
    detail: String,
}

/// Tokens that a language model counted.
#[derive(Debug, Serialize, ToSchema)]
struct UsageBody {
    input_tokens: u64,
    output_tokens: u64,
}

/// How long the stages took, in milliseconds.
#[derive(Debug, Serialize, ToSchema)]
struct AnswerTimings {
    understand: f64,
    embed: f64,
    search: f64,
    first_token: f64,
    total: f64,
}

impl From<turn::Answer> for Answer {
    fn from(answer: turn::Answer) -> Self {
        let turn::Answer {
            id,
            conversation,
            covered,
            mode,
            degraded,
            query,
            depth,
            text,
            citations,
            grounding,
            follow_ups,
            nearest,
            usage,
            timings,
            revision,
            inspection,
        } = answer;
        Self {
            id,
            conversation_id: conversation,
            covered,
            mode: mode.into(),
            degraded: degraded.map(Into::into),
            query: query.into(),
            depth: depth.into(),
            text,
            citations: citations.into_iter().map(Into::into).collect(),
            grounding: grounding.into(),
            follow_ups,
            nearest: nearest.into_iter().map(Into::into).collect(),
            usage: usage.map(Into::into),
            timings_ms: timings.into(),
            revision: revision.to_string(),
            inspection: inspection.map(Into::into),
        }
    }
}

impl From<turn::Understood> for QueryBody {
    fn from(understood: turn::Understood) -> Self {
        let turn::Understood { original, standalone, reason } = understood;
        Self { original, standalone, reason }
    }
}

impl From<turn::Citation> for CitationBody {
    fn from(citation: turn::Citation) -> Self {
        let turn::Citation { n, question, section, anchor, quote } = citation;
        let url = url(&question, &anchor);
        Self { n, question_id: question.to_string(), section: section.into(), quote, url }
    }
}

impl From<turn::Grounding> for GroundingBody {
    fn from(grounding: turn::Grounding) -> Self {
        let turn::Grounding { unsupported } = grounding;
        Self { unsupported }
    }
}

impl From<turn::Nearest> for NearestBody {
    fn from(nearest: turn::Nearest) -> Self {
        let turn::Nearest { question, title } = nearest;
        Self { url: format!("/questions/{question}"), question_id: question.to_string(), question: title }
    }
}

impl From<turn::Degraded> for DegradedBody {
    fn from(degraded: turn::Degraded) -> Self {
        let turn::Degraded { reason, detail } = degraded;
        Self { reason: reason.into(), detail }
    }
}

impl From<turn::Usage> for UsageBody {
    fn from(usage: turn::Usage) -> Self {
        let turn::Usage { input_tokens, output_tokens } = usage;
        Self { input_tokens, output_tokens }
    }
}

impl From<turn::Timings> for AnswerTimings {
    fn from(timings: turn::Timings) -> Self {
        let turn::Timings { understand, embed, search, first_token, total } = timings;
        Self {
            understand: milliseconds(understand),
            embed: milliseconds(embed),
            search: milliseconds(search),
            first_token: milliseconds(first_token),
            total: milliseconds(total),
        }
    }
}
