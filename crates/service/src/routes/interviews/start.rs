//! `POST /api/v1/interviews`: plans an interview and asks its first question.

use super::examine;
use crate::error::{ApiError, counted};
use crate::extract::{Json, Rules};
use crate::pages::Fields;
use crate::problem::{Admitted, AnyRoute, JsonBody, Keyed, Writes};
use crate::state::App;
use crate::wire::{InterviewBody, InterviewModeName, LevelName};
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::IntoResponse;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::sync::Arc;
use utoipa::ToSchema;
use viva_core::conversation::Owner;
use viva_interview::examiner::{Interview, StartRequest};
use viva_interview::plan::{Available, Filters, InterviewMode, MAX_FOLLOW_UPS, MAX_QUESTIONS};

/// Questions where the client does not say how many.
pub(crate) const QUESTIONS: u8 = 5;
/// Follow-ups to each where the client does not say how many.
pub(crate) const FOLLOW_UPS: u8 = 2;

/// What an interview is to be. What is left out, or null, leaves open.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"mode": "practice", "level": "mid", "questions": 3}))]
pub(crate) struct StartBody {
    /// `practice` coaches after each answer; `live` is silent until the report. `practice` where absent.
    #[schema(value_type = Option<InterviewModeName>)]
    mode: Option<String>,
    /// Questions that this role is asked.
    role: Option<String>,
    /// Questions of this level.
    #[schema(value_type = Option<LevelName>)]
    level: Option<String>,
    /// Questions of any of these modules.
    #[serde(default)]
    modules: Vec<String>,
    /// Questions of any of these focus areas.
    #[serde(default)]
    focus: Vec<String>,
    /// How many questions; 5 where absent. Where fewer pass the filters, all of those are asked.
    #[schema(minimum = 1, maximum = 50)]
    questions: Option<u64>,
    /// The most follow-ups to each; 2 where absent.
    #[schema(minimum = 0, maximum = 5)]
    follow_ups_per_question: Option<u64>,
    /// What the draw follows from: the same seed, guide, answers and reviews so far make the same interview. Chance where absent.
    seed: Option<u64>,
}

impl StartBody {
    /// From a form's fields; what is no number stands for one that is refused.
    pub(crate) fn of_form(fields: &Fields) -> Self {
        let text = |name: &str| fields.filled(name).map(str::to_owned);
        let number = |name: &str| fields.filled(name).map(|text| text.trim().parse().unwrap_or(u64::MAX));
        Self {
            mode: text("mode"),
            role: text("role"),
            level: text("level"),
            modules: fields.all("module"),
            focus: fields.all("focus"),
            questions: number("questions"),
            follow_ups_per_question: number("follow_ups_per_question"),
            seed: None,
        }
    }

    /// A word that the guide does not know would silently find nothing, so it is refused, and the refusal says what
    /// there is.
    pub(crate) fn check(self, app: &App) -> Result<StartRequest, ApiError> {
        let Self { mode, role, level, modules, focus, questions, follow_ups_per_question, seed } = self;
        let available = app.state.examiner.available()?;
        let Available { roles, levels, modules: known_modules, focus: known_focus } = &available;
        let mut rules = Rules::default();
        let mode = rules.keep("mode", mode_of(mode.as_deref()));
        let role = rules.keep("role", filled(role).map(|text| known(&text, roles)).transpose());
        let level = rules.keep("level", filled(level).map(|text| known(&text, levels)).transpose());
        let modules = all_known(&mut rules, "modules", &modules, known_modules);
        let focus = all_known(&mut rules, "focus", &focus, known_focus);
        let questions = rules.keep("questions", within(questions, QUESTIONS, 1..=MAX_QUESTIONS));
        let follow_ups = rules
            .keep("follow_ups_per_question", within(follow_ups_per_question, FOLLOW_UPS, 0..=MAX_FOLLOW_UPS));
        let numbers = mode.zip(questions).zip(follow_ups);
        let filters = role.zip(level).map(|(role, level)| Filters { role, level, modules, focus });
        rules.finish(numbers.zip(filters).map(|(((mode, questions), follow_ups), filters)| StartRequest {
            mode,
            filters,
            questions,
            follow_ups,
            seed,
        }))
    }
}

fn mode_of(text: Option<&str>) -> Result<InterviewMode, String> {
    let rule = |_| "one of practice, live".to_owned();
    text.map_or(Ok(InterviewMode::Practice), |text| text.parse().map_err(rule))
}

/// Empty means absent, as a form sends it.
fn filled(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

/// The name, where the guide has questions for it.
fn known<T: FromStr>(text: &str, counts: &BTreeMap<String, usize>) -> Result<T, String> {
    let found = counts.contains_key(text).then(|| text.parse().ok()).flatten();
    found.ok_or_else(|| {
        if counts.is_empty() {
            "absent: the guide names none".to_owned()
        } else {
            format!("one of {}", counted(counts))
        }
    })
}

/// Every name of a list; the first unknown one is refused by its place.
fn all_known<T: FromStr>(
    rules: &mut Rules,
    field: &str,
    names: &[String],
    counts: &BTreeMap<String, usize>,
) -> Vec<T> {
    let mut found = Vec::with_capacity(names.len());
    for (at, name) in names.iter().enumerate() {
        match rules.keep(&format!("{field}[{at}]"), known(name, counts)) {
            Some(name) => found.push(name),
            None => break,
        }
    }
    found
}

fn within(number: Option<u64>, default: u8, range: RangeInclusive<u8>) -> Result<u8, String> {
    let Some(number) = number else { return Ok(default) };
    let number = u8::try_from(number).ok().filter(|number| range.contains(number));
    number.ok_or_else(|| format!("a whole number from {} to {}", range.start(), range.end()))
}

/// Begins an interview
///
/// Its first question is the `prompt`.
#[utoipa::path(
    post, path = "/api/v1/interviews", tag = "interviews", request_body = StartBody,
    responses(
        (
            status = 201, description = "The interview, with its first question", body = InterviewBody,
            headers(("location" = String, description = "Its address"))
        ),
        AnyRoute, Keyed, Admitted, JsonBody, Writes,
    ),
    security((), ("bearer" = []), ("x_api_key" = [])),
)]
pub(crate) async fn start(
    State(app): State<Arc<App>>,
    Extension(owner): Extension<Owner>,
    Json(body): Json<StartBody>,
) -> Result<impl IntoResponse, ApiError> {
    let request = body.check(&app)?;
    let begun = examine(&app, |examiner| async move { examiner.start(&owner, request).await }).await?;
    Ok(created(begun))
}

/// The response to the beginning of an interview.
pub(crate) fn created(interview: Interview) -> impl IntoResponse {
    let location = [(LOCATION, address(&interview.id))];
    (StatusCode::CREATED, location, axum::Json(InterviewBody::from(interview)))
}

fn address(id: &impl Display) -> String {
    format!("/api/v1/interviews/{id}")
}
