//! What an ingest tells while it runs. This crate prints nothing.

use std::time::Duration;

/// Hears how far an ingest is. Called from several threads, often: must return at once.
pub trait Progress: Send + Sync {
    /// Hears of one step.
    fn report(&self, update: ProgressUpdate);
}

/// One step of an ingest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ProgressUpdate {
    /// What is being done.
    pub stage: Stage,
    /// How much of it is done, in the unit of the stage.
    pub done: usize,
    /// How much there is to do, in the unit of the stage.
    pub total: usize,
    /// Passages that need no embedding because their vectors are known. Zero before that is known.
    pub reused: usize,
    /// Units a second since the stage began; `None` before the first.
    pub rate: Option<f64>,
    /// How long the stage will take from now, estimated by tokens where it embeds; `None` before the first
    /// unit.
    pub remaining: Option<Duration>,
}

/// The stages of an ingest, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Cutting the guide; counts questions.
    Chunk,
    /// Embedding; counts distinct passages that are not known yet.
    Embed,
    /// Writing the index; counts chunks.
    Write,
}

impl Stage {
    /// The name for people and programs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Chunk => "chunk",
            Self::Embed => "embed",
            Self::Write => "write",
        }
    }
}

/// A closure listens too.
impl<F: Fn(ProgressUpdate) + Send + Sync> Progress for F {
    fn report(&self, update: ProgressUpdate) {
        self(update);
    }
}

/// A stage's counter: makes [`ProgressUpdate`]s out of work done and time passed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Meter {
    pub(crate) stage: Stage,
    pub(crate) total: usize,
    pub(crate) reused: usize,
    /// All the stage's work, in whatever unit predicts its duration.
    pub(crate) total_work: usize,
}

impl Meter {
    pub(crate) fn update(&self, done: usize, done_work: usize, elapsed: Duration) -> ProgressUpdate {
        let seconds = elapsed.as_secs_f64();
        let measurable = done > 0 && seconds > 0.0;
        let rate = measurable.then(|| done as f64 / seconds);
        let work_left = self.total_work.saturating_sub(done_work) as f64;
        let remaining = (measurable && done_work > 0)
            .then(|| Duration::try_from_secs_f64(seconds * work_left / done_work as f64).ok())
            .flatten();
        let Self { stage, total, reused, total_work: _ } = *self;
        ProgressUpdate { stage, done, total, reused, rate, remaining }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rate_counts_units_and_the_remaining_time_counts_work() {
        let meter = Meter { stage: Stage::Embed, total: 100, reused: 7, total_work: 1_000 };
        let update = meter.update(20, 500, Duration::from_secs(10));
        assert_eq!((update.done, update.total, update.reused), (20, 100, 7));
        assert_eq!(update.rate, Some(2.0));
        assert_eq!(update.remaining, Some(Duration::from_secs(10)));
    }

    #[test]
    fn nothing_is_estimated_from_nothing() {
        let meter = Meter { stage: Stage::Write, total: 5, reused: 0, total_work: 5 };
        let update = meter.update(0, 0, Duration::ZERO);
        assert_eq!((update.rate, update.remaining), (None, None));
    }
}
