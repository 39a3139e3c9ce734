//! A turn as the page's stream: server-sent events of HTML blocks.

use super::feed::{End, Feed};
use super::turns::Turns;
use super::visit::Visit;
use crate::held_body::HeldBody;
use crate::sse::Rhythm;
use crate::state::App;
use crate::streams::StreamPlace;
use axum::http::header::{CACHE_CONTROL, HeaderName, HeaderValue};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::StreamExt;
use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use viva_core::conversation::TurnOutcome;
use viva_core::turn::{Answer, Failure, FailureKind};
use viva_web::PageEvent;
use viva_web::pages::{done_block, failure_block};

/// The stream of `feed` behind event `after`; it holds `place` until it is sent.
pub(crate) fn stream(
    app: Arc<App>,
    visit: Visit,
    feed: Arc<Feed>,
    after: usize,
    place: StreamPlace,
) -> Response {
    let cut = app.lifecycle.requests_end();
    let events = async_stream::stream! {
        let mut seq = after;
        let mut watched = pin!(Arc::clone(&feed).watch(&app, after));
        let mut cut = pin!(cut);
        loop {
            let next = tokio::select! {
                biased;
                next = watched.next() => next,
                () = &mut cut => {
                    yield Ok(framed(seq + 1, &cut_off()));
                    return;
                }
            };
            let Some((number, event)) = next else { break };
            seq = number;
            yield Ok::<_, Infallible>(framed(seq, &event));
        }
        if let Some(last) = last(&app, &visit, &feed).await {
            yield Ok(framed(seq + 1, &last));
        }
    };
    let keep_alive = KeepAlive::new().interval(Rhythm::USUAL.ping).text("ping");
    let mut response = Sse::new(events).keep_alive(keep_alive).into_response();
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache, no-transform"));
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    response.map(|body| HeldBody::wrap(body, place))
}

/// The last event of a stream that the end of the process cuts off, because its turn could not be ended in time.
fn cut_off() -> PageEvent {
    let detail = "The service ended while it answered.".to_owned();
    let failure = Failure { kind: FailureKind::ShuttingDown, detail };
    failed(failure_block(&failure, None), &failure)
}

fn framed(seq: usize, event: &PageEvent) -> Event {
    Event::default().event(event.name()).id(seq.to_string()).data(event.data(seq as u64))
}

/// The last event; `None` where the stream was cut. It is made for each browser, whose token its forms carry.
async fn last(app: &Arc<App>, visit: &Visit, feed: &Feed) -> Option<PageEvent> {
    match feed.end()? {
        End::Cut => None,
        End::Lost(failure) => Some(failed(failure_block(&failure, None), &failure)),
        End::Kept => {
            let store = app.state.conversations.store();
            let record = store.turn(&feed.owner, &feed.conversation, &feed.turn).await.ok().flatten()?;
            let turns = Turns::read(app, &visit.owner, vec![record]).await.ok()?;
            let view = turns.views().pop()?;
            let html = done_block(visit.chrome(), &view);
            match &view.turn.outcome {
                TurnOutcome::Answered(answer) => {
                    Some(PageEvent::Done { html, status: announced(answer, view.sources.len()) })
                }
                TurnOutcome::Failed { failure, partial: _ } => Some(failed(html, failure)),
                TurnOutcome::Running => None,
            }
        }
    }
}

fn announced(answer: &Answer, sources: usize) -> String {
    match sources {
        _ if !answer.covered => "The guide does not cover this".to_owned(),
        0 => "Answer ready".to_owned(),
        1 => "Answer ready, 1 source".to_owned(),
        n => format!("Answer ready, {n} sources"),
    }
}

fn failed(html: String, failure: &Failure) -> PageEvent {
    let status = match failure.kind {
        FailureKind::Unavailable => "The guide cannot be searched now",
        FailureKind::Timeout => "That took too long",
        FailureKind::Interrupted => "The answer is incomplete",
        FailureKind::ShuttingDown => "The service is restarting",
        FailureKind::Internal => "Something failed on our side",
    };
    PageEvent::Error { html, status: status.to_owned() }
}
