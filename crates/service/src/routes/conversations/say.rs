//! `POST /api/v1/conversations/{id}/turns`: a question, or "go deeper", and its answer.

use crate::answering::{Delivery, EndedBy, outlive};
use crate::error::ApiError;
use crate::extract::{AskedFilter, ConversationPath, DigestedJson, Rules, checked, idempotency_key};
use crate::problem::{
    About, Admitted, AnyRoute, JsonBody, Keyed, NamesConversation, Problem, Streams, Writes,
};
use crate::routes::ask::depth_of;
use crate::state::App;
use crate::wire::{Answer, DepthName};
use axum::Extension;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use std::sync::Arc;
use utoipa::ToSchema;
use viva_assistant::{Message, Stay, Wish};
use viva_core::conversation::{Idempotency, Owner};
use viva_core::guide::Guide;
use viva_core::turn::UserQuestion;

/// What is said: either a `question`, or `"go_deeper": true` for more on the last answer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"question": "why does it exist?", "depth": "standard"}))]
pub(crate) struct SayBody {
    /// What is asked.
    #[schema(min_length = 1, max_length = 32000)]
    question: Option<String>,
    /// Whether more is wanted on the last answer.
    #[serde(default)]
    go_deeper: bool,
    /// How much of the guide's answer is wanted; `standard` where absent.
    #[schema(value_type = Option<DepthName>)]
    depth: Option<String>,
    /// Only this module; not with `go_deeper`.
    module: Option<String>,
    /// Whether the answer carries an `inspection`: how it came about.
    #[serde(default)]
    inspect: bool,
}

impl SayBody {
    fn check(&self, guide: &Guide, idempotency: Option<Idempotency>) -> Result<Message, ApiError> {
        let Self { question, go_deeper, depth, module, inspect } = self;
        let mut rules = Rules::default();
        let wish = match (question, go_deeper) {
            (Some(text), false) => {
                let question = UserQuestion::new(text).map_err(|error| error.to_string());
                rules.keep("question", question.map(Wish::Question))
            }
            (None, true) => Some(Wish::Deeper),
            (None, false) => rules.keep("question", Err("is required where `go_deeper` is not true".into())),
            (Some(_), true) => rules.keep("go_deeper", Err("not true where there is a question".into())),
        };
        let depth = rules.keep("depth", depth_of(depth.as_deref()));
        let module = module.as_deref().filter(|module| !module.is_empty());
        if *go_deeper && module.is_some() {
            rules.keep::<()>("module", Err("absent where `go_deeper` is true".into()));
        }
        let filter = checked(&AskedFilter { module, level: None, role: None }, guide, &mut rules);
        let said = wish.zip(depth);
        rules.finish(said.map(|(wish, depth)| Message {
            wish,
            depth,
            filter,
            inspect: *inspect,
            idempotency,
        }))
    }
}

/// Says something in a conversation
///
/// With `accept: text/event-stream` the answer comes as server-sent events, the same as those of `/api/v1/ask`. The
/// answer is kept before its last event is sent. A client that goes away ends the answer; what was said is kept. The
/// same `idempotency-key` with the same body is the same turn: it is shown again, or watched while it is answered.
#[utoipa::path(
    post, path = "/api/v1/conversations/{id}/turns", tag = "conversations", request_body = SayBody,
    params(
        ("id" = String, Path, description = "The conversation's id"),
        (
            "idempotency-key" = Option<String>, Header, min_length = 1, max_length = 255,
            description = "Names the request, so that sending it twice makes one turn"
        ),
    ),
    responses(
        (status = 200, description = "The answer", content((Answer = "application/json"), (String = "text/event-stream"))),
        (
            status = 409, body = Problem, content_type = "application/problem+json",
            description = "`turn_running`: another turn is being answered. `nothing_to_deepen`: nothing was answered yet. \
                           `idempotency_key_reused`: the key stands for another request"
        ),
        (status = 502, description = "The answer broke off", body = Problem, content_type = "application/problem+json"),
        AnyRoute, Keyed, Admitted, JsonBody, NamesConversation, Streams, Writes,
    ),
    security((), ("bearer" = []), ("x_api_key" = [])),
)]
pub(crate) async fn say(
    State(app): State<Arc<App>>,
    Extension(about): Extension<About>,
    Extension(owner): Extension<Owner>,
    ConversationPath(conversation): ConversationPath,
    headers: HeaderMap,
    DigestedJson { body, digest }: DigestedJson<SayBody>,
) -> Result<Response, ApiError> {
    let idempotency = idempotency_key(&headers)?.map(|key| Idempotency { key, body: digest.to_string() });
    let message = body.check(&app.edition()?.guide, idempotency)?;
    let delivery = Delivery::new(&app, about, &owner, &headers)?;
    let conversations = Arc::clone(&app.state.conversations);
    let said =
        outlive(async move { conversations.say(&owner, &conversation, message, Stay::WithClient).await });
    delivery.send(said.await??, EndedBy::Turn).await
}
