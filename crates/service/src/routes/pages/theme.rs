//! `POST /theme`: keeps the chosen colours in a cookie.

use crate::error::ApiError;
use crate::pages::{Form, Refused, see_other, theme_cookie};
use axum::http::header::{HeaderValue, SET_COOKIE};
use axum::response::Response;
use viva_web::pages::Theme;

/// Chooses light, dark or the system's colours
#[utoipa::path(
    post, path = "/theme", tag = "pages",
    request_body(content = String, content_type = "application/x-www-form-urlencoded"),
    responses((status = 303, description = "Back to the page"), Refused),
    security((), ("bearer" = []), ("x_api_key" = [])),
)]
pub(crate) async fn theme(Form(fields): Form) -> Result<Response, ApiError> {
    let cookie = theme_cookie(Theme::from_cookie(fields.text("theme")));
    let mut response = see_other(local(fields.text("back")));
    let cookie = HeaderValue::try_from(cookie).map_err(|error| ApiError::Internal(error.to_string()))?;
    response.headers_mut().append(SET_COOKIE, cookie);
    Ok(response)
}

/// `path` where it can lead nowhere but into this service; otherwise the start.
fn local(path: &str) -> &str {
    let is_visible = path.bytes().all(|byte| byte.is_ascii_graphic());
    let is_local = path.starts_with('/') && !path.starts_with("//") && !path.contains('\\');
    if is_local && is_visible { path } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::local;

    #[test]
    fn nobody_is_led_elsewhere() {
        for good in ["/", "/guide?q=a%20b", "/c/1#turn-2"] {
            assert_eq!(local(good), good);
        }
        for bad in ["", "guide", "//evil.example", "/\\evil.example", "https://evil.example", "/a\r\nb"] {
            assert_eq!(local(bad), "/", "{bad:?}");
        }
    }
}
