//! Fits the grader's calibration on labelled answers and on the guide's own.
//!
//! First the model of doubt over statements, then two sums of trees over key points, then the three thresholds that put
//! most scores into the band of their kind, and the strong answer of a question above its wrong one, while the guide's
//! own answers keep theirs. What a later step sees of an answer was estimated without its question
//! (cross-validation by question): on the rows of the fit itself everything looks better than it is.

use super::boost::{Row, boost};
use super::doubt::{self, Statement, balance};
use super::examples::{Example, folds, labelled, own};
use super::measure::{Graded, MeasureError, own_answer};
use super::report::{Report, summarise};
use super::set::{Kind, LabelledAnswer, digest};
use super::thresholds::{self, Thresholds, choose};
use std::collections::{BTreeSet, HashSet};
use viva_core::guide::Guide;
use viva_core::id::QuestionId;
use viva_interview::grade::{Verdict, score};
use viva_interview::grading::{Boosted, Calibration, ClaimModel, FeatureVector, FittedOn, SemanticGrader};

/// How much a row of the guide's own answers counts against a labelled one: they are many and all alike.
const OWN_WEIGHT: f64 = 0.25;
/// Parts of the cross-validation.
const FOLDS: usize = 8;

/// Why nothing was fitted.
#[derive(Debug, thiserror::Error)]
pub enum FitError {
    /// A label or a question is wrong, or the encoder failed.
    #[error(transparent)]
    Measure(#[from] MeasureError),
    /// A verdict that no label has.
    #[error("no key point of the labelled answers is {0}: nothing can be fitted")]
    NoLabel(Verdict),
}

/// What came of a fit.
#[derive(Debug, Clone, PartialEq)]
pub struct Fitted {
    /// The calibration.
    pub calibration: Calibration,
    /// The figures of the labelled answers, each graded by a fit that had not seen its question.
    pub cross_validated: Report,
    /// How many of the guide's own answers have their score in that way, and of how many.
    pub own: (usize, usize),
}

/// Support and contradiction of each point of an answer; empty where no statement counts.
pub(super) type Estimate = Vec<(f64, f64)>;

/// Fits on `cases` (give it one half only) and on the guide's own answers to all questions but those of `withheld`.
/// `grader` computes the features; its own calibration is not used.
pub async fn fit(
    grader: &SemanticGrader,
    guide: &Guide,
    cases: &[LabelledAnswer],
    withheld: &BTreeSet<QuestionId>,
    version: u32,
) -> Result<Fitted, FitError> {
    let sheets = super::measure::sheets(guide);
    let own_texts: Vec<(&QuestionId, String)> = guide
        .questions()
        .filter(|question| sheets.contains_key(&question.id) && !withheld.contains(&question.id))
        .map(|question| (&question.id, own_answer(question)))
        .collect();
    let mut examples = labelled(grader, &sheets, cases).await?;
    let asked: HashSet<&QuestionId> = cases.iter().map(|case| &case.question).collect();
    examples.extend(own(grader, &sheets, &own_texts, &asked).await?);
    for wanted in [Verdict::Covered, Verdict::Missing, Verdict::Contradicted] {
        if !examples.iter().any(|example| example.labels.contains(&wanted)) {
            return Err(FitError::NoLabel(wanted));
        }
    }
    let fitted_on = FittedOn { answers: cases.len(), own: own_texts.len(), data: digest(cases) };
    let (calibration, estimates) = fit_examples(&examples, version, fitted_on);
    let thresholds = Thresholds::of(&calibration);
    let outcomes: Vec<Graded> =
        examples.iter().zip(&estimates).map(|(example, one)| grade(example, one, thresholds)).collect();
    let own = &outcomes[cases.len()..];
    let kept = own.iter().filter(|outcome| outcome.score >= thresholds::OWN_SCORE).count();
    Ok(Fitted {
        cross_validated: summarise(cases, &outcomes[..cases.len()]),
        own: (kept, own.len()),
        calibration,
    })
}

fn grade(example: &Example<'_>, estimate: &Estimate, thresholds: Thresholds) -> Graded {
    let mut verdicts: Vec<Verdict> = estimate.iter().map(|one| thresholds.verdict(*one)).collect();
    verdicts.resize(example.labels.len(), Verdict::Missing);
    let score = score(example.weights.iter().copied().zip(verdicts.iter().copied()), 0);
    Graded { score, verdicts }
}

fn fit_examples(examples: &[Example<'_>], version: u32, fitted_on: FittedOn) -> (Calibration, Vec<Estimate>) {
    let folds = folds(examples, FOLDS);
    let fold = |example: &Example<'_>| folds.get(example.question).copied().unwrap_or_default();
    let doubts = doubt::fit(&statements(examples, &fold), FOLDS);
    let features = |example: &Example<'_>, model: &ClaimModel| {
        example.compared.as_ref().map(|compared| compared.features(model)).unwrap_or_default()
    };
    let rows: Vec<(&Example<'_>, Vec<FeatureVector>)> =
        examples.iter().map(|example| (example, features(example, &doubts.without[fold(example)]))).collect();
    let mut estimates: Vec<Estimate> = vec![Vec::new(); examples.len()];
    for part in 0..FOLDS {
        let (support, contradiction) = models(rows.iter().filter(|(example, _)| fold(example) != part));
        for ((example, features), estimate) in rows.iter().zip(&mut estimates) {
            if fold(example) == part {
                let both = |f: &FeatureVector| (support.probability(f), contradiction.probability(f));
                *estimate = features.iter().map(both).collect();
            }
        }
    }
    let (support, contradiction) = models(rows.iter());
    let Thresholds { partial_from, covered_from, contradicted_from } = choose(examples, &estimates);
    let claims = doubts.whole;
    let calibration = Calibration {
        version,
        claims,
        support,
        contradiction,
        partial_from,
        covered_from,
        contradicted_from,
        fitted_on,
    };
    (calibration, estimates)
}

/// The statements of right and wrong answers, and of the guide's own to the same questions.
fn statements<'a>(examples: &'a [Example<'_>], fold: &dyn Fn(&Example<'_>) -> usize) -> Vec<Statement<'a>> {
    let tells = |example: &&Example<'_>| {
        example.is_learnt
            && example.kind.is_none_or(|kind| matches!(kind, Kind::Strong | Kind::Partial | Kind::Wrong))
    };
    let of = |example: &'a Example<'_>| {
        let claims =
            example.compared.as_ref().map(viva_interview::grading::Compared::claims).unwrap_or_default();
        let (fold, is_own) = (fold(example), example.kind.is_none());
        claims.iter().map(move |claim| Statement {
            claim,
            is_false: example.kind == Some(Kind::Wrong),
            tone: example.tone,
            weight: if is_own { OWN_WEIGHT } else { 1.0 },
            fold,
        })
    };
    examples.iter().filter(tells).flat_map(of).collect()
}

/// Support and contradiction. What is contradicted is spoken of: whether it is supported is for the other model.
fn models<'a>(
    examples: impl Iterator<Item = &'a (&'a Example<'a>, Vec<FeatureVector>)>,
) -> (Boosted, Boosted) {
    let (mut support, mut contradiction) = (Vec::new(), Vec::new());
    for (example, rows) in examples.filter(|(example, _)| example.is_learnt) {
        let weight = if example.kind.is_none() { OWN_WEIGHT } else { 1.0 };
        for (features, label) in rows.iter().zip(&example.labels) {
            let row = |positive| Row { features: *features, positive, weight };
            match label {
                Verdict::Covered => support.push(row(1.0)),
                Verdict::Partial => support.push(row(0.5)),
                Verdict::Missing => support.push(row(0.0)),
                Verdict::Contradicted => {}
            }
            if *label != Verdict::Missing {
                let is_contradicted = *label == Verdict::Contradicted;
                contradiction.push(((example.tone, is_contradicted), row(f64::from(is_contradicted))));
            }
        }
    }
    let factors = balance(contradiction.iter().map(|(group, row)| (*group, row.weight)));
    let weigh =
        |(group, row): (_, Row)| Row { weight: row.weight * factors.get(&group).unwrap_or(&1.0), ..row };
    let contradiction: Vec<Row> = contradiction.into_iter().map(weigh).collect();
    (boost(&support), boost(&contradiction))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grading::set::Tone;
    use viva_core::guide::Weight;
    use viva_interview::grading::{FEATURES, feature_index};

    #[test]
    fn a_clear_set_is_separated() {
        let ids: Vec<QuestionId> = (0..80).map(|n| QuestionId::new(format!("q{n}")).unwrap()).collect();
        let mut examples = Vec::new();
        let mut features = Vec::new();
        for (at, question) in ids.iter().enumerate() {
            let wobble = at as f64 / 1000.0;
            for (kind, dense, doubt, label) in [
                (Some(Kind::Strong), 0.8, 0.0, Verdict::Covered),
                (Some(Kind::Partial), 0.55, 0.0, Verdict::Partial),
                (Some(Kind::Wrong), 0.9, 0.8, Verdict::Contradicted),
                (Some(Kind::Vague), 0.1, 0.0, Verdict::Missing),
                (None, 0.9, 0.1, Verdict::Covered),
            ] {
                let (weights, labels) = (vec![Weight::Essential], vec![label]);
                let tone = if at % 2 == 0 { Tone::Spoken } else { Tone::Written };
                examples.push(Example {
                    question,
                    kind,
                    tone,
                    weights,
                    labels,
                    is_learnt: true,
                    compared: None,
                });
                let mut row = [0.0; FEATURES];
                row[feature_index("dense").unwrap()] = dense + wobble;
                row[feature_index("doubt").unwrap()] = doubt - wobble;
                features.push(row);
            }
        }
        let rows: Vec<(&Example<'_>, Vec<FeatureVector>)> =
            examples.iter().zip(&features).map(|(example, row)| (example, vec![*row])).collect();
        let (support, contradiction) = models(rows.iter());
        let estimate = |row: &FeatureVector| vec![(support.probability(row), contradiction.probability(row))];
        let estimates: Vec<Estimate> = features.iter().map(estimate).collect();
        let thresholds = choose(&examples, &estimates);
        for (example, one) in examples.iter().zip(&estimates) {
            assert_eq!(thresholds.verdict(one[0]), example.labels[0], "{:?} {thresholds:?}", example.kind);
        }
    }
}
