//! `GET /interview/{id}`: the open question, with what is said about the answer before.

use super::grades::Context;
use super::mode_of;
use crate::error::ApiError;
use crate::extract::InterviewPath;
use crate::pages::{Page, Refused, Visit};
use crate::routes::interviews::examine;
use crate::state::App;
use axum::extract::State;
use axum::response::Response;
use std::sync::Arc;
use std::time::SystemTime;
use viva_interview::examiner::{Prompt, Sitting};
use viva_web::pages::{FieldError, InterviewPage, PromptView, Unsent, interview_page};

/// An interview, as a page
///
/// An answer that was taken and not graded, because the process ended, is graded first.
#[utoipa::path(
    get, path = "/interview/{id}", tag = "pages",
    params(("id" = String, Path, description = "The interview's id")),
    responses(Page, Refused),
    security((), ("bearer" = []), ("x_api_key" = [])),
)]
pub(crate) async fn sitting(
    State(app): State<Arc<App>>,
    visit: Visit,
    InterviewPath(id): InterviewPath,
) -> Result<Response, ApiError> {
    let owner = visit.owner.clone();
    let found = examine(&app, |examiner| async move { examiner.sitting(&owner, &id).await }).await?;
    Ok(visit.page(page(&app, &visit, &found, Returned::default()).await?))
}

/// What came back with a refusal.
#[derive(Default)]
pub(super) struct Returned<'a> {
    pub(super) errors: &'a [FieldError],
    pub(super) unsent: Option<Unsent<'a>>,
    /// What goes back into the box.
    pub(super) draft: &'a str,
}

pub(super) async fn page(
    app: &App,
    visit: &Visit,
    sitting: &Sitting,
    returned: Returned<'_>,
) -> Result<String, ApiError> {
    let Sitting { interview, heard } = sitting;
    let now = app.state.clock.now();
    let edition = app.edition().ok();
    let reviews = app.state.examiner.reviews(&visit.owner).await?;
    let context = Context { guide: edition.as_deref().map(|edition| &*edition.guide), reviews: &reviews };
    // A question that hints were taken to is being worked on: what is said about the one before has been read.
    let is_at_work = interview.prompt.as_ref().is_some_and(|prompt| !prompt.hints.is_empty());
    let heard = heard.as_ref().filter(|heard| heard.so_far.is_some() || !is_at_work);
    let view = InterviewPage {
        id: &interview.id,
        mode: mode_of(interview.mode),
        feedback: heard.map(|heard| context.feedback(heard)),
        prompt: interview.prompt.as_ref().map(|prompt| prompt_of(prompt, now, returned.draft)),
        is_grading: interview.is_grading,
        errors: returned.errors,
        unsent: returned.unsent,
        now,
    };
    Ok(interview_page(visit.chrome(), &view))
}

fn prompt_of(prompt: &Prompt, now: SystemTime, draft: &str) -> PromptView {
    let Prompt { number, of, follow_up, follow_ups, question: _, module: _, text, hints, hints_left, asked } =
        prompt;
    PromptView {
        number: *number,
        of: *of,
        follow_up: (*follow_up > 0).then_some((*follow_up, *follow_ups)),
        text: text.clone(),
        hints: hints.clone(),
        hints_left: *hints_left,
        open_for: now.duration_since(*asked).unwrap_or_default(),
        draft: draft.to_owned(),
    }
}
