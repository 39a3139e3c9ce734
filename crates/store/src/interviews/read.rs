//! Reads interviews, the review schedule and grades.

use super::rows::{read_event, read_grade, read_review, read_summary};
use crate::session::{Session, values};
use crate::time::micros;
use std::time::SystemTime;
use viva_core::conversation::Owner;
use viva_core::examination::{GradeRecord, InterviewSummary, LoggedEvent, Review};
use viva_core::id::QuestionId;
use viva_core::ports::StoreError;

/// All events; one statement, so that no step can come in between.
pub(super) async fn events(
    session: &mut dyn Session,
    owner: &Owner,
    id: &str,
) -> Result<Option<Vec<LoggedEvent>>, StoreError> {
    let select = "SELECT interviews.id AS interview, interviews.events, number, at, kind, interview_events.body, \
                  interview_events.seal FROM interviews LEFT JOIN interview_events \
                  ON interview_events.owner = interviews.owner AND interview_events.interview = interviews.id \
                  WHERE interviews.owner = $1 AND interviews.id = $2 ORDER BY number";
    let rows = session.fetch(select, values![&owner.0, id]).await?;
    let Some(first) = rows.first() else { return Ok(None) };
    let first = first.of("interviews", "interview");
    let total: usize = first.count("events")?;
    let mut events = Vec::with_capacity(rows.len());
    if total > 0 {
        for (row, expected) in rows.iter().zip(1..) {
            let (number, event) = read_event(row, owner, id)?;
            if number != expected {
                return Err(row.of("interview_events", "interview").unreadable("number"));
            }
            events.push(event);
        }
    }
    if events.len() == total { Ok(Some(events)) } else { Err(first.unreadable("events")) }
}

/// Newest `updated` first, like conversations. Nothing follows an interview that there is not.
pub(super) async fn interviews(
    session: &mut dyn Session,
    owner: &Owner,
    after: Option<&str>,
    limit: u32,
) -> Result<Vec<InterviewSummary>, StoreError> {
    let (mut updated, mut id) = (i64::MAX, "");
    if let Some(after) = after {
        let select = "SELECT id, updated FROM interviews WHERE owner = $1 AND id = $2";
        let rows = session.fetch(select, values![&owner.0, after]).await?;
        let Some(row) = rows.first() else { return Ok(Vec::new()) };
        (updated, id) = (row.of("interviews", "id").int("updated")?, after);
    }
    let select = "SELECT owner, id, created, updated, is_finished, events, body, seal FROM interviews \
                  WHERE owner = $1 AND (updated < $2 OR (updated = $2 AND id < $3)) \
                  ORDER BY updated DESC, id DESC LIMIT $4";
    let rows = session.fetch(select, values![&owner.0, updated, id, limit]).await?;
    rows.iter().map(read_summary).collect()
}

/// The whole schedule, by due date.
pub(super) async fn schedule(session: &mut dyn Session, owner: &Owner) -> Result<Vec<Review>, StoreError> {
    let select = "SELECT owner, question, due, last, stability, difficulty, repetitions, lapses, phase, \
                  scheduled_days, seal FROM reviews WHERE owner = $1 ORDER BY due, question";
    let rows = session.fetch(select, values![&owner.0]).await?;
    rows.iter().map(read_review).collect()
}

pub(super) async fn review(
    session: &mut dyn Session,
    owner: &Owner,
    question: &QuestionId,
) -> Result<Option<Review>, StoreError> {
    let select = "SELECT owner, question, due, last, stability, difficulty, repetitions, lapses, phase, \
                  scheduled_days, seal FROM reviews WHERE owner = $1 AND question = $2";
    let rows = session.fetch(select, values![&owner.0, question.as_str()]).await?;
    rows.first().map(read_review).transpose()
}

/// The grades since `since`, by time, then as they were written.
pub(super) async fn grades_since(
    session: &mut dyn Session,
    owner: &Owner,
    since: SystemTime,
) -> Result<Vec<GradeRecord>, StoreError> {
    let select = "SELECT id, owner, question, module, at, score, interview, seal FROM grades \
                  WHERE owner = $1 AND at >= $2 ORDER BY at, id";
    let rows = session.fetch(select, values![&owner.0, micros(since)]).await?;
    rows.iter().map(read_grade).collect()
}
