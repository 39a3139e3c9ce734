//! The events of a streamed answer.

use super::answer::{Answer, CitationBody, FollowUpsBody, GroundingBody, QueryBody};
use super::names::{DepthName, SectionName};
use super::url;
use crate::problem::Problem;
use serde::Serialize;
use utoipa::ToSchema;
use viva_core::turn::{AnswerEvent, Failure, Source};

/// One event: its name, and its data.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Frame {
    Meta(MetaEvent),
    Query(QueryBody),
    Sources(SourcesEvent),
    Delta(DeltaEvent),
    /// The first use of a marker.
    Citation(CitationBody),
    Grounding(GroundingBody),
    FollowUps(FollowUpsBody),
    /// The last one, if all went well.
    Done(Box<Answer>),
    /// The last one, if not.
    Error(Problem),
}

/// Data with its place in the stream.
#[derive(Serialize)]
pub(crate) struct Numbered<'a> {
    /// From 1, without a gap.
    pub(crate) seq: usize,
    #[serde(flatten)]
    pub(crate) frame: &'a Frame,
}

/// Which turn this is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MetaEvent {
    /// The turn's id.
    id: String,
    /// The conversation it belongs to, if any.
    #[schema(required)]
    conversation_id: Option<String>,
    depth: DepthName,
    /// The guide's revision that answers.
    revision: String,
}

/// What the answer may cite. Comes again, before any text, where another list takes the first one's place.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SourcesEvent {
    sources: Vec<SourceBody>,
}

/// A numbered piece of evidence.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SourceBody {
    /// The number that `[n]` refers to.
    #[schema(minimum = 1)]
    n: u16,
    question_id: String,
    question: String,
    section: SectionName,
    /// Verbatim.
    text: String,
    url: String,
}

/// A piece of the answer's Markdown.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeltaEvent {
    text: String,
}

impl Frame {
    /// The event as a frame; a failure is not one yet, because its problem document tells of the request too.
    pub(crate) fn of(event: AnswerEvent) -> Result<Self, Failure> {
        Ok(match event {
            AnswerEvent::Meta { id, conversation, revision, depth } => Self::Meta(MetaEvent {
                id,
                conversation_id: conversation,
                depth: depth.into(),
                revision: revision.to_string(),
            }),
            AnswerEvent::Query(understood) => Self::Query(understood.into()),
            AnswerEvent::Sources(sources) => {
                Self::Sources(SourcesEvent { sources: sources.into_iter().map(Into::into).collect() })
            }
            AnswerEvent::Delta(text) => Self::Delta(DeltaEvent { text }),
            AnswerEvent::Citation(citation) => Self::Citation(citation.into()),
            AnswerEvent::Grounding(grounding) => Self::Grounding(grounding.into()),
            AnswerEvent::FollowUps(follow_ups) => Self::FollowUps(FollowUpsBody { follow_ups }),
            AnswerEvent::Done(answer) => Self::Done(Box::new((*answer).into())),
            AnswerEvent::Failed(failure) => return Err(failure),
        })
    }

    /// Whether nothing may follow.
    pub(crate) fn is_last(&self) -> bool {
        matches!(self, Self::Done(_) | Self::Error(_))
    }

    /// The event's name.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Meta(_) => "meta",
            Self::Query(_) => "query",
            Self::Sources(_) => "sources",
            Self::Delta(_) => "delta",
            Self::Citation(_) => "citation",
            Self::Grounding(_) => "grounding",
            Self::FollowUps(_) => "followups",
            Self::Done(_) => "done",
            Self::Error(_) => "error",
        }
    }
}

impl From<Source> for SourceBody {
    fn from(source: Source) -> Self {
        let Source { n, question, title, section, anchor, text } = source;
        let url = url(&question, &anchor);
        Self { n, question_id: question.to_string(), question: title, section: section.into(), text, url }
    }
}
