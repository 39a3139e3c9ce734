//! Writes a step of an interview.

use super::rows::{event_seal, grade_seal, review_seal, summary_seal};
use crate::session::{Session, values};
use crate::time::micros;
use viva_core::conversation::Owner;
use viva_core::examination::{GradeRecord, InterviewStep, InterviewSummary, LoggedEvent, Review};
use viva_core::ports::{Appended, StoreError};

pub(super) async fn append(
    session: &mut dyn Session,
    owner: &Owner,
    step: &InterviewStep,
) -> Result<Appended, StoreError> {
    let InterviewStep { seen, events, summary, reviews, grades } = step;
    let seen = i64::from(*seen);
    let total = seen + i64::try_from(events.len()).unwrap_or(i64::MAX - seen);
    if !put_summary(session, owner, summary, seen, total).await? {
        return Ok(Appended::Conflict);
    }
    for (number, event) in (seen + 1..).zip(events) {
        add_event(session, owner, &summary.id, number, event).await?;
    }
    // In one order, so that no two steps wait for each other.
    let mut reviews: Vec<&Review> = reviews.iter().collect();
    reviews.sort_by(|a, b| a.question.cmp(&b.question));
    for review in reviews {
        put_review(session, owner, review).await?;
    }
    for grade in grades {
        add_grade(session, owner, grade).await?;
    }
    Ok(Appended::Written)
}

/// Writes the interview's row if it has `seen` events now, and with it takes the right to add more.
async fn put_summary(
    session: &mut dyn Session,
    owner: &Owner,
    summary: &InterviewSummary,
    seen: i64,
    total: i64,
) -> Result<bool, StoreError> {
    let InterviewSummary { id, created, updated, is_finished, body } = summary;
    let sql = if seen == 0 {
        "INSERT INTO interviews (owner, id, created, updated, is_finished, events, body, seal) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (owner, id) DO UPDATE SET \
         created = excluded.created, updated = excluded.updated, is_finished = excluded.is_finished, \
         events = excluded.events, body = excluded.body, seal = excluded.seal WHERE interviews.events = 0"
    } else {
        "UPDATE interviews SET created = $3, updated = $4, is_finished = $5, events = $6, body = $7, seal = $8 \
         WHERE owner = $1 AND id = $2 AND events = $9"
    };
    let mut values = values![
        &owner.0,
        id,
        micros(*created),
        micros(*updated),
        i64::from(*is_finished),
        total,
        body,
        summary_seal(owner, summary, total)
    ];
    if seen > 0 {
        values.push(seen.into());
    }
    Ok(session.execute(sql, values).await? > 0)
}

async fn add_event(
    session: &mut dyn Session,
    owner: &Owner,
    interview: &str,
    number: i64,
    event: &LoggedEvent,
) -> Result<(), StoreError> {
    let LoggedEvent { at, kind, body } = event;
    let insert = "INSERT INTO interview_events (owner, interview, number, at, kind, body, seal) \
                  VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let seal = event_seal(owner, interview, number, event);
    session.execute(insert, values![&owner.0, interview, number, micros(*at), kind, body, seal]).await?;
    Ok(())
}

/// Writes a place in the schedule over the one that the question had.
pub(super) async fn put_review(
    session: &mut dyn Session,
    owner: &Owner,
    review: &Review,
) -> Result<(), StoreError> {
    let Review { question, due, last, stability, difficulty, repetitions, lapses, phase, scheduled_days } =
        review;
    finite("the review", question.as_str(), &[*stability, *difficulty])?;
    let upsert = "INSERT INTO reviews (owner, question, due, last, stability, difficulty, repetitions, lapses, \
                  phase, scheduled_days, seal) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
                  ON CONFLICT (owner, question) DO UPDATE SET due = excluded.due, last = excluded.last, \
                  stability = excluded.stability, difficulty = excluded.difficulty, \
                  repetitions = excluded.repetitions, lapses = excluded.lapses, phase = excluded.phase, \
                  scheduled_days = excluded.scheduled_days, seal = excluded.seal";
    let values = values![
        &owner.0,
        question.as_str(),
        micros(*due),
        micros(*last),
        *stability,
        *difficulty,
        *repetitions,
        *lapses,
        u32::from(*phase),
        *scheduled_days,
        review_seal(owner, review)
    ];
    session.execute(upsert, values).await?;
    Ok(())
}

pub(super) async fn add_grade(
    session: &mut dyn Session,
    owner: &Owner,
    grade: &GradeRecord,
) -> Result<(), StoreError> {
    let GradeRecord { question, module, at, score, interview } = grade;
    finite("the grade", question.as_str(), &[*score])?;
    let insert = "INSERT INTO grades (owner, question, module, at, score, interview, seal) \
                  VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let values = values![
        &owner.0,
        question.as_str(),
        module.as_str(),
        micros(*at),
        *score,
        interview.as_deref(),
        grade_seal(owner, grade)
    ];
    session.execute(insert, values).await?;
    Ok(())
}

/// SQLite would keep "not a number" as absent.
fn finite(what: &str, question: &str, numbers: &[f64]) -> Result<(), StoreError> {
    if numbers.iter().all(|number| number.is_finite()) {
        return Ok(());
    }
    Err(StoreError::Failed(
        format!("{what} of `{question}` has a number that is not finite: {numbers:?}").into(),
    ))
}
