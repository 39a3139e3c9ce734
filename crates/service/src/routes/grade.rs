//! `POST /api/v1/grade`: one answer to one question, graded; nothing is kept.

use super::question::find;
use crate::error::ApiError;
use crate::extract::Json;
use crate::problem::{Admitted, AnyRoute, InterviewState, JsonBody, Keyed, NamesQuestion};
use crate::state::App;
use crate::wire::GradeBody;
use axum::extract::State;
use serde::Deserialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// An answer to a question of the guide.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"question_id": "gil", "answer": "A lock that lets one thread at a time run bytecode."}))]
pub(crate) struct GradedBody {
    question_id: String,
    /// The candidate's own words; markup is text like any other.
    #[serde(default)]
    #[schema(required, min_length = 1, max_length = 20000)]
    answer: String,
}

/// Grades an answer
///
/// Nothing is kept: neither the answer nor a place in the review schedule.
#[utoipa::path(
    post, path = "/api/v1/grade", tag = "interviews", request_body = GradedBody,
    responses(
        (status = 200, description = "The grade", body = GradeBody),
        AnyRoute, Keyed, Admitted, JsonBody, NamesQuestion, InterviewState,
    ),
    security((), ("bearer" = []), ("x_api_key" = [])),
)]
pub(crate) async fn grade(
    State(app): State<Arc<App>>,
    Json(GradedBody { question_id, answer }): Json<GradedBody>,
) -> Result<axum::Json<GradeBody>, ApiError> {
    let question = find(&app.edition()?.guide, &question_id)?.id.clone();
    Ok(axum::Json(app.state.examiner.grade(&question, &answer).await?.into()))
}
