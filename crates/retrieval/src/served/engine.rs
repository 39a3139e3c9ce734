//! Searching a served collection: one batch of the fused query and each leg's own.

use super::server::{Server, ServerError};
use crate::payload::field;
use crate::plan::{Answer, BM25, DENSE, Engine, Leg, Plan, Scored};
use async_trait::async_trait;
use qdrant_client::qdrant::point_id::PointIdOptions;
use qdrant_client::qdrant::{
    Condition, Filter as ServedFilter, PointId, PrefetchQuery, PrefetchQueryBuilder, Query,
    QueryBatchPointsBuilder, QueryPoints, QueryPointsBuilder, RrfBuilder, ScoredPoint, SearchParamsBuilder,
    VectorInput, query,
};
use std::sync::Arc;
use uuid::Uuid;
use viva_core::chunk::ChunkId;
use viva_core::guide::Level;
use viva_core::ports::SearchError;
use viva_core::search::Filter;

/// One collection of a server.
pub(crate) struct ServedEngine {
    pub(crate) server: Arc<Server>,
    pub(crate) collection: String,
}

#[async_trait]
impl Engine for ServedEngine {
    async fn run(&self, plan: &Plan) -> Result<Answer, SearchError> {
        let filter = filter(&plan.filter);
        let mut queries: Vec<QueryPoints> =
            plan.legs.iter().map(|leg| self.leg(leg, plan, filter.clone())).collect();
        if let Some(k) = plan.fusion {
            let prefetches: Vec<PrefetchQuery> =
                plan.legs.iter().map(|leg| prefetch(leg, plan, filter.clone())).collect();
            let rrf = Query { variant: Some(query::Variant::Rrf(RrfBuilder::with_k(k).build())) };
            let fused = QueryPointsBuilder::new(&self.collection).prefetch(prefetches).query(rrf);
            queries.push(fused.limit(plan.fused_limit() as u64).with_payload(false).build());
        }
        let seconds = self.server.options().deadline.as_secs_f64().ceil() as u64;
        let batch = QueryBatchPointsBuilder::new(&self.collection, queries).timeout(seconds.max(1));
        let answer = self.server.ask(async |client| client.query_batch(batch).await).await;
        let mut lists = answer.map_err(ServerError::searching)?.result.into_iter();
        let legs = lists.by_ref().take(plan.legs.len()).map(|list| scored(list.result));
        let legs = legs.collect::<Result<Vec<_>, _>>()?;
        let fused = lists.next().map(|list| scored(list.result)).transpose()?.unwrap_or_default();
        if legs.len() != plan.legs.len() {
            return Err(SearchError::Failed("the server answered only a part of the queries".into()));
        }
        Ok(Answer { fused, legs })
    }

    async fn ping(&self) -> Result<(), SearchError> {
        let exists = self.server.ask(async |client| client.collection_exists(&self.collection).await).await;
        if exists.map_err(ServerError::searching)? {
            return Ok(());
        }
        Err(SearchError::Unavailable(format!("collection `{}` is gone", self.collection)))
    }
}

impl ServedEngine {
    fn leg(&self, leg: &Leg, plan: &Plan, filter: Option<ServedFilter>) -> QueryPoints {
        let (vector, name) = vector(leg);
        let mut query = QueryPointsBuilder::new(&self.collection)
            .query(vector)
            .using(name)
            .params(SearchParamsBuilder::default().exact(plan.exact))
            .limit(plan.depth as u64)
            .with_payload(false);
        if let Some(filter) = filter {
            query = query.filter(filter);
        }
        query.build()
    }
}

fn prefetch(leg: &Leg, plan: &Plan, filter: Option<ServedFilter>) -> PrefetchQuery {
    let (vector, name) = vector(leg);
    let mut query = PrefetchQueryBuilder::default()
        .query(vector)
        .using(name)
        .params(SearchParamsBuilder::default().exact(plan.exact))
        .limit(plan.depth as u64);
    if let Some(filter) = filter {
        query = query.filter(filter);
    }
    query.build()
}

fn vector(leg: &Leg) -> (VectorInput, &'static str) {
    match leg {
        Leg::Dense(vector) => (VectorInput::new_dense(vector.clone()), DENSE),
        Leg::Bm25(vector) => (VectorInput::new_sparse(vector.indices.clone(), vector.values.clone()), BM25),
    }
}

fn filter(filter: &Filter) -> Option<ServedFilter> {
    let Filter { module, level, role, questions } = filter;
    let equals =
        |field: &str, value: Option<&str>| value.map(|value| Condition::matches(field, value.to_owned()));
    let mut must: Vec<Condition> = [
        equals(field::MODULE, module.as_ref().map(AsRef::as_ref)),
        equals(field::LEVEL, level.map(Level::as_str)),
        equals(field::ROLES, role.as_ref().map(AsRef::as_ref)),
    ]
    .into_iter()
    .flatten()
    .collect();
    if !questions.is_empty() {
        let any: Vec<String> = questions.iter().map(ToString::to_string).collect();
        must.push(Condition::matches(field::QUESTION, any));
    }
    (!must.is_empty()).then(|| ServedFilter::must(must))
}

fn scored(points: Vec<ScoredPoint>) -> Result<Vec<Scored>, SearchError> {
    points.into_iter().map(|point| Ok(Scored { id: chunk_id(point.id)?, score: point.score })).collect()
}

/// The chunk a point stands for.
pub(crate) fn chunk_id(point: Option<PointId>) -> Result<ChunkId, SearchError> {
    let id = point.and_then(|point| point.point_id_options);
    match &id {
        Some(PointIdOptions::Uuid(text)) => Uuid::parse_str(text).ok().map(|id| ChunkId(id.as_u128())),
        _ => None,
    }
    .ok_or_else(|| SearchError::Failed(format!("point {id:?} is not a chunk").into()))
}
