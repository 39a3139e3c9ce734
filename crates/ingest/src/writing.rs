//! Makes points out of chunks and vectors and hands them to the index.

use crate::chunker::{SizedChunk, bm25_text};
use crate::digest::{chunk_id, content_digest};
use crate::error::IngestError;
use crate::pipeline::{Run, blocking};
use crate::progress::{Meter, Stage};
use std::collections::HashMap;
use std::sync::Arc;
use viva_core::chunk::EmbeddedChunk;
use viva_core::id::Digest;
use viva_core::ports::{BoxError, EmbedError, Embedder, IndexBuild};
use viva_core::vector::DenseVector;

/// Everything that points are made of.
pub(crate) struct Material {
    /// The chunks.
    pub(crate) chunks: Vec<SizedChunk>,
    /// For each chunk, the digests of its passages.
    pub(crate) rows: Vec<Vec<Digest>>,
    /// The vectors of all passages.
    pub(crate) vectors: HashMap<Digest, DenseVector>,
    /// What BM25 lengths are normalised by.
    pub(crate) mean_terms: f32,
    /// Vectors that were embedded by this run, for the report of a stop.
    pub(crate) embedded: usize,
}

/// The mean of the BM25 terms of `chunks`; at least one, since lengths are divided by it.
pub(crate) fn mean_terms(embedder: &dyn Embedder, chunks: &[SizedChunk]) -> f32 {
    let terms: usize = chunks.iter().map(|sized| embedder.count_terms(bm25_text(&sized.chunk))).sum();
    (terms as f64 / chunks.len().max(1) as f64).max(1.0) as f32
}

/// Adds all points to `build`, some at a time. The BM25 vectors are computed anew each time: they depend on
/// the mean of the whole corpus, and cost little beside the dense ones.
pub(crate) async fn add_all(
    run: &Run<'_>,
    build: &mut Box<dyn IndexBuild>,
    material: Material,
) -> Result<(), IngestError> {
    let Material { chunks, rows, vectors, mean_terms, embedded } = material;
    let (total, began) = (chunks.len(), run.ports.clock.monotonic());
    let meter = Meter { stage: Stage::Write, total, reused: 0, total_work: total };
    let vectors = Arc::new(vectors);
    let mut rest = chunks.into_iter().zip(rows);
    let mut done = 0;
    run.progress.report(meter.update(0, 0, std::time::Duration::ZERO));
    loop {
        let batch: Vec<_> = rest.by_ref().take(run.options.chunks_per_write.get()).collect();
        if batch.is_empty() {
            return Ok(());
        }
        if run.cancel.is_cancelled() {
            return Err(IngestError::Cancelled { kept: embedded });
        }
        done += batch.len();
        let (embedder, vectors) = (Arc::clone(&run.ports.embedder), Arc::clone(&vectors));
        let points = blocking("encoding for BM25", move || {
            batch
                .into_iter()
                .map(|(chunk, rows)| point(&*embedder, chunk, &rows, &vectors, mean_terms))
                .collect()
        });
        let points: Result<Vec<_>, EmbedError> = points.await?;
        let points = points.map_err(|source| IngestError::Embed { kept: embedded, source })?;
        build.add(points).await?;
        let elapsed = run.ports.clock.monotonic().saturating_sub(began);
        run.progress.report(meter.update(done, done, elapsed));
    }
}

fn point(
    embedder: &dyn Embedder,
    SizedChunk { chunk, tokens: _ }: SizedChunk,
    rows: &[Digest],
    vectors: &HashMap<Digest, DenseVector>,
    mean_terms: f32,
) -> Result<EmbeddedChunk, EmbedError> {
    let content = content_digest(&chunk.passages);
    let id = chunk_id(&chunk.question, &chunk.origin, content);
    let dense: Option<Vec<_>> = rows.iter().map(|row| vectors.get(row).cloned()).collect();
    let dense = dense.ok_or_else(|| {
        let complaint: BoxError =
            format!("a passage of `{}` was left without a vector", chunk.question).into();
        EmbedError::Failed(complaint)
    })?;
    let sparse = embedder.encode_document(bm25_text(&chunk), mean_terms);
    Ok(EmbeddedChunk { id, content, chunk, dense, sparse })
}
