use super::*;
use std::time::SystemTime;

#[derive(Default)]
struct HandClock(Mutex<Duration>);

impl HandClock {
    fn pass(&self, time: Duration) {
        *self.0.lock().unwrap() += time;
    }
}

impl Clock for HandClock {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + self.monotonic()
    }

    fn monotonic(&self) -> Duration {
        *self.0.lock().unwrap()
    }
}

fn breaker() -> (Arc<Breaker>, Arc<HandClock>) {
    let clock = Arc::new(HandClock::default());
    (Breaker::new(BreakerOptions::default(), clock.clone()), clock)
}

fn fail(breaker: &Arc<Breaker>) {
    breaker.admit().ok().unwrap().failed(Duration::ZERO);
}

fn succeed(breaker: &Arc<Breaker>) {
    breaker.admit().ok().unwrap().succeeded();
}

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn five_failures_in_a_row_open_it() {
    let (breaker, _) = breaker();
    for _ in 0..4 {
        fail(&breaker);
    }
    succeed(&breaker);
    for _ in 0..4 {
        fail(&breaker);
    }
    assert_eq!(breaker.resting(), None);
    fail(&breaker);
    assert_eq!(breaker.admit().err(), Some(5 * SECOND));
}

#[test]
fn more_than_half_of_twenty_open_it() {
    let (breaker, _) = breaker();
    for _ in 0..10 {
        fail(&breaker);
        succeed(&breaker);
    }
    assert_eq!(breaker.resting(), None, "ten of twenty is not more than half");
    fail(&breaker);
    assert_eq!(breaker.resting(), None, "the oldest failure has left the window");
    fail(&breaker);
    assert!(breaker.resting().is_some());
}

#[test]
fn one_probe_at_a_time_and_rests_double_up_to_a_minute() {
    let (breaker, clock) = breaker();
    (0..5).for_each(|_| fail(&breaker));
    for expected in [10, 20, 40, 60, 60] {
        clock.pass(breaker.resting().unwrap());
        let probe = breaker.admit().ok().unwrap();
        assert!(breaker.admit().is_err(), "only one probe");
        probe.failed(Duration::ZERO);
        assert_eq!(breaker.resting(), Some(expected * SECOND));
    }
    clock.pass(60 * SECOND);
    succeed(&breaker);
    (0..5).for_each(|_| fail(&breaker));
    assert_eq!(breaker.resting(), Some(5 * SECOND), "closing forgets the long rests");
}

#[test]
fn a_probe_that_goes_away_leaves_its_place_to_the_next() {
    let (breaker, clock) = breaker();
    (0..5).for_each(|_| fail(&breaker));
    clock.pass(5 * SECOND);
    drop(breaker.admit().ok().unwrap());
    let mut probe = breaker.admit().ok().unwrap();
    probe.began();
    assert!(breaker.admit().is_ok(), "a probe that speaks closes it");
    probe.failed(Duration::ZERO);
    assert_eq!(breaker.resting(), None, "one failure afterwards is one failure");
}

#[test]
fn a_provider_that_asks_for_a_longer_rest_gets_it() {
    let (breaker, _) = breaker();
    (0..4).for_each(|_| fail(&breaker));
    breaker.admit().ok().unwrap().failed(30 * SECOND);
    assert_eq!(breaker.resting(), Some(30 * SECOND));
}
