//! For tests: a job that would leave half of something behind, were it ever committed by halves, and a caller that
//! goes away in the middle of it.

use crate::session::{Pending, Session, values};
use std::pin::pin;
use std::task::Poll;
use viva_core::ports::StoreError;

/// Counts two days' tokens, one statement each.
pub(crate) fn two_days(session: &mut dyn Session, tokens: i64) -> Pending<'_, ()> {
    Box::pin(async move {
        let insert = "INSERT INTO spent_tokens (day, tokens, seal) VALUES ($1, $2, 0) ON CONFLICT (day) DO UPDATE \
                      SET tokens = spent_tokens.tokens + excluded.tokens";
        session.execute(insert, values![1_i64, tokens]).await?;
        session.execute(insert, values![2_i64, tokens]).await?;
        Ok(())
    })
}

/// The two counts.
pub(crate) fn counts(session: &mut dyn Session) -> Pending<'_, Vec<i64>> {
    Box::pin(async move {
        let rows = session.fetch("SELECT day, tokens FROM spent_tokens ORDER BY day", vec![]).await?;
        rows.iter().map(|row| row.of("spent_tokens", "day").int("tokens")).collect()
    })
}

/// Polls `future` `times` times and drops it then, if it is not ready.
pub(crate) async fn polled<T>(
    times: usize,
    future: impl Future<Output = Result<T, StoreError>>,
) -> Option<Result<T, StoreError>> {
    let mut future = pin!(future);
    let mut left = times;
    std::future::poll_fn(move |context| {
        let polled = future.as_mut().poll(context).map(Some);
        left -= 1;
        if polled.is_pending() && left == 0 { Poll::Ready(None) } else { polled }
    })
    .await
}
