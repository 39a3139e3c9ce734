//! Times as both databases store them: whole microseconds since 1970-01-01 UTC, so that they compare as numbers.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Microseconds since 1970, rounded down; negative before. Times beyond the year 292,000 are cut to it.
pub(crate) fn micros(time: SystemTime) -> i64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_micros()).unwrap_or(i64::MAX),
        Err(before) => {
            let before = before.duration().as_nanos().div_ceil(1_000);
            i64::try_from(before).map_or(i64::MIN, |before| -before)
        }
    }
}

/// The time of `micros`.
pub(crate) fn time(micros: i64) -> SystemTime {
    let distance = Duration::from_micros(micros.unsigned_abs());
    if micros < 0 { UNIX_EPOCH - distance } else { UNIX_EPOCH + distance }
}

/// `time` as it will be read back.
pub(crate) fn stored(at: SystemTime) -> SystemTime {
    time(micros(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_survive_and_keep_their_order() {
        let times = [-1_500_000_001_i64, -1_000, -1, 0, 1, 999, 1_800_000_000_123_456_789];
        let times = times.map(|nanos| {
            let distance = Duration::from_nanos(nanos.unsigned_abs());
            if nanos < 0 { UNIX_EPOCH - distance } else { UNIX_EPOCH + distance }
        });
        for pair in times.windows(2) {
            assert!(micros(pair[0]) <= micros(pair[1]), "{pair:?}");
        }
        for at in times {
            assert_eq!(micros(stored(at)), micros(at));
            assert!(stored(at) <= at && at.duration_since(stored(at)).unwrap() < Duration::from_micros(1));
        }
    }
}
