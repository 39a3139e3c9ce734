//! What is counted of answers, as those who asked for them saw them: an answer shown again to a repeated request counts
//! again, and one that went on without its asker counts as abandoned.

use prometheus::{Histogram, HistogramOpts, IntCounterVec, Opts, Registry};
use viva_core::turn::{Answer, AnswerEvent, FailureKind, Mode, Usage};

/// Upper bounds in seconds: a fast model begins within half a second, a slow one within its time limit.
const FIRST_TOKEN: [f64; 10] = [0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0];

/// The mode of an answer that there is not.
const NO_MODE: &str = "none";
/// The outcome of an answer that its asker did not wait for.
const ABANDONED: &str = "abandoned";

/// The counters. Clones count together.
#[derive(Clone)]
pub(crate) struct AnswerMetrics {
    answers: IntCounterVec,
    degraded: IntCounterVec,
    tokens: IntCounterVec,
    first_token: Histogram,
}

impl AnswerMetrics {
    pub(crate) fn new(registry: &Registry) -> Result<Self, prometheus::Error> {
        let counter = |name: &str, help: &str, labels: &[&str]| {
            let counter = IntCounterVec::new(Opts::new(name, help), labels)?;
            registry.register(Box::new(counter.clone()))?;
            Ok::<_, prometheus::Error>(counter)
        };
        let first_token = HistogramOpts::new(
            "viva_model_first_token_seconds",
            "Time from a question to the first piece of text that a model wrote on it.",
        );
        let first_token = Histogram::with_opts(first_token.buckets(FIRST_TOKEN.to_vec()))?;
        registry.register(Box::new(first_token.clone()))?;
        Ok(Self {
            answers: counter("viva_turns_total", "Answers, by mode and outcome.", &["mode", "outcome"])?,
            degraded: counter(
                "viva_degraded_total",
                "Answers that were not made as configured, by reason.",
                &["reason"],
            )?,
            tokens: counter(
                "viva_model_tokens_total",
                "Tokens that models have counted in complete answers, by direction.",
                &["direction"],
            )?,
            first_token,
        })
    }

    /// Somebody has asked.
    pub(crate) fn asked(self) -> Asked {
        Asked { metrics: self, has_ended: false }
    }

    fn answered(&self, answer: &Answer) {
        let outcome = if answer.covered { "answered" } else { "not_covered" };
        self.answers.with_label_values(&[answer.mode.as_str(), outcome]).inc();
        if let Some(degraded) = &answer.degraded {
            self.degraded.with_label_values(&[degraded.reason.as_str()]).inc();
        }
        if let Some(Usage { input_tokens, output_tokens }) = answer.usage {
            self.tokens.with_label_values(&["input"]).inc_by(input_tokens);
            self.tokens.with_label_values(&["output"]).inc_by(output_tokens);
        }
        if answer.mode == Mode::Generated {
            self.first_token.observe(answer.timings.first_token.as_secs_f64());
        }
    }
}

/// Somebody who waits for an answer.
pub(crate) struct Asked {
    metrics: AnswerMetrics,
    has_ended: bool,
}

impl Asked {
    /// Counts what `event` ends.
    pub(crate) fn see(&mut self, event: &AnswerEvent) {
        match event {
            AnswerEvent::Done(answer) => self.metrics.answered(answer),
            AnswerEvent::Failed(failure) => self.ended(outcome(failure.kind)),
            _ => return,
        }
        self.has_ended = true;
    }

    fn ended(&self, outcome: &str) {
        self.metrics.answers.with_label_values(&[NO_MODE, outcome]).inc();
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        if !self.has_ended {
            self.ended(ABANDONED);
        }
    }
}

fn outcome(kind: FailureKind) -> &'static str {
    match kind {
        FailureKind::Unavailable => "unavailable",
        FailureKind::Timeout => "timeout",
        FailureKind::Interrupted => "interrupted",
        FailureKind::ShuttingDown => "shutting_down",
        FailureKind::Internal => "internal",
    }
}
