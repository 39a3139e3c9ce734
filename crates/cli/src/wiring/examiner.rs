//! The examiner.

use super::Wiring;
use crate::failure::{Failure, Outcome};
use crate::system::give_back_memory;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;
use viva_core::ports::{ChatModel, Embedder, Library};
use viva_interview::Examiner;
use viva_interview::grading::{Calibration, Judge, SemanticGrader};
use viva_retrieval::FileVectorCache;
use viva_store::Store;

impl Wiring {
    /// The examiner over an encoder, a library, the database and, where there is one, a language model.
    pub(crate) fn examiner(
        &self,
        embedder: Arc<dyn Embedder>,
        library: Arc<dyn Library>,
        store: &Arc<Store>,
        model: Option<Arc<dyn ChatModel>>,
    ) -> Outcome<Arc<Examiner>> {
        let calibration = Calibration::fitted().map_err(|error| Failure::of(&error))?;
        let cache = FileVectorCache::open(&self.settings.data.dir.join("statements"), &embedder.identity());
        let grader = SemanticGrader::new(embedder, calibration);
        let grader = match cache {
            Ok(cache) => grader.with_cache(Arc::new(cache)),
            // Another process has it, or the disk is full: grades come all the same, the first of a question later.
            Err(reason) => {
                tracing::debug!(%reason, "the statements of the guide are encoded as they are needed");
                grader
            }
        };
        let judge = Judge::new(grader, model);
        let (clock, ids) = (Arc::clone(&self.clock), Arc::clone(&self.ids));
        Ok(Arc::new(Examiner::new(Arc::clone(store) as _, library, judge, clock, ids)))
    }
}

/// How long to wait after the encoder or the disk has failed.
const AFTER_TROUBLE: Duration = Duration::from_mins(1);

/// Lets the examiner learn each revision of the guide until `stop`, on a thread of its own, since it writes to the disk.
pub(crate) async fn learn(
    examiner: Arc<Examiner>,
    library: Arc<dyn Library>,
    look_every: Duration,
    stop: CancellationToken,
) {
    let runtime = tokio::runtime::Handle::current();
    let work = async move {
        let mut learnt = None;
        loop {
            let revision = library.current().ok().map(|edition| edition.guide.revision());
            let mut pause = look_every;
            if revision.is_some() && revision != learnt {
                let started = Instant::now();
                match examiner.learn().await {
                    Ok(of) => {
                        tracing::debug!(elapsed = ?started.elapsed(), "the examiner has learnt the guide");
                        learnt = of;
                        give_back_memory();
                    }
                    Err(reason) => {
                        tracing::warn!(%reason, "the examiner could not learn the guide; grades come later, but come");
                        pause = AFTER_TROUBLE;
                    }
                }
            }
            tokio::time::sleep(pause).await;
        }
    };
    let on_own_thread = move || runtime.block_on(stop.run_until_cancelled(work));
    if let Err(error) = tokio::task::spawn_blocking(on_own_thread).await {
        tracing::warn!(%error, "the examiner's learning ended");
    }
}
