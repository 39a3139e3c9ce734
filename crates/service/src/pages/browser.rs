//! What a browser says of itself: its theme, and the word that ties forms to it.
//!
//! Forms are protected twice. The `origin` layer refuses what other pages send; and each form carries a digest of a random
//! cookie that other sites can neither read nor have sent along (double submission). The digest, not the cookie itself,
//! stands in the page, so that a copy of the page does not hold the cookie.

use crate::error::ApiError;
use axum::http::header::{COOKIE, HeaderMap, HeaderValue};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use viva_core::id;
use viva_web::pages::{Chrome, Theme};

const THEME: &str = "theme";
const CSRF: &str = "csrf";
/// A year, in seconds.
const YEAR: &str = "31536000";

/// The cookies of one request.
pub(crate) struct Browser {
    theme: Theme,
    secret: String,
    /// Whether the cookie was made for this response.
    is_new: bool,
    /// The digest of `secret` that forms carry.
    token: String,
    /// Path and query of the request.
    path: String,
}

impl Browser {
    /// Reads the cookies; a browser without a usable one gets one.
    pub(crate) fn read(headers: &HeaderMap, path: &str) -> Result<Self, ApiError> {
        let theme = cookie(headers, THEME).map(Theme::from_cookie).unwrap_or_default();
        let known = secret(headers).map(str::to_owned);
        let is_new = known.is_none();
        let secret = known.map_or_else(fresh, Ok)?;
        let token = token_of(&secret);
        Ok(Self { theme, secret, is_new, token, path: path.to_owned() })
    }

    /// What every page shows of it.
    pub(crate) fn chrome(&self, due: usize) -> Chrome<'_> {
        Chrome { theme: self.theme, csrf: &self.token, path: &self.path, due }
    }

    /// The cookie to be set, where there was none.
    pub(crate) fn new_cookie(&self) -> Option<HeaderValue> {
        let cookie = format!("{CSRF}={}; Path=/; Max-Age={YEAR}; HttpOnly; SameSite=Strict", self.secret);
        HeaderValue::try_from(cookie).ok().filter(|_| self.is_new)
    }
}

/// Whether `token` was given to the browser that sends `headers`.
pub(super) fn is_token_of(headers: &HeaderMap, token: &str) -> bool {
    secret(headers).is_some_and(|secret| token_of(secret).as_bytes().ct_eq(token.as_bytes()).into())
}

/// The cookie that keeps `theme`; the system's is kept by keeping none.
pub(crate) fn theme_cookie(theme: Theme) -> String {
    let age = if theme == Theme::System { "0" } else { YEAR };
    format!("{THEME}={}; Path=/; Max-Age={age}; HttpOnly; SameSite=Strict", theme.as_str())
}

fn secret(headers: &HeaderMap) -> Option<&str> {
    let is_ours = |text: &&str| id::Digest::from_hex(text).is_some();
    cookie(headers, CSRF).filter(is_ours)
}

fn token_of(secret: &str) -> String {
    let digest: [u8; 32] = Sha256::digest(format!("form of {secret}").as_bytes()).into();
    id::Digest(digest).to_string()
}

fn fresh() -> Result<String, ApiError> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| ApiError::Internal(format!("no randomness: {error}")))?;
    Ok(id::Digest(bytes).to_string())
}

/// The first cookie of that name.
fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(known, _)| *known == name).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(cookies: &str) -> HeaderMap {
        HeaderMap::from_iter([(COOKIE, cookies.parse().unwrap())])
    }

    #[test]
    fn a_token_fits_its_own_cookie_only() {
        let first = Browser::read(&HeaderMap::new(), "/").unwrap();
        let cookie = first.new_cookie().unwrap();
        let cookie = cookie.to_str().unwrap().split(';').next().unwrap().to_owned();
        let back = headers(&format!("theme=dark; {cookie}"));
        let again = Browser::read(&back, "/").unwrap();
        assert!(again.new_cookie().is_none());
        assert_eq!((again.chrome(0).theme, again.chrome(0).csrf), (Theme::Dark, first.chrome(0).csrf));
        assert!(is_token_of(&back, first.chrome(0).csrf));
        let other = Browser::read(&HeaderMap::new(), "/").unwrap();
        assert!(!is_token_of(&back, other.chrome(0).csrf) && !is_token_of(&back, ""));
        assert!(!is_token_of(&HeaderMap::new(), first.chrome(0).csrf));
        for odd in ["csrf=", "csrf=abc", "csrf=\"><script>"] {
            assert!(Browser::read(&headers(odd), "/").unwrap().new_cookie().is_some(), "{odd}");
        }
    }
}
