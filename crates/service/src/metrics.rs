//! What `/metrics` counts. Labels are routes and statuses, never paths: a scanner must not be able to grow them.

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
        Ok(Self { registry, requests, durations, in_flight, index_ready })
    }

    pub(crate) fn request_began(&self) {
        self.in_flight.inc();
    }

    pub(crate) fn request_ended(&self, route: &str, status: &str, took: Duration) {
        self.in_flight.dec();
        self.requests.with_label_values(&[route, status]).inc();
        self.durations.with_label_values(&[route]).observe(took.as_secs_f64());
    }

    /// Everything in the text exposition format, version 0.0.4.
    pub(crate) fn render(&self, index_ready: bool) -> Result<String, prometheus::Error> {
        self.index_ready.set(i64::from(index_ready));
        TextEncoder::new().encode_to_string(&self.registry.gather())
    }
}
