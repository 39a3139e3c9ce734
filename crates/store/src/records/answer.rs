//! An answer without its inspection.

use super::digest;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use viva_core::id::QuestionId;
use viva_core::ports::BoxError;
use viva_core::turn::{
    Answer, Citation, Degraded, DegradedReason, Grounding, Mode, Nearest, Timings, Understood, Usage,
};

#[derive(Serialize, Deserialize)]
pub(super) struct AnswerRecord {
    id: String,
    conversation: Option<String>,
    covered: bool,
    mode: ModeRecord,
    degraded: Option<DegradedRecord>,
    query: UnderstoodRecord,
    depth: String,
    text: String,
    citations: Vec<CitationRecord>,
    unsupported: Vec<String>,
    follow_ups: Vec<String>,
    nearest: Vec<NearestRecord>,
    usage: Option<UsageRecord>,
    timings: TimingsRecord,
    revision: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ModeRecord {
    Extractive,
    Generated,
}

#[derive(Serialize, Deserialize)]
struct DegradedRecord {
    reason: ReasonRecord,
    detail: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ReasonRecord {
    ModelUnavailable,
    ModelTimeout,
    ModelRateLimited,
    ModelRejected,
    Budget,
}

#[derive(Serialize, Deserialize)]
struct UnderstoodRecord {
    original: String,
    standalone: String,
    reason: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct CitationRecord {
    n: u16,
    question: String,
    section: String,
    anchor: String,
    quote: String,
}

#[derive(Serialize, Deserialize)]
struct NearestRecord {
    question: String,
    title: String,
}

#[derive(Serialize, Deserialize)]
struct UsageRecord {
    input_tokens: u64,
    output_tokens: u64,
}

/// In nanoseconds, which is what a `Duration` counts; 64 bits are 584 years.
#[expect(clippy::struct_field_names, reason = "the unit is part of what is stored")]
#[derive(Serialize, Deserialize)]
struct TimingsRecord {
    understand_ns: u64,
    embed_ns: u64,
    search_ns: u64,
    first_token_ns: u64,
    total_ns: u64,
}

impl From<&Answer> for AnswerRecord {
    fn from(answer: &Answer) -> Self {
        let Answer {
            id,
            conversation,
            covered,
            mode,
            degraded,
            query,
            depth,
            text,
            citations,
            grounding: Grounding { unsupported },
            follow_ups,
            nearest,
            usage,
            timings,
            revision,
            // Has a column of its own.
            inspection: _,
        } = answer;
        Self {
            id: id.clone(),
            conversation: conversation.clone(),
            covered: *covered,
            mode: (*mode).into(),
            degraded: degraded.as_ref().map(Into::into),
            query: query.into(),
            depth: depth.as_str().to_owned(),
            text: text.clone(),
            citations: citations.iter().map(Into::into).collect(),
            unsupported: unsupported.clone(),
            follow_ups: follow_ups.clone(),
            nearest: nearest.iter().map(Into::into).collect(),
            usage: usage.map(Into::into),
            timings: (*timings).into(),
            revision: revision.to_string(),
        }
    }
}

impl TryFrom<AnswerRecord> for Answer {
    type Error = BoxError;

    fn try_from(record: AnswerRecord) -> Result<Self, BoxError> {
        let AnswerRecord {
            id,
            conversation,
            covered,
            mode,
            degraded,
            query,
            depth,
            text,
            citations,
            unsupported,
            follow_ups,
            nearest,
            usage,
            timings,
            revision,
        } = record;
        Ok(Self {
            id,
            conversation,
            covered,
            mode: mode.into(),
            degraded: degraded.map(Into::into),
            query: query.into(),
            depth: depth.parse()?,
            text,
            citations: citations.into_iter().map(TryInto::try_into).collect::<Result<_, _>>()?,
            grounding: Grounding { unsupported },
            follow_ups,
            nearest: nearest.into_iter().map(TryInto::try_into).collect::<Result<_, _>>()?,
            usage: usage.map(Into::into),
            timings: timings.into(),
            revision: digest(&revision)?,
            inspection: None,
        })
    }
}

impl From<Mode> for ModeRecord {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::Extractive => Self::Extractive,
            Mode::Generated => Self::Generated,
        }
    }
}

impl From<ModeRecord> for Mode {
    fn from(record: ModeRecord) -> Self {
        match record {
            ModeRecord::Extractive => Self::Extractive,
            ModeRecord::Generated => Self::Generated,
        }
    }
}

impl From<&Degraded> for DegradedRecord {
    fn from(degraded: &Degraded) -> Self {
        let Degraded { reason, detail } = degraded;
        let reason = match reason {
            DegradedReason::ModelUnavailable => ReasonRecord::ModelUnavailable,
            DegradedReason::ModelTimeout => ReasonRecord::ModelTimeout,
            DegradedReason::ModelRateLimited => ReasonRecord::ModelRateLimited,
            DegradedReason::ModelRejected => ReasonRecord::ModelRejected,
            DegradedReason::Budget => ReasonRecord::Budget,
        };
        Self { reason, detail: detail.clone() }
    }
}

impl From<DegradedRecord> for Degraded {
    fn from(record: DegradedRecord) -> Self {
        let DegradedRecord { reason, detail } = record;
        let reason = match reason {
            ReasonRecord::ModelUnavailable => DegradedReason::ModelUnavailable,
            ReasonRecord::ModelTimeout => DegradedReason::ModelTimeout,
            ReasonRecord::ModelRateLimited => DegradedReason::ModelRateLimited,
            ReasonRecord::ModelRejected => DegradedReason::ModelRejected,
            ReasonRecord::Budget => DegradedReason::Budget,
        };
        Self { reason, detail }
    }
}

impl From<&Understood> for UnderstoodRecord {
    fn from(query: &Understood) -> Self {
        let Understood { original, standalone, reason } = query.clone();
        Self { original, standalone, reason }
    }
}

impl From<UnderstoodRecord> for Understood {
    fn from(record: UnderstoodRecord) -> Self {
        let UnderstoodRecord { original, standalone, reason } = record;
        Self { original, standalone, reason }
    }
}

impl From<&Citation> for CitationRecord {
    fn from(citation: &Citation) -> Self {
        let Citation { n, question, section, anchor, quote } = citation;
        Self {
            n: *n,
            question: question.to_string(),
            section: section.to_string(),
            anchor: anchor.clone(),
            quote: quote.clone(),
        }
    }
}

impl TryFrom<CitationRecord> for Citation {
    type Error = BoxError;

    fn try_from(record: CitationRecord) -> Result<Self, BoxError> {
        let CitationRecord { n, question, section, anchor, quote } = record;
        Ok(Self { n, question: QuestionId::new(question)?, section: section.parse()?, anchor, quote })
    }
}

impl From<&Nearest> for NearestRecord {
    fn from(nearest: &Nearest) -> Self {
        let Nearest { question, title } = nearest;
        Self { question: question.to_string(), title: title.clone() }
    }
}

impl TryFrom<NearestRecord> for Nearest {
    type Error = BoxError;

    fn try_from(record: NearestRecord) -> Result<Self, BoxError> {
        let NearestRecord { question, title } = record;
        Ok(Self { question: QuestionId::new(question)?, title })
    }
}

impl From<Usage> for UsageRecord {
    fn from(usage: Usage) -> Self {
        let Usage { input_tokens, output_tokens } = usage;
        Self { input_tokens, output_tokens }
    }
}

impl From<UsageRecord> for Usage {
    fn from(record: UsageRecord) -> Self {
        let UsageRecord { input_tokens, output_tokens } = record;
        Self { input_tokens, output_tokens }
    }
}

impl From<Timings> for TimingsRecord {
    fn from(timings: Timings) -> Self {
        let Timings { understand, embed, search, first_token, total } = timings;
        let nanos = |time: Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        Self {
            understand_ns: nanos(understand),
            embed_ns: nanos(embed),
            search_ns: nanos(search),
            first_token_ns: nanos(first_token),
            total_ns: nanos(total),
        }
    }
}

impl From<TimingsRecord> for Timings {
    fn from(record: TimingsRecord) -> Self {
        let TimingsRecord { understand_ns, embed_ns, search_ns, first_token_ns, total_ns } = record;
        Self {
            understand: Duration::from_nanos(understand_ns),
            embed: Duration::from_nanos(embed_ns),
            search: Duration::from_nanos(search_ns),
            first_token: Duration::from_nanos(first_token_ns),
            total: Duration::from_nanos(total_ns),
        }
    }
}
