//! From an answer to verdicts: the lexical-semantic grader, the one that asks a language model, and which of them speaks.

mod calibration;
mod clash;
mod clauses;
mod counter;
mod features;
mod judge;
mod lexicon;
mod model;
mod semantic;

pub use calibration::{
    CONTRADICTION_FEATURES, Calibration, CalibrationError, FittedOn, Logistic, SUPPORT_FEATURES,
};
pub use features::{FEATURES, FeatureVector, POINT_FEATURES, feature_index};
pub use judge::Judge;
pub use model::PROMPT_VERSION;
pub(crate) use semantic::shorten;
pub use semantic::{Answer, SemanticGrader};
