//! A stream of answer events as server-sent events.
//!
//! Whatever the stream below does, the client sees exactly one last event, `done` or `error`: also when that stream
//! ends without one, panics, falls silent, or the process is told to end.

use crate::error::ApiError;
use crate::middleware::what_panicked;
use crate::problem::{About, Problem};
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
    /// A ping well within the 30 s of impatient proxies. The silence is one that nothing below should ever reach: a
    /// model has limits of its own, and after its last retry has kept silent for too long the guide's text is sent.
    pub(crate) const USUAL: Self =
        Self { ping: Duration::from_secs(15), max_silence: Duration::from_mins(6) };
}

/// What is streamed.
pub(crate) struct Source<E, C> {
    /// The events, numbered without a gap.
    pub(crate) events: E,
    /// The number before the first of them.
    pub(crate) after: usize,
    /// Ready when the stream must end although there is more.
    pub(crate) cut: C,
}

/// The response that streams `source`. Nothing is read ahead: a slow client slows the answer, and one that leaves
/// drops it.
pub(crate) fn respond(
    source: Source<
        impl Stream<Item = (usize, AnswerEvent)> + Send + 'static,
        impl Future<Output = ()> + Send + 'static,
    >,
    about: About,
    rhythm: Rhythm,
) -> Response {
    let events = frames(source, about, rhythm.max_silence).map(|(seq, frame)| event(seq, &frame));
    let mut response =
        Sse::new(events).keep_alive(KeepAlive::new().interval(rhythm.ping).text("ping")).into_response();
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache, no-transform"));
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    response
}

/// Every event as a frame, and exactly one last one.
pub(crate) fn frames(
    source: Source<
        impl Stream<Item = (usize, AnswerEvent)> + Send + 'static,
        impl Future<Output = ()> + Send + 'static,
    >,
    about: About,
    max_silence: Duration,
) -> impl Stream<Item = (usize, Frame)> + Send {
    async_stream::stream! {
        let Source { events, after: mut seq, cut } = source;
        let mut events = std::pin::pin!(events);
        let mut cut = std::pin::pin!(cut);
        loop {
            let next = AssertUnwindSafe(events.next()).catch_unwind();
            let next = tokio::select! {
                biased;
                next = tokio::time::timeout(max_silence, next) => next,
                () = &mut cut => {
                    yield (seq + 1, failed(&ApiError::ShuttingDown, &about));
                    return;
                }
            };
            let error = match next {
                Ok(Ok(Some((number, event)))) => match Frame::of(event) {
                    Ok(frame) => {
                        seq = number;
                        let is_last = frame.is_last();
                        yield (seq, frame);
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
            yield (seq + 1, failed(&error, &about));
            return;
        }
    }
}

fn failed(error: &ApiError, about: &About) -> Frame {
    error.log(&about.request_id);
    Frame::Error(Problem::new(error, about))
}

/// A frame on the wire. Its number stands in `id` as well, which a browser sends back as `last-event-id` when it
/// connects again. JSON has no line breaks of its own, so that nothing in it can end the field.
fn event(seq: usize, frame: &Frame) -> Result<Event, serde_json::Error> {
    let data = serde_json::to_string(&wire::Numbered { seq, frame })?;
    Ok(Event::default().event(frame.name()).id(seq.to_string()).data(data))
}
