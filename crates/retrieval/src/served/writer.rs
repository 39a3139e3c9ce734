//! Building a served index beside the serving one.
//!
//! Each build is a collection of its own, and the alias is moved in one step. The replaced collection stays until
//! the next build begins: replicas that have not yet noticed the switch still answer from it. No lock is taken
//! on the server, which has none to offer; of two builds at one time the later one removes the earlier one's
//! collection, and the earlier one fails, naming it.

use super::collection::{chunks_only, read_head, records};
use super::home::{prepare, serving};
use super::server::Server;
use crate::manifest_record::ManifestRecord;
use crate::options::ServedOptions;
use crate::payload::{Payload, field};
use crate::plan::{BM25, DENSE};
use async_trait::async_trait;
use qdrant_client::Payload as ServedPayload;
use qdrant_client::qdrant::{
    CollectionStatus, CountPointsBuilder, CreateAliasBuilder, CreateCollectionBuilder,
    CreateFieldIndexCollectionBuilder, Distance, FieldType, Modifier, MultiVectorComparator,
    MultiVectorConfigBuilder, NamedVectors, PointStruct, SparseVectorParamsBuilder,
    SparseVectorsConfigBuilder, UpsertPointsBuilder, Vector, VectorParamsBuilder, VectorsConfigBuilder,
};
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;
use viva_core::chunk::EmbeddedChunk;
use viva_core::guide::Guide;
use viva_core::manifest::Manifest;
use viva_core::ports::{BoxError, ChunkIndex, Ids, IndexBuild, IndexError};

/// Points sent in one go.
const BATCH: usize = 64;
/// How often a collection that is being optimised is looked at.
const LOOK: Duration = Duration::from_millis(100);

/// Writes the served index.
pub struct ServedWriter {
    server: Arc<Server>,
    ids: Arc<dyn Ids>,
}

impl ServedWriter {
    /// A writer to the server of `options`; new collections are named by `ids`.
    pub fn new(options: ServedOptions, ids: Arc<dyn Ids>) -> Result<Self, IndexError> {
        Ok(Self { server: Arc::new(prepare(options)?), ids })
    }

    /// Names of this alias' collections start with it. Nothing else on the server is ever touched.
    fn prefix(&self) -> String {
        format!("{}_gen-", self.server.options().alias)
    }

    async fn serving(&self) -> Result<Option<String>, IndexError> {
        let aliases = self.server.ask_patiently(async |client| client.list_aliases().await).await;
        let aliases = aliases.map_err(|error| error.writing("looking for the serving index"))?;
        Ok(serving(&self.server, aliases))
    }

    /// Removes every collection of this alias but `keep`.
    async fn remove_all_but(&self, keep: Option<&str>) -> Result<(), IndexError> {
        let listed = self.server.ask_patiently(async |client| client.list_collections().await).await;
        let listed = listed.map_err(|error| error.writing("listing collections"))?;
        for collection in listed.collections {
            let name = collection.name;
            if name.starts_with(&self.prefix()) && Some(name.as_str()) != keep {
                let removed =
                    self.server.ask_patiently(async |client| client.delete_collection(name).await).await;
                removed.map_err(|error| error.writing("removing an old collection"))?;
            }
        }
        Ok(())
    }
}

#[async_trait]
impl ChunkIndex for ServedWriter {
    async fn manifest(&self) -> Result<Option<Manifest>, IndexError> {
        let Some(collection) = self.serving().await? else {
            return Ok(None);
        };
        let head = read_head(&self.server, &collection).await;
        let head = head.map_err(|error| error.writing("reading the manifest"))?;
        Ok(head.and_then(|(record, _)| ManifestRecord::read(&record).ok()?.manifest().ok()))
    }

    async fn begin(&self) -> Result<Box<dyn IndexBuild>, IndexError> {
        let serving = self.serving().await?;
        self.remove_all_but(serving.as_deref()).await?;
        let id: String =
            self.ids.fresh().chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
        let collection = format!("{}{id}", self.prefix());
        Ok(Box::new(ServedBuild { server: Arc::clone(&self.server), collection, created: false }))
    }
}

/// A collection that is being built. An abandoned one is removed by the next build.
struct ServedBuild {
    server: Arc<Server>,
    collection: String,
    created: bool,
}

#[async_trait]
impl IndexBuild for ServedBuild {
    async fn add(&mut self, chunks: Vec<EmbeddedChunk>) -> Result<(), IndexError> {
        let Some(dimension) = chunks.first().and_then(|chunk| chunk.dense.first()).map(Vec::len) else {
            return Ok(());
        };
        self.create(dimension).await?;
        let mut points = chunks
            .into_iter()
            .map(point)
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| self.failed(error))?;
        while !points.is_empty() {
            let rest = points.split_off(points.len().min(BATCH));
            self.upsert(points, false).await?;
            points = rest;
        }
        Ok(())
    }

    async fn finish(mut self: Box<Self>, guide: &Guide, manifest: &Manifest) -> Result<(), IndexError> {
        self.create(manifest.model.dimension as usize).await?;
        let (pages, head) = records(guide, manifest);
        for page in pages {
            self.upsert(vec![page], false).await?;
        }
        // Updates are applied in their order: when this one is, all are.
        self.upsert(vec![head], true).await?;
        self.wait_until_ready().await?;
        let count = CountPointsBuilder::new(&self.collection).filter(chunks_only()).exact(true);
        let counted = self.server.ask_patiently(async |client| client.count(count).await).await;
        let counted = counted.map_err(|error| error.writing("counting points"))?;
        let counted = counted.result.map_or(0, |result| result.count);
        if counted != u64::from(manifest.chunks) {
            let reason = format!("it holds {counted} chunks where {} were to be indexed", manifest.chunks);
            return Err(self.failed(reason.into()));
        }
        let switch = CreateAliasBuilder::new(&self.collection, &self.server.options().alias);
        let switched = self.server.ask_patiently(async |client| client.create_alias(switch).await).await;
        switched.map(drop).map_err(|error| error.writing("switching the alias"))
    }
}

impl ServedBuild {
    async fn create(&mut self, dimension: usize) -> Result<(), IndexError> {
        if self.created {
            return Ok(());
        }
        let options = self.server.options();
        let mut dense = VectorsConfigBuilder::default();
        dense.add_named_vector_params(
            DENSE,
            VectorParamsBuilder::new(dimension as u64, Distance::Dot)
                .multivector_config(MultiVectorConfigBuilder::new(MultiVectorComparator::MaxSim)),
        );
        let mut sparse = SparseVectorsConfigBuilder::default();
        sparse.add_named_vector_params(BM25, SparseVectorParamsBuilder::default().modifier(Modifier::Idf));
        // One shard: inverse document frequencies are counted within a shard, and must be those of the corpus.
        let create = CreateCollectionBuilder::new(&self.collection)
            .vectors_config(dense)
            .sparse_vectors_config(sparse)
            .shard_number(1)
            .replication_factor(options.replicas);
        let created = self.server.ask_patiently(async |client| client.create_collection(create).await).await;
        created.map_err(|error| error.writing("creating a collection"))?;
        for name in field::INDEXED {
            let index =
                CreateFieldIndexCollectionBuilder::new(&self.collection, name, FieldType::Keyword).wait(true);
            let indexed =
                self.server.ask_patiently(async |client| client.create_field_index(index).await).await;
            indexed.map_err(|error| error.writing("creating a payload index"))?;
        }
        self.created = true;
        Ok(())
    }

    async fn upsert(&self, points: Vec<PointStruct>, wait: bool) -> Result<(), IndexError> {
        let upsert = UpsertPointsBuilder::new(&self.collection, points).wait(wait);
        let upserted = self.server.ask_patiently(async |client| client.upsert_points(upsert).await).await;
        upserted.map(drop).map_err(|error| error.writing("adding points"))
    }

    /// Waits until nothing is being optimised any more, but no longer than patience lasts: a collection answers
    /// rightly before, only slower.
    async fn wait_until_ready(&self) -> Result<(), IndexError> {
        let ready = async {
            loop {
                let info = self
                    .server
                    .ask_patiently(async |client| client.collection_info(&self.collection).await)
                    .await;
                let info = info.map_err(|error| error.writing("looking at the new collection"))?;
                match info.result.map_or(CollectionStatus::UnknownCollectionStatus, |info| info.status()) {
                    CollectionStatus::Green => return Ok(()),
                    CollectionStatus::Red => return Err(self.failed("the server marks it red".into())),
                    _ => tokio::time::sleep(LOOK).await,
                }
            }
        };
        tokio::time::timeout(self.server.options().patience, ready).await.unwrap_or_else(|_| {
            tracing::warn!(collection = self.collection, "the server is still optimising the new collection");
            Ok(())
        })
    }

    fn failed(&self, source: BoxError) -> IndexError {
        let url = &self.server.options().url;
        IndexError::Failed { doing: format!("building collection `{}` at {url}", self.collection), source }
    }
}

fn point(chunk: EmbeddedChunk) -> Result<PointStruct, BoxError> {
    let EmbeddedChunk { id, content: _, chunk, dense, sparse } = chunk;
    let mut vectors = NamedVectors::default().add_vector(DENSE, Vector::new_multi(dense));
    if !sparse.indices.is_empty() {
        vectors = vectors.add_vector(BM25, Vector::new_sparse(sparse.indices, sparse.values));
    }
    let payload = ServedPayload::try_from(Payload::from(&chunk).into_json())?;
    Ok(PointStruct::new(Uuid::from_u128(id.0).to_string(), vectors, payload))
}
