//! Hybrid search worked out by hand, point by point: what both homes must agree with.

use crate::support::Corpus;
use std::collections::HashMap;
use viva_core::chunk::{ChunkId, EmbeddedChunk};
use viva_core::search::{Filter, Hit, LegChoice, LegRank, Legs, SearchQuery};
use viva_core::vector::{QueryVectors, SparseVector};
use viva_retrieval::SearchOptions;

/// A hit without its chunk.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Expected {
    pub(crate) id: ChunkId,
    pub(crate) score: f32,
    pub(crate) legs: Legs,
}

pub(crate) fn search(corpus: &Corpus, query: &SearchQuery) -> Vec<Expected> {
    let options = SearchOptions::default();
    let depth = options.leg_depth.max(query.limit);
    let mut found: HashMap<ChunkId, Expected> = HashMap::new();
    let keys: HashMap<ChunkId, _> =
        corpus.chunks.iter().map(|c| (c.id, (&c.chunk.question, &c.chunk.origin))).collect();
    for form in &query.forms {
        for is_dense in [true, false] {
            if query.legs == if is_dense { LegChoice::Bm25 } else { LegChoice::Dense } {
                continue;
            }
            for (place, (chunk, score)) in
                leg(corpus, form, is_dense, &query.filter, depth).into_iter().enumerate()
            {
                let new = Expected { id: chunk.id, score: 0.0, legs: Legs::default() };
                let entry = found.entry(chunk.id).or_insert(new);
                entry.score = match query.legs {
                    LegChoice::Hybrid => entry.score + 1.0 / (options.rrf_k as f32 + place as f32 + 1.0),
                    LegChoice::Dense | LegChoice::Bm25 => entry.score.max(score),
                };
                let rank = LegRank { rank: place as u32 + 1, score };
                let best = if is_dense { &mut entry.legs.dense } else { &mut entry.legs.bm25 };
                if best.is_none_or(|best| (rank.rank, -rank.score) < (best.rank, -best.score)) {
                    *best = Some(rank);
                }
            }
        }
    }
    let mut hits: Vec<Expected> = found.into_values().collect();
    hits.sort_by(|a, b| b.score.total_cmp(&a.score));
    // Fused scores are made of ranks and tie exactly; those of a single leg tie as they do in the leg.
    let rounding = if query.legs == LegChoice::Hybrid { 0.0 } else { 1e-6 };
    for tie in hits.chunk_by_mut(|a, b| a.score - b.score <= rounding * a.score.abs().max(1.0)) {
        tie.sort_by_key(|hit| keys[&hit.id]);
    }
    hits.truncate(query.limit);
    hits
}

/// A leg of the search, ranked.
fn leg<'a>(
    corpus: &'a Corpus,
    form: &QueryVectors,
    is_dense: bool,
    filter: &Filter,
    depth: usize,
) -> Vec<(&'a EmbeddedChunk, f32)> {
    let matching = corpus.chunks.iter().filter(|chunk| matches(chunk, filter));
    let mut leg: Vec<(&EmbeddedChunk, f64)> = if is_dense {
        matching.map(|chunk| (chunk, max_sim(&form.dense, &chunk.dense))).collect()
    } else {
        let idf = inverse_document_frequencies(corpus, &form.sparse);
        matching.filter_map(|chunk| Some((chunk, bm25(&form.sparse, &idf, &chunk.sparse)?))).collect()
    };
    leg.sort_by(|(_, score), (_, other)| other.total_cmp(score));
    let is_tied =
        |a: &(&EmbeddedChunk, f64), b: &(&EmbeddedChunk, f64)| a.1 - b.1 <= 1e-6 * a.1.abs().max(1.0);
    let mut ranked = Vec::new();
    for tie in leg.chunk_by_mut(is_tied) {
        // A tie that may continue below the depth is left out, unless it is all there is.
        if ranked.len() + tie.len() > depth && !ranked.is_empty() {
            break;
        }
        tie.sort_by_key(|(chunk, _)| (&chunk.chunk.question, &chunk.chunk.origin));
        ranked.extend(tie.iter().map(|(chunk, score)| (*chunk, *score as f32)));
    }
    ranked
}

fn matches(chunk: &EmbeddedChunk, filter: &Filter) -> bool {
    let Filter { module, level, role, questions } = filter;
    let chunk = &chunk.chunk;
    module.as_ref().is_none_or(|module| chunk.module == *module)
        && level.is_none_or(|level| chunk.level == Some(level))
        && role.as_ref().is_none_or(|role| chunk.roles.contains(role))
        && (questions.is_empty() || questions.contains(&chunk.question))
}

fn max_sim(query: &[f32], rows: &[Vec<f32>]) -> f64 {
    let dot = |row: &Vec<f32>| query.iter().zip(row).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
    rows.iter().map(dot).fold(f64::NEG_INFINITY, f64::max)
}

/// `ln(1 + (N - n + 0.5) / (n + 0.5))` over all points that have terms, filtered or not.
fn inverse_document_frequencies(corpus: &Corpus, query: &SparseVector) -> HashMap<u32, f64> {
    let with_terms = corpus.chunks.iter().filter(|chunk| !chunk.sparse.indices.is_empty());
    let all = with_terms.clone().count() as f64;
    let idf = |index: &u32| {
        let n = with_terms.clone().filter(|chunk| chunk.sparse.indices.contains(index)).count() as f64;
        (*index, ((all - n + 0.5) / (n + 0.5) + 1.0).ln())
    };
    query.indices.iter().map(idf).collect()
}

fn bm25(query: &SparseVector, idf: &HashMap<u32, f64>, document: &SparseVector) -> Option<f64> {
    let mut score = None;
    for (index, weight) in query.indices.iter().zip(&query.values) {
        if let Some(at) = document.indices.iter().position(|other| other == index) {
            score =
                Some(score.unwrap_or(0.0) + f64::from(*weight) * idf[index] * f64::from(document.values[at]));
        }
    }
    score
}

/// Compares hits with what they should be: the same ids in the same order, the same ranks, and nearly the same scores.
pub(crate) fn assert_agrees(hits: &[Hit], expected: &[Expected], what: &str) {
    let ids =
        |ids: &[ChunkId]| ids.iter().map(|id| format!("{:x}", id.0 >> 96)).collect::<Vec<_>>().join(" ");
    let found: Vec<ChunkId> = hits.iter().map(|hit| hit.id).collect();
    let wanted: Vec<ChunkId> = expected.iter().map(|hit| hit.id).collect();
    assert_eq!(ids(&found), ids(&wanted), "{what}");
    for (hit, expected) in hits.iter().zip(expected) {
        assert!((hit.score - expected.score).abs() < 1e-5, "{what}: {} and {}", hit.score, expected.score);
        for (leg, other) in [(hit.legs.dense, expected.legs.dense), (hit.legs.bm25, expected.legs.bm25)] {
            assert_eq!(leg.map(|leg| leg.rank), other.map(|leg| leg.rank), "{what}: {hit:?}");
            let difference = leg.zip(other).map_or(0.0, |(leg, other)| (leg.score - other.score).abs());
            assert!(difference < 1e-4, "{what}: {leg:?} and {other:?}");
        }
    }
}
