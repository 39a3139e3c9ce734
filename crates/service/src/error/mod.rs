//! Everything that can go wrong with a request, and the one mapping of it to status, code and words.
//!
//! A handler returns an [`ApiError`]; its response carries the error itself, and the `problems` layer, which knows
//! the request, writes the document and logs what must not be sent. Logging where an error is made was refused: it
//! would be logged twice, or for nothing.

mod from;
mod interview;

pub(crate) use interview::{InterviewRefusal, counted};

use crate::extract::FieldError;
use axum::Extension;
use axum::http::StatusCode;
use axum::http::header::{HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use viva_core::ports::NotReady;

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
    /// The owner has no such conversation.
    NoConversation,
    /// The owner has no such turn.
    NoTurn,
    /// Nothing is kept of how the turn's answer came about.
    NoInspection,
    /// Another turn of the conversation is being answered.
    TurnRunning,
    /// The turn is not being answered here.
    TurnNotRunning,
    /// There is no answer to go deeper into.
    NothingToDeepen,
    /// The idempotency key was used for another request.
    KeyReused,
    /// An interview does not do what it is asked.
    Interview(InterviewRefusal),
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
    /// The owner has as many streams open as allowed.
    TooManyStreams { limit: usize },
    /// The process is ending.
    ShuttingDown,
    /// The index, the encoder or the database cannot be used now. The text is for the log.
    Unavailable(String),
    /// The database cannot be used now. The text is for the log.
    StoreUnavailable(String),
    /// The database has no room.
    StorageFull,
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

impl Kind {
    /// The name of the kind of problem.
    pub(crate) fn urn(&self) -> String {
        format!("urn:viva:problem:{}", self.code)
    }
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
            Self::NoConversation => (404, "no_such_conversation", "There is no such conversation"),
            Self::NoTurn => (404, "no_such_turn", "There is no such turn"),
            Self::NoInspection => (404, "no_inspection", "Nothing is kept of how the answer came about"),
            Self::TurnRunning => (409, "turn_running", "A turn of the conversation is being answered"),
            Self::TurnNotRunning => (409, "turn_not_running", "The turn is not being answered"),
            Self::NothingToDeepen => (409, "nothing_to_deepen", "There is no answer to go deeper into"),
            Self::KeyReused => {
                (409, "idempotency_key_reused", "The idempotency key stands for another request")
            }
            Self::Interview(refusal) => refusal.kind(),
            Self::Method => (405, "method_not_allowed", "The address does not take this method"),
            Self::BodyTimeout => (408, "body_timeout", "The body did not arrive in time"),
            Self::BodyTooLarge { .. } => (413, "body_too_large", "The body is too large"),
            Self::MediaType => (415, "unsupported_media_type", "The body must be JSON"),
            Self::Invalid { .. } => (422, "invalid", "Some fields break a rule"),
            Self::TooManyStreams { .. } => (429, "too_many_streams", "Too many streams at once"),
            Self::NotReady(NotReady::Starting(_)) => (503, "starting", "The index is being built"),
            Self::NotReady(_) => (503, "no_index", "There is no index to answer from"),
            Self::Saturated => (503, "saturated", "Too many requests at once"),
            Self::ShuttingDown => (503, "shutting_down", "The service is ending"),
            Self::Unavailable(_) => (503, "unavailable", "The service cannot answer now"),
            Self::StoreUnavailable(_) => (503, "store_unavailable", "The database cannot be used now"),
            Self::StorageFull => (507, "storage_full", "The database has no room"),
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
            Self::NoConversation => "/api/v1/conversations lists those there are".into(),
            Self::NoTurn => "its conversation's own address lists the turns there are".into(),
            Self::NoInspection => "it is kept of answered turns only".into(),
            Self::TurnRunning => "wait for its end, or stop it; its own address streams it".into(),
            Self::TurnNotRunning => "it has ended, or another process answers it".into(),
            Self::NothingToDeepen => "ask a question first that the guide covers".into(),
            Self::KeyReused => "use a new key for a new request".into(),
            Self::Interview(refusal) => refusal.detail(),
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
            Self::TooManyStreams { limit } => {
                format!("at most {limit} streams may be open at once; close one")
            }
            Self::ShuttingDown => "the service is shutting down; try again once it is back".into(),
            Self::Unavailable(_) => {
                "the index, the encoder or the database cannot be used now; try again shortly".into()
            }
            Self::StoreUnavailable(_) => {
                "conversations cannot be read or written now; questions without one are answered".into()
            }
            Self::StorageFull => {
                "nothing more can be kept; questions without a conversation are answered".into()
            }
            Self::Timeout(_) => "the answer took longer than allowed; try again".into(),
            Self::Interrupted(_) => "the answer broke off before its end; try again".into(),
            Self::Internal(_) => "the failure is in the log under this request id".into(),
        }
    }

    /// What is logged and never sent.
    pub(crate) fn internal(&self) -> Option<String> {
        match self {
            Self::Unavailable(text)
            | Self::StoreUnavailable(text)
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
            Self::Saturated | Self::TooManyStreams { .. } | Self::TurnRunning => Some(1),
            Self::Interview(refusal) => refusal.retry_after(),
            Self::NotReady(NotReady::Starting(_)) | Self::Unavailable(_) | Self::StoreUnavailable(_) => {
                Some(2)
            }
            Self::ShuttingDown => Some(5),
            Self::NotReady(_) | Self::StorageFull => Some(30),
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
