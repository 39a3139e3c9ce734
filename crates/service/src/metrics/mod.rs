//! What `/metrics` counts. Labels are routes and statuses, never paths: a scanner must not be able to grow them.

mod answers;

pub(crate) use answers::{AnswerMetrics, Asked};

use prometheus::{HistogramOpts, HistogramVec, IntCounterVec, IntGauge, Opts, Registry, TextEncoder};
use std::time::Duration;

/// Upper bounds of the histogram, in seconds: an extractive answer takes milliseconds, a slow one its time limit.
const BUCKETS: [f64; 12] = [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 15.0, 60.0];

/// The counters, in a registry of their own so that two services in one process do not mix.
pub(crate) struct Metrics {
    registry: Registry,
    requests: IntCounterVec,
    durations: HistogramVec,
    in_flight: IntGauge,
    index_ready: IntGauge,
    turns_running: IntGauge,
    answers: AnswerMetrics,
}

/// What is looked up at the moment somebody asks for the counters.
pub(crate) struct Moment {
    /// Whether there is an index to answer from.
    pub(crate) index_ready: bool,
    /// Turns of conversations that are being answered.
    pub(crate) turns_running: usize,
}

impl Metrics {
    pub(crate) fn new() -> Result<Self, prometheus::Error> {
        let registry = Registry::new();
        let requests = IntCounterVec::new(
            Opts::new("viva_http_requests_total", "Requests answered, by route and status."),
            &["route", "status"],
        )?;
        let durations = HistogramVec::new(
            HistogramOpts::new(
                "viva_http_request_duration_seconds",
                "Time from the request's headers to the end of its response, by route.",
            )
            .buckets(BUCKETS.to_vec()),
            &["route"],
        )?;
        let in_flight = IntGauge::new("viva_http_requests_in_flight", "Requests being answered.")?;
        let index_ready = IntGauge::new("viva_index_ready", "1 where there is an index to answer from.")?;
        registry.register(Box::new(requests.clone()))?;
        registry.register(Box::new(durations.clone()))?;
        registry.register(Box::new(in_flight.clone()))?;
        registry.register(Box::new(index_ready.clone()))?;
        let turns_running =
            IntGauge::new("viva_turns_running", "Turns of conversations being answered by this process.")?;
        registry.register(Box::new(turns_running.clone()))?;
        let answers = AnswerMetrics::new(&registry)?;
        Ok(Self { registry, requests, durations, in_flight, index_ready, turns_running, answers })
    }

    pub(crate) fn request_began(&self) {
        self.in_flight.inc();
    }

    pub(crate) fn request_ended(&self, route: &str, status: &str, took: Duration) {
        self.in_flight.dec();
        self.requests.with_label_values(&[route, status]).inc();
        self.durations.with_label_values(&[route]).observe(took.as_secs_f64());
    }

    /// What is counted of answers.
    pub(crate) fn answers(&self) -> AnswerMetrics {
        self.answers.clone()
    }

    /// Everything in the text exposition format, version 0.0.4.
    pub(crate) fn render(&self, moment: &Moment) -> Result<String, prometheus::Error> {
        let Moment { index_ready, turns_running } = *moment;
        self.index_ready.set(i64::from(index_ready));
        self.turns_running.set(i64::try_from(turns_running).unwrap_or(i64::MAX));
        TextEncoder::new().encode_to_string(&self.registry.gather())
    }
}
