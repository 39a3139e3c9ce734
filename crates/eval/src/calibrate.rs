//! Fits the coverage verdict: logistic regression by gradient descent with an L2 penalty.
//!
//! Classes are weighted so that both count alike; the threshold is then the one that, on the same data, gives the
//! best harmonic mean of refusal precision and recall among those with few enough false refusals. No library was
//! taken for it: eight weights over some hundred rows need thirty lines.

use crate::set::{Case, digest};
use viva_assistant::coverage::{Calibration, FEATURES, FeatureVector, FittedOn};
use viva_core::turn::Coverage;

/// Pulls the weights towards zero; standardised features, so one constant fits all.
const PENALTY: f64 = 0.01;
/// Step of the descent.
const STEP: f64 = 0.3;
/// Steps; the loss has settled long before.
const STEPS: usize = 4000;
/// The largest share of covered queries that may be refused on the tuning data: less than the three in a hundred that are
/// the goal, because on queries that were not fitted it is about a quarter more.
pub const MOST_FALSE_REFUSALS: f64 = 0.02;

/// Why nothing was fitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("both covered and uncovered queries are needed: there are {covered} and {not_covered}")]
pub struct TooFew {
    /// How many are covered.
    pub covered: usize,
    /// How many are not.
    pub not_covered: usize,
}

/// Fits weights to the features that `verdicts` report, against the labels of `cases`.
pub fn fit(cases: &[Case], verdicts: &[Coverage], revision: &str) -> Result<Calibration, TooFew> {
    let covered = cases.iter().filter(|case| case.covered).count();
    let not_covered = cases.len() - covered;
    if covered == 0 || not_covered == 0 {
        return Err(TooFew { covered, not_covered });
    }
    let rows: Vec<FeatureVector> = verdicts.iter().map(vector).collect();
    let (means, scales) = standardise(&rows);
    let rows: Vec<FeatureVector> =
        rows.iter().map(|row| std::array::from_fn(|i| (row[i] - means[i]) / scales[i])).collect();
    let labels: Vec<bool> = cases.iter().map(|case| case.covered).collect();
    let class_weight = |label: bool| 0.5 / if label { covered as f64 } else { not_covered as f64 };
    let (weights, bias) = descend(&rows, &labels, &class_weight);
    let probabilities: Vec<f64> = rows.iter().map(|row| probability(row, &weights, bias)).collect();
    let fitted_on = FittedOn { covered, not_covered, data: digest(cases), revision: revision.to_owned() };
    Ok(Calibration {
        features: FEATURES.iter().map(|name| (*name).to_owned()).collect(),
        means: means.to_vec(),
        scales: scales.to_vec(),
        weights: weights.to_vec(),
        bias,
        threshold: threshold(&probabilities, &labels),
        fitted_on,
    })
}

fn vector(coverage: &Coverage) -> FeatureVector {
    std::array::from_fn(|i| coverage.features.get(i).map_or(0.0, |feature| feature.value))
}

fn standardise(rows: &[FeatureVector]) -> (FeatureVector, FeatureVector) {
    let count = rows.len() as f64;
    let means: FeatureVector = std::array::from_fn(|i| rows.iter().map(|row| row[i]).sum::<f64>() / count);
    let scales = std::array::from_fn(|i| {
        let variance = rows.iter().map(|row| (row[i] - means[i]).powi(2)).sum::<f64>() / count;
        variance.sqrt().max(1e-6)
    });
    (means, scales)
}

fn probability(row: &FeatureVector, weights: &FeatureVector, bias: f64) -> f64 {
    let log_odds = bias + row.iter().zip(weights).map(|(x, w)| x * w).sum::<f64>();
    1.0 / (1.0 + (-log_odds).exp())
}

fn descend(
    rows: &[FeatureVector],
    labels: &[bool],
    class_weight: &dyn Fn(bool) -> f64,
) -> (FeatureVector, f64) {
    let mut weights: FeatureVector = [0.0; FEATURES.len()];
    let mut bias = 0.0;
    for _ in 0..STEPS {
        let mut gradient: FeatureVector = weights.map(|weight| PENALTY * weight);
        let mut bias_gradient = 0.0;
        for (row, label) in rows.iter().zip(labels) {
            let error = (probability(row, &weights, bias) - f64::from(*label)) * class_weight(*label);
            bias_gradient += error;
            for (slope, x) in gradient.iter_mut().zip(row) {
                *slope += error * x;
            }
        }
        bias -= STEP * bias_gradient;
        for (weight, slope) in weights.iter_mut().zip(gradient) {
            *weight -= STEP * slope;
        }
    }
    (weights, bias)
}

/// Midway between neighbouring probabilities, so that the verdict does not hang on one query's last digit.
fn threshold(probabilities: &[f64], labels: &[bool]) -> f64 {
    let mut sorted = probabilities.to_vec();
    sorted.sort_by(f64::total_cmp);
    let covered = labels.iter().filter(|label| **label).count() as f64;
    let not_covered = labels.len() as f64 - covered;
    let score = |threshold: f64| {
        let refused = |wanted: bool| {
            probabilities.iter().zip(labels).filter(|(p, label)| **p < threshold && **label == wanted).count()
                as f64
        };
        let (right, wrong) = (refused(false), refused(true));
        let allowed = wrong / covered <= MOST_FALSE_REFUSALS;
        // The harmonic mean of precision and recall of refusals.
        allowed.then_some(2.0 * right / (right + wrong + not_covered))
    };
    let middles = sorted.windows(2).map(|pair| f64::midpoint(pair[0], pair[1]));
    let best = middles.filter_map(|at| Some((score(at)?, at))).max_by(|a, b| a.0.total_cmp(&b.0));
    best.map_or(0.5, |(_, at)| at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use viva_core::turn::Feature;

    fn case(n: usize, covered: bool) -> Case {
        let label = if covered { r#""expect":["a"]"# } else { r#""covered":false"# };
        let line = format!(r#"{{"id":"{n}","query":"q{n}",{label},"kind":"k","half":"tune"}}"#);
        crate::set::parse(&line).unwrap().remove(0)
    }

    fn coverage(values: FeatureVector) -> Coverage {
        let features = FEATURES
            .iter()
            .zip(values)
            .map(|(name, value)| Feature { name: (*name).into(), value, contribution: 0.0 })
            .collect();
        Coverage { covered: false, probability: 0.0, threshold: 0.5, features }
    }

    #[test]
    fn separable_data_is_separated_and_noise_gets_no_weight() {
        let (cases, verdicts): (Vec<_>, Vec<_>) = (0..200)
            .map(|n| {
                let covered = n % 4 != 0;
                let mut values = [0.0; FEATURES.len()];
                values[0] = if covered { 0.8 } else { 0.4 } + (n % 7) as f64 * 0.01;
                values[1] = (n % 11) as f64;
                (case(n, covered), coverage(values))
            })
            .unzip();
        let calibration = fit(&cases, &verdicts, "r").unwrap();
        for (case, verdict) in cases.iter().zip(&verdicts) {
            assert_eq!(calibration.verdict(&vector(verdict)).covered, case.covered);
        }
        assert!(calibration.weights[0] > 10.0 * calibration.weights[1].abs(), "{:?}", calibration.weights);
        assert_eq!((calibration.fitted_on.covered, calibration.fitted_on.not_covered), (150, 50));
    }

    #[test]
    fn one_class_alone_is_refused() {
        assert_eq!(
            fit(&[case(1, true)], &[coverage([0.0; FEATURES.len()])], "r").unwrap_err().not_covered,
            0
        );
    }
}
