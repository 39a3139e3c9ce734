//! A model's failure -> why the answer is extractive.

use viva_core::chat::{ChatError, ChatErrorKind};
use viva_core::turn::{Degraded, DegradedReason};

/// The label of an answer that was to be written by a model.
pub(crate) fn degraded(error: &ChatError) -> Degraded {
    use ChatErrorKind as Kind;
    let reason = match error.kind {
        Kind::Unreachable | Kind::Upstream | Kind::Broken | Kind::Malformed | Kind::Resting => {
            DegradedReason::ModelUnavailable
        }
        Kind::Timeout => DegradedReason::ModelTimeout,
        Kind::RateLimited { .. } => DegradedReason::ModelRateLimited,
        Kind::Refused | Kind::Invalid | Kind::ContextTooLong | Kind::Filtered => {
            DegradedReason::ModelRejected
        }
        Kind::Budget => DegradedReason::Budget,
    };
    Degraded { reason, detail: error.detail.clone() }
}
