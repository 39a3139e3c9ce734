//! What goes over the wire: one mirror of each of the core's types, converted by exhaustive destructuring, so that a
//! new field of the core breaks the build here and is decided upon.

mod answer;
mod conversation;
mod frame;
mod guide;
mod hits;
mod inspection;
mod interview;
mod interview_grade;
mod interview_report;
mod interview_review;
mod names;

pub(crate) use answer::{Answer, CitationBody, FollowUpsBody, GroundingBody, QueryBody};
pub(crate) use conversation::{ConversationBody, ConversationSummary, TurnBody};
pub(crate) use frame::{DeltaEvent, Frame, MetaEvent, Numbered, SourcesEvent};
pub(crate) use guide::{ModuleBody, QuestionBody, QuestionSummary};
pub(crate) use hits::{HitBody, SearchTimings};
pub(crate) use inspection::InspectionBody;
pub(crate) use interview::{InterviewBody, InterviewSummaryBody, OutcomeBody, RevealedBody};
pub(crate) use interview_grade::GradeBody;
pub(crate) use interview_report::{ReportBody, report_link};
pub(crate) use interview_review::{ProgressBody, ReviewBody};
pub(crate) use names::{DepthName, InterviewModeName, LevelName};

use conversation::rfc3339;
use std::time::Duration;

/// Where a section of a question is read.
fn url(question: &impl std::fmt::Display, anchor: &str) -> String {
    format!("/questions/{question}#{anchor}")
}

/// Milliseconds, to the hundredth.
fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 100_000.0).round() / 100.0
}

/// JSON has no infinities: what is not finite was a division by nothing, and counts nothing.
fn finite(number: f64) -> f64 {
    if number.is_finite() { number } else { 0.0 }
}
