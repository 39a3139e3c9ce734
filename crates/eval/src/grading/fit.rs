//! Fits the grader's calibration on labelled answers and on the guide's own.
//!
//! Two logistic regressions over key points; then the three thresholds that put most scores into the band of their kind
//! while the guide's own answers keep theirs. Thresholds are chosen on probabilities that were estimated without the
//! question they are for (cross-validation by question): on the rows of the fit itself they would look better than they are.

use super::logistic::{Row, regress};
use super::measure::{MeasureError, own_answer, sheet_of};
use super::set::{Kind, LabelledAnswer, digest};
use futures::stream::{self, StreamExt, TryStreamExt};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use viva_core::guide::{Guide, Weight};
use viva_core::id::QuestionId;
use viva_interview::grade::{Verdict, score};
use viva_interview::grading::{
    Answer, CONTRADICTION_FEATURES, Calibration, FeatureVector, FittedOn, SUPPORT_FEATURES, SemanticGrader,
};
use viva_interview::sheet::Sheet;

/// Pulls the weights towards zero.
const PENALTY: f64 = 3.0;
/// How much a row of the guide's own answers counts against a labelled one: they are many and all alike.
const OWN_WEIGHT: f64 = 0.25;
/// Parts of the cross-validation.
const FOLDS: usize = 8;
/// The least score that the guide's own answer is to have.
const OWN_SCORE: f64 = 0.9;
/// What the share of own answers with that score counts in the choice of thresholds, against the share in band.
const OWN_IMPORTANCE: f64 = 0.5;

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

/// One answer with what is known about it.
struct Example<'a> {
    question: &'a QuestionId,
    /// `None` for the guide's own answer.
    kind: Option<Kind>,
    weights: Vec<Weight>,
    labels: Vec<Verdict>,
    /// Empty where no statement of the answer counts: then every point is missing.
    features: Vec<FeatureVector>,
}

/// Fits on `cases` (give it one half only) and on the guide's own answers to all questions but those of `withheld`.
/// `grader` computes the features; its own calibration is not used.
pub async fn fit(
    grader: &SemanticGrader,
    guide: &Guide,
    cases: &[LabelledAnswer],
    withheld: &BTreeSet<QuestionId>,
    version: u32,
) -> Result<Calibration, FitError> {
    let sheets = super::measure::sheets(guide);
    let own_texts: Vec<(&QuestionId, String)> = guide
        .questions()
        .filter(|question| sheets.contains_key(&question.id) && !withheld.contains(&question.id))
        .map(|question| (&question.id, own_answer(question)))
        .collect();
    let mut examples = labelled(grader, &sheets, cases).await?;
    examples.extend(own(grader, &sheets, &own_texts).await?);
    for wanted in [Verdict::Covered, Verdict::Missing, Verdict::Contradicted] {
        if !examples.iter().any(|example| example.labels.contains(&wanted)) {
            return Err(FitError::NoLabel(wanted));
        }
    }
    let fitted_on = FittedOn { answers: cases.len(), own: own_texts.len(), data: digest(cases) };
    Ok(fit_examples(&examples, version, fitted_on))
}

async fn labelled<'a>(
    grader: &SemanticGrader,
    sheets: &HashMap<QuestionId, Sheet>,
    cases: &'a [LabelledAnswer],
) -> Result<Vec<Example<'a>>, MeasureError> {
    let examples = cases.iter().map(|case| async move {
        let sheet = sheet_of(sheets, case)?;
        let labels = case.points.clone();
        example(grader, sheet, (&case.question, Some(case.kind)), &case.answer, labels).await
    });
    stream::iter(examples).buffered(4).try_collect().await
}

async fn own<'a>(
    grader: &SemanticGrader,
    sheets: &HashMap<QuestionId, Sheet>,
    texts: &'a [(&'a QuestionId, String)],
) -> Result<Vec<Example<'a>>, MeasureError> {
    let examples = texts.iter().filter_map(|(id, text)| Some((*id, text, sheets.get(*id)?))).map(
        |(id, text, sheet)| async move {
            let labels = vec![Verdict::Covered; sheet.points.len()];
            example(grader, sheet, (id, None), text, labels).await
        },
    );
    stream::iter(examples.collect::<Vec<_>>()).buffered(4).try_collect().await
}

async fn example<'a>(
    grader: &SemanticGrader,
    sheet: &Sheet,
    (question, kind): (&'a QuestionId, Option<Kind>),
    answer: &str,
    labels: Vec<Verdict>,
) -> Result<Example<'a>, MeasureError> {
    let features = grader.features(sheet, Answer { text: answer, told: &[] }).await?.unwrap_or_default();
    let weights = sheet.points.iter().map(|point| point.weight).collect();
    Ok(Example { question, kind, weights, labels, features })
}

fn fit_examples(examples: &[Example<'_>], version: u32, fitted_on: FittedOn) -> Calibration {
    let folds = folds(examples);
    let mut estimates: Vec<Vec<(f64, f64)>> = vec![Vec::new(); examples.len()];
    for fold in 0..FOLDS {
        let rest: Vec<&Example<'_>> =
            examples.iter().filter(|example| folds[example.question] != fold).collect();
        let (support, contradiction) = regressions(&rest);
        for (example, estimate) in examples.iter().zip(&mut estimates) {
            if folds[example.question] == fold {
                let both = |f: &FeatureVector| (support.probability(f), contradiction.probability(f));
                *estimate = example.features.iter().map(both).collect();
            }
        }
    }
    let (support, contradiction) = regressions(&examples.iter().collect::<Vec<_>>());
    let [partial_from, covered_from, contradicted_from] = thresholds(examples, &estimates);
    Calibration { version, support, contradiction, partial_from, covered_from, contradicted_from, fitted_on }
}

/// Which fold each question belongs to: by the order of their names.
fn folds<'a>(examples: &[Example<'a>]) -> BTreeMap<&'a QuestionId, usize> {
    let questions: BTreeSet<&QuestionId> = examples.iter().map(|example| example.question).collect();
    questions.into_iter().enumerate().map(|(at, question)| (question, at % FOLDS)).collect()
}

fn regressions(
    examples: &[&Example<'_>],
) -> (viva_interview::grading::Logistic, viva_interview::grading::Logistic) {
    let (mut support, mut contradiction) = (Vec::new(), Vec::new());
    for example in examples {
        let weight = if example.kind.is_none() { OWN_WEIGHT } else { 1.0 };
        for (features, label) in example.features.iter().zip(&example.labels) {
            let row = |positive| Row { features: *features, positive, weight };
            match label {
                Verdict::Covered => support.push(row(1.0)),
                Verdict::Partial => support.push(row(0.5)),
                Verdict::Missing => support.push(row(0.0)),
                // What is contradicted is spoken of: whether it is supported is for the other regression.
                Verdict::Contradicted => {}
            }
            if *label != Verdict::Missing {
                contradiction.push(row(f64::from(*label == Verdict::Contradicted)));
            }
        }
    }
    (regress(&SUPPORT_FEATURES, &support, PENALTY), regress(&CONTRADICTION_FEATURES, &contradiction, PENALTY))
}

/// The thresholds `[partial, covered, contradicted]` with the best outcome on a grid.
fn thresholds(examples: &[Example<'_>], estimates: &[Vec<(f64, f64)>]) -> [f64; 3] {
    let grid = |from: u32, to: u32| (from..=to).map(|step| f64::from(step) / 20.0);
    let mut best = (f64::MIN, [0.3, 0.6, 0.5]);
    for partial in grid(3, 10) {
        for covered in grid(6, 17).filter(|covered| *covered > partial) {
            for contradicted in grid(4, 16) {
                let value = outcome(examples, estimates, [partial, covered, contradicted]);
                if value > best.0 {
                    best = (value, [partial, covered, contradicted]);
                }
            }
        }
    }
    best.1
}

/// Mean share in band over the kinds, and the share of own answers with their score.
fn outcome(examples: &[Example<'_>], estimates: &[Vec<(f64, f64)>], thresholds: [f64; 3]) -> f64 {
    let mut counts: BTreeMap<Option<Kind>, (usize, usize)> = BTreeMap::new();
    for (example, estimate) in examples.iter().zip(estimates) {
        let verdicts = estimate.iter().map(|estimate| verdict(*estimate, thresholds));
        let score = score(example.weights.iter().copied().zip(verdicts), 0);
        let fits = example.kind.map_or(score >= OWN_SCORE, |kind| kind.fits(score));
        let count = counts.entry(example.kind).or_default();
        count.0 += usize::from(fits);
        count.1 += 1;
    }
    let share = |(fits, of): (usize, usize)| fits as f64 / of.max(1) as f64;
    let own = counts.remove(&None).map_or(0.0, share);
    let kinds = counts.len().max(1) as f64;
    counts.into_values().map(share).sum::<f64>() / kinds + OWN_IMPORTANCE * own
}

fn verdict((support, contradiction): (f64, f64), [partial, covered, contradicted]: [f64; 3]) -> Verdict {
    if support < partial {
        Verdict::Missing
    } else if contradiction >= contradicted {
        Verdict::Contradicted
    } else if support >= covered {
        Verdict::Covered
    } else {
        Verdict::Partial
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use viva_interview::grading::{FEATURES, feature_index};

    #[test]
    fn a_clear_set_is_separated() {
        let ids: Vec<QuestionId> = (0..16).map(|n| QuestionId::new(format!("q{n}")).unwrap()).collect();
        let features = |dense: f64, excess: f64| {
            let mut features = [0.0; FEATURES];
            features[feature_index("dense").unwrap()] = dense;
            features[feature_index("excess").unwrap()] = excess;
            features
        };
        let mut examples = Vec::new();
        for (at, question) in ids.iter().enumerate() {
            let wobble = at as f64 / 200.0;
            for (kind, dense, excess, label) in [
                (Some(Kind::Strong), 0.8, 0.0, Verdict::Covered),
                (Some(Kind::Partial), 0.55, 0.0, Verdict::Partial),
                (Some(Kind::Wrong), 0.9, 0.8, Verdict::Contradicted),
                (Some(Kind::Vague), 0.1, 0.0, Verdict::Missing),
                (None, 0.9, 0.1, Verdict::Covered),
            ] {
                examples.push(Example {
                    question,
                    kind,
                    weights: vec![Weight::Essential],
                    labels: vec![label],
                    features: vec![features(dense + wobble, excess - wobble)],
                });
            }
        }
        let fitted_on = FittedOn { answers: 64, own: 16, data: String::new() };
        let calibration = fit_examples(&examples, 7, fitted_on);
        for example in &examples {
            assert_eq!(calibration.verdict(&example.features[0]), example.labels[0], "{:?}", example.kind);
        }
        Calibration::parse(&serde_json::to_string(&calibration).unwrap()).unwrap();
    }
}
