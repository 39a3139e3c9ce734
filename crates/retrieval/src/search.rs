//! The search port, once for both homes.

use crate::options::SearchOptions;
use crate::plan::{Engine, Plan};
use crate::roster::Roster;
use crate::settle;
use async_trait::async_trait;
use viva_core::ports::{ChunkSearch, SearchError};
use viva_core::search::{Hit, SearchQuery};

/// Searches one open edition.
pub(crate) struct Searcher<E> {
    pub(crate) engine: E,
    pub(crate) roster: Roster,
    pub(crate) options: SearchOptions,
}

#[async_trait]
impl<E: Engine> ChunkSearch for Searcher<E> {
    async fn search(&self, query: &SearchQuery) -> Result<Vec<Hit>, SearchError> {
        let Some(mut plan) = Plan::new(query, self.options, self.roster.len()) else {
            return Ok(Vec::new());
        };
        let mut answer = self.engine.run(&plan).await?;
        if settle::needs_more(&plan, &answer) {
            plan.depth = self.roster.len().saturating_add(1); // one more than there are: never full
            answer = self.engine.run(&plan).await?;
        }
        settle::settle(&plan, answer, &self.roster, query.limit)
    }

    async fn ping(&self) -> Result<(), SearchError> {
        self.engine.ping().await
    }
}
