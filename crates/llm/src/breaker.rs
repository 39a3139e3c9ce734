//! A circuit breaker: a provider that keeps failing is left alone for a while, so that its callers get their fallback at
//! once and it gets no load while it is down.
//!
//! States after Nygard, *Release It!*, chapter 5: closed, open, half-open with one probe.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use viva_core::ports::Clock;

/// When the breaker opens, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BreakerOptions {
    /// So many failures one after the other open it. 5.
    pub consecutive: u32,
    /// More than half of so many last calls failed: it opens. 20.
    pub window: usize,
    /// The first rest; each failed probe doubles it. 5 s.
    pub rest: Duration,
    /// The longest rest. 60 s.
    pub longest_rest: Duration,
}

impl Default for BreakerOptions {
    fn default() -> Self {
        Self {
            consecutive: 5,
            window: 20,
            rest: Duration::from_secs(5),
            longest_rest: Duration::from_mins(1),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Closed,
    Open { until: Duration, rest: Duration },
    Probing { rest: Duration },
}

#[derive(Debug)]
struct State {
    phase: Phase,
    consecutive: u32,
    /// The last calls, `true` for a failure.
    window: VecDeque<bool>,
}

/// The breaker of one provider.
pub(crate) struct Breaker {
    options: BreakerOptions,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

impl Breaker {
    pub(crate) fn new(options: BreakerOptions, clock: Arc<dyn Clock>) -> Arc<Self> {
        let state = State { phase: Phase::Closed, consecutive: 0, window: VecDeque::new() };
        Arc::new(Self { options, clock, state: Mutex::new(state) })
    }

    /// Lets a call begin, or says how long the rest still lasts.
    pub(crate) fn admit(self: &Arc<Self>) -> Result<Permit, Duration> {
        if let Some(retry_in) = self.resting() {
            return Err(retry_in);
        }
        let mut state = self.state();
        let is_probe = match state.phase {
            Phase::Closed => false,
            Phase::Open { rest, .. } => {
                state.phase = Phase::Probing { rest };
                true
            }
            // Another caller became the probe since the look above.
            Phase::Probing { rest } => return Err(rest),
        };
        Ok(Permit { breaker: Arc::clone(self), is_probe, is_settled: false })
    }

    /// How long calls will be turned away; `None` where the next one will be tried.
    pub(crate) fn resting(&self) -> Option<Duration> {
        let now = self.clock.monotonic();
        match self.state().phase {
            Phase::Closed => None,
            Phase::Open { until, .. } => until.checked_sub(now).filter(|left| !left.is_zero()),
            Phase::Probing { rest } => Some(rest),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn succeeded(&self, was_probe: bool) {
        let mut state = self.state();
        match state.phase {
            Phase::Probing { .. } if was_probe => {
                *state = State { phase: Phase::Closed, consecutive: 0, window: VecDeque::new() };
            }
            Phase::Closed => {
                state.consecutive = 0;
                self.remember(&mut state, false);
            }
            // A call from before the rest came through; the probe decides.
            Phase::Open { .. } | Phase::Probing { .. } => {}
        }
    }

    /// `at_least`: how long the provider itself asked to be left alone.
    fn failed(&self, was_probe: bool, at_least: Duration) {
        let now = self.clock.monotonic();
        let mut state = self.state();
        let rest = match state.phase {
            Phase::Probing { rest } if was_probe => rest.saturating_mul(2),
            Phase::Closed => {
                state.consecutive += 1;
                self.remember(&mut state, true);
                let failures = state.window.iter().filter(|failed| **failed).count();
                let is_mostly_failing =
                    state.window.len() == self.options.window && failures * 2 > self.options.window;
                if state.consecutive < self.options.consecutive && !is_mostly_failing {
                    return;
                }
                self.options.rest
            }
            Phase::Open { .. } | Phase::Probing { .. } => return,
        };
        let rest = rest.max(at_least).min(self.options.longest_rest);
        *state =
            State { phase: Phase::Open { until: now + rest, rest }, consecutive: 0, window: VecDeque::new() };
        tracing::warn!(rest_ms = rest.as_millis() as u64, "the model keeps failing and is left alone");
    }

    fn remember(&self, state: &mut State, failed: bool) {
        if state.window.len() == self.options.window {
            state.window.pop_front();
        }
        state.window.push_back(failed);
    }

    /// A probe ended without a verdict: the next caller may probe at once.
    fn release_probe(&self) {
        let now = self.clock.monotonic();
        let mut state = self.state();
        if let Phase::Probing { rest } = state.phase {
            state.phase = Phase::Open { until: now, rest };
        }
    }
}

/// One call that was let through. Dropped without a verdict (its caller went away) it counts neither way.
pub(crate) struct Permit {
    breaker: Arc<Breaker>,
    is_probe: bool,
    is_settled: bool,
}

impl Permit {
    /// The model has begun to speak. Enough for a probe: others need not wait for the end of its answer.
    pub(crate) fn began(&mut self) {
        if self.is_probe {
            self.breaker.succeeded(true);
            self.is_probe = false;
        }
    }

    /// The provider did its work.
    pub(crate) fn succeeded(mut self) {
        self.is_settled = true;
        self.breaker.succeeded(self.is_probe);
    }

    /// The provider failed; it asked to be left alone for `at_least`.
    pub(crate) fn failed(mut self, at_least: Duration) {
        self.is_settled = true;
        self.breaker.failed(self.is_probe, at_least);
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if self.is_probe && !self.is_settled {
            self.breaker.release_probe();
        }
    }
}

#[cfg(test)]
mod tests;
