//! `GET /api/v1/questions/{id}`: one question with its answer.

use crate::error::ApiError;
use crate::extract::Path;
use crate::problem::{Admitted, AnyRoute, Keyed, NamesQuestion};
use crate::state::App;
use crate::wire::QuestionBody;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;
use viva_core::guide::{Guide, Question};
use viva_core::id::QuestionId;

/// The longest id that is sent back to who asked for it.
const MAX_ECHO: usize = 100;

/// A question, and the revision that it stands in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OneQuestionBody {
    #[serde(flatten)]
    question: QuestionBody,
    /// The guide's revision.
    revision: String,
}

/// Shows a question
#[utoipa::path(
    get, path = "/api/v1/questions/{id}", tag = "guide",
    params(("id" = String, Path, description = "The question's id")),
    responses(
        (status = 200, description = "The question", body = OneQuestionBody),
        AnyRoute, Keyed, Admitted, NamesQuestion,
    ),
    security((), ("bearer" = []), ("x_api_key" = [])),
)]
pub(crate) async fn question(
    State(app): State<Arc<App>>,
    Path(id): Path,
) -> Result<Json<OneQuestionBody>, ApiError> {
    let guide = &app.edition()?.guide;
    let question = find(guide, &id)?.into();
    Ok(Json(OneQuestionBody { question, revision: guide.revision().to_string() }))
}

/// The question of the address.
pub(crate) fn find<'a>(guide: &'a Guide, id: &str) -> Result<&'a Question, ApiError> {
    let found = QuestionId::new(id).ok().and_then(|id| guide.question(&id));
    found.ok_or_else(|| ApiError::NoQuestion { id: id.chars().take(MAX_ECHO).collect() })
}
