//! Fits what each view of a question counts in its ranking.

use crate::listwise::{List, descend};
use crate::set::Case;
use futures::{StreamExt, TryStreamExt, stream};
use viva_assistant::{Assistant, SearchFailure, SearchRequest, VIEWS, Weights};
use viva_core::search::{Filter, LegChoice};

/// Queries in flight at once.
const IN_FLIGHT: usize = 8;
/// Candidates of each query that the loss looks at.
const DEPTH: usize = 100;
/// Each view is stretched to about the same spread over the candidates of a query, so that the penalty holds none down.
const STRETCH: [f64; VIEWS.len()] = [18.0, 30.0, 6.0, 4.0, 8.0, 12.0];

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
        let signs = ranked.iter().take(DEPTH).map(|found| stretched(&found.views)).collect();
        Ok::<_, SearchFailure>(List { signs, right })
    });
    let lists: Vec<List<{ VIEWS.len() }>> = stream::iter(searches).buffered(IN_FLIGHT).try_collect().await?;
    let fitted = descend(&lists);
    let unstretched = std::array::from_fn(|i| rounded(fitted[i] * STRETCH[i]));
    let [card_dense, section_dense, card_bm25, section_bm25, entry_terms, wording_letters] = unstretched;
    Ok(Weights { card_dense, section_dense, card_bm25, section_bm25, entry_terms, wording_letters })
}

/// Two decimals: more would claim a precision that some hundred queries cannot give.
pub(crate) fn rounded(weight: f64) -> f32 {
    ((weight * 100.0).round() / 100.0) as f32
}
