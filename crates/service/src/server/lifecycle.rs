//! The steps of an orderly end, as everybody can see them.

use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How long streams go on at most once the end has begun: enough for an answer in the guide's own words; one that a model
/// is still writing would seldom end in any time that an operator waits.
const STREAMS_GO_ON: Duration = Duration::from_millis(500);

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
    pub(crate) fn streams_end(&self) -> impl Future<Output = ()> + Send + use<> {
        self.streams.clone().cancelled_owned()
    }

    /// Ready when a response must begin or be refused.
    pub(crate) fn requests_end(&self) -> impl Future<Output = ()> + Send + use<> {
        self.requests.clone().cancelled_owned()
    }

    /// Goes through the steps and is ready when `grace` is over: after a quarter of it, or [`STREAMS_GO_ON`], streams
    /// end (they could go on for ever), after three quarters requests do, so that both still get through to their
    /// clients.
    pub(crate) async fn end_in(&self, grace: Duration) {
        self.draining.cancel();
        let streams_go_on = STREAMS_GO_ON.min(grace / 4);
        tokio::time::sleep(streams_go_on).await;
        self.streams.cancel();
        tokio::time::sleep((grace * 3 / 4).saturating_sub(streams_go_on)).await;
        self.requests.cancel();
        tokio::time::sleep(grace / 4).await;
    }
}
