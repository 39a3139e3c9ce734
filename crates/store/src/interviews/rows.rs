//! What interviews, events, reviews and grades are as rows.

use crate::row::Row;
use crate::seal::Seal;
use crate::time::micros;
use viva_core::conversation::Owner;
use viva_core::examination::{GradeRecord, InterviewSummary, LoggedEvent, Review};
use viva_core::id::{ModuleId, QuestionId};
use viva_core::ports::StoreError;

/// The checksum of an interview's row; `events` is how many it has.
pub(super) fn summary_seal(owner: &Owner, summary: &InterviewSummary, events: i64) -> i64 {
    let InterviewSummary { id, created, updated, is_finished, body } = summary;
    let seal = Seal::new("interviews").text(&owner.0).text(id).int(micros(*created)).int(micros(*updated));
    seal.int(i64::from(*is_finished)).int(events).text(body).value()
}

/// Reads `owner, id, created, updated, is_finished, events, body, seal`.
pub(super) fn read_summary(row: &Row) -> Result<InterviewSummary, StoreError> {
    let fields = row.of("interviews", "id");
    let owner = Owner(fields.text("owner")?.to_owned());
    let summary = InterviewSummary {
        id: fields.text("id")?.to_owned(),
        created: fields.time("created")?,
        updated: fields.time("updated")?,
        is_finished: fields.int("is_finished")? != 0,
        body: fields.text("body")?.to_owned(),
    };
    fields.check("seal", summary_seal(&owner, &summary, fields.int("events")?))?;
    Ok(summary)
}

/// The checksum of the event that is number `number` (from 1) of an interview.
pub(super) fn event_seal(owner: &Owner, interview: &str, number: i64, event: &LoggedEvent) -> i64 {
    let LoggedEvent { at, kind, body } = event;
    let seal = Seal::new("interview_events").text(&owner.0).text(interview).int(number);
    seal.int(micros(*at)).text(kind).text(body).value()
}

/// Reads `number, at, kind, body, seal` of an interview's event.
pub(super) fn read_event(
    row: &Row,
    owner: &Owner,
    interview: &str,
) -> Result<(i64, LoggedEvent), StoreError> {
    let fields = row.of("interview_events", "interview");
    let number = fields.int("number")?;
    let event = LoggedEvent {
        at: fields.time("at")?,
        kind: fields.text("kind")?.to_owned(),
        body: fields.text("body")?.to_owned(),
    };
    fields.check("seal", event_seal(owner, interview, number, &event))?;
    Ok((number, event))
}

/// The checksum of a place in the schedule.
pub(super) fn review_seal(owner: &Owner, review: &Review) -> i64 {
    let Review { question, due, last, stability, difficulty, repetitions, lapses, phase, scheduled_days } =
        review;
    let seal =
        Seal::new("reviews").text(&owner.0).text(question.as_str()).int(micros(*due)).int(micros(*last));
    let seal = seal.real(*stability).real(*difficulty).int(i64::from(*repetitions)).int(i64::from(*lapses));
    seal.int(i64::from(*phase)).int(i64::from(*scheduled_days)).value()
}

/// Reads all columns of `reviews`.
pub(super) fn read_review(row: &Row) -> Result<Review, StoreError> {
    let fields = row.of("reviews", "question");
    let owner = Owner(fields.text("owner")?.to_owned());
    let review = Review {
        question: fields.parsed("question", |text| QuestionId::new(text))?,
        due: fields.time("due")?,
        last: fields.time("last")?,
        stability: fields.real("stability")?,
        difficulty: fields.real("difficulty")?,
        repetitions: fields.count("repetitions")?,
        lapses: fields.count("lapses")?,
        phase: fields.count("phase")?,
        scheduled_days: fields.count("scheduled_days")?,
    };
    fields.check("seal", review_seal(&owner, &review))?;
    Ok(review)
}

/// The checksum of a grade.
pub(super) fn grade_seal(owner: &Owner, grade: &GradeRecord) -> i64 {
    let GradeRecord { question, module, at, score, interview } = grade;
    let seal = Seal::new("grades").text(&owner.0).text(question.as_str()).text(module.as_str());
    seal.int(micros(*at)).real(*score).maybe(interview.as_deref()).value()
}

/// Reads all columns of `grades`.
pub(super) fn read_grade(row: &Row) -> Result<GradeRecord, StoreError> {
    let fields = row.of("grades", "id");
    let owner = Owner(fields.text("owner")?.to_owned());
    let grade = GradeRecord {
        question: fields.parsed("question", |text| QuestionId::new(text))?,
        module: fields.parsed("module", |text| ModuleId::new(text))?,
        at: fields.time("at")?,
        score: fields.real("score")?,
        interview: fields.maybe_text("interview")?.map(str::to_owned),
    };
    fields.check("seal", grade_seal(&owner, &grade))?;
    Ok(grade)
}
