//! `GET /api/v1/interviews`: the owner's interviews, the last begun first.

#![expect(unused_qualifications, reason = "`utoipa::path` qualifies what `params` names")]

use crate::error::ApiError;
use crate::extract::{Query, Rules, number};
use crate::problem::{Admitted, AnyRoute, Keyed, Parameters};
use crate::state::App;
use crate::wire::InterviewSummaryBody;
use axum::extract::State;
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use viva_core::conversation::Owner;

/// Interviews on a page where the client does not say how many.
const PAGE: u32 = 20;
/// The most of them on a page.
const MAX_PAGE: u32 = 100;

/// Which interviews are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct InterviewsParams {
    /// Only those behind this one: the `next` of the page before.
    after: Option<String>,
    /// How many at most; 20 where absent.
    #[param(value_type = Option<u8>, minimum = 1, maximum = 100)]
    limit: Option<String>,
}

/// A page of interviews.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct InterviewsBody {
    interviews: Vec<InterviewSummaryBody>,
    /// The `after` of the next page; null on the last one.
    #[schema(required)]
    next: Option<String>,
}

/// Lists interviews
#[utoipa::path(
    get, path = "/api/v1/interviews", tag = "interviews", params(InterviewsParams),
    responses(
        (status = 200, description = "A page of them, the last begun first", body = InterviewsBody),
        AnyRoute, Keyed, Admitted, Parameters,
    ),
    security((), ("bearer" = []), ("x_api_key" = [])),
)]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    Extension(owner): Extension<Owner>,
    Query(InterviewsParams { after, limit }): Query<InterviewsParams>,
) -> Result<Json<InterviewsBody>, ApiError> {
    let mut rules = Rules::default();
    let limit = rules.keep("limit", number(limit.as_deref(), PAGE, 1..=MAX_PAGE));
    let limit = rules.finish(limit)?;
    let after = after.filter(|id| !id.is_empty());
    // One more than wanted tells whether there are more.
    let mut found = app.state.examiner.list(&owner, after.as_deref(), limit + 1).await?;
    let has_more = found.len() > limit as usize;
    found.truncate(limit as usize);
    let next = found.last().filter(|_| has_more).map(|last| last.id.clone());
    Ok(Json(InterviewsBody { interviews: found.into_iter().map(Into::into).collect(), next }))
}
