//! From an engine's answer to hits: ties settled, legs joined.
//!
//! The engine fuses, but leaves open the order of points with equal scores, within a leg and in the fused list: it
//! is the order of a heap and of a hash map, and differs between the homes and from one process to the next. A tie
//! within a leg even changes fused scores, because these are made of ranks. So the ranks of tied points are settled
//! here by reading order, and the fused score is worked out anew from settled ranks by the engine's own formula:
//! where nothing was tied it is the engine's score to the last bit (a test holds it to that).
//!
//! Scores that differ by no more than rounding count as tied: the engine adds up a BM25 sum in an order that depends
//! on how its points are spread over segments, and so gives the same sum with another last digit in another home.
//!
//! The last tie of a leg that is full is left out: other points with the same score may have been cut off, and
//! which ones is again the heap's choice.

use crate::plan::{Answer, Leg, Plan, Scored};
use crate::roster::Roster;
use std::collections::HashMap;
use viva_core::chunk::ChunkId;
use viva_core::ports::SearchError;
use viva_core::search::{Hit, LegRank, Legs};

/// How far two scores may be apart and still be the same sum, relative to the larger of the score and 1: some ten
/// times what single precision rounds off.
const ROUNDING: f32 = 1e-6;

/// Whether some leg of `answer` is full and all one tie, so that nothing of it can be ranked: then it has to be asked
/// again, deeper.
pub(crate) fn needs_more(plan: &Plan, answer: &Answer) -> bool {
    answer.legs.iter().any(|leg| {
        leg.len() >= plan.depth && leg.windows(2).all(|pair| is_tied(pair[0].score, pair[1].score))
    })
}

/// The best `limit` hits of `answer`.
pub(crate) fn settle(
    plan: &Plan,
    answer: Answer,
    roster: &Roster,
    limit: usize,
) -> Result<Vec<Hit>, SearchError> {
    let Answer { fused, legs } = answer;
    let legs: Vec<Vec<Placed>> =
        legs.into_iter().map(|leg| rank(leg, plan.depth, roster)).collect::<Result<_, _>>()?;
    let start = if plan.fusion.is_some() { 0.0 } else { f32::NEG_INFINITY };
    let mut places: HashMap<ChunkId, Place> = HashMap::new();
    for (leg, placed) in plan.legs.iter().zip(&legs) {
        for place in placed {
            let nothing_yet = Place { order: place.order, score: start, legs: Legs::default() };
            places.entry(place.id).or_insert(nothing_yet).add(leg, place, plan.fusion);
        }
    }
    let mut ranked: Vec<(ChunkId, Place)> = if plan.fusion.is_some() {
        fused.into_iter().filter_map(|point| places.remove_entry(&point.id)).collect()
    } else {
        places.into_iter().collect()
    };
    if plan.fusion.is_some() {
        // Made of ranks: equal in both homes where they are equal.
        ranked.sort_by(|(_, a), (_, b)| b.score.total_cmp(&a.score).then(a.order.cmp(&b.order)));
    } else {
        sort(&mut ranked, |(_, place)| place.score, |(_, place)| place.order);
    }
    ranked.truncate(limit);
    ranked
        .into_iter()
        .map(|(id, Place { score, legs, .. })| {
            let chunk = roster.chunk(id).ok_or_else(|| unknown(id))?.clone();
            Ok(Hit { id, chunk, score, legs })
        })
        .collect()
}

/// A point at its settled place in one leg.
struct Placed {
    id: ChunkId,
    order: u32,
    rank: u32,
    score: f32,
}

/// What all legs say about one point.
struct Place {
    order: u32,
    score: f32,
    legs: Legs,
}

impl Place {
    fn add(&mut self, leg: &Leg, placed: &Placed, fusion: Option<u32>) {
        match fusion {
            Some(k) => self.score += reciprocal(placed.rank, k),
            None => self.score = self.score.max(placed.score),
        }
        let best = match leg {
            Leg::Dense(_) => &mut self.legs.dense,
            Leg::Bm25(_) => &mut self.legs.bm25,
        };
        let found = LegRank { rank: placed.rank, score: placed.score };
        let is_better = best.is_none_or(|best| {
            found.rank < best.rank || (found.rank == best.rank && found.score > best.score)
        });
        if is_better {
            *best = Some(found);
        }
    }
}

/// The engine's formula, in its own order of operations.
fn reciprocal(rank: u32, k: u32) -> f32 {
    1.0 / (rank as f32 + k as f32 - 1.0)
}

fn rank(leg: Vec<Scored>, depth: usize, roster: &Roster) -> Result<Vec<Placed>, SearchError> {
    let is_full = leg.len() >= depth;
    let mut placed = leg
        .into_iter()
        .map(|Scored { id, score }| {
            let order = roster.order(id).ok_or_else(|| unknown(id))?;
            Ok(Placed { id, order, rank: 0, score })
        })
        .collect::<Result<Vec<_>, SearchError>>()?;
    let last_tie = sort(&mut placed, |place| place.score, |place| place.order);
    if is_full {
        placed.truncate(last_tie);
    }
    for (place, rank) in placed.iter_mut().zip(1..) {
        place.rank = rank;
    }
    Ok(placed)
}

fn is_tied(higher: f32, lower: f32) -> bool {
    higher - lower <= ROUNDING * higher.abs().max(1.0)
}

/// Sorts by score, best first, and what is tied by reading order; says where the last tie begins.
fn sort<T>(items: &mut [T], score: impl Fn(&T) -> f32, order: impl Fn(&T) -> u32) -> usize {
    items.sort_by(|a, b| score(b).total_cmp(&score(a)));
    let mut last = 0;
    let mut next = 0;
    for tie in items.chunk_by_mut(|a, b| is_tied(score(a), score(b))) {
        (last, next) = (next, next + tie.len());
        tie.sort_by_key(&order);
    }
    last
}

fn unknown(id: ChunkId) -> SearchError {
    SearchError::Unavailable(format!("point {:032x} was not there when the index was opened", id.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::embedded::test_shard;
    use crate::options::SearchOptions;
    use viva_core::chunk::{Chunk, EmbeddedChunk, Origin};
    use viva_core::id::{Digest, ModuleId, QuestionId};
    use viva_core::search::{Filter, LegChoice, SearchQuery};
    use viva_core::vector::{QueryVectors, SparseVector};

    fn chunk(number: u16) -> EmbeddedChunk {
        let angle = f32::from(number) * 0.37;
        let dense = vec![vec![angle.cos(), angle.sin()]];
        let weight = 1.0 + (f32::from(number) * 7.3) % 5.0;
        EmbeddedChunk {
            id: ChunkId(u128::from(number) + 1),
            content: Digest([0; 32]),
            chunk: Chunk {
                question: QuestionId::new(format!("q-{number}")).unwrap(),
                module: ModuleId::new("module").unwrap(),
                origin: Origin::Card,
                text: String::new(),
                passages: Vec::new(),
                level: None,
                roles: Vec::new(),
                focus: Vec::new(),
            },
            dense,
            sparse: SparseVector { indices: vec![u32::from(number % 3)], values: vec![weight] },
        }
    }

    #[test]
    fn without_ties_the_score_is_the_engines_to_the_last_bit() {
        let folder = tempfile::tempdir().unwrap();
        let chunks: Vec<_> = (0..60).map(chunk).collect();
        let roster = Roster::new(chunks.iter().map(|chunk| (chunk.id, chunk.chunk.clone())).collect());
        let form = |angle: f32| QueryVectors {
            dense: vec![angle.cos(), angle.sin()],
            sparse: SparseVector { indices: vec![0, 1], values: vec![1.0, 0.7] },
        };
        let query = SearchQuery {
            forms: vec![form(0.1), form(1.9), form(3.3)],
            legs: LegChoice::Hybrid,
            filter: Filter::default(),
            limit: 60,
        };
        let plan = Plan::new(&query, SearchOptions::default(), roster.len()).unwrap();
        let answer = test_shard(folder.path(), chunks, &plan);
        let fused: HashMap<ChunkId, f32> = answer.fused.iter().map(|point| (point.id, point.score)).collect();
        let hits = settle(&plan, answer, &roster, query.limit).unwrap();
        assert_eq!(hits.len(), 60);
        for hit in hits {
            assert_eq!(hit.score.to_bits(), fused[&hit.id].to_bits(), "{hit:?}");
        }
    }
}
