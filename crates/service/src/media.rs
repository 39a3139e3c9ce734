//! Media types in `accept` and `content-type`.

use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE};

/// Whether the client asks for server-sent events by name; a wildcard does not.
pub(crate) fn wants_event_stream(headers: &HeaderMap) -> bool {
    wants(headers, "text/event-stream")
}

/// Whether the client asks for HTML by name, as browsers do.
pub(crate) fn wants_html(headers: &HeaderMap) -> bool {
    wants(headers, "text/html")
}

/// Whether the client asks for Markdown by name.
pub(crate) fn wants_markdown(headers: &HeaderMap) -> bool {
    wants(headers, "text/markdown")
}

fn wants(headers: &HeaderMap, media_type: &str) -> bool {
    let accepted = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|range| {
        let mut parts = range.split(';').map(str::trim);
        let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(media_type));
        let refused = |part: &str| {
            part.split_once('=').is_some_and(|(name, value)| {
                name.trim().eq_ignore_ascii_case("q") && value.trim().parse() == Ok(0.0_f32)
            })
        };
        named && !parts.any(refused)
    })
}

/// Whether the body says that it is JSON in UTF-8, not encoded further.
pub(crate) fn is_json(headers: &HeaderMap) -> bool {
    let mut types = headers.get_all(CONTENT_TYPE).iter();
    let (Some(only), None) = (types.next(), types.next()) else { return false };
    let Ok(only) = only.to_str() else { return false };
    let mut parts = only.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default().to_ascii_lowercase();
    let is_json = name == "application/json" || (name.starts_with("application/") && name.ends_with("+json"));
    let is_utf8 = parts.all(|part| match part.split_once('=') {
        Some((name, value)) if name.trim().eq_ignore_ascii_case("charset") => {
            value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
        }
        _ => true,
    });
    let plain = |value: &axum::http::HeaderValue| value.as_bytes().eq_ignore_ascii_case(b"identity");
    is_json && is_utf8 && headers.get_all(CONTENT_ENCODING).iter().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: axum::http::HeaderName, values: &[&str]) -> HeaderMap {
        values.iter().map(|value| (name.clone(), value.parse().unwrap())).collect()
    }

    #[test]
    fn a_stream_is_asked_for_by_name() {
        for accept in ["text/event-stream", "Text/Event-Stream;q=0.5", "application/json, text/event-stream"]
        {
            assert!(wants_event_stream(&headers(ACCEPT, &[accept])), "{accept}");
        }
        for accept in
            ["*/*", "application/json", "text/event-stream;q=0", "text/event-stream; q=0.0", "text/*"]
        {
            assert!(!wants_event_stream(&headers(ACCEPT, &[accept])), "{accept}");
        }
    }

    #[test]
    fn json_is_json_by_its_own_account() {
        for good in ["application/json", "Application/JSON; charset=UTF-8", "application/ld+json"] {
            assert!(is_json(&headers(CONTENT_TYPE, &[good])), "{good}");
        }
        for bad in [
            "text/plain",
            "text/json",
            "application/json; charset=utf-16",
            "",
            "application/x-www-form-urlencoded",
        ] {
            assert!(!is_json(&headers(CONTENT_TYPE, &[bad])), "{bad}");
        }
        assert!(!is_json(&headers(CONTENT_TYPE, &["application/json", "application/json"])));
        let mut encoded = headers(CONTENT_TYPE, &["application/json"]);
        encoded.insert(CONTENT_ENCODING, "gzip".parse().unwrap());
        assert!(!is_json(&encoded));
    }
}
