//! Words, numbers and dates as pages write them.

use jiff::{Timestamp, tz::TimeZone};
use maud::{Markup, html};
use std::time::{Duration, SystemTime};
use viva_core::guide::{Level, SectionKind};
use viva_core::turn::Depth;

/// `n` things, with the noun in the right number.
pub(super) fn count(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// A duration as people read it: `0.4 ms`, `38 ms`, `2.1 s`.
pub(super) fn duration(time: Duration) -> String {
    let millis = time.as_secs_f64() * 1_000.0;
    match millis {
        m if m < 10.0 => format!("{m:.1} ms"),
        m if m < 1_000.0 => format!("{m:.0} ms"),
        m => format!("{:.1} s", m / 1_000.0),
    }
}

/// A date, such as `22 Nov 2026`, with the exact moment for programs. Days are UTC: no page knows where its reader is.
pub(super) fn date(at: SystemTime) -> Markup {
    let Ok(moment) = Timestamp::try_from(at) else { return html! { "unknown" } };
    let day = moment.to_zoned(TimeZone::UTC).strftime("%-d %b %Y").to_string();
    html! { time datetime=(moment) { (day) } }
}

/// As [`date`], with the time of day.
pub(super) fn moment(at: SystemTime) -> Markup {
    let Ok(moment) = Timestamp::try_from(at) else { return html! { "unknown" } };
    let text = moment.to_zoned(TimeZone::UTC).strftime("%-d %b %Y, %H:%M UTC").to_string();
    html! { time datetime=(moment) { (text) } }
}

/// The day alone, such as `22 Nov`.
pub(super) fn day(at: SystemTime) -> String {
    Timestamp::try_from(at).map_or_else(
        |_| "unknown".to_owned(),
        |moment| moment.to_zoned(TimeZone::UTC).strftime("%-d %b").to_string(),
    )
}

/// How long people took: `45 s`, `12 min`, `1 h 5 min`.
pub(super) fn spent(time: Duration) -> String {
    let minutes = (time.as_secs() + 30) / 60;
    match (time.as_secs(), minutes) {
        (seconds @ 0..=89, _) => format!("{seconds} s"),
        (_, minutes @ 0..=59) => format!("{minutes} min"),
        (_, minutes) => format!("{} h {} min", minutes / 60, minutes % 60),
    }
}

/// When `at` comes, seen from `now`: `now`, `in 3 days`.
pub(super) fn until(at: SystemTime, now: SystemTime) -> String {
    let Ok(wait) = at.duration_since(now) else { return "now".to_owned() };
    let minutes = wait.as_secs().div_ceil(60);
    match minutes {
        0 => "now".to_owned(),
        1..=59 => format!("in {minutes} min"),
        60..=1_439 => format!("in {} h", minutes / 60),
        _ => format!("in {}", count((minutes as f64 / 1_440.0).round() as usize, "day", "days")),
    }
}

/// A slug as words: `threading-vs-multiprocessing` is `Threading vs multiprocessing`.
pub fn words(slug: &str) -> String {
    let text = slug.replace('-', " ");
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |first| first.to_uppercase().collect::<String>() + chars.as_str())
}

pub(super) fn section_name(kind: SectionKind) -> &'static str {
    match kind {
        SectionKind::ShortAnswer => "Short answer",
        SectionKind::Explanation => "Explanation",
        SectionKind::Example => "Example",
        SectionKind::Pitfalls => "Pitfalls",
        SectionKind::Deeper => "Going deeper",
        SectionKind::FollowUp => "Follow-up",
        SectionKind::Text => "Text",
    }
}

pub(super) fn level_name(level: Level) -> &'static str {
    match level {
        Level::Junior => "Junior",
        Level::Mid => "Mid",
        Level::Senior => "Senior",
        Level::Principal => "Principal",
    }
}

pub(super) fn depth_name(depth: Depth) -> &'static str {
    match depth {
        Depth::Brief => "Brief",
        Depth::Standard => "Standard",
        Depth::Deep => "Deep",
    }
}

/// A share as `62 %`.
pub(super) fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

/// Text with its `code` between backticks as code, for titles; everything else is plain.
pub(super) fn title(text: &str) -> Markup {
    let parts: Vec<&str> = text.split('`').collect();
    let is_paired = parts.len() % 2 == 1;
    html! {
        @if is_paired {
            @for (at, part) in parts.iter().enumerate() {
                @if at % 2 == 1 { code { (part) } } @else { (part) }
            }
        } @else { (text) }
    }
}

/// A query string of `pairs` whose values are not empty.
pub(super) fn query(pairs: &[(&str, &str)]) -> String {
    let encoded: Vec<String> = pairs
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name}={}", encode(value)))
        .collect();
    if encoded.is_empty() { String::new() } else { format!("?{}", encoded.join("&")) }
}

/// Percent-encodes everything but unreserved characters (RFC 3986, 2.3).
pub(super) fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
