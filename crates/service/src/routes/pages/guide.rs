//! `GET /guide`: modules, search and filters.

use crate::error::ApiError;
use crate::pages::{Page, Refused, Visit, query_fields};
use crate::state::App;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use std::collections::HashMap;
use std::sync::Arc;
use viva_core::conversation::Owner;
use viva_core::guide::{Guide, Question};
use viva_core::id::ModuleId;
use viva_web::pages::{FilterChoice, GuideFilter, GuidePage, Progress, Results, guide_page, results_block};

/// The most questions in a list of results.
const SHOWN: usize = 60;

/// The guide, as a page
#[utoipa::path(
    get, path = "/guide", tag = "pages",
    responses(Page, Refused),
    security((), ("bearer" = []), ("x_api_key" = [])),
)]
pub(crate) async fn guide(
    State(app): State<Arc<App>>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let fields = query_fields(query.as_deref());
    let filter = GuideFilter {
        q: fields.text("q").trim(),
        level: fields.text("level"),
        role: fields.text("role"),
        focus: fields.text("focus"),
    };
    let edition = app.edition()?;
    let guide = &*edition.guide;
    let results = (!filter.is_empty()).then(|| found(guide, &filter));
    if fields.text("fragment") == "results" {
        let none = Results { questions: Vec::new(), total: 0 };
        return Ok(visit.page(results_block(&results.unwrap_or(none))));
    }
    let progress = progress(&app, &visit.owner).await?;
    let choice = FilterChoice::of(guide);
    let view = GuidePage { guide, filter, choice: &choice, results, progress: &progress };
    Ok(visit.page(guide_page(visit.chrome(), &view)))
}

/// How far the owner is, by module.
pub(super) async fn progress(app: &App, owner: &Owner) -> Result<HashMap<ModuleId, Progress>, ApiError> {
    let progress = app.state.examiner.progress(owner).await?;
    let known = progress.modules.into_iter().filter_map(|(id, area)| {
        Some((ModuleId::new(id).ok()?, Progress { seen: area.graded, due: area.due }))
    });
    Ok(known.collect())
}

/// The questions that pass the filters and hold every word: in their wording first, then anywhere.
fn found<'a>(guide: &'a Guide, filter: &GuideFilter<'_>) -> Results<'a> {
    let words: Vec<String> = filter.q.split_whitespace().map(str::to_lowercase).collect();
    let passing = guide.questions().filter(|question| passes(question, filter));
    let mut found: Vec<(u8, &Question)> =
        passing.filter_map(|question| Some((place(question, &words)?, question))).collect();
    found.sort_by_key(|(place, _)| *place);
    let total = found.len();
    Results { questions: found.into_iter().take(SHOWN).map(|(_, question)| question).collect(), total }
}

fn passes(question: &Question, filter: &GuideFilter<'_>) -> bool {
    let GuideFilter { q: _, level, role, focus } = *filter;
    (level.is_empty() || question.level.is_some_and(|known| known.as_str() == level))
        && (role.is_empty() || question.roles.iter().any(|known| known.as_str() == role))
        && (focus.is_empty() || question.focus.iter().any(|known| known.as_str() == focus))
}

/// How near the words are to a question's own: 0 in its text, 1 with its other wordings, 2 in its sections.
fn place(question: &Question, words: &[String]) -> Option<u8> {
    let holds = |text: &str| {
        let text = text.to_lowercase();
        words.iter().all(|word| text.contains(word))
    };
    if holds(&question.text) {
        return Some(0);
    }
    let wordings = format!("{} {} {}", question.text, question.id, question.aliases.join(" "));
    if holds(&wordings) {
        return Some(1);
    }
    question.sections.iter().any(|section| holds(&section.markdown)).then_some(2)
}
