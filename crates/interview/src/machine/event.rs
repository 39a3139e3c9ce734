//! What happens in an interview.

use crate::grade::{Grade, Judgement};
use crate::plan::Plan;
use std::time::SystemTime;

/// An event, with its time. Times are given, never taken.
#[derive(Debug, Clone, PartialEq)]
pub struct Occurred {
    /// When.
    pub at: SystemTime,
    /// What.
    pub event: Event,
}

/// Everything that can happen. An interview is the list of its events; nothing else is kept.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The interview begins.
    Planned(Box<Plan>),
    /// A question is asked: the number of its candidate in the plan.
    Asked {
        /// Index into [`Plan::candidates`].
        candidate: usize,
    },
    /// The candidate answers the question or the follow-up that is open.
    Answered {
        /// The words, as sent.
        text: String,
    },
    /// The answer was judged.
    Judged(Box<Judgement>),
    /// A hint was given.
    Hinted {
        /// Its text.
        text: String,
    },
    /// A follow-up is asked.
    FollowedUp {
        /// Its text.
        text: String,
        /// The key point that it aims at.
        point: usize,
    },
    /// The candidate passes; the question closes with what was said so far.
    Skipped,
    /// The candidate asks for the answer; the question closes with what was said so far.
    Revealed,
    /// The question is closed.
    Graded(Box<Grade>),
    /// Nothing more is asked.
    Finished,
}
