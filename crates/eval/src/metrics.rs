//! Measures of a ranking against its labels.

use serde::Serialize;
use std::collections::HashMap;
use viva_core::id::QuestionId;

/// How deep nDCG looks.
pub const NDCG_DEPTH: usize = 10;

/// Means over the queries of a group.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Metrics {
    /// How many queries.
    pub queries: usize,
    /// Share of queries with an expected question first.
    pub recall_at_1: f64,
    /// … among the first three.
    pub recall_at_3: f64,
    /// … among the first five.
    pub recall_at_5: f64,
    /// Mean reciprocal rank of the first expected question; 0 where none was found.
    pub mrr: f64,
    /// Normalised discounted cumulative gain at [`NDCG_DEPTH`], grades 2 (expected) and 1 (acceptable); gain
    /// 2^grade − 1, discount log2(rank + 1) (Burges et al. 2005).
    pub ndcg_at_10: f64,
}

/// The measures of one query: a ranking of distinct questions, best first, and its labels.
pub fn of_ranking(ranking: &[QuestionId], expect: &[QuestionId], also: &[QuestionId]) -> Metrics {
    let first = ranking.iter().position(|id| expect.contains(id));
    let within = |k: usize| f64::from(first.is_some_and(|at| at < k));
    Metrics {
        queries: 1,
        recall_at_1: within(1),
        recall_at_3: within(3),
        recall_at_5: within(5),
        mrr: first.map_or(0.0, |at| 1.0 / (at + 1) as f64),
        ndcg_at_10: ndcg(ranking, expect, also),
    }
}

fn ndcg(ranking: &[QuestionId], expect: &[QuestionId], also: &[QuestionId]) -> f64 {
    let grades: HashMap<&QuestionId, i32> =
        also.iter().map(|id| (id, 1)).chain(expect.iter().map(|id| (id, 2))).collect();
    let gain = |grade: i32| 2_f64.powi(grade) - 1.0;
    let discount = |at: usize| ((at + 2) as f64).log2();
    let found: f64 = ranking
        .iter()
        .take(NDCG_DEPTH)
        .enumerate()
        .filter_map(|(at, id)| Some(gain(*grades.get(id)?) / discount(at)))
        .sum();
    let mut ideal: Vec<i32> = grades.values().copied().collect();
    ideal.sort_unstable_by(|a, b| b.cmp(a));
    let best: f64 =
        ideal.iter().take(NDCG_DEPTH).enumerate().map(|(at, grade)| gain(*grade) / discount(at)).sum();
    if best > 0.0 { found / best } else { 0.0 }
}

/// The mean over single queries.
pub fn mean(of: &[Metrics]) -> Metrics {
    let count = of.len().max(1) as f64;
    let mean_of = |value: fn(&Metrics) -> f64| of.iter().map(value).sum::<f64>() / count;
    Metrics {
        queries: of.len(),
        recall_at_1: mean_of(|m| m.recall_at_1),
        recall_at_3: mean_of(|m| m.recall_at_3),
        recall_at_5: mean_of(|m| m.recall_at_5),
        mrr: mean_of(|m| m.mrr),
        ndcg_at_10: mean_of(|m| m.ndcg_at_10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(names: &[&str]) -> Vec<QuestionId> {
        names.iter().map(|name| QuestionId::new(*name).unwrap()).collect()
    }

    #[test]
    fn measures_follow_their_definitions() {
        let metrics = of_ranking(&ids(&["a", "b", "c"]), &ids(&["b"]), &ids(&["a"]));
        assert_eq!((metrics.recall_at_1, metrics.recall_at_3, metrics.mrr), (0.0, 1.0, 0.5));
        // Found: 1/log2(2) + 3/log2(3); ideal: 3/log2(2) + 1/log2(3).
        let log3 = 3_f64.log2();
        assert!((metrics.ndcg_at_10 - (1.0 + 3.0 / log3) / (3.0 + 1.0 / log3)).abs() < 1e-12);
        let perfect = of_ranking(&ids(&["b", "a"]), &ids(&["b"]), &ids(&["a"]));
        assert!((perfect.ndcg_at_10 - 1.0).abs() < 1e-12);
        let none = of_ranking(&ids(&["x"]), &ids(&["b"]), &[]);
        assert_eq!((none.recall_at_5, none.mrr, none.ndcg_at_10), (0.0, 0.0, 0.0));
        assert!((mean(&[perfect, none]).recall_at_1 - 0.5).abs() < 1e-12);
    }
}
