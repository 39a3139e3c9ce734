//! The real clock and the real ids.

use std::time::{Duration, Instant, SystemTime};
use viva_core::ports::{Clock, Ids};

/// The machine's clocks.
pub(crate) struct SystemClock {
    started: Instant,
}

impl SystemClock {
    pub(crate) fn new() -> Self {
        Self { started: Instant::now() }
    }
}

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that everything else is given")]
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    fn monotonic(&self) -> Duration {
        self.started.elapsed()
    }
}

/// Version 7 UUIDs: unique, sortable by time.
pub(crate) struct UuidIds;

impl Ids for UuidIds {
    #[expect(clippy::disallowed_methods, reason = "these are the ids that everything else is given")]
    fn fresh(&self) -> String {
        uuid::Uuid::now_v7().to_string()
    }
}
