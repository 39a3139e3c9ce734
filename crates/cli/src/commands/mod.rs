//! The commands, one file each.

pub(crate) mod ask;
pub(crate) mod bench;
pub(crate) mod chat;
pub(crate) mod check;
pub(crate) mod doctor;
pub(crate) mod eval;
pub(crate) mod ingest;
pub(crate) mod interview;
pub(crate) mod progress;
pub(crate) mod review;
pub(crate) mod search;
pub(crate) mod serve;
pub(crate) mod setup;

use crate::failure::{Failure, Outcome};
use std::io::Read;
use viva_core::turn::UserQuestion;

/// The question from the arguments, or from standard input for `-`.
fn question(words: &[String]) -> Outcome<UserQuestion> {
    let text = if words == ["-"] {
        let mut bytes = Vec::new();
        std::io::stdin().lock().take(1 << 20).read_to_end(&mut bytes)?;
        String::from_utf8(bytes).map_err(|_| Failure::usage("standard input is not UTF-8"))?
    } else {
        words.join(" ")
    };
    UserQuestion::new(&text).map_err(|rule| {
        Failure::usage(format!("the question {rule}"))
            .hint("give it as an argument, or `-` to read standard input")
    })
}
