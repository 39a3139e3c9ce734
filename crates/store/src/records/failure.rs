//! A failed turn.

use serde::{Deserialize, Serialize};
use viva_core::turn::{Failure, FailureKind};

/// Why a turn failed, and what had been said until then.
#[derive(Serialize, Deserialize)]
pub(crate) struct FailureRecord {
    kind: KindRecord,
    detail: String,
    partial: String,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum KindRecord {
    Unavailable,
    Timeout,
    Interrupted,
    ShuttingDown,
    Internal,
}

impl FailureRecord {
    pub(crate) fn new(failure: &Failure, partial: &str) -> Self {
        let Failure { kind, detail } = failure;
        let kind = match kind {
            FailureKind::Unavailable => KindRecord::Unavailable,
            FailureKind::Timeout => KindRecord::Timeout,
            FailureKind::Interrupted => KindRecord::Interrupted,
            FailureKind::ShuttingDown => KindRecord::ShuttingDown,
            FailureKind::Internal => KindRecord::Internal,
        };
        Self { kind, detail: detail.clone(), partial: partial.to_owned() }
    }

    pub(crate) fn into_parts(self) -> (Failure, String) {
        let Self { kind, detail, partial } = self;
        let kind = match kind {
            KindRecord::Unavailable => FailureKind::Unavailable,
            KindRecord::Timeout => FailureKind::Timeout,
            KindRecord::Interrupted => FailureKind::Interrupted,
            KindRecord::ShuttingDown => FailureKind::ShuttingDown,
            KindRecord::Internal => FailureKind::Internal,
        };
        (Failure { kind, detail }, partial)
    }
}
