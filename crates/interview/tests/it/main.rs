//! The lexical-semantic grader with the real encoder, on the real guide.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests fail like tests")]

mod common;
mod grading;
