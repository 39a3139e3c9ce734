//! The real clock, the real ids, and the C library's heap.

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

/// Lets all threads share two heaps. The C library gives each thread of a busy program one of its own, up to eight for a
/// core, and what is freed in one is of no use to another.
pub(crate) fn share_heaps() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    #[expect(
        unsafe_code,
        reason = "no safe wrapper is kept up; it sets a number, before any other thread is there"
    )]
    // SAFETY: `mallopt` takes two integers and may be called at any time.
    unsafe {
        libc::mallopt(libc::M_ARENA_MAX, 2);
    }
}

/// Gives free pages of the heap back to the system: what was needed to start is not needed to serve.
pub(crate) fn give_back_memory() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    #[expect(unsafe_code, reason = "no safe wrapper is kept up")]
    // SAFETY: `malloc_trim` takes the heaps' own locks; what is allocated stays where it is.
    unsafe {
        libc::malloc_trim(0);
    }
}
