//! Everything that can go wrong with a request, and the one mapping of it to status, code and words.
//!
//! A handler returns an [`ApiError`]; its response carries the error itself, and the `problems` layer, which knows
//! the request, writes the document and logs what must not be sent. Logging where an error is made was refused: it
//! would be logged twice, or for nothing.

use crate::extract::FieldError;
use axum::Extension;
use axum::http::StatusCode;
use axum::http::header::{HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use viva_assistant::SearchFailure;
use viva_core::ports::{NotReady, SearchError};
use viva_core::turn::{Failure, FailureKind};

/// Why a request is not answered as asked.
#[derive(Debug, Clone)]
pub(crate) enum ApiError {
    /// It cannot be read at all.
    Malformed { detail: String },
    /// Its `Host` is missing, doubled or not a host.
    BadHost,
    /// Its `Host` is not one of ours.
    ForeignHost,
    /// It carries no key, or a wrong one.
    KeyRequired,
    /// A page of another site sent it.
    CrossOrigin,
    /// There is no such route.
    NoRoute,
    /// The guide has no such question.
    NoQuestion { id: String },
    /// The route has no such method.
    Method,
    /// Its body did not arrive in time.
    BodyTimeout,
    /// Its body is too large.
    BodyTooLarge { limit: usize },
    /// Its body is not JSON by its own account.
    MediaType,
    /// Fields break rules.
    Invalid { errors: Vec<FieldError> },
    /// There is no index to answer from.
    NotReady(NotReady),
    /// Too many requests at once.
    Saturated,
    /// The process is ending.
    ShuttingDown,
    /// The index or the encoder cannot answer now. The text is for the log.
    Unavailable(String),
    /// No answer in time. The text is for the log.
    Timeout(String),
    /// The answer broke off. The text is for the log.
    Interrupted(String),
    /// A mistake of ours. The text is for the log.
    Internal(String),
}

/// What a client is told of an [`ApiError`], but for the detail.
pub(crate) struct Kind {
    pub(crate) status: StatusCode,
    /// The stable word for programs.
    pub(crate) code: &'static str,
    /// The same for every occurrence.
    pub(crate) title: &'static str,
}

impl ApiError {
    /// A single rule of a single field.
    pub(crate) fn field(field: impl Into<String>, rule: impl Into<String>) -> Self {
        Self::Invalid { errors: vec![FieldError { field: field.into(), rule: rule.into() }] }
    }

    pub(crate) fn kind(&self) -> Kind {
        let (status, code, title) = match self {
            Self::Malformed { .. } => (400, "malformed", "The request cannot be read"),
            Self::BadHost => (400, "bad_host", "The request names no host"),
            Self::ForeignHost => (421, "foreign_host", "The host is not served here"),
            Self::KeyRequired => (401, "key_required", "A valid key is required"),
            Self::CrossOrigin => (403, "cross_origin", "Requests from other sites are refused"),
            Self::NoRoute => (404, "no_such_route", "There is no such address"),
            Self::NoQuestion { .. } => (404, "no_such_question", "The guide has no such question"),
            Self::Method => (405, "method_not_allowed", "The address does not take this method"),
            Self::BodyTimeout => (408, "body_timeout", "The body did not arrive in time"),
            Self::BodyTooLarge { .. } => (413, "body_too_large", "The body is too large"),
            Self::MediaType => (415, "unsupported_media_type", "The body must be JSON"),
            Self::Invalid { .. } => (422, "invalid", "Some fields break a rule"),
            Self::NotReady(NotReady::Starting(_)) => (503, "starting", "The index is being built"),
            Self::NotReady(_) => (503, "no_index", "There is no index to answer from"),
            Self::Saturated => (503, "saturated", "Too many requests at once"),
            Self::ShuttingDown => (503, "shutting_down", "The service is ending"),
            Self::Unavailable(_) => (503, "unavailable", "The index cannot answer now"),
            Self::Timeout(_) => (504, "timeout", "No answer in time"),
            Self::Interrupted(_) => (502, "interrupted", "The answer broke off"),
            Self::Internal(_) => (500, "internal", "Something went wrong here"),
        };
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Kind { status, code, title }
    }

    /// The sentence for people: what happened, and what to do. Free of internal detail.
    pub(crate) fn detail(&self) -> String {
        match self {
            Self::Malformed { detail } => detail.clone(),
            Self::BadHost => "send exactly one Host header with a host name and, if any, a port".into(),
            Self::ForeignHost => "to be called by this name, the service must list it in `http.hosts`".into(),
            Self::KeyRequired => "send the key as `Authorization: Bearer …` or as `x-api-key`".into(),
            Self::CrossOrigin => {
                "only pages that this service itself has served may change something here".into()
            }
            Self::NoRoute => "the addresses are listed in /openapi.json and, for people, at /docs".into(),
            Self::NoQuestion { id } => {
                format!("there is no question `{id}`; /api/v1/questions lists those there are")
            }
            Self::Method => "the allow header names the methods that the address takes".into(),
            Self::BodyTimeout => "send the whole body at once".into(),
            Self::BodyTooLarge { limit } => format!("a body may have at most {limit} bytes"),
            Self::MediaType => "send `content-type: application/json`, in UTF-8, without an encoding".into(),
            Self::Invalid { errors } => {
                let said: Vec<String> = errors.iter().map(|e| format!("`{}`: {}", e.field, e.rule)).collect();
                said.join("; ")
            }
            Self::NotReady(reason) => explain(reason),
            Self::Saturated => "as many requests as allowed are being answered; try again shortly".into(),
            Self::ShuttingDown => "the service is shutting down; try again once it is back".into(),
            Self::Unavailable(_) => "the index or the encoder cannot answer now; try again shortly".into(),
            Self::Timeout(_) => "the answer took longer than allowed; try again".into(),
            Self::Interrupted(_) => "the answer broke off before its end; try again".into(),
            Self::Internal(_) => "the failure is in the log under this request id".into(),
        }
    }

    /// What is logged and never sent.
    pub(crate) fn internal(&self) -> Option<String> {
        match self {
            Self::Unavailable(text)
            | Self::Timeout(text)
            | Self::Interrupted(text)
            | Self::Internal(text)
            | Self::NotReady(NotReady::Broken(text)) => Some(text.clone()),
            _ => None,
        }
    }

    /// After how many seconds it is worth trying again.
    pub(crate) fn retry_after(&self) -> Option<u16> {
        match self {
            Self::Saturated => Some(1),
            Self::NotReady(NotReady::Starting(_)) | Self::Unavailable(_) => Some(2),
            Self::ShuttingDown => Some(5),
            Self::NotReady(_) => Some(30),
            _ => None,
        }
    }

    /// The rules that fields break.
    pub(crate) fn fields(&self) -> &[FieldError] {
        match self {
            Self::Invalid { errors } => errors,
            _ => &[],
        }
    }

    /// Writes what must not be sent into the log, where there is any; called once for each request or stream.
    pub(crate) fn log(&self, request_id: &str) {
        let code = self.kind().code;
        if let Some(internal) = self.internal() {
            tracing::error!(request.id = request_id, error.code = code, error.internal = ?internal, "request failed");
        }
    }
}

/// Why there is no index, in words that may be sent.
pub(crate) fn explain(reason: &NotReady) -> String {
    match reason {
        NotReady::Starting(_) | NotReady::Empty | NotReady::Mismatch(_) => reason.to_string(),
        NotReady::Broken(_) => "the index cannot be opened; the log says why".into(),
    }
}

impl IntoResponse for ApiError {
    /// A bare status with the error beside it: the `problems` layer writes the document.
    fn into_response(self) -> Response {
        let mut response = self.kind().status.into_response();
        if let Some(seconds) = self.retry_after() {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if matches!(self, Self::KeyRequired) {
            response
                .headers_mut()
                .insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"viva\""));
        }
        (Extension(Arc::new(self)), response).into_response()
    }
}

impl From<NotReady> for ApiError {
    fn from(reason: NotReady) -> Self {
        Self::NotReady(reason)
    }
}

impl From<SearchFailure> for ApiError {
    fn from(failure: SearchFailure) -> Self {
        match failure {
            SearchFailure::NotReady(reason) => Self::NotReady(reason),
            SearchFailure::Embed(error) => Self::Unavailable(chain(&error)),
            SearchFailure::Search(error) => match &error {
                SearchError::Unavailable(_) => Self::Unavailable(chain(&error)),
                SearchError::Timeout(_) => Self::Timeout(chain(&error)),
                SearchError::Payload { .. } | SearchError::Failed(_) => Self::Internal(chain(&error)),
            },
        }
    }
}

impl From<Failure> for ApiError {
    fn from(failure: Failure) -> Self {
        let Failure { kind, detail } = failure;
        match kind {
            FailureKind::Unavailable => Self::Unavailable(detail),
            FailureKind::Timeout => Self::Timeout(detail),
            FailureKind::Interrupted => Self::Interrupted(detail),
            FailureKind::ShuttingDown => Self::ShuttingDown,
            FailureKind::Internal => Self::Internal(detail),
        }
    }
}

/// An error with its causes, on one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
