//! The life of the service: bind, serve, end in order.

mod connections;
mod error;
mod lifecycle;

pub(crate) use connections::InUse;
pub use error::ServeError;
pub(crate) use lifecycle::Lifecycle;

use crate::metrics::Metrics;
use crate::middleware::{HostRules, KeyRule};
use crate::openapi;
use crate::pages::Feeds;
use crate::readiness::{EncoderCheck, warm};
use crate::router::router;
use crate::state::{App, AppState, Limits};
use crate::streams::Streams;
use axum::Router;
use connections::{Connections, Patience};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use viva_settings::Http;

/// After an error of the listener, such as no free file descriptor.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// A service that has its address and serves when told to.
pub struct Server {
    listener: TcpListener,
    app: Arc<App>,
    router: Router,
    patience: Patience,
    max_connections: usize,
    grace: Duration,
}

impl Server {
    /// Takes the address. Nothing is answered before [`Server::run`].
    pub async fn bind(http: &Http, state: AppState) -> Result<Self, ServeError> {
        let refused = |source| ServeError::of_bind(http.bind, source);
        let listener = TcpListener::bind(http.bind).await.map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        let (router, document) = router().split_for_parts();
        let app = Arc::new(App {
            state,
            address,
            limits: Limits {
                body: http.body_limit,
                // 10 s for the headers, 15 s for the body by default: one setting for how patient we are.
                body_timeout: http.header_timeout.mul_f32(1.5),
                request_timeout: http.request_timeout,
                answer_timeout: http.answer_timeout,
                permits: Arc::new(Semaphore::new(http.max_concurrent)),
                streams: Streams::new(http.streams_per_owner),
            },
            hosts: HostRules::new(address, &http.hosts).map_err(|entry| ServeError::Host { entry })?,
            key: http.api_key.as_ref().map(KeyRule::new),
            metrics: Metrics::new().map_err(ServeError::Metrics)?,
            encoder: EncoderCheck::default(),
            lifecycle: Lifecycle::default(),
            feeds: Feeds::default(),
            document: openapi::to_json(&document).map_err(ServeError::Document)?,
        });
        let router = crate::router::with_layers(router, Arc::clone(&app));
        let patience = Patience { headers: http.header_timeout, write: http.header_timeout };
        // Idle connections cost little, but each one is a file descriptor, of which there are often 1024.
        let max_connections = (http.max_concurrent * 4).max(512);
        Ok(Self { listener, app, router, patience, max_connections, grace: http.shutdown_grace })
    }

    /// The address that was taken; where port 0 was asked for, with the port that was found.
    pub fn local_addr(&self) -> SocketAddr {
        self.app.address
    }

    /// Serves until `shutdown` is ready, then ends in order: no new connection is taken, what runs may finish, turns are
    /// ended and saved, streams get their last event, and after the grace period what is left is cut off. Dropping the
    /// future cuts all off at once.
    pub async fn run(self, shutdown: impl Future<Output = ()>) {
        let mut background = JoinSet::new();
        background.spawn(warm(Arc::clone(&self.app)));
        let lifecycle = self.app.lifecycle.clone();
        let mut connections =
            Connections::new(self.router, self.patience, lifecycle.clone(), self.max_connections);
        tokio::pin!(shutdown);
        loop {
            tokio::select! {
                () = &mut shutdown => break,
                () = connections.one_ended() => {}
                accepted = self.listener.accept() => match accepted {
                    Ok((stream, _)) => connections.serve(stream),
                    Err(error) => {
                        tracing::warn!(error = ?error.to_string(), "connection could not be accepted");
                        tokio::time::sleep(ACCEPT_PAUSE).await;
                    }
                },
            }
        }
        drop(self.listener);
        tracing::info!(requests.open = connections.len(), "shutting down");
        let conversations = Arc::clone(&self.app.state.conversations);
        background.spawn({
            let (conversations, streams_end) = (Arc::clone(&conversations), lifecycle.streams_end());
            async move {
                streams_end.await;
                conversations.shut_down().await;
            }
        });
        let all_ended = async {
            connections.all_ended().await;
            // A turn may outlive its last client, and is saved all the same.
            conversations.shut_down().await;
        };
        let is_in_time = tokio::select! {
            () = all_ended => true,
            () = lifecycle.end_in(self.grace) => false,
        };
        let cut_off = if is_in_time { 0 } else { connections.cut_off().await };
        tracing::info!(connections.cut_off = cut_off, "service ended");
    }
}
