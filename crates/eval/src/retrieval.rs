//! Dense, BM25 and hybrid search over a labelled set.

use crate::metrics::{Metrics, mean, of_ranking};
use crate::set::Case;
use futures::{StreamExt, TryStreamExt, stream};
use serde::Serialize;
use std::collections::BTreeMap;
use viva_assistant::{Assistant, SearchFailure, SearchRequest};
use viva_core::search::{Filter, LegChoice};

/// Queries in flight at once: enough to keep the encoder busy.
const IN_FLIGHT: usize = 8;
/// How many questions of each ranking are looked at.
const DEPTH: usize = 20;

/// The measures of every leg.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// The guide's revision.
    pub revision: String,
    /// The dense leg alone.
    pub dense: Figures,
    /// The BM25 leg alone.
    pub bm25: Figures,
    /// Both, fused.
    pub hybrid: Figures,
    /// Queries whose expected question was not first in the hybrid ranking.
    pub misses: Vec<Miss>,
}

/// The measures of one leg, as a whole and by group.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figures {
    /// Over all queries.
    pub all: Metrics,
    /// By module of the expected question.
    pub by_module: BTreeMap<String, Metrics>,
    /// By kind of query.
    pub by_kind: BTreeMap<String, Metrics>,
}

/// A query whose expected question was not first.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Miss {
    /// The case.
    pub id: String,
    /// What was asked.
    pub query: String,
    /// What should be first.
    pub expect: Vec<String>,
    /// What was, best first.
    pub got: Vec<String>,
}

/// Measures the covered cases of a set; `progress` is told after each query.
pub async fn measure(
    assistant: &Assistant,
    cases: &[Case],
    progress: &(dyn Fn() + Sync),
) -> Result<Report, SearchFailure> {
    let cases: Vec<&Case> = cases.iter().filter(|case| case.covered).collect();
    let mut figures = Vec::new();
    let mut misses = Vec::new();
    let mut revision = String::new();
    for legs in [LegChoice::Dense, LegChoice::Bm25, LegChoice::Hybrid] {
        let rankings = rankings(assistant, &cases, legs, progress).await?;
        let metrics: Vec<Metrics> = cases
            .iter()
            .zip(&rankings)
            .map(|(case, (_, ranking))| of_ranking(ranking, &case.expect, &case.also))
            .collect();
        if legs == LegChoice::Hybrid {
            let wrong = cases.iter().zip(&rankings).zip(&metrics).filter(|(_, m)| m.recall_at_1 == 0.0);
            misses = wrong.map(|((case, (_, ranking)), _)| miss(case, ranking)).collect();
            revision = rankings.first().map(|(revision, _)| revision.clone()).unwrap_or_default();
        }
        figures.push(group(&cases, &metrics));
    }
    let mut figures = figures.into_iter();
    let mut next = || figures.next().unwrap_or_else(|| group(&[], &[]));
    Ok(Report { revision, dense: next(), bm25: next(), hybrid: next(), misses })
}

type Ranking = (String, Vec<viva_core::id::QuestionId>);

async fn rankings(
    assistant: &Assistant,
    cases: &[&Case],
    legs: LegChoice,
    progress: &(dyn Fn() + Sync),
) -> Result<Vec<Ranking>, SearchFailure> {
    let searches = cases.iter().map(|case| {
        let request =
            SearchRequest { question: case.query.clone(), k: DEPTH, filter: Filter::default(), legs };
        async move {
            let outcome = assistant.search(&request).await?;
            progress();
            let ranking = outcome.ranked.into_iter().take(DEPTH).map(|found| found.question).collect();
            Ok((outcome.revision.to_string(), ranking))
        }
    });
    stream::iter(searches).buffered(IN_FLIGHT).try_collect().await
}

fn group(cases: &[&Case], metrics: &[Metrics]) -> Figures {
    let by = |key: &dyn Fn(&Case) -> String| {
        let mut groups: BTreeMap<String, Vec<Metrics>> = BTreeMap::new();
        for (case, metrics) in cases.iter().zip(metrics) {
            groups.entry(key(case)).or_default().push(*metrics);
        }
        groups.into_iter().map(|(name, group)| (name, mean(&group))).collect()
    };
    Figures {
        all: mean(metrics),
        by_module: by(&|case| case.module.clone().unwrap_or_else(|| "none".to_owned())),
        by_kind: by(&|case| case.kind.clone()),
    }
}

fn miss(case: &Case, ranking: &[viva_core::id::QuestionId]) -> Miss {
    Miss {
        id: case.id.clone(),
        query: case.query.as_str().to_owned(),
        expect: case.expect.iter().map(ToString::to_string).collect(),
        got: ranking.iter().take(5).map(ToString::to_string).collect(),
    }
}
