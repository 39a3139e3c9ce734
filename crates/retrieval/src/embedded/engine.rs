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

/// Puts `plan` to `shard`.
///
/// The engine's fused list says which points the legs found, and not where each leg had them. Only the dense legs compare
/// with every row, which is nearly all that a search costs; so they are not asked a second time in full but for the
/// points of the fused list alone. These are all that any leg found: the best of them are the leg's best, with the same
/// scores. The BM25 legs, which read a few postings, are asked in full, because the engine adds their sums up in another
/// order where it is given the points.
pub(super) fn run(shard: &Shard, plan: &Plan) -> OperationResult<Lists> {
    let filter = filter(&plan.filter)?;
    let params = Some(SearchParams { exact: plan.exact, ..SearchParams::default() });
    let queries: Vec<ScoringQuery> = plan.legs.iter().map(query).collect::<OperationResult<_>>()?;
    let ask = |query: &ScoringQuery, filter: Option<EdgeFilter>| {
        shard.query(request(Some(query.clone()), filter, plan.depth, params))
    };
    let Some(k) = plan.fusion else {
        let legs = queries.iter().map(|query| ask(query, filter.clone())).collect::<OperationResult<_>>()?;
        return Ok(Lists { fused: Vec::new(), legs });
    };
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
    let fused =
        shard.query(QueryRequest { prefetches, ..request(Some(rrf), None, plan.fused_limit(), None) })?;
    let found = EdgeFilter::new_must(Condition::HasId(fused.iter().map(|point| point.id).collect()));
    let leg = |(leg, query): (&Leg, &ScoringQuery)| match leg {
        Leg::Dense(_) => ask(query, Some(found.clone())),
        Leg::Bm25(_) => ask(query, filter.clone()),
    };
    let legs = plan.legs.iter().zip(&queries).map(leg).collect::<OperationResult<_>>()?;
    Ok(Lists { fused, legs })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::SearchOptions;
    use viva_core::chunk::{Chunk, ChunkId, EmbeddedChunk, Origin};
    use viva_core::id::{Digest, ModuleId, QuestionId};
    use viva_core::search::{LegChoice, SearchQuery};
    use viva_core::vector::QueryVectors;

    const POINTS: u32 = 400;

    /// Some number below 1, another one for each `seed`.
    fn noise(seed: u32) -> f32 {
        (f32::from((seed.wrapping_mul(2_654_435_761) >> 16) as u16) + 1.0) / 65_537.0
    }

    fn chunk(number: u32) -> EmbeddedChunk {
        let row = |row: u32| (0..8).map(|at| noise(number * 97 + row * 31 + at) - 0.5).collect();
        EmbeddedChunk {
            id: ChunkId(u128::from(number) + 1),
            content: Digest([0; 32]),
            chunk: Chunk {
                question: QuestionId::new(format!("q-{number}")).unwrap(),
                module: ModuleId::new(format!("module-{}", number % 3)).unwrap(),
                origin: Origin::Card,
                text: String::new(),
                passages: Vec::new(),
                level: None,
                roles: Vec::new(),
                focus: Vec::new(),
            },
            dense: (0..=number % 3).map(row).collect(),
            sparse: viva_core::vector::SparseVector {
                indices: vec![number % 5, 5 + number % 7],
                values: vec![noise(number), noise(number + 1)],
            },
        }
    }

    fn form(seed: u32) -> QueryVectors {
        QueryVectors {
            dense: (0..8).map(|at| noise(seed + at) - 0.5).collect(),
            sparse: viva_core::vector::SparseVector {
                indices: vec![seed % 5, 6],
                values: vec![1.0, noise(seed)],
            },
        }
    }

    #[test]
    fn legs_beside_a_fused_list_are_the_legs_alone() {
        let folder = tempfile::tempdir().unwrap();
        let shard = Shard::create(folder.path(), 8).unwrap();
        shard.add((0..POINTS).map(chunk).collect()).unwrap();
        let one_module = Filter { module: Some(ModuleId::new("module-1").unwrap()), ..Filter::default() };
        for (seed, filter) in (0..40).zip([Filter::default(), one_module].into_iter().cycle()) {
            let query = SearchQuery {
                forms: vec![form(seed * 11), form(seed * 13 + 5)],
                legs: LegChoice::Hybrid,
                filter,
                limit: 20,
            };
            let depth = SearchOptions { leg_depth: 20, ..SearchOptions::default() };
            let plan = Plan::new(&query, depth, POINTS as usize).unwrap();
            let hybrid = run(&shard, &plan).unwrap().collect().unwrap();
            let alone = run(&shard, &Plan { fusion: None, ..plan.clone() }).unwrap().collect().unwrap();
            assert_eq!(alone.legs.iter().map(Vec::len).collect::<Vec<_>>(), [plan.depth; 4]);
            assert_eq!(hybrid.legs, alone.legs, "to the last bit of a score");
            assert!(alone.legs.iter().flatten().all(|point| hybrid.fused.iter().any(|f| f.id == point.id)));
        }
        shard.close().unwrap();
    }
}
