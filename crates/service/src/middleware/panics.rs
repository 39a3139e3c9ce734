//! A panic ends one request, not the process.

use crate::error::ApiError;
use axum::response::{IntoResponse, Response};
use std::any::Any;

/// The response of a handler that panicked.
pub(crate) fn panicked(panic: Box<dyn Any + Send>) -> Response {
    what_panicked(&*panic).into_response()
}

/// The error that a panic is to the client.
pub(crate) fn what_panicked(panic: &(dyn Any + Send)) -> ApiError {
    let message = panic.downcast_ref::<&str>().copied();
    let message = message.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    ApiError::Internal(format!("panicked: {}", message.unwrap_or("no message")))
}
