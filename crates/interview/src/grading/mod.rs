//! From an answer to verdicts: the lexical-semantic grader, the one that asks a language model, and which of them speaks.

mod calibration;
mod claims;
mod clash;
mod clauses;
mod counter;
mod features;
mod judge;
mod lexicon;
mod model;
mod semantic;
mod statements;
mod trees;

pub use calibration::{Calibration, CalibrationError, ClaimModel, FittedOn};
pub use claims::{CLAIM_FEATURES, Claim};
pub use features::{Compared, FEATURES, FeatureVector, POINT_FEATURES, feature_index};
pub use judge::Judge;
pub use model::PROMPT_VERSION;
pub(crate) use semantic::shorten;
pub use semantic::{Answer, SemanticGrader};
pub use statements::LearnError;
pub use trees::{Boosted, Node};
