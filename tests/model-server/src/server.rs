//! The listener and what it has seen.

use crate::answer::Answer;
use crate::connection::serve;
use crate::http::Parsed;
use crate::request::Request;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

/// How long [`ModelServer::wait_until`] waits.
const PATIENCE: Duration = Duration::from_secs(20);

type Script = Arc<dyn Fn(&Request) -> Answer + Send + Sync>;

/// A client that closed its connection before the answer was whole.
#[derive(Debug, Clone, Copy)]
pub struct HangUp {
    /// The request's number.
    pub request: usize,
    /// The time since it was read.
    pub after: Duration,
    /// How many bytes of the body had been sent.
    pub sent: usize,
}

/// What the server has seen up to now.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// All requests.
    pub requests: Vec<Arc<Request>>,
    /// All clients that went away early.
    pub hang_ups: Vec<HangUp>,
    /// Connections that are open.
    pub open: usize,
    /// Connections that were ever accepted.
    pub accepted: usize,
}

/// A running server; it ends, with all its connections, when dropped.
#[derive(Debug)]
pub struct ModelServer {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

impl ModelServer {
    /// Listens on a free loopback port.
    pub async fn start(script: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> io::Result<Self> {
        Self::start_at(SocketAddr::from(([127, 0, 0, 1], 0)), script).await
    }

    /// Listens on `address`: brings back a server that was dropped.
    pub async fn start_at(
        address: SocketAddr,
        script: impl Fn(&Request) -> Answer + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared::new(Arc::new(script)));
        let accepting = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Ok(Self { address, shared, accepting })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The base URL for an OpenAI client: `http://127.0.0.1:PORT/v1`.
    pub fn base_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// The endpoint for the AWS SDK: `http://127.0.0.1:PORT`.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Answers by another script from now on.
    pub fn follow(&self, script: impl Fn(&Request) -> Answer + Send + Sync + 'static) {
        self.shared.state().script = Arc::new(script);
    }

    /// What was seen up to now.
    pub fn seen(&self) -> Seen {
        self.shared.state().seen.clone()
    }

    /// All requests up to now.
    pub fn requests(&self) -> Vec<Arc<Request>> {
        self.seen().requests
    }

    /// Waits until `condition` holds; `false` if it does not within 20 seconds.
    pub async fn wait_until(&self, condition: impl Fn(&Seen) -> bool) -> bool {
        let mut changes = self.shared.changes.subscribe();
        let holds = changes.wait_for(|()| condition(&self.shared.state().seen));
        matches!(tokio::time::timeout(PATIENCE, holds).await, Ok(Ok(_)))
    }
}

impl Drop for ModelServer {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    // Dropped with this task, and its connections with it.
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let connection = shared.accepted();
        connections.spawn(serve(stream, Arc::clone(&shared), connection));
        while connections.try_join_next().is_some() {}
    }
}

struct State {
    script: Script,
    seen: Seen,
    began: Vec<Instant>,
}

/// What connections share.
pub(crate) struct Shared {
    state: Mutex<State>,
    changes: watch::Sender<()>,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").field("seen", &self.state().seen).finish_non_exhaustive()
    }
}

impl Shared {
    fn new(script: Script) -> Self {
        let state = State { script, seen: Seen::default(), began: Vec::new() };
        Self { state: Mutex::new(state), changes: watch::Sender::new(()) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let value = change(&mut self.state());
        self.changes.send_replace(());
        value
    }

    fn accepted(&self) -> usize {
        self.change(|state| {
            state.seen.accepted += 1;
            state.seen.accepted
        })
    }

    /// Counts a connection as open until the guard is dropped.
    pub(crate) fn opened(self: &Arc<Self>) -> OpenConnection {
        self.change(|state| state.seen.open += 1);
        OpenConnection(Arc::clone(self))
    }

    pub(crate) fn record(&self, parsed: Parsed, connection: usize, on_connection: usize) -> Arc<Request> {
        let Parsed { method, path, headers, body } = parsed;
        self.change(|state| {
            let number = state.seen.requests.len() + 1;
            let request =
                Arc::new(Request { number, connection, on_connection, method, path, headers, body });
            state.seen.requests.push(Arc::clone(&request));
            state.began.push(Instant::now());
            request
        })
    }

    pub(crate) fn answer(&self, request: &Request) -> Answer {
        let script = Arc::clone(&self.state().script);
        script(request)
    }

    pub(crate) fn hung_up(&self, request: usize, sent: usize) {
        self.change(|state| {
            let after = state.began.get(request - 1).map_or(Duration::ZERO, Instant::elapsed);
            state.seen.hang_ups.push(HangUp { request, after, sent });
        });
    }
}

/// One open connection.
pub(crate) struct OpenConnection(Arc<Shared>);

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.0.change(|state| state.seen.open = state.seen.open.saturating_sub(1));
    }
}
