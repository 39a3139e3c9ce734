//! `POST /interview`: begins an interview, by form: a draw, one question, or what is due.

use super::setup::{Returned, choice_of, earlier, page};
use super::{id_of_form, sentences};
use crate::answering::outlive;
use crate::error::{ApiError, InterviewRefusal};
use crate::media::wants_html;
use crate::pages::{Fields, Form, Page, Refused, Visit, see_other};
use crate::problem::About;
use crate::routes::interviews::start::{FOLLOW_UPS, StartBody};
use crate::routes::question::find;
use crate::state::App;
use axum::Extension;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use std::sync::Arc;
use viva_interview::ExaminerError;
use viva_interview::examiner::{StartRequest, Topic};
use viva_interview::plan::{Filters, InterviewMode, PlanError};
use viva_web::pages::{Advice, FieldError};

/// The most questions of an interview about what is due: a sitting, not a backlog.
const DUE_AT_ONCE: u8 = 10;

/// Begins an interview, by form
#[utoipa::path(
    post, path = "/interview", tag = "pages",
    request_body(content = String, content_type = "application/x-www-form-urlencoded"),
    responses((status = 303, description = "To the interview"), Page, Refused),
    security((), ("bearer" = []), ("x_api_key" = [])),
)]
pub(crate) async fn begin(
    State(app): State<Arc<App>>,
    Extension(about): Extension<About>,
    visit: Visit,
    headers: HeaderMap,
    Form(fields): Form,
) -> Result<Response, ApiError> {
    let is_drawn = fields.filled("question").is_none() && fields.filled("due").is_none();
    match begun(&app, &visit, &fields).await {
        Ok(id) => Ok(see_other(&format!("/interview/{id}"))),
        // Another window was faster; the overview says what is left.
        Err(Refusal { error: ApiError::Interview(InterviewRefusal::NothingDue), .. }) => {
            Ok(see_other("/review"))
        }
        Err(refusal) if is_drawn && wants_html(&headers) => {
            refused(&app, &visit, &fields, refusal, &about).await
        }
        Err(refusal) => Err(refusal.error),
    }
}

/// Why it did not begin.
struct Refusal {
    error: ApiError,
    /// The filters, where no question passes all of them.
    too_narrow: Option<Filters>,
}

impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Self {
        Self { error, too_narrow: None }
    }
}

async fn begun(app: &App, visit: &Visit, fields: &Fields) -> Result<String, Refusal> {
    let topic = topic(app, fields)?;
    let filters = match &topic {
        Topic::Drawn(request) => Some(request.filters.clone()),
        Topic::Due(_) | Topic::Question { .. } => None,
    };
    let (examiner, owner) = (Arc::clone(&app.state.examiner), visit.owner.clone());
    let id = id_of_form(app, visit, fields);
    let begun = outlive(async move { examiner.start_as(&owner, &id, topic).await }).await?;
    begun.map(|interview| interview.id).map_err(|error| {
        let is_narrow = matches!(error, ExaminerError::Plan(PlanError::NothingMatches { .. }));
        Refusal { error: error.into(), too_narrow: filters.filter(|_| is_narrow) }
    })
}

fn topic(app: &App, fields: &Fields) -> Result<Topic, ApiError> {
    if fields.filled("due").is_some() {
        return Ok(Topic::Due(StartRequest {
            mode: InterviewMode::Practice,
            filters: Filters::default(),
            questions: DUE_AT_ONCE,
            follow_ups: 1,
            seed: None,
        }));
    }
    let Some(question) = fields.filled("question") else {
        return StartBody::of_form(fields).check(app).map(Topic::Drawn);
    };
    let question = find(&app.edition()?.guide, question)?.id.clone();
    Ok(Topic::Question { question, mode: InterviewMode::Practice, follow_ups: FOLLOW_UPS })
}

/// The form again, as it was sent, with what stands in the way.
async fn refused(
    app: &App,
    visit: &Visit,
    fields: &Fields,
    refusal: Refusal,
    about: &About,
) -> Result<Response, ApiError> {
    let Refusal { error, too_narrow } = refusal;
    error.log(&about.request_id);
    let kind = error.kind();
    let errors = match &too_narrow {
        Some(filters) => narrow(app, filters)?,
        None => sentences(&error),
    };
    let detail = error.detail();
    let problem = Advice {
        title: kind.title,
        detail: &detail,
        remedy: "What you chose still stands below.",
        request_id: Some(&about.request_id),
        retry: None,
    };
    let returned = Returned { errors: &errors, problem: errors.is_empty().then_some(problem) };
    let interviews = earlier(app, visit).await;
    let text = page(app, visit, &choice_of(fields), &interviews, returned)?;
    Ok(visit.page_with(kind.status, text))
}

/// For each filter, how many questions would pass without it.
fn narrow(app: &App, filters: &Filters) -> Result<Vec<FieldError>, ApiError> {
    let relaxed = app.state.examiner.relaxed(filters)?;
    let sentence = |(name, count): (&str, usize)| {
        let (field, what) = match name {
            "modules" => ("module", "the modules"),
            "focus" => ("focus", "the focus areas"),
            "role" => ("role", "the role"),
            _ => ("level", "the level"),
        };
        let message = match count {
            0 => format!("No question passes all filters, nor all but {what}."),
            1 => format!("No question passes all filters. Without {what}, one does."),
            n => format!("No question passes all filters. Without {what}, {n} do."),
        };
        FieldError { field: field.to_owned(), message }
    };
    let mut found: Vec<FieldError> = relaxed.into_iter().map(sentence).collect();
    if found.is_empty() {
        let message = "The guide has no question with key points to be examined on.".to_owned();
        found.push(FieldError { field: "module".to_owned(), message });
    }
    Ok(found)
}
