//! Searching the embedded shard.

use super::shard::{Shard, chunk_id, failed, path};
use crate::payload::field;
use crate::plan::{Answer, BM25, DENSE, Engine, Leg, Plan, Scored};
use async_trait::async_trait;
use qdrant_edge::{
    AnyVariants, Condition, FieldCondition, Filter as EdgeFilter, Fusion, Match, MatchAny, NamedQuery,
    OperationResult, Prefetch, QueryEnum, QueryRequest, ScoredPoint, ScoringQuery, SearchParams,
    SparseVector, ValueVariants, VectorInternal,
};
use std::sync::Arc;
use tokio::sync::Semaphore;
use viva_core::guide::Level;
use viva_core::ports::SearchError;
use viva_core::search::Filter;

/// A shard and the room to search it in.
pub(crate) struct EmbeddedEngine {
    pub(crate) shard: Arc<Shard>,
    /// One permit a running search: the engine's calls block, and more of them than cores only slow each other down.
    pub(crate) permits: Arc<Semaphore>,
}

#[async_trait]
impl Engine for EmbeddedEngine {
    async fn run(&self, plan: &Plan) -> Result<Answer, SearchError> {
        let plan = plan.clone();
        self.on_blocking_thread(move |shard| run(shard, &plan).map_err(failed)?.collect()).await
    }

    async fn ping(&self) -> Result<(), SearchError> {
        self.on_blocking_thread(|shard| shard.count().map(drop).map_err(failed)).await
    }
}

impl EmbeddedEngine {
    /// Runs `work` off the runtime's threads. A caller that goes away leaves the permit with the work, so that
    /// abandoned searches cannot pile up.
    async fn on_blocking_thread<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Shard) -> Result<T, SearchError> + Send + 'static,
    ) -> Result<T, SearchError> {
        let closing = |_| SearchError::Unavailable("the index is being closed".to_owned());
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(closing)?;
        let shard = Arc::clone(&self.shard);
        let work = tokio::task::spawn_blocking(move || {
            let result = work(&shard);
            drop((shard, permit));
            result
        });
        work.await.map_err(|error| SearchError::Failed(error.into()))?
    }
}

/// The engine's lists, not yet checked.
pub(super) struct Lists {
    fused: Vec<ScoredPoint>,
    legs: Vec<Vec<ScoredPoint>>,
}

impl Lists {
    pub(super) fn collect(self) -> Result<Answer, SearchError> {
        let legs = self.legs.iter().map(|leg| scored(leg)).collect::<Result<_, _>>()?;
        Ok(Answer { fused: scored(&self.fused)?, legs })
    }
}

fn scored(points: &[ScoredPoint]) -> Result<Vec<Scored>, SearchError> {
    points.iter().map(|point| Ok(Scored { id: chunk_id(&point.id)?, score: point.score })).collect()
}

/// Puts `plan` to `shard`. The fused list and the lists of the legs are separate questions to the engine, each of
/// which compares with every vector: they are put at the same time, so that a search lasts as long as the longer.
pub(super) fn run(shard: &Shard, plan: &Plan) -> OperationResult<Lists> {
    let filter = filter(&plan.filter)?;
    let params = Some(SearchParams { exact: plan.exact, ..SearchParams::default() });
    let queries: Vec<ScoringQuery> = plan.legs.iter().map(query).collect::<OperationResult<_>>()?;
    let legs = || -> OperationResult<Vec<Vec<ScoredPoint>>> {
        let ask = |query: &ScoringQuery| {
            shard.query(request(Some(query.clone()), filter.clone(), plan.depth, params))
        };
        queries.iter().map(ask).collect()
    };
    let Some(k) = plan.fusion else {
        return Ok(Lists { fused: Vec::new(), legs: legs()? });
    };
    let fused = || {
        let prefetch = |query: &ScoringQuery| Prefetch {
            prefetches: Vec::new(),
            query: Some(query.clone()),
            limit: plan.depth,
            params,
            filter: filter.clone(),
            score_threshold: None,
        };
        let prefetches = queries.iter().map(prefetch).collect();
        let rrf = ScoringQuery::Fusion(Fusion::Rrf { k: k as usize, weights: None });
        shard.query(QueryRequest { prefetches, ..request(Some(rrf), None, plan.fused_limit(), None) })
    };
    std::thread::scope(|scope| {
        let beside = scope.spawn(fused);
        let legs = legs();
        let fused = beside
            .join()
            .map_err(|_| qdrant_edge::OperationError::service_error("the engine panicked while it fused"))?;
        Ok(Lists { fused: fused?, legs: legs? })
    })
}

fn request(
    query: Option<ScoringQuery>,
    filter: Option<EdgeFilter>,
    limit: usize,
    params: Option<SearchParams>,
) -> QueryRequest {
    QueryRequest {
        prefetches: Vec::new(),
        query,
        filter,
        score_threshold: None,
        limit,
        offset: 0,
        params,
        with_vector: false.into(),
        with_payload: false.into(),
    }
}

fn query(leg: &Leg) -> OperationResult<ScoringQuery> {
    let nearest = match leg {
        Leg::Dense(vector) => NamedQuery::new(VectorInternal::Dense(vector.clone()), DENSE),
        Leg::Bm25(vector) => {
            let vector = SparseVector::new(vector.indices.clone(), vector.values.clone())
                .map_err(|error| qdrant_edge::OperationError::validation_error(error.to_string()))?;
            NamedQuery::new(VectorInternal::Sparse(vector), BM25)
        }
    };
    Ok(ScoringQuery::Vector(QueryEnum::Nearest(nearest)))
}

fn filter(filter: &Filter) -> OperationResult<Option<EdgeFilter>> {
    let Filter { module, level, role, questions } = filter;
    let mut must = Vec::new();
    let mut equals = |field: &str, value: Option<&str>| -> OperationResult<()> {
        if let Some(value) = value {
            let value = Match::new_value(ValueVariants::String(value.to_owned()));
            must.push(Condition::Field(FieldCondition::new_match(path(field)?, value)));
        }
        Ok(())
    };
    equals(field::MODULE, module.as_ref().map(AsRef::as_ref))?;
    equals(field::LEVEL, level.map(Level::as_str))?;
    equals(field::ROLES, role.as_ref().map(AsRef::as_ref))?;
    if !questions.is_empty() {
        let any = AnyVariants::Strings(questions.iter().map(ToString::to_string).collect());
        let any = Match::Any(MatchAny { any });
        must.push(Condition::Field(FieldCondition::new_match(path(field::QUESTION)?, any)));
    }
    let filter = EdgeFilter { must: Some(must), should: None, min_should: None, must_not: None };
    Ok(filter.must.as_ref().is_some_and(|must| !must.is_empty()).then_some(filter))
}
