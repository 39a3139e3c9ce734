//! `GET /interview`: what the next interview is to be, and the earlier ones.

use super::mode_of;
use crate::error::ApiError;
use crate::pages::{Fields, Page, Refused, Visit, query_fields};
use crate::routes::interviews::start::{FOLLOW_UPS, QUESTIONS};
use crate::state::App;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use std::collections::BTreeMap;
use std::sync::Arc;
use viva_core::guide::{Guide, Level};
use viva_interview::examiner::Listed;
use viva_interview::plan::{Available, Filters, MAX_FOLLOW_UPS, MAX_QUESTIONS};
use viva_web::pages::{
    Advice, FieldError, InterviewMode, InterviewRow, SetupChoice, SetupOption, SetupPage, setup_page, words,
};

/// The most interviews that are looked at for the lists.
const LISTED: u32 = 60;
/// The most finished ones on the page.
const FINISHED: usize = 12;

/// Setting up an interview, as a page
///
/// The query may hold the form's fields, to begin with.
#[utoipa::path(
    get, path = "/interview", tag = "pages",
    responses(Page, Refused),
    security((), ("bearer" = []), ("x_api_key" = [])),
)]
pub(crate) async fn setup(
    State(app): State<Arc<App>>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let choice = choice_of(&query_fields(query.as_deref()));
    let interviews = app.state.examiner.list(&visit.owner, None, LISTED).await?;
    Ok(visit.page(page(&app, &visit, &choice, &interviews, Returned::default())?))
}

/// Why the form came back.
#[derive(Default)]
pub(super) struct Returned<'a> {
    pub(super) errors: &'a [FieldError],
    pub(super) problem: Option<Advice<'a>>,
}

/// The earlier interviews for a form that came back; where they cannot be read, the form matters more.
pub(super) async fn earlier(app: &App, visit: &Visit) -> Vec<Listed> {
    app.state.examiner.list(&visit.owner, None, LISTED).await.unwrap_or_default()
}

pub(super) fn page(
    app: &App,
    visit: &Visit,
    choice: &SetupChoice,
    interviews: &[Listed],
    returned: Returned<'_>,
) -> Result<String, ApiError> {
    let edition = app.edition()?;
    let guide = &*edition.guide;
    let Available { roles, levels, modules, focus } = app.state.examiner.available()?;
    let ascending = Level::ALL.iter().map(|level| level.as_str());
    let levels: Vec<SetupOption> = ascending
        .filter_map(|level| levels.get(level).map(|count| SetupOption::slug(level, *count)))
        .collect();
    let modules: Vec<SetupOption> = guide
        .modules()
        .iter()
        .filter_map(|module| {
            let count = *modules.get(module.id.as_str())?;
            Some(SetupOption { id: module.id.to_string(), name: module.title.clone(), count })
        })
        .collect();
    let view = SetupPage {
        choice,
        key: &app.state.ids.fresh(),
        roles: &options(&roles),
        levels: &levels,
        modules: &modules,
        focus: &options(&focus),
        most: (MAX_QUESTIONS, MAX_FOLLOW_UPS),
        interviews: &rows(interviews, guide),
        errors: returned.errors,
        problem: returned.problem,
    };
    Ok(setup_page(visit.chrome(), &view))
}

fn options(counts: &BTreeMap<String, usize>) -> Vec<SetupOption> {
    counts.iter().map(|(id, count)| SetupOption::slug(id, *count)).collect()
}

/// What stands in the form.
pub(super) fn choice_of(fields: &Fields) -> SetupChoice {
    let or = |name: &str, default: u8| fields.filled(name).map_or_else(|| default.to_string(), str::to_owned);
    let is_live = fields.text("mode") == InterviewMode::Live.as_str();
    SetupChoice {
        mode: if is_live { InterviewMode::Live } else { InterviewMode::Practice },
        role: fields.text("role").to_owned(),
        level: fields.text("level").to_owned(),
        modules: fields.all("module"),
        focus: fields.all("focus"),
        questions: or("questions", QUESTIONS),
        follow_ups_per_question: or("follow_ups_per_question", FOLLOW_UPS),
    }
}

/// All that can be resumed, and the last that cannot.
fn rows(interviews: &[Listed], guide: &Guide) -> Vec<InterviewRow> {
    let (finished, open): (Vec<&Listed>, Vec<&Listed>) =
        interviews.iter().partition(|listed| listed.is_finished);
    open.into_iter().chain(finished.into_iter().take(FINISHED)).map(|listed| row(listed, guide)).collect()
}

fn row(listed: &Listed, guide: &Guide) -> InterviewRow {
    let Listed { id, created, updated: _, is_finished, mode, filters, about, graded, of, score } = listed;
    let Filters { role, level, modules, focus } = filters;
    let titles =
        modules.iter().map(|id| guide.module(id).map_or_else(|| words(id.as_str()), |m| m.title.clone()));
    let named = role.iter().map(|role| words(role.as_str()));
    let named = named.chain(level.iter().map(|level| format!("{} level", words(level.as_str()))));
    InterviewRow {
        id: id.clone(),
        created: *created,
        question: about.clone(),
        about: named.chain(titles).chain(focus.iter().map(|area| words(area.as_str()))).collect(),
        mode: mode_of(*mode),
        done: (*graded, *of),
        score: *score,
        is_finished: *is_finished,
    }
}
