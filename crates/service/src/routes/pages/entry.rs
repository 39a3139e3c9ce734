//! `GET /questions/{id}`: one entry of the guide; where citations lead to.

use crate::error::ApiError;
use crate::extract::Path;
use crate::pages::{Page, Refused, Visit};
use crate::routes::question::find;
use crate::state::App;
use axum::extract::State;
use axum::response::Response;
use std::sync::Arc;
use viva_web::pages::{EntryPage, entry_page};

/// A question with its answer, as a page
#[utoipa::path(
    get, path = "/questions/{id}", tag = "pages",
    params(("id" = String, Path, description = "The question's id")),
    responses(Page, Refused),
    security((), ("bearer" = []), ("x_api_key" = [])),
)]
pub(crate) async fn entry(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path(id): Path,
) -> Result<Response, ApiError> {
    let edition = app.edition()?;
    let guide = &*edition.guide;
    let question = find(guide, &id)?;
    Ok(visit.page(entry_page(visit.chrome(), &EntryPage { guide, question })))
}
