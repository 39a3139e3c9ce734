//! `GET /api/v1/search`: what the index has for a question.

#![expect(unused_qualifications, reason = "`utoipa::path` qualifies what `params` names")]

use crate::error::ApiError;
use crate::extract::{AskedFilter, Query, Rules, checked, number};
use crate::problem::{Admitted, AnyRoute, Keyed, Parameters};
use crate::state::App;
use crate::wire::{HitBody, LevelName, SearchTimings};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use viva_assistant::{SearchOutcome, SearchRequest};
use viva_core::guide::Guide;
use viva_core::search::LegChoice;
use viva_core::turn::{Understood, UserQuestion};

/// Hits where the client does not say how many.
const DEFAULT_K: usize = 5;
/// The most hits.
const MAX_K: usize = 50;

/// What is searched for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SearchParams {
    /// The question.
    #[serde(default)]
    #[param(required, min_length = 1, max_length = 32000)]
    q: String,
    /// How many hits are wanted at most; 5 where absent.
    #[param(value_type = Option<u8>, minimum = 1, maximum = 50)]
    k: Option<String>,
    /// Only this module.
    module: Option<String>,
    /// Only questions of this level.
    #[param(value_type = Option<LevelName>)]
    level: Option<String>,
    /// Only questions asked for this role.
    role: Option<String>,
}

impl SearchParams {
    fn check(&self, guide: &Guide) -> Result<SearchRequest, ApiError> {
        let Self { q, k, module, level, role } = self;
        let mut rules = Rules::default();
        let question = rules.keep("q", UserQuestion::new(q).map_err(|error| error.to_string()));
        let k = rules.keep("k", number(k.as_deref(), DEFAULT_K, 1..=MAX_K));
        let asked = AskedFilter { module: module.as_deref(), level: level.as_deref(), role: role.as_deref() };
        let filter = checked(&asked, guide, &mut rules);
        let request = question.zip(k);
        rules.finish(request.map(|(question, k)| SearchRequest {
            question,
            k,
            filter,
            legs: LegChoice::Hybrid,
        }))
    }
}

/// What was found, best first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SearchBody {
    query: SearchedBody,
    /// Whether the guide covers the question: the verdict that an answer would use.
    covered: bool,
    /// At most one for each section.
    hits: Vec<HitBody>,
    /// The guide's revision.
    revision: String,
    timings_ms: SearchTimings,
}

/// The question as it was searched.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SearchedBody {
    /// As asked.
    original: String,
    /// Complete in itself.
    standalone: String,
}

impl From<SearchOutcome> for SearchBody {
    fn from(outcome: SearchOutcome) -> Self {
        let SearchOutcome { query, coverage, hits, ranked: _, revision, embed, search, total } = outcome;
        let Understood { original, standalone, reason: _ } = query;
        Self {
            query: SearchedBody { original, standalone },
            covered: coverage.covered,
            hits: hits.into_iter().map(Into::into).collect(),
            revision: revision.to_string(),
            timings_ms: SearchTimings::new(embed, search, total),
        }
    }
}

/// Searches the guide
#[utoipa::path(
    get, path = "/api/v1/search", tag = "answers", params(SearchParams),
    responses(
        (status = 200, description = "What was found", body = SearchBody),
        AnyRoute, Keyed, Admitted, Parameters,
    ),
    security((), ("bearer" = []), ("x_api_key" = [])),
)]
pub(crate) async fn search(
    State(app): State<Arc<App>>,
    Query(params): Query<SearchParams>,
) -> Result<Json<SearchBody>, ApiError> {
    let request = params.check(&app.edition()?.guide)?;
    Ok(Json(app.state.assistant.search(&request).await?.into()))
}
