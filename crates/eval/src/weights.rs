//! Fits what each view of a question counts in its ranking: a listwise softmax loss (Cao et al., "Learning to rank:
//! from pairwise approach to listwise approach", 2007) by gradient descent with an L2 penalty.

use crate::set::Case;
use futures::{StreamExt, TryStreamExt, stream};
use viva_assistant::{Assistant, SearchFailure, SearchRequest, VIEWS, Weights};
use viva_core::search::{Filter, LegChoice};

/// Queries in flight at once.
const IN_FLIGHT: usize = 8;
/// Candidates of each query that the loss looks at.
const DEPTH: usize = 100;
/// Cosines of candidates lie close together: they are stretched to the range of the BM25 shares.
const STRETCH: [f64; VIEWS.len()] = [4.0, 4.0, 1.0, 1.0];
const PENALTY: f64 = 0.02;
const STEP: f64 = 0.3;
const STEPS: usize = 600;

type Views = [f64; VIEWS.len()];

/// The candidates of one query, and which of them are right.
#[derive(Debug, Clone)]
struct List {
    views: Vec<Views>,
    right: Vec<usize>,
}

/// Fits weights to the covered cases; `progress` is told after each query. Queries whose expected question was not
/// found at all teach nothing and are left out.
pub async fn fit(
    assistant: &Assistant,
    cases: &[Case],
    progress: &(dyn Fn() + Sync),
) -> Result<Weights, SearchFailure> {
    let searches = cases.iter().filter(|case| case.covered).map(|case| async move {
        let question = case.query.clone();
        let request = SearchRequest { question, k: 1, filter: Filter::default(), legs: LegChoice::Hybrid };
        let ranked = assistant.search(&request).await?.ranked;
        progress();
        let is_right = |at: &usize| case.expect.contains(&ranked[*at].question);
        let shown = ranked.len().min(DEPTH);
        let right = (0..shown).filter(is_right).collect();
        let stretched =
            |views: &[f32; VIEWS.len()]| std::array::from_fn(|i| f64::from(views[i]) * STRETCH[i]);
        let views = ranked.iter().take(DEPTH).map(|found| stretched(&found.views)).collect();
        Ok::<List, SearchFailure>(List { views, right })
    });
    let lists: Vec<List> = stream::iter(searches).buffered(IN_FLIGHT).try_collect().await?;
    let lists: Vec<List> = lists.into_iter().filter(|list| !list.right.is_empty()).collect();
    let [card_dense, section_dense, card_bm25, section_bm25] = descend(&lists);
    Ok(Weights { card_dense, section_dense, card_bm25, section_bm25 })
}

fn descend(lists: &[List]) -> [f32; VIEWS.len()] {
    let mut weights: Views = [0.5; VIEWS.len()];
    for _ in 0..STEPS {
        let mut gradient = weights.map(|weight| PENALTY * weight);
        for list in lists {
            let slope = slope(list, &weights);
            for (total, part) in gradient.iter_mut().zip(slope) {
                *total += part / lists.len() as f64;
            }
        }
        for (weight, slope) in weights.iter_mut().zip(gradient) {
            *weight -= STEP * slope;
        }
    }
    // Two decimals: more would claim a precision that some hundred queries cannot give.
    std::array::from_fn(|i| ((weights[i] * STRETCH[i] * 100.0).round() / 100.0) as f32)
}

/// Of several right candidates the one that is ranked best bears most of the target.
fn slope(list: &List, weights: &Views) -> Views {
    let scores: Vec<f64> =
        list.views.iter().map(|views| views.iter().zip(weights).map(|(v, w)| v * w).sum()).collect();
    let top = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let odds: Vec<f64> = scores.iter().map(|score| (score - top).exp()).collect();
    let all: f64 = odds.iter().sum();
    let right: f64 = list.right.iter().map(|at| odds[*at]).sum();
    let mut slope = [0.0; VIEWS.len()];
    for (at, (views, odd)) in list.views.iter().zip(&odds).enumerate() {
        let target = if list.right.contains(&at) { odd / right } else { 0.0 };
        for (part, view) in slope.iter_mut().zip(views) {
            *part += (odd / all - target) * view;
        }
    }
    slope
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_view_that_tells_gets_the_weight() {
        // The right candidate is the one with the best first view; the second view is noise.
        let noise = |n: usize| (n.wrapping_mul(2_654_435_761) >> 7) % 1000;
        let list = |n: usize| List {
            views: (0..5)
                .map(|at| [if at == n % 5 { 1.0 } else { 0.3 }, noise(n * 5 + at) as f64 / 1000.0, 0.0, 0.0])
                .collect(),
            right: vec![n % 5],
        };
        let weights = descend(&(0..200).map(list).collect::<Vec<_>>());
        assert!(weights[0] > 5.0 && weights[0] > 5.0 * weights[1].abs(), "{weights:?}");
    }
}
