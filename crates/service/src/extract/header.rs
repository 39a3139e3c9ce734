//! Headers that carry a value of their client's.

use crate::error::ApiError;
use axum::http::HeaderMap;

const IDEMPOTENCY_KEY: &str = "idempotency-key";
const LAST_EVENT_ID: &str = "last-event-id";
/// The longest idempotency key.
const MAX_KEY_CHARS: usize = 255;

/// The client's name for the request, where it has one
/// (<https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/>, but any visible characters).
pub(crate) fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, ApiError> {
    let rule = || ApiError::field(IDEMPOTENCY_KEY, "given once, 1 to 255 visible ASCII characters");
    let Some(value) = only(headers, IDEMPOTENCY_KEY).map_err(|()| rule())? else { return Ok(None) };
    let is_visible = value.bytes().all(|byte| byte.is_ascii_graphic());
    let is_valid = is_visible && (1..=MAX_KEY_CHARS).contains(&value.len());
    if is_valid { Ok(Some(value.to_owned())) } else { Err(rule()) }
}

/// The last event that a client has seen of a stream, which a browser sends when it connects again.
pub(crate) fn last_event_id(headers: &HeaderMap) -> Result<Option<usize>, ApiError> {
    let rule = || ApiError::field(LAST_EVENT_ID, "the id of an event of this stream");
    let value = only(headers, LAST_EVENT_ID).map_err(|()| rule())?;
    // Sent empty by clients that have seen none.
    value.filter(|value| !value.is_empty()).map(|value| value.parse().map_err(|_| rule())).transpose()
}

/// The header's value, if there is one; `Err` where there are several, or bytes beyond ASCII.
fn only<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, ()> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => value.to_str().map(Some).map_err(|_| ()),
        (Some(_), Some(_)) => Err(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: &'static str, values: &[&[u8]]) -> HeaderMap {
        values.iter().map(|value| (name.parse().unwrap(), value.to_vec().try_into().unwrap())).collect()
    }

    #[test]
    fn keys_are_visible_and_short() {
        let read = |values: &[&[u8]]| idempotency_key(&headers(IDEMPOTENCY_KEY, values)).ok();
        assert_eq!(read(&[]), Some(None));
        assert_eq!(read(&[b"\"8e03978e-40d5-43dd-bc93-6894a57f9324\""]).unwrap().unwrap().len(), 38);
        assert!(read(&[&[b'x'; 255]]).is_some());
        for bad in [&[&b""[..]][..], &[b"a b"], &[b"\xc3\xa9"], &[&[b'x'; 256]], &[b"a", b"a"]] {
            assert_eq!(read(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn event_ids_are_numbers() {
        let read = |values: &[&[u8]]| last_event_id(&headers(LAST_EVENT_ID, values)).ok();
        assert_eq!(read(&[b"17"]), Some(Some(17)));
        assert_eq!((read(&[]), read(&[b""])), (Some(None), Some(None)));
        for bad in [&[&b"-1"[..]][..], &[b"1.5"], &[b"x"], &[b"1", b"2"], &[b"99999999999999999999999"]] {
            assert_eq!(read(bad), None, "{bad:?}");
        }
    }
}
