//! What every handler may use.

use crate::error::ApiError;
use crate::metrics::Metrics;
use crate::middleware::{HostRules, KeyRule};
use crate::pages::Feeds;
use crate::readiness::EncoderCheck;
use crate::server::Lifecycle;
use crate::streams::Streams;
use axum::body::Bytes;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use viva_assistant::{Assistant, Conversations};
use viva_core::ports::{Clock, Edition, Embedder, Ids};
use viva_interview::Examiner;

/// The collaborators of the service.
#[derive(Clone)]
pub struct AppState {
    /// Answers and searches.
    pub assistant: Arc<Assistant>,
    /// Holds conversations with that assistant.
    pub conversations: Arc<Conversations>,
    /// Holds interviews.
    pub examiner: Arc<Examiner>,
    /// The encoder that the assistant uses: asked once at the start, so that readiness is a fact.
    pub embedder: Arc<dyn Embedder>,
    /// Times the requests.
    pub clock: Arc<dyn Clock>,
    /// Names the requests.
    pub ids: Arc<dyn Ids>,
}

/// [`AppState`] with what the service itself remembers.
pub(crate) struct App {
    pub(crate) state: AppState,
    /// Where the service listens.
    pub(crate) address: SocketAddr,
    pub(crate) limits: Limits,
    pub(crate) hosts: HostRules,
    pub(crate) key: Option<KeyRule>,
    pub(crate) metrics: Metrics,
    pub(crate) encoder: EncoderCheck,
    pub(crate) lifecycle: Lifecycle,
    /// Turns that pages watch.
    pub(crate) feeds: Feeds,
    /// The OpenAPI document, as JSON.
    pub(crate) document: Bytes,
}

/// What one request may take.
pub(crate) struct Limits {
    /// Bytes of a body.
    pub(crate) body: usize,
    /// For sending it.
    pub(crate) body_timeout: Duration,
    /// For answering, until the response begins.
    pub(crate) request_timeout: Duration,
    /// The same for a request that a model may have a part in.
    pub(crate) answer_timeout: Duration,
    /// Requests answered at once.
    pub(crate) permits: Arc<Semaphore>,
    /// Streams open at once.
    pub(crate) streams: Streams,
}

impl App {
    /// The edition to answer from now.
    pub(crate) fn edition(&self) -> Result<Arc<Edition>, ApiError> {
        Ok(self.state.assistant.edition()?)
    }
}
