//! `POST /ask`: a question by form; the answer as the page's stream, or on the conversation's page.

use super::asking::{Draft, page};
use crate::answering::{counted, outlive};
use crate::error::ApiError;
use crate::extract::idempotency_key;
use crate::media::{wants_event_stream, wants_html};
use crate::pages::{Fields, Form, Refused, Visit, query_fields, see_other, stream};
use crate::problem::About;
use crate::routes::ask::depth_of;
use crate::state::App;
use axum::Extension;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use futures::StreamExt;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::time::Duration;
use viva_assistant::{Message, Stay, TurnEvents, Wish};
use viva_core::conversation::{Idempotency, Owner, TurnRecord};
use viva_core::id;
use viva_core::search::Filter;
use viva_core::turn::{AnswerEvent, UserQuestion};
use viva_web::pages::Advice;

/// How long an answer goes on that nobody watches: a page that is loaded again finds it.
const STAY: Stay = Stay::For(Duration::from_mins(1));

/// A question as the form has it.
struct Asked {
    /// Absent for a new conversation.
    conversation: Option<String>,
    message: Message,
}

/// Asks, by form
///
/// With `accept: text/event-stream` the page's stream; otherwise, when the answer is complete, its address.
#[utoipa::path(
    post, path = "/ask", tag = "pages",
    request_body(content = String, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "The stream", body = String, content_type = "text/event-stream"),
        (status = 303, description = "To the answer"),
        Refused,
    ),
    security((), ("bearer" = []), ("x_api_key" = [])),
)]
pub(crate) async fn asked(
    State(app): State<Arc<App>>,
    Extension(about): Extension<About>,
    visit: Visit,
    headers: HeaderMap,
    Form(fields): Form,
) -> Result<Response, ApiError> {
    // A stream too many is refused before anything begins.
    let place = wants_event_stream(&headers).then(|| app.limits.streams.take(&visit.owner)).transpose()?;
    match (answer(&app, &visit, &headers, &fields).await, place) {
        (Ok((record, events)), Some(place)) => {
            let metrics = Some(app.metrics.answers());
            let feed = app.feeds.of(&visit.owner, &record, Arc::clone(&app.edition()?.guide), metrics);
            let response = stream(Arc::clone(&app), visit, feed, 0, place);
            drop(events);
            Ok(response)
        }
        (Ok((record, events)), None) => {
            // Where it takes too long, the page shows that it is being answered.
            let patience = app.limits.request_timeout * 3 / 4;
            let events = counted(events, app.metrics.answers());
            drop(tokio::time::timeout(patience, events.count()).await);
            Ok(see_other(&format!("/c/{}#turn-{}", record.conversation, record.number)))
        }
        (Err(error), None) if wants_html(&headers) => refused(&app, &visit, &fields, error, &about).await,
        (Err(error), _) => Err(error),
    }
}

/// Begins the turn: as it is kept, and its events behind the first.
async fn answer(
    app: &Arc<App>,
    visit: &Visit,
    headers: &HeaderMap,
    fields: &Fields,
) -> Result<(TurnRecord, TurnEvents), ApiError> {
    let asked = read(headers, fields)?;
    // Refused before there is a conversation without a turn.
    app.edition()?;
    let (conversations, owner) = (Arc::clone(&app.state.conversations), visit.owner.clone());
    let Asked { conversation, message } = asked;
    let (app, deep) = (Arc::clone(app), message.wish == Wish::Deeper);
    if conversation.is_none() && deep {
        return Err(ApiError::NothingToDeepen);
    }
    outlive(async move {
        let conversation = match conversation {
            Some(conversation) => conversation,
            None => begin(&app, &owner, message.idempotency.as_ref()).await?,
        };
        let mut events = conversations.say(&owner, &conversation, message, STAY).await?;
        let turn = match events.next().await {
            Some((_, AnswerEvent::Meta { id, .. })) => id,
            Some((_, AnswerEvent::Failed(failure))) => return Err(failure.into()),
            _ => return Err(ApiError::Internal("the turn did not begin with its name".into())),
        };
        let record = conversations.store().turn(&owner, &conversation, &turn).await?;
        Ok((record.ok_or(ApiError::NoTurn)?, events))
    })
    .await?
}

fn read(headers: &HeaderMap, fields: &Fields) -> Result<Asked, ApiError> {
    let depth = depth_of(fields.filled("depth")).map_err(|rule| ApiError::field("depth", rule))?;
    let wish = if fields.filled("go_deeper").is_some() {
        Wish::Deeper
    } else {
        let question = UserQuestion::new(fields.text("question"));
        Wish::Question(question.map_err(|error| ApiError::field("question", error.to_string()))?)
    };
    let key = idempotency_key(headers)?.or_else(|| fields.filled("key").map(str::to_owned));
    let body = format!("{depth}\n{}\n{}", fields.text("go_deeper"), fields.text("question"));
    let idempotency = key.map(|key| Idempotency { key, body: digest(&body) });
    let message = Message { wish, depth, filter: Filter::default(), inspect: false, idempotency };
    Ok(Asked { conversation: fields.filled("conversation").map(str::to_owned), message })
}

/// A new conversation. One form makes one, however often it is sent: its id follows from the form's key.
async fn begin(app: &App, owner: &Owner, key: Option<&Idempotency>) -> Result<String, ApiError> {
    let conversations = &app.state.conversations;
    let Some(Idempotency { key, body: _ }) = key else { return Ok(conversations.create(owner).await?.id) };
    let id = digest(&format!("conversation of {} by {key}", owner.0))[..32].to_owned();
    let store = conversations.store();
    if store.conversation(owner, &id).await?.is_some() {
        return Ok(id);
    }
    match store.create(owner, &id, app.state.clock.now()).await {
        Ok(made) => Ok(made.id),
        // The other click was faster.
        Err(error) => match store.conversation(owner, &id).await? {
            Some(made) => Ok(made.id),
            None => Err(error.into()),
        },
    }
}

fn digest(text: &str) -> String {
    let digest: [u8; 32] = Sha256::digest(text.as_bytes()).into();
    id::Digest(digest).to_string()
}

/// The page again, with what was written and why it was not taken.
async fn refused(
    app: &App,
    visit: &Visit,
    fields: &Fields,
    error: ApiError,
    about: &About,
) -> Result<Response, ApiError> {
    let store = app.state.conversations.store();
    let open = match fields.filled("conversation") {
        Some(id) => Some(store.conversation(&visit.owner, id).await?.ok_or(ApiError::NoConversation)?),
        None => None,
    };
    error.log(&about.request_id);
    let kind = error.kind();
    let detail = match &error {
        ApiError::Invalid { errors } => errors
            .iter()
            .map(|error| format!("The {} {}.", error.field, error.rule))
            .collect::<Vec<_>>()
            .join(" "),
        error => error.detail(),
    };
    let problem = Advice {
        title: "The question was not taken",
        detail: &detail,
        remedy: "What you wrote is still in the box; change it if need be and ask again.",
        request_id: Some(&about.request_id),
        retry: None,
    };
    let depth = depth_of(fields.filled("depth")).unwrap_or_default();
    let draft = Draft { text: fields.text("question"), depth, problem: Some(problem) };
    let text = page(app, visit, open.as_ref(), &query_fields(None), draft).await?;
    Ok(visit.page_with(kind.status, text))
}
