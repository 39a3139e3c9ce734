//! The count of tokens.

use crate::support::{Kit, on_both};
use viva_core::ports::TokenLedger;

on_both!(tokens_add_up, a_count_that_is_full_stays_full);

async fn tokens_add_up(kit: &Kit) {
    assert_eq!(kit.store.spent(20_000).await.unwrap(), 0);
    let another = kit.another().await;
    let mut tasks = tokio::task::JoinSet::new();
    for spender in 0..8 {
        let store = if spender % 2 == 0 { kit.store.clone() } else { another.clone() };
        tasks.spawn(async move {
            for tokens in 1..=25 {
                store.spend(20_000, tokens).await.unwrap();
            }
        });
    }
    tasks.join_all().await;
    assert_eq!(kit.store.spent(20_000).await.unwrap(), 8 * 325);
    assert_eq!(another.spent(20_001).await.unwrap(), 0);
    another.close().await;
}

async fn a_count_that_is_full_stays_full(kit: &Kit) {
    for _ in 0..2 {
        kit.store.spend(u32::MAX, u64::MAX).await.unwrap();
    }
    assert_eq!(kit.store.spent(u32::MAX).await.unwrap(), i64::MAX as u64);
}
