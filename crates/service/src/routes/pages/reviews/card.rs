//! `GET /review/{question}`: one card.

use crate::error::{ApiError, InterviewRefusal};
use crate::extract::Path;
use crate::pages::{Page, Refused, Visit, due, query_fields, see_other};
use crate::routes::interviews::examine;
use crate::routes::pages::interviews::grades::Context;
use crate::routes::question::find;
use crate::state::App;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use std::sync::Arc;
use viva_core::guide::Question;
use viva_interview::examiner::{Card, Sitting};
use viva_interview::review::Recall;
use viva_web::pages::{
    FieldError, GradedCardPage, Rating, RatingChoice, ReviewCardPage, Standing, graded_card_page,
    review_card_page,
};

/// A review card, as a page
///
/// With `graded`, the id of an interview about the question, its grade.
#[utoipa::path(
    get, path = "/review/{question}", tag = "pages",
    params(
        ("question" = String, Path, description = "The question's id"),
        ("graded" = Option<String>, Query, description = "The interview that a written answer was graded in"),
    ),
    responses((status = 303, description = "To the interview, which is still being graded"), Page, Refused),
    security((), ("bearer" = []), ("x_api_key" = [])),
)]
pub(crate) async fn card(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path(id): Path,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let edition = app.edition()?;
    let question = find(&edition.guide, &id)?;
    if let Some(graded) = query_fields(query.as_deref()).filled("graded")
        && let Some(page) = graded_card(&app, &visit, question, graded).await?
    {
        return Ok(page);
    }
    let card = app.state.examiner.card(&visit.owner, &question.id).await?;
    Ok(visit.page(page(&app, &visit, question, &card, Returned::default()).await?))
}

/// What came back with a refusal.
#[derive(Default)]
pub(super) struct Returned<'a> {
    pub(super) errors: &'a [FieldError],
    pub(super) draft: &'a str,
}

pub(super) async fn page(
    app: &App,
    visit: &Visit,
    question: &Question,
    card: &Card,
    returned: Returned<'_>,
) -> Result<String, ApiError> {
    let standing = match &card.review {
        Some(_) if card.is_due => Standing::Due { left: due(app, &visit.owner).await?.len() },
        Some(review) => Standing::Early(review.due),
        None => Standing::New,
    };
    let choices = card.choices.map(|(recall, due)| RatingChoice { rating: rating_of(recall), due });
    let view = ReviewCardPage {
        question,
        standing,
        seen: card.seen(),
        key: &app.state.ids.fresh(),
        choices: &choices,
        draft: returned.draft,
        errors: returned.errors,
        now: app.state.clock.now(),
    };
    Ok(review_card_page(visit.chrome(), &view))
}

/// The card with the grade of interview `id`; `None` where that is none of this owner's about this question.
async fn graded_card(
    app: &App,
    visit: &Visit,
    question: &Question,
    id: &str,
) -> Result<Option<Response>, ApiError> {
    let (owner, at) = (visit.owner.clone(), id.to_owned());
    let found = examine(app, |examiner| async move { examiner.sitting(&owner, &at).await }).await;
    let Sitting { interview, heard } = match found {
        Err(ApiError::Interview(InterviewRefusal::Unknown)) => return Ok(None),
        found => found?,
    };
    if interview.is_grading {
        return Ok(Some(see_other(&format!("/interview/{}", interview.id))));
    }
    let Some(heard) = heard.filter(|heard| heard.question.question == question.id) else { return Ok(None) };
    let Some(grade) = &heard.question.grade else { return Ok(None) };
    let reviews = app.state.examiner.reviews(&visit.owner).await?;
    let edition = app.edition()?;
    let context = Context { guide: Some(&edition.guide), reviews: &reviews };
    let Some(grade) = context.grade(&heard.question, grade, true) else { return Ok(None) };
    let left = due(app, &visit.owner).await?.len();
    let view = GradedCardPage { question, grade: &grade, left, now: app.state.clock.now() };
    Ok(Some(visit.page(graded_card_page(visit.chrome(), &view))))
}

fn rating_of(recall: Recall) -> Rating {
    match recall {
        Recall::Again => Rating::Forgot,
        Recall::Hard => Rating::Effort,
        Recall::Good => Rating::Good,
        Recall::Easy => Rating::Easy,
    }
}

/// The recall that a form's word stands for.
pub(super) fn recall_of(word: &str) -> Option<Recall> {
    Recall::ALL.into_iter().find(|recall| rating_of(*recall).as_str() == word)
}
