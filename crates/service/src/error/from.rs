//! Failures of the layers below, as what a client is told of them.

use super::ApiError;
use viva_assistant::{ConverseError, SearchFailure};
use viva_core::ports::{NotReady, SearchError, StoreError};
use viva_core::turn::{Failure, FailureKind};

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

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match &error {
            StoreError::Unavailable(_) => Self::StoreUnavailable(chain(&error)),
            StoreError::StorageFull => Self::StorageFull,
            StoreError::Row { .. } | StoreError::Failed(_) => Self::Internal(chain(&error)),
        }
    }
}

impl From<ConverseError> for ApiError {
    fn from(error: ConverseError) -> Self {
        match error {
            ConverseError::Unknown => Self::NoConversation,
            ConverseError::Busy => Self::TurnRunning,
            ConverseError::KeyReused => Self::KeyReused,
            ConverseError::NothingToDeepen => Self::NothingToDeepen,
            ConverseError::ShuttingDown => Self::ShuttingDown,
            ConverseError::Store(error) => error.into(),
        }
    }
}

/// An error with its causes, on one line.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
