//! The fitted weights behind the verdicts of the lexical-semantic grader.

use super::claims::CLAIM_FEATURES;
use super::features::FeatureVector;
use super::trees::Boosted;
use crate::grade::Verdict;
use serde::{Deserialize, Serialize};

const FITTED: &str = include_str!("calibration.json");

/// What turns features into verdicts: a linear model of statements, two sums of trees over points and three thresholds.
/// `viva_eval::grading::fit` makes one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    /// Raised with every change of features or weights; kept with each grade.
    pub version: u32,
    /// How much a statement is to be doubted.
    pub claims: ClaimModel,
    /// How likely the answer states the point, or half of it.
    pub support: Boosted,
    /// How likely what it says about the point is the opposite.
    pub contradiction: Boosted,
    /// The least support of a partial verdict.
    pub partial_from: f64,
    /// The least support of a covered verdict.
    pub covered_from: f64,
    /// The least probability of a contradicted verdict, where there is support at all.
    pub contradicted_from: f64,
    /// What it was fitted on.
    pub fitted_on: FittedOn,
}

/// A linear model of [`Claim`](super::Claim)s. Invariant: as many means and weights as features, which are
/// [`CLAIM_FEATURES`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimModel {
    /// Names of the features.
    pub features: Vec<String>,
    /// Mean of each over the data.
    pub means: Vec<f64>,
    /// Weight of each.
    pub weights: Vec<f64>,
    /// Weight of each dimension of the statement's vector.
    pub direction: Vec<f64>,
    /// What is left.
    pub bias: f64,
}

/// The data of a calibration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FittedOn {
    /// How many labelled answers.
    pub answers: usize,
    /// How many of the guide's own answers.
    pub own: usize,
    /// SHA-256 of the labelled answers with their labels.
    pub data: String,
}

/// Why a calibration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CalibrationError {
    /// Not the JSON of a calibration.
    #[error("the grading calibration is not valid: {0}")]
    Syntax(#[from] serde_json::Error),
    /// Fitted for other features, or with lists of different length.
    #[error(
        "the grading calibration names the feature `{0}`, which this program does not have: run `viva eval grading --fit`"
    )]
    Feature(String),
    /// Lists of different length, a scale that is not positive, or thresholds out of order.
    #[error("the grading calibration is not valid: {0}")]
    Values(&'static str),
}

impl Calibration {
    /// The calibration that is compiled in.
    pub fn fitted() -> Result<Self, CalibrationError> {
        Self::parse(FITTED)
    }

    /// Reads and checks a calibration.
    pub fn parse(json: &str) -> Result<Self, CalibrationError> {
        let calibration: Self = serde_json::from_str(json)?;
        calibration.claims.check()?;
        calibration.support.check()?;
        calibration.contradiction.check()?;
        let in_order =
            0.0 <= calibration.partial_from && calibration.partial_from <= calibration.covered_from;
        if in_order { Ok(calibration) } else { Err(CalibrationError::Values("thresholds are out of order")) }
    }

    /// The verdict on a point.
    pub fn verdict(&self, features: &FeatureVector) -> Verdict {
        let support = self.support.probability(features);
        if support < self.partial_from {
            Verdict::Missing
        } else if self.contradiction.probability(features) >= self.contradicted_from {
            Verdict::Contradicted
        } else if support >= self.covered_from {
            Verdict::Covered
        } else {
            Verdict::Partial
        }
    }
}

impl ClaimModel {
    fn check(&self) -> Result<(), CalibrationError> {
        let known = |(name, known): &(&String, &&str)| name.as_str() != **known;
        if let Some((name, _)) = self.features.iter().zip(&CLAIM_FEATURES).find(known) {
            return Err(CalibrationError::Feature(name.clone()));
        }
        let lengths = [self.features.len(), self.means.len(), self.weights.len()];
        if lengths != [CLAIM_FEATURES.len(); 3] {
            return Err(CalibrationError::Values("lists have different lengths"));
        }
        let all = self.means.iter().chain(&self.weights).chain(&self.direction).chain([&self.bias]);
        if all.copied().all(f64::is_finite) {
            Ok(())
        } else {
            Err(CalibrationError::Values("a number is not finite"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::levels;
    use crate::grading::features::{FEATURES, feature_index};

    #[test]
    fn the_compiled_calibration_fits_this_program() {
        let calibration = Calibration::fitted().unwrap();
        assert!(!calibration.support.trees.is_empty());
        assert!(!calibration.contradiction.trees.is_empty());
    }

    #[test]
    fn a_calibration_for_other_features_is_refused() {
        let mut other = Calibration::fitted().unwrap();
        other.support.features[0] = "moon_phase".to_owned();
        let error = Calibration::parse(&serde_json::to_string(&other).unwrap()).unwrap_err();
        assert!(error.to_string().contains("moon_phase"), "{error}");
        let mut other = Calibration::fitted().unwrap();
        other.support.features.pop();
        assert!(Calibration::parse(&serde_json::to_string(&other).unwrap()).is_err());
    }

    #[test]
    fn more_support_is_a_better_verdict_and_no_support_no_contradiction() {
        let calibration = Calibration {
            support: levels("dense", 0.3, 0.6),
            contradiction: levels("excess", 0.5, 0.5),
            partial_from: 0.3,
            covered_from: 0.6,
            contradicted_from: 0.5,
            ..Calibration::fitted().unwrap()
        };
        let mut features = [0.0; FEATURES];
        let mut verdicts = Vec::new();
        for (dense, excess) in [(0.1, 0.9), (0.5, 0.0), (0.9, 0.0), (0.9, 0.9)] {
            features[feature_index("dense").unwrap()] = dense;
            features[feature_index("excess").unwrap()] = excess;
            verdicts.push(calibration.verdict(&features));
        }
        assert_eq!(verdicts, [Verdict::Missing, Verdict::Partial, Verdict::Covered, Verdict::Contradicted]);
    }
}
