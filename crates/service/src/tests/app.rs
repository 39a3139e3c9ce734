//! A service on a port of its own, wired with scripted ports.

use super::client::{Call, call};
use super::observability::capture;
use super::ports::{CountedIds, Script, ScriptedEmbedder, SwitchedLibrary, TickingClock, edition};
use super::store::TestStore;
use crate::{AppState, ServeError, Server};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use viva_assistant::coverage::Calibration;
use viva_assistant::{Assistant, Blend, Conversations, GenerationOptions, Options, Parts, Weights};
use viva_core::ports::{ChatModel, NotReady};
use viva_settings::{Http, Secret};

/// Fails what hangs; nothing is measured by it.
pub(crate) const DEADLINE: Duration = Duration::from_secs(30);

pub(crate) struct TestApp {
    pub(crate) address: SocketAddr,
    pub(crate) script: Arc<Script>,
    pub(crate) library: Arc<SwitchedLibrary>,
    pub(crate) store: Arc<TestStore>,
    shutdown: Option<oneshot::Sender<()>>,
    pub(crate) running: JoinHandle<()>,
}

/// What a service is put together from.
pub(crate) struct Setup {
    pub(crate) http: Http,
    pub(crate) script: Arc<Script>,
    pub(crate) library: Arc<SwitchedLibrary>,
    /// Shared with another service, or a new one.
    pub(crate) store: Option<Arc<TestStore>>,
    pub(crate) model: Option<Arc<dyn ChatModel>>,
}

impl Setup {
    pub(crate) fn new() -> Self {
        let script = Script::new();
        let library = Arc::new(SwitchedLibrary(Mutex::new(Ok(edition(&script)))));
        Self { http: http(), script, library, store: None, model: None }
    }

    pub(crate) async fn start(self) -> TestApp {
        capture();
        let Self { http, script, library, store, model } = self;
        let store = match store {
            Some(store) => store,
            None => TestStore::open().await,
        };
        let server = bind(&http, state(&script, &library, &store, model)).await.unwrap();
        let address = server.local_addr();
        let (shutdown, told) = oneshot::channel();
        let running = tokio::spawn(server.run(async { told.await.unwrap_or_default() }));
        TestApp { address, script, library, store, shutdown: Some(shutdown), running }
    }
}

impl TestApp {
    pub(crate) async fn start() -> Self {
        Setup::new().start().await
    }

    pub(crate) async fn with_key(key: &str) -> Self {
        Self::with(|http| http.api_key = Some(Secret::new(key))).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut Http)) -> Self {
        let mut setup = Setup::new();
        change(&mut setup.http);
        setup.start().await
    }

    pub(crate) async fn without_index(reason: NotReady) -> Self {
        let library = Arc::new(SwitchedLibrary(Mutex::new(Err(reason))));
        Setup { library, ..Setup::new() }.start().await
    }

    pub(crate) fn get(&self, target: &str) -> Call {
        call(self.address, "GET", target)
    }

    pub(crate) fn ask(&self, question: &str) -> Call {
        self.post_ask(&serde_json::json!({ "question": question }).to_string())
    }

    pub(crate) fn post_ask(&self, body: &str) -> Call {
        call(self.address, "POST", "/api/v1/ask").json(body)
    }

    pub(crate) fn call(&self, method: &str, target: &str) -> Call {
        call(self.address, method, target)
    }

    /// Waits until `n` questions stand at "wait here".
    pub(crate) async fn arrived(&self, n: usize) {
        let mut arrived = self.script.arrived.subscribe();
        let waited = tokio::time::timeout(DEADLINE, arrived.wait_for(|found| *found >= n)).await;
        waited.unwrap().unwrap();
    }

    /// Waits until `n` questions were given up.
    pub(crate) async fn abandoned(&self, n: usize) {
        let mut abandoned = self.script.abandoned.subscribe();
        let waited = tokio::time::timeout(DEADLINE, abandoned.wait_for(|found| *found >= n)).await;
        waited.unwrap().unwrap();
    }

    pub(crate) fn tell_to_end(&mut self) {
        self.shutdown.take().unwrap().send(()).unwrap();
    }

    pub(crate) async fn ended(&mut self) {
        tokio::time::timeout(DEADLINE, &mut self.running).await.unwrap().unwrap();
    }
}

pub(crate) fn http() -> Http {
    Http {
        bind: "127.0.0.1:0".parse().unwrap(),
        hosts: vec!["viva.example.com".into(), "proxied.example.com:8443".into()],
        api_key: None,
        trusted_network: false,
        body_limit: 64 * 1024,
        request_timeout: DEADLINE,
        answer_timeout: DEADLINE,
        header_timeout: DEADLINE,
        max_concurrent: 64,
        streams_per_owner: 1000,
        shutdown_grace: DEADLINE,
    }
}

pub(crate) async fn bind(http: &Http, state: AppState) -> Result<Server, ServeError> {
    Server::bind(http, state).await
}

pub(crate) fn state(
    script: &Arc<Script>,
    library: &Arc<SwitchedLibrary>,
    store: &Arc<TestStore>,
    model: Option<Arc<dyn ChatModel>>,
) -> AppState {
    let examiner_model = model.clone();
    let parts = Parts {
        embedder: Arc::new(ScriptedEmbedder(Arc::clone(script))),
        library: Arc::clone(library) as _,
        model,
        clock: Arc::new(TickingClock(0.into())),
        ids: Arc::new(CountedIds),
    };
    let (embedder, clock, ids) =
        (Arc::clone(&parts.embedder), Arc::clone(&parts.clock), Arc::clone(&parts.ids));
    let options = Options {
        candidates: 40,
        evidence_tokens: 1000,
        weights: Weights::fitted().unwrap(),
        blend: Blend::fitted().unwrap(),
        calibration: calibration(),
        generation: GenerationOptions::default(),
    };
    let assistant = Arc::new(Assistant::new(parts, options));
    let conversations = Arc::new(Conversations::new(Arc::clone(&assistant), Arc::clone(store) as _));
    let examiner = super::interviews::examiner(&embedder, library, store, examiner_model, (&clock, &ids));
    AppState { assistant, conversations, examiner, embedder, clock, ids }
}

/// Everything counts as covered unless its words are unknown.
fn calibration() -> Calibration {
    let mut calibration = Calibration::fitted().unwrap();
    let weight = |name: &String| if name == "unknown_share" { -2.5 } else { 0.0 };
    calibration.weights = calibration.features.iter().map(weight).collect();
    calibration.means = vec![0.0; calibration.features.len()];
    calibration.scales = vec![1.0; calibration.features.len()];
    calibration.bias = 1.0;
    calibration.threshold = 0.5;
    calibration
}
