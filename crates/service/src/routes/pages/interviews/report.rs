//! `GET /interview/{id}/report` and `/report.md`: what came of an interview.

use super::grades::{Context, closing_of, filters_of};
use crate::error::{ApiError, InterviewRefusal};
use crate::extract::InterviewPath;
use crate::interview_json::report_markdown;
use crate::pages::{Page, Refused, Visit, see_other};
use crate::routes::interviews::examine;
use crate::state::App;
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use std::fmt::Display;
use std::sync::Arc;
use viva_core::guide::Guide;
use viva_core::id::ModuleId;
use viva_interview::report::{AreaScore, QuestionReport, ReadNext, Report, Strength};
use viva_web::pages::{NextReading, ReportPage, ReportQuestion, report_page, words};

/// What came of an interview, as a page
///
/// In practice mode also before its end. A live interview that is not over leads back to its question.
#[utoipa::path(
    get, path = "/interview/{id}/report", tag = "pages",
    params(("id" = String, Path, description = "The interview's id")),
    responses((status = 303, description = "To the interview, which is not over"), Page, Refused),
    security((), ("bearer" = []), ("x_api_key" = [])),
)]
pub(crate) async fn report(
    State(app): State<Arc<App>>,
    visit: Visit,
    InterviewPath(id): InterviewPath,
) -> Result<Response, ApiError> {
    let report = match read(&app, &visit, &id).await {
        Err(ApiError::Interview(InterviewRefusal::NotFinished)) => {
            return Ok(see_other(&format!("/interview/{id}")));
        }
        read => read?,
    };
    Ok(visit.page(page(&app, &visit, &id, &report).await?))
}

/// What came of an interview, as a Markdown file
#[utoipa::path(
    get, path = "/interview/{id}/report.md", tag = "pages",
    params(("id" = String, Path, description = "The interview's id")),
    responses((status = 200, description = "The report", body = String, content_type = "text/markdown"), Refused),
    security((), ("bearer" = []), ("x_api_key" = [])),
)]
pub(crate) async fn report_file(
    State(app): State<Arc<App>>,
    visit: Visit,
    InterviewPath(id): InterviewPath,
) -> Result<Response, ApiError> {
    let report = read(&app, &visit, &id).await?;
    let headers = [
        (CONTENT_TYPE, "text/markdown; charset=utf-8"),
        (CONTENT_DISPOSITION, "attachment; filename=\"interview-report.md\""),
    ];
    Ok((headers, report_markdown(&report)).into_response())
}

async fn read(app: &App, visit: &Visit, id: &str) -> Result<Report, ApiError> {
    let (owner, id) = (visit.owner.clone(), id.to_owned());
    examine(app, |examiner| async move { examiner.report(&owner, &id).await }).await
}

async fn page(app: &App, visit: &Visit, id: &str, report: &Report) -> Result<String, ApiError> {
    let edition = app.edition().ok();
    let guide = edition.as_deref().map(|edition| &*edition.guide);
    let reviews = app.state.examiner.reviews(&visit.owner).await?;
    let context = Context { guide, reviews: &reviews };
    let (mode, role, level) = filters_of(report.mode, &report.filters);
    let questions: Vec<ReportQuestion> = report.questions.iter().map(|one| question(one, context)).collect();
    let modules: Vec<(String, f64)> =
        report.modules.iter().map(|(id, area)| (module_title(guide, id), area.score)).collect();
    let next: Vec<NextReading> = report.work_on.iter().map(|next| reading(next, report)).collect();
    let strengths: Vec<(String, String, f64)> = report
        .strengths
        .iter()
        .map(|Strength { question, text, score }| (question.to_string(), text.clone(), *score))
        .collect();
    let view = ReportPage {
        id,
        mode,
        role: &role,
        level: &level,
        created: report.started,
        elapsed: report.elapsed,
        score: report.score,
        summary: &summary(report),
        modules: &modules,
        focus: &report.focus.iter().map(means).collect::<Vec<_>>(),
        strengths: &strengths,
        next: &next,
        questions: &questions,
        is_final: report.is_finished,
        now: app.state.clock.now(),
    };
    Ok(report_page(visit.chrome(), &view))
}

fn module_title(guide: Option<&Guide>, id: &ModuleId) -> String {
    let known = guide.and_then(|guide| guide.module(id));
    known.map_or_else(|| words(id.as_str()), |module| module.title.clone())
}

fn means((name, area): (&impl Display, &AreaScore)) -> (String, f64) {
    (name.to_string(), area.score)
}

fn question(report: &QuestionReport, context: Context<'_>) -> ReportQuestion {
    ReportQuestion {
        number: report.number,
        text: report.text.clone(),
        question: report.question.to_string(),
        module: module_title(context.guide, &report.module),
        grade: report.grade.as_ref().and_then(|grade| context.grade(report, grade, true)),
        closing: report.closing.map(closing_of),
        hints: report.hints.len(),
        elapsed: report.elapsed,
    }
}

fn reading(next: &ReadNext, report: &Report) -> NextReading {
    let ReadNext { question, anchor, point, weight: _, verdict: _ } = next;
    let asked = report.questions.iter().find(|asked| asked.question == *question);
    NextReading {
        point: point.clone(),
        question: question.to_string(),
        anchor: anchor.clone(),
        title: asked.map_or_else(|| question.to_string(), |asked| asked.text.clone()),
    }
}

/// How much was answered, and with how much help.
fn summary(report: &Report) -> String {
    let is_answered =
        |question: &&QuestionReport| question.exchanges.iter().any(|said| said.answer.is_some());
    let answered = report.questions.iter().filter(is_answered).count();
    let hints: usize = report.questions.iter().map(|question| question.hints.len()).sum();
    let noun = if report.planned == 1 { "question" } else { "questions" };
    let verb = if answered == 1 { "was" } else { "were" };
    let help = match hints {
        0 => String::new(),
        1 => ", with one hint".to_owned(),
        n => format!(", with {n} hints"),
    };
    format!("{answered} of {} {noun} {verb} answered{help}.", report.planned)
}
