//! A stream of answer events as server-sent events.
//!
//! Whatever the stream below does, the client sees exactly one last event, `done` or `error`: also when that stream
//! ends without one, panics, falls silent, or the process is told to end.

use crate::error::ApiError;
use crate::middleware::what_panicked;
use crate::problem::{About, Problem};
use crate::server::Lifecycle;
use crate::wire::{self, Frame};
use axum::http::header::{CACHE_CONTROL, HeaderName, HeaderValue};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::{FutureExt, Stream, StreamExt};
use std::panic::AssertUnwindSafe;
use std::time::Duration;
use viva_core::turn::AnswerEvent;

/// How silent a stream may be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rhythm {
    /// Between two comments that keep proxies from closing a silent connection.
    pub(crate) ping: Duration,
    /// Between two events, before the stream is given up.
    pub(crate) max_silence: Duration,
}

impl Rhythm {
    /// A ping well within the 30 s of impatient proxies; patience for a model's slow start.
    pub(crate) const USUAL: Self =
        Self { ping: Duration::from_secs(15), max_silence: Duration::from_mins(1) };
}

/// The response that streams `events`. Nothing is read ahead: a slow client slows the answer, and one that leaves
/// drops it.
pub(crate) fn respond(
    events: impl Stream<Item = AnswerEvent> + Send + 'static,
    lifecycle: Lifecycle,
    about: About,
    rhythm: Rhythm,
) -> Response {
    let frames = frames(events, lifecycle, about, rhythm.max_silence);
    let numbered = frames.enumerate().map(|(at, frame)| event(at + 1, &frame));
    let mut response =
        Sse::new(numbered).keep_alive(KeepAlive::new().interval(rhythm.ping).text("ping")).into_response();
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache, no-transform"));
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    response
}

/// Every event as a frame, and exactly one last one.
pub(crate) fn frames(
    events: impl Stream<Item = AnswerEvent> + Send + 'static,
    lifecycle: Lifecycle,
    about: About,
    max_silence: Duration,
) -> impl Stream<Item = Frame> + Send {
    async_stream::stream! {
        let mut events = std::pin::pin!(events);
        loop {
            let next = AssertUnwindSafe(events.next()).catch_unwind();
            let next = tokio::select! {
                biased;
                next = tokio::time::timeout(max_silence, next) => next,
                () = lifecycle.streams_end() => {
                    yield failed(&ApiError::ShuttingDown, &about);
                    return;
                }
            };
            let error = match next {
                Ok(Ok(Some(event))) => match Frame::of(event) {
                    Ok(frame) => {
                        let is_last = frame.is_last();
                        yield frame;
                        if is_last {
                            return;
                        }
                        continue;
                    }
                    Err(failure) => ApiError::from(failure),
                },
                Ok(Ok(None)) => ApiError::Internal("the answer ended without a last event".into()),
                Ok(Err(panic)) => what_panicked(&*panic),
                Err(_) => ApiError::Timeout(format!("no event for {} s", max_silence.as_secs())),
            };
            yield failed(&error, &about);
            return;
        }
    }
}

fn failed(error: &ApiError, about: &About) -> Frame {
    error.log(&about.request_id);
    Frame::Error(Problem::new(error, about))
}

/// A frame on the wire. JSON has no line breaks of its own, so that nothing in it can end the field.
fn event(seq: usize, frame: &Frame) -> Result<Event, serde_json::Error> {
    Ok(Event::default().event(frame.name()).data(serde_json::to_string(&wire::Numbered { seq, frame })?))
}
