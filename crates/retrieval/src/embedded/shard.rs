//! The engine's shard, owned in one place.
//!
//! Three habits of the engine make this necessary. It writes when a shard is dropped, so dropping blocks; it panics
//! when that writing fails or another thread is still reading; and it takes no lock on its folder. So a shard
//! lives behind an `Arc` that every running call holds, and when the last one is gone it is dropped on a thread of
//! its own, where a panic harms nobody, together with whatever must outlive it: the lock on the folder.

use crate::payload::{Payload, field};
use crate::plan::{BM25, DENSE};
use qdrant_edge::{
    CountRequest, CreateIndex, Distance, EdgeConfig, EdgeShard, EdgeSparseVectorParamsBuilder,
    EdgeVectorParams, FieldIndexOperations, Modifier, MultiVectorComparator, MultiVectorConfig,
    OperationResult, PayloadFieldSchema, PayloadSchemaType, PointId, PointInsertOperations, PointOperations,
    PointStruct, ScrollRequest, UpdateOperation, Vector, Vectors, WalOptions,
};
use std::any::Any;
use std::ops::Deref;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use uuid::Uuid;
use viva_core::chunk::{Chunk, ChunkId, EmbeddedChunk};
use viva_core::ports::{BoxError, SearchError};

/// Capacity of a segment of the write-ahead log, in bytes; the engine's own choice is 32 MiB.
const LOG_SEGMENT: usize = 1 << 20;
/// Points read in one go when an index is opened.
const PAGE: usize = 512;

/// An open shard.
pub(crate) struct Shard {
    engine: Option<EdgeShard>,
    afterwards: Option<Box<dyn FnOnce() + Send + Sync>>,
}

impl Shard {
    /// A new, empty shard in `folder` for vectors of `dimension` components.
    pub(crate) fn create(folder: &Path, dimension: usize) -> OperationResult<Self> {
        let engine = EdgeShard::new(folder, config(dimension))?;
        for name in field::INDEXED {
            let field_schema = Some(PayloadFieldSchema::FieldType(PayloadSchemaType::Keyword));
            let create = CreateIndex { field_name: path(name)?, field_schema };
            engine.update(UpdateOperation::FieldIndexOperation(FieldIndexOperations::CreateIndex(create)))?;
        }
        Ok(Self { engine: Some(engine), afterwards: None })
    }

    /// Opens the shard in `folder`; the engine takes its settings from there.
    pub(crate) fn open(folder: &Path) -> OperationResult<Self> {
        Ok(Self { engine: Some(EdgeShard::load(folder, None)?), afterwards: None })
    }

    /// What is to be done when the shard is closed.
    pub(crate) fn afterwards(mut self, action: impl FnOnce() + Send + Sync + 'static) -> Self {
        self.afterwards = Some(Box::new(action));
        self
    }

    /// Adds chunks. They are durable after [`Shard::flush`] only: the log is not read again.
    pub(crate) fn add(&self, chunks: Vec<EmbeddedChunk>) -> OperationResult<()> {
        let points = chunks.into_iter().map(point).collect::<OperationResult<Vec<_>>>()?;
        let points = PointInsertOperations::PointsList(points.into_iter().map(Into::into).collect());
        self.update(UpdateOperation::PointOperation(PointOperations::UpsertPoints(points)))
    }

    /// How many points there are.
    pub(crate) fn count(&self) -> OperationResult<usize> {
        EdgeShard::count(self, CountRequest { filter: None, exact: true })
    }

    /// Makes everything durable. The engine panics where it cannot; that is an error here.
    pub(crate) fn flush(&self) -> Result<(), BoxError> {
        catch_unwind(AssertUnwindSafe(|| EdgeShard::flush(self))).map_err(|panic| panic_text(&*panic).into())
    }

    /// Closes the shard here and now, on this thread. What was to be done afterwards is not done.
    pub(crate) fn close(mut self) -> Result<(), BoxError> {
        self.afterwards = None;
        let engine = self.engine.take();
        catch_unwind(AssertUnwindSafe(|| drop(engine))).map_err(|panic| panic_text(&*panic).into())
    }

    /// All chunks, for an index called `index`.
    pub(crate) fn chunks(&self, index: &str) -> Result<Vec<(ChunkId, Chunk)>, SearchError> {
        let mut chunks = Vec::new();
        let mut offset = None;
        loop {
            let request = ScrollRequest { offset, limit: Some(PAGE), ..ScrollRequest::default() };
            let (records, next) = self.scroll(request).map_err(failed)?;
            for record in records {
                let id = chunk_id(&record.id)?;
                let payload =
                    record.payload.map(|payload| payload.0.into_iter().collect()).unwrap_or_default();
                chunks.push((id, Payload::read(index, id, payload)?));
            }
            offset = next;
            if offset.is_none() {
                return Ok(chunks);
            }
        }
    }
}

impl Deref for Shard {
    type Target = EdgeShard;

    #[expect(
        clippy::expect_used,
        reason = "only `close` and `drop` take the engine, and both consume the shard"
    )]
    fn deref(&self) -> &EdgeShard {
        self.engine.as_ref().expect("a shard has its engine until it is closed")
    }
}

impl Drop for Shard {
    fn drop(&mut self) {
        let (engine, afterwards) = (self.engine.take(), self.afterwards.take());
        if engine.is_none() {
            return; // closed before
        }
        let close = move || {
            if let Err(panic) = catch_unwind(AssertUnwindSafe(|| drop(engine))) {
                tracing::warn!(reason = panic_text(&*panic), "the engine could not close a shard");
            }
            if let Some(afterwards) = afterwards {
                afterwards();
            }
        };
        // Where no thread can be had the closure is dropped here, and with it the shard: late, but closed.
        let closer = std::thread::Builder::new().name("viva-shard-close".to_owned());
        if let Err(error) = closer.spawn(close) {
            tracing::warn!(%error, "no thread to close a shard on");
        }
    }
}

fn config(dimension: usize) -> EdgeConfig {
    let dense = EdgeVectorParams::builder(dimension, Distance::Dot)
        .multivector_config(MultiVectorConfig { comparator: MultiVectorComparator::MaxSim })
        .build();
    let bm25 = EdgeSparseVectorParamsBuilder::new().modifier(Modifier::Idf).build();
    EdgeConfig::builder()
        .vector(DENSE, dense)
        .sparse_vector(BM25, bm25)
        .wal_options(WalOptions { segment_capacity: LOG_SEGMENT, ..WalOptions::default() })
        .build()
}

fn point(chunk: EmbeddedChunk) -> OperationResult<PointStruct> {
    let EmbeddedChunk { id, content: _, chunk, dense, sparse } = chunk;
    let mut vectors = vec![(DENSE, Vector::new_multi(dense)?)];
    if !sparse.indices.is_empty() {
        vectors.push((BM25, Vector::new_sparse(sparse.indices, sparse.values)?));
    }
    Ok(PointStruct::new(
        PointId::Uuid(Uuid::from_u128(id.0)),
        Vectors::new_named(vectors),
        Payload::from(&chunk).into_json(),
    ))
}

/// A payload field's path, for the engine.
pub(crate) fn path(field: &str) -> OperationResult<qdrant_edge::JsonPath> {
    let invalid =
        |()| qdrant_edge::OperationError::validation_error(format!("`{field}` is no payload field"));
    field.parse().map_err(invalid)
}

/// The chunk a point stands for.
pub(crate) fn chunk_id(point: &PointId) -> Result<ChunkId, SearchError> {
    match point {
        PointId::Uuid(id) => Ok(ChunkId(id.as_u128())),
        PointId::NumId(number) => Err(SearchError::Failed(format!("point {number} is not a chunk").into())),
    }
}

/// An error of the engine, in the words of the port.
pub(crate) fn failed(error: qdrant_edge::OperationError) -> SearchError {
    SearchError::Failed(error.into())
}

/// What a panic said.
pub(crate) fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
        .unwrap_or_else(|| "the engine panicked".to_owned())
}
