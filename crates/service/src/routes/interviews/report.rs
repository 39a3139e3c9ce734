//! `GET /api/v1/interviews/{id}/report`: what came of an interview, as JSON or Markdown.

use super::examine;
use crate::error::ApiError;
use crate::extract::InterviewPath;
use crate::media::wants_markdown;
use crate::problem::{Admitted, AnyRoute, InterviewState, Keyed, NamesInterview, Writes};
use crate::state::App;
use crate::wire::{ReportBody, report_link};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_TYPE, VARY};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use std::sync::Arc;
use viva_core::conversation::Owner;

/// Reports on an interview
///
/// In practice mode also before its end, as it stands. With `accept: text/markdown` as Markdown.
#[utoipa::path(
    get, path = "/api/v1/interviews/{id}/report", tag = "interviews",
    params(("id" = String, Path, description = "The interview's id")),
    responses(
        (status = 200, description = "The report", content((ReportBody = "application/json"), (String = "text/markdown"))),
        AnyRoute, Keyed, Admitted, NamesInterview, InterviewState, Writes,
    ),
    security((), ("bearer" = []), ("x_api_key" = [])),
)]
pub(crate) async fn report(
    State(app): State<Arc<App>>,
    Extension(owner): Extension<Owner>,
    InterviewPath(id): InterviewPath,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let asked = id.clone();
    let report = examine(&app, |examiner| async move { examiner.report(&owner, &asked).await }).await?;
    let response = if wants_markdown(&headers) {
        ([(CONTENT_TYPE, "text/markdown; charset=utf-8")], report.markdown(&report_link)).into_response()
    } else {
        Json(ReportBody::new(id, report)).into_response()
    };
    Ok(([(VARY, "accept")], response).into_response())
}
