//! Tests of the whole: one binary, so that it links once.
#![expect(clippy::unwrap_used, reason = "this is test code")]

mod architecture;
mod checking;
mod conversing;
mod faults;
mod ingesting;
mod installed;
mod interviewing;
mod journey;
mod kills;
mod quality;

use viva_tests::Program;

/// The program in a folder of its own.
fn program(folder: &std::path::Path) -> Program {
    Program::new(env!("CARGO_BIN_EXE_viva-under-test"), folder)
}
