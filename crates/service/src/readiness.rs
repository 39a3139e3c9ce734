//! Whether questions can be answered now: asked of the ports, not of their implementations.

use crate::error::explain;
use crate::state::App;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use viva_core::chat::ModelHealth;
use viva_core::ports::Edition;

/// The longest that a check may take, so that a probe is never the one who hangs.
const PING_TIMEOUT: Duration = Duration::from_secs(1);
/// Between two attempts to encode the first question, or to see the first edition.
const WARM_PAUSE: Duration = Duration::from_millis(500);

/// How one precondition stands.
pub(crate) struct Check {
    pub(crate) ok: bool,
    pub(crate) detail: String,
}

/// How all of them stand.
pub(crate) struct Readiness {
    pub(crate) index: Check,
    pub(crate) manifest: Check,
    pub(crate) encoder: Check,
    pub(crate) lifecycle: Check,
    /// No precondition: questions without a conversation are answered without it.
    pub(crate) store: Check,
    /// No precondition either: without it the guide's own text answers.
    pub(crate) model: Option<(String, ModelHealth)>,
}

impl Readiness {
    pub(crate) fn is_ready(&self) -> bool {
        self.index.ok && self.manifest.ok && self.encoder.ok && self.lifecycle.ok
    }
}

/// What came of encoding a first question; remembered, because a probe must not load the encoder.
#[derive(Default)]
pub(crate) struct EncoderCheck(Mutex<Option<Result<(), String>>>);

impl EncoderCheck {
    fn set(&self, result: Result<(), String>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
    }

    fn check(&self) -> Check {
        match &*self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            None => refused("the encoder is being warmed"),
            Some(Ok(())) => passed("warm"),
            Some(Err(reason)) => refused(reason),
        }
    }
}

/// Looks at everything.
pub(crate) async fn readiness(app: &App) -> Readiness {
    let index = async {
        match app.state.assistant.edition() {
            Ok(edition) => (ping(&edition).await, manifest(app, &edition)),
            Err(reason) => {
                (refused(explain(&reason)), refused("there is no index whose manifest could be checked"))
            }
        }
    };
    let ((index, manifest), store) = tokio::join!(index, store(app));
    let lifecycle = if app.lifecycle.is_draining() { refused("shutting down") } else { passed("serving") };
    let model = app.state.assistant.model().map(|model| (model.name().to_owned(), model.health()));
    Readiness { index, manifest, encoder: app.encoder.check(), lifecycle, store, model }
}

async fn store(app: &App) -> Check {
    match tokio::time::timeout(PING_TIMEOUT, app.state.conversations.store().ping()).await {
        Ok(Ok(())) => passed("open"),
        Ok(Err(error)) => {
            tracing::warn!(error = ?error.to_string(), "database does not answer a ping");
            refused("the database does not answer; the log says why")
        }
        Err(_) => refused("the database does not answer in time"),
    }
}

async fn ping(edition: &Edition) -> Check {
    match tokio::time::timeout(PING_TIMEOUT, edition.search.ping()).await {
        Ok(Ok(())) => passed("open"),
        Ok(Err(error)) => {
            tracing::warn!(error = ?error.to_string(), "index does not answer a ping");
            refused("the index does not answer; the log says why")
        }
        Err(_) => refused("the index does not answer in time"),
    }
}

fn manifest(app: &App, edition: &Edition) -> Check {
    let (model, sparse) = (app.state.embedder.identity(), app.state.embedder.sparse_identity());
    match edition.manifest.answers_for(&model, &sparse) {
        Err(mismatch) => refused(mismatch.to_string()),
        Ok(()) if edition.manifest.revision != edition.guide.revision() => {
            refused("the index was made from another revision of the guide")
        }
        Ok(()) => passed("matches"),
    }
}

/// Encodes a first question, then prepares the assistant, each as soon as it can be done.
pub(crate) async fn warm(app: Arc<App>) {
    while let Err(error) = app.state.embedder.embed_query("what is a thread?").await {
        tracing::warn!(error = ?error.to_string(), "encoder is not warm yet");
        app.encoder.set(Err("the encoder cannot encode; the log says why".to_owned()));
        tokio::time::sleep(WARM_PAUSE).await;
    }
    app.encoder.set(Ok(()));
    loop {
        let assistant = Arc::clone(&app.state.assistant);
        // The vocabulary of a whole guide: too long for a thread that answers requests.
        match tokio::task::spawn_blocking(move || assistant.warm()).await {
            Ok(Ok(())) => return,
            Ok(Err(_)) => tokio::time::sleep(WARM_PAUSE).await,
            Err(panicked) => {
                tracing::error!(error = ?panicked.to_string(), "assistant could not be warmed");
                return;
            }
        }
    }
}

fn passed(detail: &str) -> Check {
    Check { ok: true, detail: detail.to_owned() }
}

fn refused(detail: impl Into<String>) -> Check {
    Check { ok: false, detail: detail.into() }
}
