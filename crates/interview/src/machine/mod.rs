//! The interview as a state machine: events in, state out; state and command in, events out. No I/O, no clock.

mod decide;
mod event;
mod state;
#[cfg(test)]
mod tests;

pub use decide::{Command, MAX_ANSWER_CHARS, Refusal, begin, check_answer, decide};
pub use event::{Event, Occurred};
pub use state::{Closing, Exchange, Inconsistent, MAX_HINTS, Round, State, fold};
