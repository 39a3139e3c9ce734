//! The lexical-semantic grader with the real encoder, on the real guide.

mod common;
mod fitting;
mod grading;
