//! A language model on the wire: the real client, against a model server on loopback.

use super::app::{Setup, TestApp};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};
use viva_core::ports::{Clock, StoreError, TokenLedger};
use viva_llm::{ModelOptions, OpenAiOptions, Provider, connect};
use viva_model_server::{Answer, ModelServer};

/// The model's own name for itself in these tests.
pub(crate) const MODEL: &str = "test-model";
/// What it says on the GIL.
pub(crate) const SAID: &str = "It is a lock of the interpreter [1]. More on it is said there [2].";

/// Time as it passes; a breaker rests by it.
struct RealClock(Instant);

impl Clock for RealClock {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_371_942) + self.monotonic()
    }
    fn monotonic(&self) -> Duration {
        self.0.elapsed()
    }
}

/// Options that fail fast: one try, and limits that a test can wait for.
pub(crate) fn options(base_url: &str) -> ModelOptions {
    let mut options = ModelOptions::new(Provider::OpenAi(OpenAiOptions::new(base_url, MODEL)));
    options.retry.retries = 0;
    options
}

impl Setup {
    /// With a model that the options describe.
    pub(crate) async fn model(self, options: ModelOptions) -> Self {
        let store = match self.store.clone() {
            Some(store) => store,
            None => super::store::TestStore::open().await,
        };
        let clock = Arc::new(RealClock(Instant::now()));
        let model = connect(options, clock, Arc::clone(&store) as _).await.unwrap();
        Self { model: Some(model), store: Some(store), ..self }
    }
}

impl TestApp {
    /// A service whose model is `server`.
    pub(crate) async fn with_model(server: &ModelServer) -> Self {
        Setup::new().model(options(&server.base_url())).await.start().await
    }
}

/// A model server that answers everybody so.
pub(crate) async fn always(answer: Answer) -> ModelServer {
    ModelServer::start(move |_| answer.clone()).await.unwrap()
}

/// The test store's ledger is the real one: a budget outlives the process.
#[async_trait::async_trait]
impl TokenLedger for super::store::TestStore {
    async fn spent(&self, day: u32) -> Result<u64, StoreError> {
        self.inner.spent(day).await
    }
    async fn spend(&self, day: u32, tokens: u64) -> Result<(), StoreError> {
        self.inner.spend(day, tokens).await
    }
}
