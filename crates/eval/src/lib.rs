//! Measures retrieval and refusal on labelled sets, and fits the coverage calibration.
//!
//! | module | what it does |
//! |---|---|
//! | [`set`] | reads labelled queries |
//! | [`metrics`] | recall@k, reciprocal rank, nDCG |
//! | [`retrieval`] | dense, BM25 and hybrid over a set |
//! | [`refusal`] | who is refused and who should be |
//! | [`calibrate`] | fits the coverage verdict |
//! | [`weights`] | fits what each view of a question counts |
//! | [`chart`] | the same figures as a picture |

pub mod calibrate;
pub mod chart;
pub mod metrics;
pub mod refusal;
pub mod retrieval;
pub mod set;
pub mod weights;
