//! `GET /api/v1/modules`: the subject areas.

use crate::error::ApiError;
use crate::extract::Query;
use crate::problem::{Admitted, AnyRoute, Keyed, Parameters};
use crate::state::App;
use crate::wire::ModuleBody;
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// No parameter is known, so that a filter that does nothing is not taken for one that works.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoParams {}

/// The guide's modules.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ModulesBody {
    /// By number.
    modules: Vec<ModuleBody>,
    /// The guide's revision.
    revision: String,
}

/// Lists the modules
#[utoipa::path(
    get, path = "/api/v1/modules", tag = "guide",
    responses(
        (status = 200, description = "The modules", body = ModulesBody),
        AnyRoute, Keyed, Admitted, Parameters,
    ),
    security((), ("bearer" = []), ("x_api_key" = [])),
)]
pub(crate) async fn modules(
    State(app): State<Arc<App>>,
    Query(NoParams {}): Query<NoParams>,
) -> Result<Json<ModulesBody>, ApiError> {
    let guide = &app.edition()?.guide;
    let modules = guide.modules().iter().map(Into::into).collect();
    Ok(Json(ModulesBody { modules, revision: guide.revision().to_string() }))
}
