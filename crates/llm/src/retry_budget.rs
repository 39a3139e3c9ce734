//! How many retries a provider may be asked to bear.
//!
//! A bucket of 500 tokens, full at the start. Each call pays one in, each retry takes ten out: in a lasting storm one
//! call in ten is tried again, and a short one has 50 retries to spend. The sizes follow the AWS SDKs' retry quota
//! (<https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html>), the ratio the Google SRE book's
//! client-side budget (<https://sre.google/sre-book/handling-overload/>).

use std::sync::atomic::{AtomicU32, Ordering};

const CAPACITY: u32 = 500;
const PRICE: u32 = 10;

#[derive(Debug)]
pub(crate) struct RetryBudget(AtomicU32);

impl RetryBudget {
    pub(crate) fn full() -> Self {
        Self(AtomicU32::new(CAPACITY))
    }

    /// A call has begun.
    pub(crate) fn pay_in(&self) {
        let _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |tokens| {
            (tokens < CAPACITY).then_some(tokens + 1)
        });
    }

    /// Whether a retry may begin; it is paid for if so.
    pub(crate) fn take(&self) -> bool {
        let taken =
            self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |tokens| tokens.checked_sub(PRICE));
        taken.is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drained_bucket_lets_one_call_in_ten_be_tried_again() {
        let budget = RetryBudget::full();
        let burst = std::iter::repeat_with(|| budget.take()).take_while(|taken| *taken).count();
        assert_eq!(burst, 50);
        let mut retries = 0;
        for _ in 0..1000 {
            budget.pay_in();
            retries += u32::from(budget.take());
        }
        assert_eq!(retries, 100);
    }

    #[test]
    fn a_full_bucket_does_not_run_over() {
        let budget = RetryBudget::full();
        for _ in 0..1000 {
            budget.pay_in();
        }
        assert_eq!(std::iter::repeat_with(|| budget.take()).take_while(|taken| *taken).count(), 50);
    }
}
