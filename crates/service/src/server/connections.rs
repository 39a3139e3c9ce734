//! Connections: a task each, a cap on their number, a limit to their patience.
//!
//! `axum::serve` was refused, because it limits neither the number of connections nor the time that a client takes
//! over its headers. So was hyper-util's protocol detection: it waits for its first bytes without a limit.

use super::Lifecycle;
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::task::{AbortHandle, JoinSet};
use tokio_io_timeout::TimeoutStream;
use tower::ServiceExt;

/// The most bytes that a request's line and headers may have.
const MAX_HEAD: usize = 64 * 1024;

/// How long a client may keep us waiting.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    /// For the headers of a request, from the end of the one before; so for an idle connection too.
    pub(crate) headers: Duration,
    /// For taking the next bytes of a response.
    pub(crate) write: Duration,
}

/// The connections that are open.
pub(crate) struct Connections {
    router: Router,
    patience: Patience,
    lifecycle: Lifecycle,
    max: usize,
    tasks: JoinSet<()>,
    /// Oldest first.
    open: VecDeque<Open>,
}

struct Open {
    in_use: InUse,
    task: AbortHandle,
}

/// How many requests a connection has that are being answered. A connection that only sends has none.
#[derive(Clone, Default)]
pub(crate) struct InUse(Arc<AtomicUsize>);

/// One such request.
pub(crate) struct Answering(InUse);

impl InUse {
    /// A request is being answered until the returned value is dropped.
    pub(crate) fn begin(&self) -> Answering {
        self.0.fetch_add(1, Ordering::Relaxed);
        Answering(self.clone())
    }

    fn is_idle(&self) -> bool {
        self.0.load(Ordering::Relaxed) == 0
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Connections {
    pub(crate) fn new(router: Router, patience: Patience, lifecycle: Lifecycle, max: usize) -> Self {
        Self { router, patience, lifecycle, max, tasks: JoinSet::new(), open: VecDeque::new() }
    }

    pub(crate) fn len(&self) -> usize {
        self.tasks.len()
    }

    /// Serves a connection. Where there are too many, the oldest that is not being answered makes room: whoever
    /// opens thousands and drips headers into them evicts himself.
    pub(crate) fn serve(&mut self, stream: TcpStream) {
        if self.open.len() >= self.max {
            self.open.retain(|open| !open.task.is_finished());
        }
        if self.open.len() >= self.max {
            let Some(idle) = self.open.iter().position(|open| open.in_use.is_idle()) else {
                tracing::warn!(connections.open = self.open.len(), "connection refused: all are in use");
                return;
            };
            if let Some(evicted) = self.open.remove(idle) {
                evicted.task.abort();
            }
        }
        let in_use = InUse::default();
        let connection =
            connection(stream, self.router.clone(), in_use.clone(), self.patience, self.lifecycle.clone());
        let task = self.tasks.spawn(connection);
        self.open.push_back(Open { in_use, task });
    }

    /// Ready when one more connection has ended; never, while there is none.
    pub(crate) async fn one_ended(&mut self) {
        match self.tasks.join_next().await {
            Some(ended) => report(ended),
            None => std::future::pending().await,
        }
    }

    /// Ready when the last connection has ended.
    pub(crate) async fn all_ended(&mut self) {
        while let Some(ended) = self.tasks.join_next().await {
            report(ended);
        }
    }

    /// Ends what is left, and says how many that were.
    pub(crate) async fn cut_off(&mut self) -> usize {
        let left = self.tasks.len();
        self.tasks.shutdown().await;
        left
    }
}

fn report(ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended
        && error.is_panic()
    {
        tracing::error!(error = ?error.to_string(), "connection panicked");
    }
}

async fn connection(
    stream: TcpStream,
    router: Router,
    in_use: InUse,
    patience: Patience,
    lifecycle: Lifecycle,
) {
    // Small events must not wait for each other; where this cannot be set, they merely do.
    let _ = stream.set_nodelay(true);
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(patience.write));
    let service = router.map_request(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(in_use.clone());
        request.map(Body::new)
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(patience.headers).max_buf_size(MAX_HEAD);
    let connection = http.serve_connection(TokioIo::new(Box::pin(stream)), TowerToHyperService::new(service));
    tokio::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = lifecycle.draining() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    // A client that leaves, stalls or does not speak HTTP: its own affair.
    if let Err(error) = ended {
        tracing::debug!(error = ?error.to_string(), "connection ended early");
    }
}
