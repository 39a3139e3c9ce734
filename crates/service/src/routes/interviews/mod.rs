//! Interviews. Every action names the owner; what belongs to another one looks as if it did not exist.
//!
//! What an action has begun is carried through even if its client goes away: an answer that was taken is graded, and
//! whoever looks at the interview next sees what came of it.

pub(crate) mod answer;
pub(crate) mod finish;
pub(crate) mod hint;
pub(crate) mod list;
pub(crate) mod report;
pub(crate) mod reveal;
pub(crate) mod show;
pub(crate) mod skip;
pub(crate) mod start;

use crate::answering::outlive;
use crate::error::ApiError;
use crate::state::App;
use serde::Deserialize;
use std::sync::Arc;
use utoipa::ToSchema;
use viva_interview::{Examiner, ExaminerError};

/// Nothing is to be said; the body may be left out.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NothingBody {}

/// Does `work` with the examiner, to its end.
pub(crate) async fn examine<T, W>(app: &App, work: impl FnOnce(Arc<Examiner>) -> W) -> Result<T, ApiError>
where
    T: Send + 'static,
    W: Future<Output = Result<T, ExaminerError>> + Send + 'static,
{
    Ok(outlive(work(Arc::clone(&app.state.examiner))).await??)
}
