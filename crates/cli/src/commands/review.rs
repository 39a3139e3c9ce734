//! `viva review`: what is due, as a short interview.

use super::interview::{open, sit_review};
use crate::args::StartArgs;
use crate::failure::Outcome;
use crate::terminal;
use crate::terminal::progress::note;
use crate::wiring::Wiring;

pub(crate) async fn run(wiring: &Wiring, args: StartArgs, json: bool) -> Outcome<u8> {
    let mut examine = open(wiring, "viva review").await?;
    let due = examine.due().await?;
    let is_none = due["due"].as_array().is_none_or(Vec::is_empty);
    let done = match (is_none, json) {
        (true, true) => {
            terminal::print_json(&due);
            Ok(0)
        }
        (true, false) => {
            note("nothing is due for review; `viva interview` asks something new");
            Ok(0)
        }
        (false, _) => sit_review(wiring, &mut *examine, &args, json).await,
    };
    examine.close().await;
    done
}
