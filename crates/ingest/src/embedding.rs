//! Embeds passages, several calls at a time, and remembers the vectors as they come.
//!
//! Decided: one task drives all calls, because the encoder has its own threads and a call is only waiting;
//! the number of calls under way is bounded, so a stop costs at most the calls that are under way. Refused:
//! remembering every call at once, which would sync the disk several times a second for nothing.

use crate::difference::{Missing, is_vector_of};
use crate::error::IngestError;
use crate::pipeline::{Run, blocking};
use crate::progress::{Meter, Stage};
use futures::stream::{FuturesUnordered, StreamExt as _};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tracing::warn;
use viva_core::id::Digest;
use viva_core::ports::{EmbedError, Embedder};
use viva_core::vector::DenseVector;

/// Embeds what is `missing`. Whatever ends it early, the vectors that were finished by then are remembered.
pub(crate) async fn embed(
    run: &Run<'_>,
    missing: Vec<Missing>,
    reused: usize,
) -> Result<HashMap<Digest, DenseVector>, IngestError> {
    let total_work = missing.iter().map(work).sum();
    let meter = Meter { stage: Stage::Embed, total: missing.len(), reused, total_work };
    let mut harvest = Harvest::new(run, meter);
    run.progress.report(meter.update(0, 0, Duration::ZERO));

    let mut calls = missing.chunks(run.options.passages_per_call.get());
    let mut under_way = FuturesUnordered::new();
    let mut failure = None;
    loop {
        while failure.is_none() && under_way.len() < run.options.calls_in_flight.get() {
            let Some(call) = calls.next() else { break };
            under_way.push(embed_call(&run.ports.embedder, call));
        }
        let finished = tokio::select! {
            biased;
            () = run.cancel.cancelled() => return Err(harvest.stopped().await),
            finished = under_way.next() => finished,
        };
        match finished {
            Some(Ok(call)) => harvest.take(call).await?,
            // The calls beside the failed one are waited for: what they embedded is not lost.
            Some(Err(error)) => failure = failure.or(Some(error)),
            None => break,
        }
    }
    match failure {
        None => harvest.remember().await.map(|()| harvest.vectors),
        Some(source) => Err(IngestError::Embed { kept: harvest.remember_if_possible().await, source }),
    }
}

/// Tokens that encoders of the BERT family put around a passage.
const SPECIAL_TOKENS: usize = 2;

/// What a passage costs to embed, in tokens with the special ones: what the remaining time is estimated by.
fn work(passage: &Missing) -> usize {
    passage.tokens + SPECIAL_TOKENS
}

/// A call that came back.
struct Finished {
    vectors: Vec<(Digest, DenseVector)>,
    work: usize,
}

async fn embed_call(embedder: &Arc<dyn Embedder>, call: &[Missing]) -> Result<Finished, EmbedError> {
    let texts = call.iter().map(|passage| passage.text.clone()).collect();
    let vectors = embedder.embed_passages(texts).await?;
    let model = embedder.identity();
    if vectors.len() != call.len() || !vectors.iter().all(|vector| is_vector_of(&model, vector)) {
        let complaint = format!(
            "`{}` was given {} passages and returned {} vectors, not all of them {} finite numbers",
            model.name,
            call.len(),
            vectors.len(),
            model.dimension
        );
        return Err(EmbedError::Failed(complaint.into()));
    }
    let vectors = call.iter().map(|passage| passage.digest).zip(vectors).collect();
    Ok(Finished { vectors, work: call.iter().map(work).sum() })
}

/// What was embedded so far.
struct Harvest<'a> {
    run: &'a Run<'a>,
    meter: Meter,
    began: Duration,
    vectors: HashMap<Digest, DenseVector>,
    done_work: usize,
    /// Embedded and not remembered yet.
    waiting: Vec<(Digest, DenseVector)>,
    remembered: usize,
    last_remembered: Duration,
}

impl<'a> Harvest<'a> {
    fn new(run: &'a Run<'a>, meter: Meter) -> Self {
        let now = run.ports.clock.monotonic();
        Self {
            run,
            meter,
            began: now,
            vectors: HashMap::with_capacity(meter.total),
            done_work: 0,
            waiting: Vec::new(),
            remembered: 0,
            last_remembered: now,
        }
    }

    async fn take(&mut self, call: Finished) -> Result<(), IngestError> {
        self.done_work += call.work;
        self.vectors.extend(call.vectors.iter().cloned());
        self.waiting.extend(call.vectors);
        let now = self.run.ports.clock.monotonic();
        let elapsed = now.saturating_sub(self.began);
        self.run.progress.report(self.meter.update(self.vectors.len(), self.done_work, elapsed));
        let has_many = self.waiting.len() >= self.run.options.remember_every.get();
        let is_time = now.saturating_sub(self.last_remembered) >= self.run.options.remember_after;
        if has_many || is_time { self.remember().await } else { Ok(()) }
    }

    async fn remember(&mut self) -> Result<(), IngestError> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let vectors = std::mem::take(&mut self.waiting);
        let count = vectors.len();
        let cache = Arc::clone(&self.run.ports.cache);
        blocking("remembering vectors", move || cache.remember(&vectors)).await??;
        self.remembered += count;
        self.last_remembered = self.run.ports.clock.monotonic();
        Ok(())
    }

    /// Remembers on the way out, where another error is already being reported; how many are kept in all.
    async fn remember_if_possible(&mut self) -> usize {
        if let Err(error) = self.remember().await {
            warn!(
                error = &error as &dyn std::error::Error,
                "could not keep the vectors that were just embedded"
            );
        }
        self.remembered
    }

    async fn stopped(&mut self) -> IngestError {
        IngestError::Cancelled { kept: self.remember_if_possible().await }
    }
}
