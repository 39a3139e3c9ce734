//! The steps of an orderly end, as everybody can see them.

use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How far the end has come. Clones see the same end.
#[derive(Clone, Default)]
pub(crate) struct Lifecycle {
    draining: CancellationToken,
    streams: CancellationToken,
    requests: CancellationToken,
}

impl Lifecycle {
    /// Whether the end has begun.
    pub(crate) fn is_draining(&self) -> bool {
        self.draining.is_cancelled()
    }

    /// Ready when the end begins.
    pub(crate) async fn draining(&self) {
        self.draining.cancelled().await;
    }

    /// Ready when streams must send their last event.
    pub(crate) async fn streams_end(&self) {
        self.streams.cancelled().await;
    }

    /// Ready when a response must begin or be refused.
    pub(crate) async fn requests_end(&self) {
        self.requests.cancelled().await;
    }

    /// Goes through the steps and is ready when `grace` is over: after a quarter of it streams end (they could go on
    /// for ever), after three quarters requests do, so that both still get through to their clients.
    pub(crate) async fn end_in(&self, grace: Duration) {
        self.draining.cancel();
        tokio::time::sleep(grace / 4).await;
        self.streams.cancel();
        tokio::time::sleep(grace / 2).await;
        self.requests.cancel();
        tokio::time::sleep(grace / 4).await;
    }
}
