//! `GET /guide/{module}`: one module's questions.

use super::guide::progress;
use crate::error::ApiError;
use crate::extract::Path;
use crate::pages::{Page, Refused, Visit};
use crate::state::App;
use axum::extract::State;
use axum::response::Response;
use std::sync::Arc;
use viva_core::id::ModuleId;
use viva_web::pages::{ModulePage, module_page};

/// A module, as a page
#[utoipa::path(
    get, path = "/guide/{module}", tag = "pages",
    params(("module" = String, Path, description = "The module's id")),
    responses(Page, Refused),
    security((), ("bearer" = []), ("x_api_key" = [])),
)]
pub(crate) async fn module(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path(id): Path,
) -> Result<Response, ApiError> {
    let edition = app.edition()?;
    let guide = &*edition.guide;
    let found = ModuleId::new(id).ok().and_then(|id| guide.module(&id));
    let module = found.ok_or(ApiError::NoRoute)?;
    let progress = progress(&app, &visit.owner).await?;
    let view = ModulePage { guide, module, progress: &progress };
    Ok(visit.page(module_page(visit.chrome(), &view)))
}
