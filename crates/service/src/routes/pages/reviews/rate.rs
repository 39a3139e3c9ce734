//! `POST /review/{question}`: how a review went: rated by hand, or by the grade of a written answer.
//!
//! A written answer is an interview of one question, so that it is kept before it is graded, graded once however often
//! the form is sent, and can be read again later. A table of graded reviews beside the interviews was refused.

use super::card::{Returned, page, recall_of};
use crate::error::ApiError;
use crate::extract::Path;
use crate::media::wants_html;
use crate::pages::{Fields, Form, Page, Refused, Visit, see_other};
use crate::problem::About;
use crate::routes::interviews::examine;
use crate::routes::pages::interviews::{id_of_form, kept, sentences};
use crate::routes::question::find;
use crate::state::App;
use axum::Extension;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use std::sync::Arc;
use viva_core::guide::Question;
use viva_core::id::QuestionId;
use viva_interview::examiner::{Action, Place, Topic};
use viva_interview::machine::check_answer;
use viva_interview::plan::InterviewMode;

/// Says how a review went, by form
#[utoipa::path(
    post, path = "/review/{question}", tag = "pages",
    params(("question" = String, Path, description = "The question's id")),
    request_body(content = String, content_type = "application/x-www-form-urlencoded"),
    responses((status = 303, description = "To the next card, or to the card with its grade"), Page, Refused),
    security((), ("bearer" = []), ("x_api_key" = [])),
)]
pub(crate) async fn rate(
    State(app): State<Arc<App>>,
    Extension(about): Extension<About>,
    visit: Visit,
    Path(id): Path,
    headers: HeaderMap,
    Form(fields): Form,
) -> Result<Response, ApiError> {
    let edition = app.edition()?;
    let question = find(&edition.guide, &id)?;
    if fields.filled("rating").is_some() {
        return rated(&app, &visit, &question.id, &fields).await;
    }
    match graded(&app, &visit, &question.id, &fields).await {
        Ok(interview) => Ok(see_other(&format!("/review/{id}?graded={interview}"))),
        Err(error) if wants_html(&headers) => refused(&app, &visit, question, &fields, error, &about).await,
        Err(error) => Err(error),
    }
}

/// To the next card; from one that was not due, back to its entry.
async fn rated(
    app: &App,
    visit: &Visit,
    question: &QuestionId,
    fields: &Fields,
) -> Result<Response, ApiError> {
    let rule = || ApiError::field("rating", "one of again, hard, good, easy");
    let recall = recall_of(fields.text("rating")).ok_or_else(rule)?;
    let seen = seen(fields)?;
    let (owner, id) = (visit.owner.clone(), question.clone());
    let (card, review) = examine(app, |examiner| async move {
        let card = examiner.card(&owner, &id).await?;
        let review = examiner.rate(&owner, &id, seen, recall).await?;
        Ok((card, review))
    })
    .await?;
    let was_early = review.is_some() && !card.is_due;
    Ok(see_other(&if was_early { format!("/questions/{question}") } else { "/review?next=1".to_owned() }))
}

fn seen(fields: &Fields) -> Result<u32, ApiError> {
    fields.text("seen").parse().map_err(|_| ApiError::field("seen", "the card's own number"))
}

/// Grades a written answer; the id of the interview that holds it.
async fn graded(
    app: &App,
    visit: &Visit,
    question: &QuestionId,
    fields: &Fields,
) -> Result<String, ApiError> {
    let text = fields.lines("answer");
    // Refused before there is an interview without an answer.
    check_answer(&text)?;
    let (owner, id) = (visit.owner.clone(), id_of_form(app, visit, fields));
    let topic = Topic::Question { question: question.clone(), mode: InterviewMode::Practice, follow_ups: 0 };
    examine(app, |examiner| async move {
        examiner.start_as(&owner, &id, topic).await?;
        examiner.act(&owner, &id, Place { number: 1, follow_up: 0 }, Action::Answer(text)).await?;
        Ok(id)
    })
    .await
}

/// The card again with what was written; on a page of its own where the card cannot be shown.
async fn refused(
    app: &App,
    visit: &Visit,
    question: &Question,
    fields: &Fields,
    error: ApiError,
    about: &About,
) -> Result<Response, ApiError> {
    let draft = fields.lines("answer");
    if matches!(error, ApiError::Invalid { .. })
        && let Ok(card) = app.state.examiner.card(&visit.owner, &question.id).await
    {
        let errors = sentences(&error);
        let returned = Returned { errors: &errors, draft: &draft };
        let text = page(app, visit, question, &card, returned).await?;
        return Ok(visit.page_with(error.kind().status, text));
    }
    if draft.trim().is_empty() || error.kind().status.as_u16() == 404 {
        return Err(error);
    }
    let kept_fields = [("key", fields.text("key")), ("seen", fields.text("seen"))];
    Ok(kept(visit, &error, about, (&format!("/review/{}", question.id), &kept_fields), &draft))
}
