//! `GET /api/v1/questions`: the questions, filtered.

#![expect(unused_qualifications, reason = "`utoipa::path` qualifies what `params` names")]

use crate::error::ApiError;
use crate::extract::{AskedFilter, Query, Rules, checked, focus_of};
use crate::problem::{Admitted, AnyRoute, Keyed, Parameters};
use crate::state::App;
use crate::wire::{LevelName, QuestionSummary};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use viva_core::guide::{Guide, Question};
use viva_core::id::FocusArea;
use viva_core::search::Filter;

/// Which questions are wanted; an absent or empty filter lets all through.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct QuestionsParams {
    /// Only this module.
    module: Option<String>,
    /// Only questions of this level.
    #[param(value_type = Option<LevelName>)]
    level: Option<String>,
    /// Only questions asked for this role.
    role: Option<String>,
    /// Only questions of this focus area.
    focus: Option<String>,
}

impl QuestionsParams {
    fn check(&self, guide: &Guide) -> Result<(Filter, Option<FocusArea>), ApiError> {
        let Self { module, level, role, focus } = self;
        let mut rules = Rules::default();
        let asked = AskedFilter { module: module.as_deref(), level: level.as_deref(), role: role.as_deref() };
        let filter = checked(&asked, guide, &mut rules);
        let focus = focus.as_deref().filter(|text| !text.is_empty());
        let focus = focus.and_then(|text| rules.keep("focus", focus_of(text, guide)));
        rules.finish(Some((filter, focus)))
    }
}

/// The questions that pass the filters.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct QuestionsBody {
    /// In reading order.
    questions: Vec<QuestionSummary>,
    /// The guide's revision.
    revision: String,
}

/// Lists the questions
#[utoipa::path(
    get, path = "/api/v1/questions", tag = "guide", params(QuestionsParams),
    responses(
        (status = 200, description = "The questions", body = QuestionsBody),
        AnyRoute, Keyed, Admitted, Parameters,
    ),
    security((), ("bearer" = []), ("x_api_key" = [])),
)]
pub(crate) async fn questions(
    State(app): State<Arc<App>>,
    Query(params): Query<QuestionsParams>,
) -> Result<Json<QuestionsBody>, ApiError> {
    let guide = &app.edition()?.guide;
    let (filter, focus) = params.check(guide)?;
    let wanted = guide.questions().filter(|question| passes(question, &filter, focus.as_ref()));
    let questions = wanted.map(Into::into).collect();
    Ok(Json(QuestionsBody { questions, revision: guide.revision().to_string() }))
}

fn passes(question: &Question, filter: &Filter, focus: Option<&FocusArea>) -> bool {
    let Filter { module, level, role, questions: _ } = filter;
    module.as_ref().is_none_or(|module| question.module == *module)
        && level.is_none_or(|level| question.level == Some(level))
        && role.as_ref().is_none_or(|role| question.roles.contains(role))
        && focus.is_none_or(|focus| question.focus.contains(focus))
}
