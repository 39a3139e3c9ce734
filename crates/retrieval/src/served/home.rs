//! Opening a served index for searching.

use super::collection;
use super::engine::ServedEngine;
use super::server::{Server, ServerError};
use crate::home::{Home, HomeError, Wanted};
use crate::manifest_record::ManifestRecord;
use crate::options::ServedOptions;
use crate::roster::Roster;
use crate::search::Searcher;
use async_trait::async_trait;
use qdrant_client::qdrant::ListAliasesResponse;
use std::fmt::Display;
use std::sync::Arc;
use viva_core::ports::{Edition, IndexError};

/// An index on a Qdrant server, or a cluster of them, for as many replicas as there are.
pub struct ServedHome {
    server: Arc<Server>,
}

impl ServedHome {
    /// Prepares the connection. The server need not be there yet; an address that is none is an error.
    pub fn new(options: ServedOptions) -> Result<Self, IndexError> {
        Ok(Self { server: Arc::new(prepare(options)?) })
    }
}

/// A connection to be made, or the reason why its address cannot be one.
pub(super) fn prepare(options: ServedOptions) -> Result<Server, IndexError> {
    let doing = format!("connecting to the Qdrant server at `{}`", options.url);
    Server::new(options).map_err(|error| IndexError::Failed { doing, source: error.into() })
}

/// The collection that the alias points at.
pub(super) fn serving(server: &Server, aliases: ListAliasesResponse) -> Option<String> {
    let ours = aliases.aliases.into_iter().find(|alias| alias.alias_name == server.options().alias);
    ours.map(|alias| alias.collection_name)
}

#[async_trait]
impl Home for ServedHome {
    async fn current(&self) -> Result<Option<String>, HomeError> {
        // Asked every other second: a server that hangs must not hold up the next look for long.
        let aliases = self.server.ask(async |client| client.list_aliases().await).await;
        Ok(serving(&self.server, aliases.map_err(ServerError::opening)?))
    }

    async fn open(&self, generation: &str, wanted: &Wanted) -> Result<Edition, HomeError> {
        let server = &self.server;
        let url = &server.options().url;
        let broken = |reason: &dyn Display| {
            HomeError::Broken(format!(
                "collection `{generation}` at {url}: {reason}; ingest again to rebuild it"
            ))
        };
        let of_record = |error| HomeError::of_record(error, &broken);
        let head = collection::read_head(server, generation).await.map_err(ServerError::opening)?;
        let (record, pages) = head.ok_or_else(|| broken(&"it has no manifest"))?;
        let record = ManifestRecord::read(&record).map_err(of_record)?;
        let manifest = record.manifest().map_err(of_record)?;
        wanted.check(&manifest)?;
        let guide =
            record.guide(&collection::read_guide(server, generation, pages).await?).map_err(of_record)?;
        let roster = Roster::new(collection::read_chunks(server, generation).await?);
        if let Some(reason) = roster.disagreement(&guide, manifest.chunks) {
            return Err(broken(&reason));
        }
        let engine = ServedEngine { server: Arc::clone(server), collection: generation.to_owned() };
        let search = Arc::new(Searcher { engine, roster, options: server.options().search });
        Ok(Edition { manifest, guide: Arc::new(guide), search })
    }
}
