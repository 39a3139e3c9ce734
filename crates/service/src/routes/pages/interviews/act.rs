//! `POST /interview/{id}`: answers, asks for a hint, passes, looks at the answer, ends; by form.

use super::sitting::{Returned, page};
use super::{kept, sentences};
use crate::error::{ApiError, InterviewRefusal};
use crate::extract::InterviewPath;
use crate::media::wants_html;
use crate::pages::{Fields, Form, Page, Refused, Visit, see_other};
use crate::problem::About;
use crate::routes::interviews::examine;
use crate::state::App;
use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use std::sync::Arc;
use viva_interview::examiner::{Action, Place, Sitting};
use viva_web::pages::{FieldError, Unsent};

/// What the button says that says nothing else: the examiner knows it for no answer.
const UNKNOWN: &str = "I don't know";

/// What was sent.
struct Sent {
    place: Place,
    action: Action,
    /// What stood in the box.
    text: String,
}

/// Speaks to the open question of an interview, by form
///
/// The form names the question that it is meant for: where another one is open, nothing changes.
#[utoipa::path(
    post, path = "/interview/{id}", tag = "pages",
    params(("id" = String, Path, description = "The interview's id")),
    request_body(content = String, content_type = "application/x-www-form-urlencoded"),
    responses((status = 303, description = "To what comes next"), Page, Refused),
    security((), ("bearer" = []), ("x_api_key" = [])),
)]
pub(crate) async fn act(
    State(app): State<Arc<App>>,
    Extension(about): Extension<About>,
    visit: Visit,
    InterviewPath(id): InterviewPath,
    headers: HeaderMap,
    Form(fields): Form,
) -> Result<Response, ApiError> {
    let sent = read(&fields)?;
    let (owner, at, action) = (visit.owner.clone(), id.clone(), sent.action.clone());
    let place = sent.place;
    let done = examine(&app, |examiner| async move { examiner.act(&owner, &at, place, action).await }).await;
    match done {
        Ok(sitting) => next(&app, &visit, &sent, &sitting).await,
        Err(error) if wants_html(&headers) => refused(&app, &visit, &id, &sent, error, &about).await,
        Err(error) => Err(error),
    }
}

fn read(fields: &Fields) -> Result<Sent, ApiError> {
    // What is no number names no question.
    let number = |name: &str| fields.text(name).parse().unwrap_or(0);
    let text = fields.lines("answer");
    let action = match fields.text("action") {
        "" | "answer" => Action::Answer(text.clone()),
        "unknown" => Action::Answer(UNKNOWN.to_owned()),
        "hint" => Action::Hint { seen: number("hints") },
        "skip" => Action::Skip,
        "reveal" => Action::Reveal,
        "finish" => Action::Finish,
        _ => {
            return Err(ApiError::field("action", "one of answer, unknown, hint, skip, reveal, finish"));
        }
    };
    Ok(Sent { place: Place { number: number("number"), follow_up: number("follow_up") }, action, text })
}

async fn next(app: &App, visit: &Visit, sent: &Sent, sitting: &Sitting) -> Result<Response, ApiError> {
    let at = format!("/interview/{}", sitting.interview.id);
    match sent.action {
        Action::Finish => Ok(see_other(&format!("{at}/report"))),
        // A redirection would lose what was being written. Sending this form again gives no second hint.
        Action::Hint { .. } if !sent.text.trim().is_empty() => {
            let returned = Returned { draft: &sent.text, ..Returned::default() };
            Ok(visit.page(page(app, visit, sitting, returned).await?))
        }
        Action::Hint { .. } => Ok(see_other(&format!("{at}#prompt"))),
        Action::Answer(_) | Action::Skip | Action::Reveal => Ok(see_other(&at)),
    }
}

/// The interview as it stands, with what was sent and why it was not taken.
async fn refused(
    app: &Arc<App>,
    visit: &Visit,
    id: &str,
    sent: &Sent,
    error: ApiError,
    about: &About,
) -> Result<Response, ApiError> {
    let status = error.kind().status;
    if status == StatusCode::NOT_FOUND {
        return Err(error);
    }
    let (owner, at) = (visit.owner.clone(), id.to_owned());
    let explained = match &error {
        ApiError::Invalid { .. } => Some(None),
        ApiError::Interview(refusal) => Some(Some(explain(*refusal))),
        _ => None,
    };
    let Some(explained) = explained else { return keep(visit, id, sent, error, about) };
    let found = examine(app, |examiner| async move { examiner.sitting(&owner, &at).await }).await;
    let Ok(sitting) = found else { return keep(visit, id, sent, error, about) };
    let is_open = sitting
        .interview
        .prompt
        .as_ref()
        .is_some_and(|prompt| Place { number: prompt.number, follow_up: prompt.follow_up } == sent.place);
    let (draft, lost) = if is_open { (sent.text.as_str(), "") } else { ("", sent.text.as_str()) };
    let errors: Vec<FieldError> = if is_open { sentences(&error) } else { Vec::new() };
    let unsent = explained.map(|(title, detail)| Unsent { title, detail, text: lost });
    let returned = Returned { errors: &errors, unsent, draft };
    Ok(visit.page_with(status, page(app, visit, &sitting, returned).await?))
}

fn keep(visit: &Visit, id: &str, sent: &Sent, error: ApiError, about: &About) -> Result<Response, ApiError> {
    if sent.text.trim().is_empty() {
        return Err(error);
    }
    let (number, follow_up) = (sent.place.number.to_string(), sent.place.follow_up.to_string());
    let fields = [("number", number.as_str()), ("follow_up", follow_up.as_str())];
    Ok(kept(visit, &error, about, (&format!("/interview/{id}"), &fields), &sent.text))
}

/// What happened, and what to do.
fn explain(refusal: InterviewRefusal) -> (&'static str, &'static str) {
    match refusal {
        InterviewRefusal::Finished => {
            ("The interview is over", "It was ended in another window; what you sent has changed nothing.")
        }
        InterviewRefusal::BeingGraded => (
            "The last answer is being graded",
            "It was sent from another window; what you sent now has changed nothing.",
        ),
        InterviewRefusal::HintLimit => ("There is no further hint", "Answer with what you know, or skip."),
        InterviewRefusal::OnlyInPractice(_) => {
            ("A live interview does not do this", "Hints and answers are for practice; the report has them.")
        }
        InterviewRefusal::Changed
        | InterviewRefusal::NothingToGrade
        | InterviewRefusal::NotFinished
        | InterviewRefusal::NothingDue
        | InterviewRefusal::Unknown => (
            "The interview has gone on meanwhile",
            "That question was answered or passed in another window; what you sent has changed nothing.",
        ),
    }
}
