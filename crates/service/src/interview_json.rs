//! Interviews as the API sends them, for callers in this process: the command line prints the same documents.

use crate::routes::reviews::DueBody;
use crate::wire::{
    InterviewBody, InterviewSummaryBody, OutcomeBody, ProgressBody, ReportBody, RevealedBody, report_link,
};
use serde::Serialize;
use serde_json::Value;
use viva_core::examination::Review;
use viva_core::guide::Guide;
use viva_interview::examiner::{Interview, Listed, Outcome, Revealed};
use viva_interview::progress::Progress;
use viva_interview::report::Report;

/// An interview as `GET /api/v1/interviews/{id}` sends it.
pub fn interview_json(interview: Interview) -> Value {
    json(InterviewBody::from(interview))
}

/// What an answer led to, as `POST /api/v1/interviews/{id}/answers` sends it.
pub fn outcome_json(outcome: Outcome) -> Value {
    json(OutcomeBody::from(outcome))
}

/// A revealed answer as `POST /api/v1/interviews/{id}/reveal` sends it.
pub fn revealed_json(revealed: Revealed) -> Value {
    json(RevealedBody::from(revealed))
}

/// The report of interview `id` as `GET /api/v1/interviews/{id}/report` sends it.
pub fn report_json(id: &str, report: Report) -> Value {
    json(ReportBody::new(id.to_owned(), report))
}

/// The report as the same route sends it in Markdown.
pub fn report_markdown(report: &Report) -> String {
    report.markdown(&report_link)
}

/// An interview in a list, as `GET /api/v1/interviews` sends it.
pub fn listed_json(listed: Listed) -> Value {
    json(InterviewSummaryBody::from(listed))
}

/// What is due as `GET /api/v1/reviews/due` sends it.
pub fn due_json(due: Vec<Review>, guide: &Guide) -> Value {
    json(DueBody::new(due, guide))
}

/// Progress as `GET /api/v1/progress` sends it.
pub fn progress_json(progress: Progress) -> Value {
    json(ProgressBody::from(progress))
}

/// These types have text keys and finite numbers only, so there is nothing that could fail.
fn json(body: impl Serialize) -> Value {
    serde_json::to_value(body).unwrap_or(Value::Null)
}
