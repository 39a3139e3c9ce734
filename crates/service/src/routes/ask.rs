//! `POST /api/v1/ask`: one question, one answer, no memory.

use crate::answering::{Delivery, EndedBy, numbered};
use crate::error::ApiError;
use crate::extract::{AskedFilter, Json, Rules, checked};
use crate::problem::{About, Admitted, AnyRoute, JsonBody, Keyed, Problem, Streams};
use crate::state::App;
use crate::wire::{Answer, DepthName};
use axum::Extension;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use futures::StreamExt;
use serde::Deserialize;
use std::sync::Arc;
use utoipa::ToSchema;
use viva_core::conversation::Owner;
use viva_core::guide::Guide;
use viva_core::turn::{Ask, Depth, UserQuestion};

/// A question to be answered.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"question": "why do my threads use one core?", "depth": "standard"}))]
pub(crate) struct AskBody {
    /// What is asked.
    #[serde(default)]
    #[schema(required, min_length = 1, max_length = 32000)]
    question: String,
    /// How much of the guide's answer is wanted; `standard` where absent.
    #[schema(value_type = Option<DepthName>)]
    depth: Option<String>,
    /// Only this module.
    module: Option<String>,
    /// Whether the answer carries an `inspection`: how it came about.
    #[serde(default)]
    inspect: bool,
}

impl AskBody {
    fn check(&self, guide: &Guide) -> Result<Ask, ApiError> {
        let Self { question, depth, module, inspect } = self;
        let mut rules = Rules::default();
        let question = rules.keep("question", UserQuestion::new(question).map_err(|error| error.to_string()));
        let depth = rules.keep("depth", depth_of(depth.as_deref()));
        let asked = AskedFilter { module: module.as_deref(), level: None, role: None };
        let filter = checked(&asked, guide, &mut rules);
        let ask = question.zip(depth);
        rules.finish(ask.map(|(question, depth)| Ask { question, depth, filter, inspect: *inspect }))
    }
}

/// The depth that is called so; the usual one where none is named.
pub(crate) fn depth_of(text: Option<&str>) -> Result<Depth, String> {
    let Some(text) = text else { return Ok(Depth::default()) };
    let known = Depth::ALL.map(Depth::as_str).join(", ");
    text.parse().map_err(|_| format!("one of {known}"))
}

/// Answers a question
///
/// With `accept: text/event-stream` the answer comes as server-sent events, each with an increasing `seq` in its
/// data and the same number as its `id`: `meta` (`MetaEvent`), `query` (`QueryBody`), `sources` (`SourcesEvent`), `delta` (`DeltaEvent`) and `citation`
/// (`CitationBody`), `grounding` (`GroundingBody`), `followups` (`FollowUpsBody`), and last exactly one of `done`
/// (`Answer`) and `error` (`Problem`).
#[utoipa::path(
    post, path = "/api/v1/ask", tag = "answers", request_body = AskBody,
    responses(
        (status = 200, description = "The answer", content((Answer = "application/json"), (String = "text/event-stream"))),
        (status = 502, description = "The answer broke off", body = Problem, content_type = "application/problem+json"),
        AnyRoute, Keyed, Admitted, JsonBody, Streams,
    ),
    security((), ("bearer" = []), ("x_api_key" = [])),
)]
pub(crate) async fn ask(
    State(app): State<Arc<App>>,
    Extension(about): Extension<About>,
    Extension(owner): Extension<Owner>,
    headers: HeaderMap,
    Json(body): Json<AskBody>,
) -> Result<Response, ApiError> {
    let ask = body.check(&app.edition()?.guide)?;
    let delivery = Delivery::new(&app, about, &owner, &headers)?;
    // A turn is a large state machine: it is kept on the heap, not in every caller.
    let events = Arc::clone(&app.state.assistant).answer(ask).boxed();
    delivery.send(numbered(events), EndedBy::Stream).await
}
