//! The fitted weights of the coverage verdict.

use super::features::{FEATURES, FeatureVector};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use viva_core::turn::{Coverage, Feature};

const FITTED: &str = include_str!("calibration.json");

/// Weights of a logistic regression over standardised features, with what they were fitted on.
///
/// Invariant: weights and scales for exactly [`FEATURES`]; scales are positive.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    /// Names of the features, in order.
    pub features: Vec<String>,
    /// Mean of each feature over the data.
    pub means: Vec<f64>,
    /// Standard deviation of each feature over the data.
    pub scales: Vec<f64>,
    /// Weight of each standardised feature, in log-odds.
    pub weights: Vec<f64>,
    /// Log-odds where every feature has its mean.
    pub bias: f64,
    /// The least probability that counts as covered.
    pub threshold: f64,
    /// What it was fitted on.
    pub fitted_on: FittedOn,
}

/// The data of a calibration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FittedOn {
    /// How many covered queries.
    pub covered: usize,
    /// How many that are not.
    pub not_covered: usize,
    /// SHA-256 of the queries with their labels.
    pub data: String,
    /// The guide's revision.
    pub revision: String,
}

/// Why a calibration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CalibrationError {
    /// Not the JSON of a calibration.
    #[error("the calibration is not valid: {0}")]
    Syntax(#[from] serde_json::Error),
    /// Fitted for other features.
    #[error(
        "the calibration was fitted for the features {found:?}, this program has {FEATURES:?}: run `viva eval calibrate`"
    )]
    Features {
        /// The calibration's features.
        found: Vec<String>,
    },
}

impl Calibration {
    /// The calibration that is compiled in.
    pub fn fitted() -> Result<Self, CalibrationError> {
        Self::parse(FITTED)
    }

    /// Reads and checks a calibration.
    pub fn parse(json: &str) -> Result<Self, CalibrationError> {
        let calibration: Self = serde_json::from_str(json)?;
        let lengths = [calibration.means.len(), calibration.scales.len(), calibration.weights.len()];
        let fits = calibration.features == FEATURES
            && lengths.iter().all(|length| *length == FEATURES.len())
            && calibration.scales.iter().all(|scale| *scale > 0.0);
        if fits { Ok(calibration) } else { Err(CalibrationError::Features { found: calibration.features }) }
    }

    /// The verdict for one question.
    pub fn verdict(&self, values: &FeatureVector) -> Coverage {
        let features: Vec<Feature> = FEATURES
            .iter()
            .zip(values)
            .zip(self.means.iter().zip(&self.scales).zip(&self.weights))
            .map(|((name, value), ((mean, scale), weight))| Feature {
                name: Cow::Borrowed(name),
                value: *value,
                contribution: (value - mean) / scale * weight,
            })
            .collect();
        let log_odds = self.bias + features.iter().map(|feature| feature.contribution).sum::<f64>();
        let probability = 1.0 / (1.0 + (-log_odds).exp());
        Coverage { covered: probability >= self.threshold, probability, threshold: self.threshold, features }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_compiled_calibration_fits_this_program() {
        Calibration::fitted().unwrap();
    }

    #[test]
    fn a_calibration_for_other_features_is_refused() {
        let mut other = Calibration::fitted().unwrap();
        other.features[0] = "moon_phase".to_owned();
        let error = Calibration::parse(&serde_json::to_string(&other).unwrap()).unwrap_err();
        assert!(error.to_string().contains("moon_phase"), "{error}");
    }

    #[test]
    fn the_contributions_add_up_to_the_verdict() {
        let calibration = Calibration::fitted().unwrap();
        let coverage =
            calibration.verdict(&[0.9, 3.0, 1.0, 1.0, 0.0, 0.0, 0.5, 0.1, 0.0, 0.1, 1.0, 0.0, 4.0]);
        let sum: f64 = calibration.bias + coverage.features.iter().map(|f| f.contribution).sum::<f64>();
        assert!((coverage.probability - 1.0 / (1.0 + (-sum).exp())).abs() < 1e-12);
        assert_eq!(coverage.covered, coverage.probability >= coverage.threshold);
    }
}
