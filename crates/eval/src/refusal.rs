//! Who is refused, and who should be.

use crate::set::Case;
use futures::{StreamExt, TryStreamExt, stream};
use serde::Serialize;
use std::collections::BTreeMap;
use viva_assistant::{Assistant, SearchFailure, SearchRequest};
use viva_core::search::{Filter, LegChoice};
use viva_core::turn::Coverage;

/// Queries in flight at once.
const IN_FLIGHT: usize = 8;

/// How well refusals hit what the guide does not cover.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// Covered queries.
    pub covered: usize,
    /// Queries that are not covered.
    pub not_covered: usize,
    /// Of the refused queries, the share that is not covered.
    pub precision: f64,
    /// Of the queries that are not covered, the share that was refused.
    pub recall: f64,
    /// Of the covered queries, the share that was refused.
    pub false_refusal_rate: f64,
    /// Refused and not covered, by kind: (refused, all).
    pub by_kind: BTreeMap<String, (usize, usize)>,
    /// Queries with the wrong verdict.
    pub mistakes: Vec<Mistake>,
}

/// A query with the wrong verdict.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Mistake {
    /// The case.
    pub id: String,
    /// What was asked.
    pub query: String,
    /// The label.
    pub covered: bool,
    /// The estimated probability that it is covered.
    pub probability: f64,
}

/// The coverage verdict of every case, in order.
pub async fn verdicts(
    assistant: &Assistant,
    cases: &[Case],
    progress: &(dyn Fn() + Sync),
) -> Result<Vec<Coverage>, SearchFailure> {
    let searches = cases.iter().map(|case| async move {
        let request = SearchRequest {
            question: case.query.clone(),
            k: 1,
            filter: Filter::default(),
            legs: LegChoice::Hybrid,
        };
        let outcome = assistant.search(&request).await?;
        progress();
        Ok(outcome.coverage)
    });
    stream::iter(searches).buffered(IN_FLIGHT).try_collect().await
}

/// Sums verdicts up against their labels.
pub fn summarise(cases: &[Case], verdicts: &[Coverage]) -> Report {
    let count = |covered: bool, refused: bool| {
        let matches =
            |(case, verdict): &(&Case, &Coverage)| case.covered == covered && verdict.covered != refused;
        cases.iter().zip(verdicts).filter(matches).count()
    };
    let (right, missed) = (count(false, true), count(false, false));
    let (wrong, answered) = (count(true, true), count(true, false));
    let share = |part: usize, whole: usize| if whole == 0 { 0.0 } else { part as f64 / whole as f64 };
    let mut by_kind: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for (case, verdict) in cases.iter().zip(verdicts).filter(|(case, _)| !case.covered) {
        let entry = by_kind.entry(case.kind.clone()).or_default();
        entry.0 += usize::from(!verdict.covered);
        entry.1 += 1;
    }
    let mistaken = cases.iter().zip(verdicts).filter(|(case, verdict)| case.covered != verdict.covered);
    Report {
        covered: wrong + answered,
        not_covered: right + missed,
        precision: share(right, right + wrong),
        recall: share(right, right + missed),
        false_refusal_rate: share(wrong, wrong + answered),
        by_kind,
        mistakes: mistaken
            .map(|(case, verdict)| Mistake {
                id: case.id.clone(),
                query: case.query.as_str().to_owned(),
                covered: case.covered,
                probability: verdict.probability,
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn precision_recall_and_false_refusals_follow_their_definitions() {
        let lines: Vec<String> = (0..10)
            .map(|n| {
                let label = if n < 6 { r#""expect":["a"]"# } else { r#""covered":false"# };
                format!(r#"{{"id":"{n}","query":"q{n}",{label},"kind":"k","half":"tune"}}"#)
            })
            .collect();
        let cases = crate::set::parse(&lines.join("\n")).unwrap();
        // One of six covered is refused, three of four others are.
        let verdict = |n: usize| Coverage {
            covered: (1..6).contains(&n) || n == 9,
            probability: 0.5,
            threshold: 0.5,
            features: vec![],
        };
        let verdicts: Vec<Coverage> = (0..10).map(verdict).collect();
        let report = summarise(&cases, &verdicts);
        assert_eq!((report.covered, report.not_covered), (6, 4));
        assert_eq!((report.precision, report.recall), (0.75, 0.75));
        assert!((report.false_refusal_rate - 1.0 / 6.0).abs() < 1e-12);
        assert_eq!(report.by_kind["k"], (3, 4));
        assert_eq!(report.mistakes.iter().map(|m| m.id.as_str()).collect::<Vec<_>>(), ["0", "9"]);
    }
}
