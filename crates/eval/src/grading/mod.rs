//! How well answers are graded: labelled answers, figures against their labels, and the fit of the grader's calibration.
//!
//! | module | what it does |
//! |---|---|
//! | `set` | reads labelled answers |
//! | `measure` | grades them |
//! | `report` | sums grades up against labels |
//! | `fit` | fits the calibration: `examples`, then `doubt` (statements), `boost` (points), `thresholds` |

mod boost;
mod doubt;
mod examples;
mod fit;
mod measure;
mod report;
mod set;
mod thresholds;

pub use fit::{FitError, Fitted, fit};
pub use measure::{Graded, MeasureError, grade_all, own_answers, sheets};
pub use report::{KindRate, Pairs, Report, summarise};
pub use set::{Kind, LabelledAnswer, Tone, digest, parse};
