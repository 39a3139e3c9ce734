//! Sends an answer the way its client wants it: whole, or as server-sent events.

use crate::error::ApiError;
use crate::held_body::HeldBody;
use crate::media::wants_event_stream;
use crate::metrics::AnswerMetrics;
use crate::problem::About;
use crate::sse::{self, Rhythm};
use crate::state::App;
use crate::streams::StreamPlace;
use crate::wire::Answer;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use futures::{Stream, StreamExt};
use std::pin::pin;
use std::sync::Arc;
use viva_core::conversation::Owner;
use viva_core::turn::AnswerEvent;

/// Who ends the answer when the process ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EndedBy {
    /// Its stream: nobody else would.
    Stream,
    /// The turn itself, once it is saved; its stream only where that takes too long.
    Turn,
}

/// The way an answer is sent. Made before there is one, so that a stream too many is refused before anything begins.
pub(crate) struct Delivery {
    app: Arc<App>,
    about: About,
    /// Where a stream is wanted.
    place: Option<StreamPlace>,
}

impl Delivery {
    /// As `headers` ask for it.
    pub(crate) fn new(
        app: &Arc<App>,
        about: About,
        owner: &Owner,
        headers: &HeaderMap,
    ) -> Result<Self, ApiError> {
        let place = wants_event_stream(headers).then(|| app.limits.streams.take(owner)).transpose()?;
        Ok(Self { app: Arc::clone(app), about, place })
    }

    /// Sends an answer that the client has asked for just now.
    pub(crate) async fn send(
        self,
        events: impl Stream<Item = (usize, AnswerEvent)> + Send + 'static,
        ended_by: EndedBy,
    ) -> Result<Response, ApiError> {
        let events = counted(events, self.app.metrics.answers());
        match self.place {
            Some(_) => Ok(self.stream(events, 0, ended_by)),
            None => Ok(axum::Json(last(events).await?).into_response()),
        }
    }

    /// Streams what follows event number `after`.
    pub(crate) fn stream(
        self,
        events: impl Stream<Item = (usize, AnswerEvent)> + Send + 'static,
        after: usize,
        ended_by: EndedBy,
    ) -> Response {
        let Self { app, about, place } = self;
        let lifecycle = &app.lifecycle;
        let response = match ended_by {
            EndedBy::Stream => sse::respond(
                sse::Source { events, after, cut: lifecycle.streams_end() },
                about,
                Rhythm::USUAL,
            ),
            EndedBy::Turn => sse::respond(
                sse::Source { events, after, cut: lifecycle.requests_end() },
                about,
                Rhythm::USUAL,
            ),
        };
        response.map(|body| HeldBody::wrap(body, place))
    }
}

/// The events with their numbers, from 1.
pub(crate) fn numbered(events: impl Stream<Item = AnswerEvent>) -> impl Stream<Item = (usize, AnswerEvent)> {
    events.enumerate().map(|(at, event)| (at + 1, event))
}

/// Runs `work` to its end even if the client goes away meanwhile: what has begun in the database must be known to those
/// who are to end it.
pub(crate) async fn outlive<T: Send + 'static>(
    work: impl Future<Output = T> + Send + 'static,
) -> Result<T, ApiError> {
    tokio::spawn(work).await.map_err(|error| ApiError::Internal(error.to_string()))
}

/// The answer that the events add up to.
async fn last(events: impl Stream<Item = (usize, AnswerEvent)>) -> Result<Answer, ApiError> {
    let mut events = pin!(events);
    while let Some((_, event)) = events.next().await {
        match event {
            AnswerEvent::Done(answer) => return Ok((*answer).into()),
            AnswerEvent::Failed(failure) => return Err(failure.into()),
            _ => {}
        }
    }
    Err(ApiError::Internal("the answer ended without a last event".into()))
}

/// The same events; the last one is counted, or that the client did not wait for it.
pub(crate) fn counted(
    events: impl Stream<Item = (usize, AnswerEvent)>,
    metrics: AnswerMetrics,
) -> impl Stream<Item = (usize, AnswerEvent)> {
    let mut asked = metrics.asked();
    events.inspect(move |(_, event)| asked.see(event))
}
