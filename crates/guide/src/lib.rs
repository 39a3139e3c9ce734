//! Reads a content folder into a [`Guide`](viva_core::guide::Guide), reports what is wrong with it, runs
//! its examples.
//!
//! | step | function | gives |
//! |---|---|---|
//! | take in what there is | [`read`] | a [`Reading`]: the guide, and what could not be read |
//! | check the rules | [`check`] | a [`Report`]: diagnostics, and figures for each module |
//! | run the examples | [`run_examples`] | a [`Run`]: a result for each Python block |
//!
//! Content is data and never trusted: whatever a file holds, these functions report it with file, line
//! and column, and go on.

mod assemble;
mod check;
mod diagnostic;
mod entry;
mod examples;
mod files;
mod front_matter;
mod markdown;
mod module_file;
mod names;
mod numbered;
mod plain;
mod read;
mod revision;
mod source;
mod syllabus;
mod yaml;

pub use check::{ModuleStatistics, NoRun, Report, RunCounts, check};
pub use diagnostic::{Diagnostic, Severity};
pub use examples::{ExampleResult, Outcome, Progress, Run, RunError, RunOptions, run_examples};
pub use read::{Reading, read};
