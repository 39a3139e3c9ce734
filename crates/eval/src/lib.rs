//! Measures retrieval and refusal on labelled sets, and fits the coverage calibration.
//!
//! | module | what it does |
//! |---|---|
//! | [`set`] | reads labelled queries |
//! | [`metrics`] | recall@k, reciprocal rank, nDCG |
//! | [`retrieval`] | dense, BM25 and hybrid over a set |
//! | [`refusal`] | who is refused and who should be |
//! | [`calibrate`] | fits the coverage verdict |
//! | [`grading`] | grades labelled answers; fits the grader's calibration |
//! | [`weights`] | fits what each view of a question counts |
//! | [`followups`] | whether the last message of a conversation is understood |
//! | [`chart`] | the same figures as a picture |

pub mod calibrate;
pub mod chart;
pub mod followups;
pub mod grading;
mod listwise;
pub mod metrics;
pub mod refusal;
pub mod retrieval;
pub mod set;
pub mod weights;
