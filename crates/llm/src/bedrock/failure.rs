//! What goes wrong with Bedrock, in our kinds.
//!
//! Names of exceptions: <https://docs.aws.amazon.com/bedrock/latest/userguide/troubleshooting-api-error-codes.html> and
//! <https://docs.aws.amazon.com/bedrock/latest/APIReference/CommonErrors.html>. They are matched by name, because the SDK
//! models only some of them.

use crate::words::{Label, says_filtered, says_one_of, says_too_long};
use aws_sdk_bedrockruntime::config::http::HttpResponse;
use aws_sdk_bedrockruntime::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_bedrockruntime::types::error::ConverseStreamOutputError;
use std::error::Error;
use viva_core::chat::{ChatError, ChatErrorKind};

/// The error of a call that got no stream.
pub(super) fn of_call<E>(error: &SdkError<E, HttpResponse>, label: &Label) -> ChatError
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let status = error.raw_response().map(|response| response.status().as_u16());
    of_sdk(error, status, false, label)
}

/// The error of a stream.
pub(super) fn of_stream<R>(
    error: &SdkError<ConverseStreamOutputError, R>,
    has_spoken: bool,
    label: &Label,
) -> ChatError
where
    R: std::fmt::Debug,
{
    match error.as_service_error().map(|error| (name_of(error), error.message())) {
        Some((Some(name), message)) => of_exception(name, message.unwrap_or_default(), None, label),
        _ => of_sdk(error, None, has_spoken, label),
    }
}

/// In streams the SDK tells an exception by its type alone.
fn name_of(error: &ConverseStreamOutputError) -> Option<&'static str> {
    match error {
        ConverseStreamOutputError::InternalServerException(_) => Some("InternalServerException"),
        ConverseStreamOutputError::ModelStreamErrorException(_) => Some("ModelStreamErrorException"),
        ConverseStreamOutputError::ServiceUnavailableException(_) => Some("ServiceUnavailableException"),
        ConverseStreamOutputError::ThrottlingException(_) => Some("ThrottlingException"),
        ConverseStreamOutputError::ValidationException(_) => Some("ValidationException"),
        _ => None,
    }
}

fn of_sdk<E, R>(error: &SdkError<E, R>, status: Option<u16>, has_spoken: bool, label: &Label) -> ChatError
where
    E: ProvideErrorMetadata + Error + 'static,
    R: std::fmt::Debug,
{
    match error {
        SdkError::ServiceError(context) => of_service(context.err(), status, label),
        SdkError::ResponseError(_) => match status {
            Some(status) if status >= 300 => of_status(status, label),
            _ => label.error(ChatErrorKind::Malformed, "sent something that is not of the protocol"),
        },
        SdkError::TimeoutError(_) => timed_out(label),
        SdkError::DispatchFailure(failure) if failure.is_timeout() => timed_out(label),
        _ => of_transport(&DisplayErrorContext(error).to_string(), has_spoken, label),
    }
}

fn timed_out(label: &Label) -> ChatError {
    label.error(ChatErrorKind::Timeout, "could not be connected to within the limit")
}

/// A failure that the SDK tells only in words.
fn of_transport(words: &str, has_spoken: bool, label: &Label) -> ChatError {
    let credentials = ["credential", "identity", "auth scheme", "access token", "sso"];
    if has_spoken {
        return label.error(ChatErrorKind::Broken, "broke its answer off");
    }
    let says = |phrases: &[&str]| says_one_of(words, phrases);
    if says(&["certificate"]) {
        let what = "cannot be trusted: the certificate of its endpoint was refused";
        return label.error(ChatErrorKind::Unreachable, what);
    }
    if says(&["dns error", "failed to lookup address", "resolve dns", "dns resolution"]) {
        let what = "cannot be reached: the name of its endpoint has no address; check the region and the DNS";
        return label.error(ChatErrorKind::Unreachable, what);
    }
    if says(&credentials) {
        let what = "was not asked: no AWS credentials were found; set access keys, a profile or a Bedrock API key, or \
                    run this where a role provides them";
        return label.error(ChatErrorKind::Refused, what);
    }
    let what = if says(&["connection refused"]) {
        "cannot be reached: connection refused"
    } else {
        "cannot be reached, or closed the connection without an answer"
    };
    label.error(ChatErrorKind::Unreachable, what)
}

fn of_service(error: &impl ProvideErrorMetadata, status: Option<u16>, label: &Label) -> ChatError {
    let Some(code) = error.code() else {
        return of_status(status.unwrap_or(500), label);
    };
    of_exception(code, error.message().unwrap_or_default(), status, label)
}

fn of_exception(code: &str, message: &str, status: Option<u16>, label: &Label) -> ChatError {
    let kind = kind(code, message, status);
    let quoted = label.quotable(message).map(|message| format!(": {message}")).unwrap_or_default();
    label.error(kind, format!("answered {code}{quoted}{}", advice(kind, code, message)))
}

fn of_status(status: u16, label: &Label) -> ChatError {
    label.error(kind_of_status(status), format!("answered {status}"))
}

fn kind_of_status(status: u16) -> ChatErrorKind {
    match status {
        408 | 409 | 429 => ChatErrorKind::RateLimited { retry_after: None },
        413 => ChatErrorKind::ContextTooLong,
        300..=399 | 401..=405 => ChatErrorKind::Refused,
        400..=499 => ChatErrorKind::Invalid,
        _ => ChatErrorKind::Upstream,
    }
}

fn kind(code: &str, message: &str, status: Option<u16>) -> ChatErrorKind {
    let name = code.to_ascii_lowercase();
    let name = name.strip_suffix("exception").or_else(|| name.strip_suffix("error")).unwrap_or(&name);
    match name {
        "throttling" | "throttled" | "toomanyrequests" | "servicequotaexceeded" | "requestlimitexceeded" => {
            ChatErrorKind::RateLimited { retry_after: None }
        }
        "modeltimeout" => ChatErrorKind::Timeout,
        "modelnotready" | "serviceunavailable" | "internalserver" | "internalfailure"
        | "modelstreamerror" | "modelstream" | "modelerror" | "model" => ChatErrorKind::Upstream,
        "accessdenied"
        | "expiredtoken"
        | "unrecognizedclient"
        | "invalidsignature"
        | "incompletesignature"
        | "missingauthenticationtoken"
        | "notauthorized"
        | "optinrequired"
        | "invalidclienttokenid"
        | "requestexpired"
        | "requesttimetooskewed"
        | "resourcenotfound" => ChatErrorKind::Refused,
        "validation" if says_too_long(message) || says_one_of(message, &["too long"]) => {
            ChatErrorKind::ContextTooLong
        }
        "validation" if says_filtered(message) => ChatErrorKind::Filtered,
        // "The provided model identifier is invalid."
        "validation" if says_one_of(message, &["model identifier", "on-demand throughput"]) => {
            ChatErrorKind::Refused
        }
        "validation" => ChatErrorKind::Invalid,
        _ => status.map_or(ChatErrorKind::Upstream, kind_of_status),
    }
}

/// What an operator can do.
fn advice(kind: ChatErrorKind, code: &str, message: &str) -> &'static str {
    if kind != ChatErrorKind::Refused {
        return "";
    }
    if says_one_of(
        &format!("{code} {message}"),
        &["signature expired", "skewed", "requestexpired", "not yet current"],
    ) {
        return " (check this machine's clock: signatures are only good for a few minutes)";
    }
    if says_one_of(code, &["expiredtoken"]) {
        return " (the credentials have expired: renew them)";
    }
    if says_one_of(code, &["unrecognizedclient", "signature", "token"]) {
        return " (check the access keys or the API key)";
    }
    " (check that this account may use the model in this region: model access, IAM permission and the model's id)"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_apart() {
        for (code, message, expected) in [
            ("ThrottlingException", "", ChatErrorKind::RateLimited { retry_after: None }),
            ("throttlingException", "", ChatErrorKind::RateLimited { retry_after: None }),
            ("ServiceQuotaExceededException", "", ChatErrorKind::RateLimited { retry_after: None }),
            ("ModelTimeoutException", "", ChatErrorKind::Timeout),
            ("ModelStreamErrorException", "", ChatErrorKind::Upstream),
            ("ModelErrorException", "", ChatErrorKind::Upstream),
            ("InternalServerException", "", ChatErrorKind::Upstream),
            ("ExpiredTokenException", "", ChatErrorKind::Refused),
            ("ValidationException", "Input is too long for requested model.", ChatErrorKind::ContextTooLong),
            (
                "ValidationException",
                "prompt is too long: 9 tokens > 5 maximum",
                ChatErrorKind::ContextTooLong,
            ),
            ("ValidationException", "The provided model identifier is invalid.", ChatErrorKind::Refused),
            ("ValidationException", "temperature must be at most 1", ChatErrorKind::Invalid),
            ("SomethingNew", "", ChatErrorKind::Upstream),
        ] {
            assert_eq!(kind(code, message, None), expected, "{code} {message}");
        }
        assert_eq!(kind("SomethingNew", "", Some(400)), ChatErrorKind::Invalid);
    }

    #[test]
    fn a_wrong_clock_is_named() {
        let advice = advice(
            ChatErrorKind::Refused,
            "InvalidSignatureException",
            "Signature expired: 2026 is now earlier",
        );
        assert!(advice.contains("clock"), "{advice}");
    }
}
