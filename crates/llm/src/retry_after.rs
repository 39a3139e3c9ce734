//! How long a provider asks to be left alone.

use std::time::{Duration, SystemTime};

/// Nothing longer is believed: it would only overflow.
const LONGEST: Duration = Duration::from_hours(30 * 24);

/// Reads `retry-after-ms` (milliseconds, as OpenAI and Azure send it) and else `retry-after` (RFC 9110, section 10.2.3:
/// seconds, or an HTTP date; a fraction of a second is taken too). Negative and other values that are no time are as good
/// as none.
pub(crate) fn retry_after(
    milliseconds: Option<&str>,
    seconds_or_date: Option<&str>,
    now: SystemTime,
) -> Option<Duration> {
    let from_milliseconds = milliseconds.and_then(|value| number(value, 0.001));
    from_milliseconds.or_else(|| {
        let value = seconds_or_date?.trim();
        number(value, 1.0).or_else(|| {
            let date = httpdate::parse_http_date(value).ok()?;
            // A date that has passed asks for no wait.
            Some(date.duration_since(now).unwrap_or_default().min(LONGEST))
        })
    })
}

fn number(value: &str, unit: f64) -> Option<Duration> {
    let seconds = value.trim().parse::<f64>().ok()? * unit;
    if !seconds.is_finite() || seconds < 0.0 {
        return None;
    }
    Some(Duration::try_from_secs_f64(seconds).unwrap_or(LONGEST).min(LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(milliseconds: Option<&str>, value: Option<&str>, expected: Option<f64>) {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        let found = retry_after(milliseconds, value, now).map(|wait| wait.as_secs_f64());
        assert_eq!(found, expected, "{milliseconds:?} {value:?}");
    }

    #[test]
    fn every_form_is_read() {
        check(None, None, None);
        check(None, Some("0"), Some(0.0));
        check(None, Some(" 7 "), Some(7.0));
        check(None, Some("1.5"), Some(1.5));
        check(None, Some("86400"), Some(86_400.0));
        check(Some("250"), Some("7"), Some(0.25));
        check(Some("soon"), Some("7"), Some(7.0));
        // 1,700,000,000 is 2023-11-14 22:13:20 UTC.
        check(None, Some("Tue, 14 Nov 2023 22:13:30 GMT"), Some(10.0));
        check(None, Some("Tue, 14 Nov 2023 22:13:10 GMT"), Some(0.0));
    }

    #[test]
    fn what_is_no_time_is_none() {
        for value in ["-1", "NaN", "inf", "-inf", "", "soon", "Tue, 99 Nov 2023 22:13:30 GMT"] {
            check(None, Some(value), None);
        }
        check(None, Some("1e300"), Some(LONGEST.as_secs_f64()));
    }
}
