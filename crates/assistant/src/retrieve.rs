//! [`Understood`] -> [`Retrieved`]: encode the question, search the index.

use std::time::Duration;
use viva_core::ports::{ChunkSearch, Clock, EmbedError, Embedder, SearchError};
use viva_core::search::{Filter, Hit, LegChoice, SearchQuery};

/// What the search brought.
#[derive(Debug, Clone)]
pub(crate) struct Retrieved {
    /// Best first.
    pub(crate) hits: Vec<Hit>,
    /// Time of encoding.
    pub(crate) embed: Duration,
    /// Time of searching.
    pub(crate) search: Duration,
}

/// Why the search brought nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RetrieveError {
    #[error(transparent)]
    Embed(#[from] EmbedError),
    #[error(transparent)]
    Search(#[from] SearchError),
}

/// Where to look, and how deep.
#[derive(Debug, Clone)]
pub(crate) struct Scope {
    pub(crate) filter: Filter,
    pub(crate) legs: LegChoice,
    /// Chunks wanted after fusion.
    pub(crate) limit: usize,
}

pub(crate) async fn retrieve(
    embedder: &dyn Embedder,
    index: &dyn ChunkSearch,
    clock: &dyn Clock,
    text: &str,
    scope: &Scope,
) -> Result<Retrieved, RetrieveError> {
    let started = clock.monotonic();
    let vectors = embedder.embed_query(text).await?;
    let encoded = clock.monotonic();
    let query = SearchQuery {
        forms: vec![vectors],
        legs: scope.legs,
        filter: scope.filter.clone(),
        limit: scope.limit,
    };
    let hits = index.search(&query).await?;
    let searched = clock.monotonic();
    Ok(Retrieved { hits, embed: encoded.saturating_sub(started), search: searched.saturating_sub(encoded) })
}
