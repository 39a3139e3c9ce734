//! Does the guide cover the question? A calibrated estimate, not a threshold on one score.
//!
//! A raw cosine separates badly: short questions about the guide's topics and long ones about others overlap. The
//! verdict is a logistic regression over a few features of the question and of what was found, fitted by
//! `viva eval calibrate` on labelled queries and kept, with the digest of its data, in `calibration.json`.
//! (Platt, "Probabilistic outputs for support vector machines", 1999, is the ancestor of such calibrations.)

mod calibration;
mod elsewhere;
mod features;
mod vocabulary;

pub use calibration::{Calibration, CalibrationError, FittedOn};
pub use features::{FEATURES, FeatureVector};
pub use viva_core::turn::Coverage;

pub(crate) use elsewhere::Elsewhere;
pub(crate) use features::{Evidence, features};
pub(crate) use vocabulary::Vocabulary;
