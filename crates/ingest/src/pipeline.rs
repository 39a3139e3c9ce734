//! The stages in their order.

use crate::chunker::{ChunkedGuide, chunker_identity};
use crate::cutting::cut;
use crate::difference::Difference;
use crate::embedding;
use crate::error::IngestError;
use crate::options::IngestOptions;
use crate::progress::Progress;
use crate::report::{IngestReport, Outcome, StageTimes, Work};
use crate::writing::{self, Material};
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio_util::sync::CancellationToken;
use tracing::warn;
use viva_core::guide::Guide;
use viva_core::id::Digest;
use viva_core::manifest::{Manifest, SCHEMA_VERSION};
use viva_core::ports::{ChunkIndex, Clock, Embedder, VectorCache};

/// What an ingest works with.
#[derive(Clone)]
pub struct IngestPorts {
    /// Makes the vectors.
    pub embedder: Arc<dyn Embedder>,
    /// Is written.
    pub index: Arc<dyn ChunkIndex>,
    /// Knows the vectors of earlier ingests.
    pub cache: Arc<dyn VectorCache>,
    /// Dates the manifest and measures the stages.
    pub clock: Arc<dyn Clock>,
}

/// Brings the index up to date with a guide.
#[derive(Clone)]
pub struct Ingest {
    ports: IngestPorts,
    options: IngestOptions,
}

impl Ingest {
    /// An ingest through `ports`.
    pub fn new(ports: IngestPorts, options: IngestOptions) -> Self {
        Self { ports, options }
    }

    /// Ingests `guide`: when it returns `Ok`, the serving index is one of this guide with the present
    /// options. When it returns an error, the index that served before still serves, and what was embedded is
    /// kept.
    ///
    /// `cancel` is heeded within one call to the encoder or the index; the last step, in which the new index takes
    /// the old one's place, is not interrupted. Must run on a Tokio runtime.
    pub async fn run(
        &self,
        guide: Arc<Guide>,
        progress: Arc<dyn Progress>,
        cancel: &CancellationToken,
    ) -> Result<IngestReport, IngestError> {
        let run = Run { ports: &self.ports, options: &self.options, progress, cancel };
        run.all(guide).await
    }
}

/// One run: what every stage needs.
pub(crate) struct Run<'a> {
    pub(crate) ports: &'a IngestPorts,
    pub(crate) options: &'a IngestOptions,
    pub(crate) progress: Arc<dyn Progress>,
    pub(crate) cancel: &'a CancellationToken,
}

impl Run<'_> {
    async fn all(&self, guide: Arc<Guide>) -> Result<IngestReport, IngestError> {
        let began = self.now();
        if !self.options.rebuild
            && let Some(manifest) = self.ports.index.manifest().await?
            && self.is_current(&manifest, &guide)
        {
            let times = StageTimes { total: self.since(began), ..StageTimes::default() };
            return Ok(report(Outcome::Unchanged, &manifest, Work::default(), times));
        }

        let Prepared { chunked, difference, mean_terms } = self.prepare(Arc::clone(&guide)).await?;
        if chunked.chunks.is_empty() {
            return Err(IngestError::EmptyGuide);
        }
        let mut times = StageTimes { chunk: self.since(began), ..StageTimes::default() };
        let work = work_of(&chunked, &difference, mean_terms);
        self.stop_if_cancelled(0)?;

        // Begun before the long part, so that a second writer hears at once that it is not alone.
        let mut build = self.ports.index.begin().await?;
        let embed_began = self.now();
        let Difference { rows, known: mut vectors, missing, distrusts_cache } = difference;
        if distrusts_cache {
            self.keep_in_cache(vectors.keys().copied().collect()).await?;
        }
        vectors.extend(embedding::embed(self, missing, work.reused).await?);
        times.embed = self.since(embed_began);
        self.ports.embedder.rest();

        let write_began = self.now();
        let manifest = self.manifest(&guide, chunked.chunks.len(), mean_terms);
        let live: Vec<_> = vectors.keys().copied().collect();
        let material =
            Material { chunks: chunked.chunks, rows, vectors, mean_terms, embedded: work.embedded };
        writing::add_all(self, &mut build, material).await?;
        self.stop_if_cancelled(work.embedded)?;
        build.finish(&guide, &manifest).await?;
        times.write = self.since(write_began);

        if let Err(error) = self.keep_in_cache(live).await {
            // The new index serves; the cache is only larger than it need be, until the next ingest.
            warn!(error = &error as &dyn std::error::Error, "could not trim the vector cache");
        }
        times.total = self.since(began);
        Ok(report(Outcome::Written, &manifest, work, times))
    }

    /// Cuts the guide and compares its passages with what is known, off the runtime's threads.
    async fn prepare(&self, guide: Arc<Guide>) -> Result<Prepared, IngestError> {
        let (ports, options) = (self.ports.clone(), self.options.clone());
        let (progress, cancel) = (Arc::clone(&self.progress), self.cancel.clone());
        let prepared = blocking("cutting the guide", move || {
            let chunked = cut(&ports, &options, &guide, &*progress, &cancel)?;
            let model = ports.embedder.identity();
            let cache = (!options.rebuild).then_some(&*ports.cache);
            let difference = Difference::new(&model, &chunked.chunks, cache);
            let mean_terms = writing::mean_terms(&*ports.embedder, &chunked.chunks);
            Some(Prepared { chunked, difference, mean_terms })
        });
        prepared.await?.ok_or(IngestError::Cancelled { kept: 0 })
    }

    /// Forgets all vectors but the `live` ones.
    async fn keep_in_cache(&self, live: Vec<Digest>) -> Result<(), IngestError> {
        let cache = Arc::clone(&self.ports.cache);
        Ok(blocking("trimming the vector cache", move || cache.retain(&live)).await??)
    }

    /// Whether an index made from `manifest` is the one that this run would write.
    fn is_current(&self, manifest: &Manifest, guide: &Guide) -> bool {
        let wanted = self.manifest(guide, 0, 0.0);
        manifest.schema == wanted.schema
            && manifest.revision == wanted.revision
            && manifest.chunker == wanted.chunker
            && manifest.model == wanted.model
            && manifest.sparse == wanted.sparse
    }

    fn manifest(&self, guide: &Guide, chunks: usize, mean_terms: f32) -> Manifest {
        let embedder = &self.ports.embedder;
        let since_1970 = self.ports.clock.now().duration_since(SystemTime::UNIX_EPOCH);
        Manifest {
            schema: SCHEMA_VERSION,
            revision: guide.revision(),
            chunker: chunker_identity(&self.options.chunker, embedder.max_tokens()),
            model: embedder.identity(),
            sparse: embedder.sparse_identity(),
            mean_terms,
            questions: guide.questions().count() as u32,
            chunks: chunks as u32,
            // A clock before 1970 is a broken clock, and the date is for people only.
            built_at: since_1970.unwrap_or_default().as_secs(),
        }
    }

    fn stop_if_cancelled(&self, kept: usize) -> Result<(), IngestError> {
        if self.cancel.is_cancelled() { Err(IngestError::Cancelled { kept }) } else { Ok(()) }
    }

    fn now(&self) -> Duration {
        self.ports.clock.monotonic()
    }

    fn since(&self, moment: Duration) -> Duration {
        self.now().saturating_sub(moment)
    }
}

/// What is known before anything is embedded or written.
struct Prepared {
    chunked: ChunkedGuide,
    difference: Difference,
    mean_terms: f32,
}

fn work_of(chunked: &ChunkedGuide, difference: &Difference, mean_terms: f32) -> Work {
    Work {
        passages: difference.rows.iter().map(Vec::len).sum(),
        distinct: difference.known.len() + difference.missing.len(),
        reused: difference.known.len(),
        embedded: difference.missing.len(),
        embedded_tokens: difference.missing.iter().map(|passage| passage.tokens).sum(),
        cut_lines: chunked.cut_lines,
        over_window: chunked.over_window,
        mean_terms,
    }
}

fn report(outcome: Outcome, manifest: &Manifest, work: Work, times: StageTimes) -> IngestReport {
    IngestReport {
        outcome,
        revision: manifest.revision,
        questions: manifest.questions as usize,
        chunks: manifest.chunks as usize,
        work,
        times,
    }
}

/// Runs `work`, which blocks, off the runtime's threads.
pub(crate) async fn blocking<T: Send + 'static>(
    doing: &'static str,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, IngestError> {
    tokio::task::spawn_blocking(work).await.map_err(|source| IngestError::Worker { doing, source })
}

#[cfg(test)]
mod tests;
