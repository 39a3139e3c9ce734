//! Tokens per day.

use crate::support::*;
use async_trait::async_trait;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use viva_core::chat::{ChatError, ChatErrorKind, ChatEvent, ChatRequest, ModelHealth};
use viva_core::ports::{ChatModel, ChatStream};
use viva_core::turn::Usage;
use viva_llm::Budgeted;

/// 2023-11-14, the tests' day.
const TODAY: u32 = 19_675;

/// What the tests' request has: 41 characters, a quarter of them.
const PROMPT: u64 = 11;

fn used(input_tokens: u64, output_tokens: u64) -> Step {
    Step::Event(Ok(ChatEvent::Usage(Usage { input_tokens, output_tokens })))
}

fn budgeted(steps: Vec<Step>, tokens: u64) -> (Budgeted, Arc<Scripted>, Arc<MemoryLedger>) {
    let (scripted, ledger) = (Scripted::new([steps]), Arc::new(MemoryLedger::default()));
    (Budgeted::new(scripted.clone(), tokens, clock(), ledger.clone()), scripted, ledger)
}

/// Lets booking tasks run to their end.
async fn settled(ledger: &MemoryLedger, tokens: u64) {
    for _ in 0..1000 {
        if ledger.total() == tokens {
            return;
        }
        tokio::time::sleep(ms(1)).await;
    }
    panic!("{} tokens are booked, not {tokens}", ledger.total());
}

#[tokio::test]
async fn what_a_provider_counts_is_booked_before_the_end_is_told() {
    let (model, _, ledger) = budgeted(vec![say("It is a lock."), used(30, 12), stop()], 1000);
    ask(&model).await;
    assert_eq!(*ledger.booked.lock().unwrap(), [(TODAY, 42)]);
    assert_eq!(model.health(), ModelHealth::Good);
}

#[tokio::test]
async fn what_a_provider_does_not_count_is_estimated() {
    let (model, _, ledger) = budgeted(vec![say("12345678"), say("9"), stop()], 1000);
    ask(&model).await;
    assert_eq!(ledger.total(), PROMPT + 3);
}

#[tokio::test]
async fn a_call_that_fails_costs_what_it_may_have_cost() {
    for (steps, tokens) in [
        (vec![say("12345678"), fail(ChatErrorKind::Broken)], PROMPT + 2),
        (vec![say("1"), used(7, 1), fail(ChatErrorKind::Broken)], 8),
    ] {
        let (model, _, ledger) = budgeted(steps, 1000);
        assert!(ask(&model).await.error.is_some());
        assert_eq!(ledger.total(), tokens);
    }
}

/// A model that never gets anywhere.
struct Never;

#[async_trait]
impl ChatModel for Never {
    fn name(&self) -> &'static str {
        "never"
    }

    async fn chat(&self, _: ChatRequest) -> Result<ChatStream, ChatError> {
        std::future::pending().await
    }

    fn health(&self) -> ModelHealth {
        ModelHealth::Good
    }
}

#[tokio::test]
async fn a_caller_who_goes_away_still_pays() {
    use futures::StreamExt;
    let (model, _, ledger) = budgeted(vec![say("12345678"), Step::Wait(HANG), say("9"), stop()], 1000);
    let mut stream = model.chat(request()).await.unwrap();
    stream.next().await.unwrap().unwrap();
    drop(stream);
    settled(&ledger, PROMPT + 2).await;
    // And one who goes before anything was said, for the prompt.
    let model = Budgeted::new(Arc::new(Never), 1000, clock(), ledger.clone());
    assert!(tokio::time::timeout(ms(20), model.chat(request())).await.is_err());
    settled(&ledger, 2 * PROMPT + 2).await;
}

#[tokio::test]
async fn a_spent_day_refuses_before_the_call() {
    let (model, scripted, ledger) = budgeted(vec![say("x"), used(50, 50), stop()], 200);
    ask(&model).await;
    ask(&model).await;
    let error = refusal(&model).await;
    assert_eq!((error.kind, scripted.calls()), (ChatErrorKind::Budget, 2));
    assert!(error.detail.contains("200 of today's 200 tokens"), "{}", error.detail);
    assert_eq!((model.health(), ledger.total()), (ModelHealth::OutOfBudget, 200));
}

#[tokio::test(start_paused = true)]
async fn the_next_day_begins_at_midnight_utc() {
    let (model, _, ledger) = budgeted(vec![say("x"), used(50, 50), stop()], 100);
    ask(&model).await;
    assert_eq!(refusal(&model).await.kind, ChatErrorKind::Budget);
    // The tests' clock begins at 22:13:20.
    tokio::time::sleep(Duration::from_secs(6399)).await;
    assert_eq!(refusal(&model).await.kind, ChatErrorKind::Budget);
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(model.health(), ModelHealth::Good);
    assert_eq!(ask(&model).await.text, "x");
    assert_eq!(*ledger.booked.lock().unwrap(), [(TODAY, 100), (TODAY + 1, 100)]);
}

#[tokio::test]
async fn what_others_spent_counts() {
    let (model, scripted, ledger) = budgeted(vec![say("x"), stop()], 100);
    ledger.booked.lock().unwrap().push((TODAY, 100));
    assert_eq!(refusal(&model).await.kind, ChatErrorKind::Budget);
    assert_eq!(scripted.calls(), 0);
}

#[tokio::test]
async fn a_thousand_at_once_overspend_by_one_call_at_most() {
    // Each call reserves 11 + 100 tokens and uses exactly that.
    let cost = PROMPT + 100;
    let limit = 10 * cost + 1;
    let (model, scripted, ledger) =
        budgeted(vec![Step::Wait(ms(5)), say("x"), used(PROMPT, 100), stop()], limit);
    let asked = futures::future::join_all((0..1000).map(|_| ask(&model))).await;
    let answered = asked.iter().filter(|heard| heard.error.is_none()).count() as u64;
    assert_eq!((answered, u64::from(scripted.calls())), (11, 11));
    assert!(ledger.total() < limit + cost, "{} of {limit}", ledger.total());
    assert_eq!(refusal(&model).await.kind, ChatErrorKind::Budget);
}

#[tokio::test]
async fn a_ledger_that_is_down_is_no_way_around_the_budget() {
    let (model, scripted, ledger) = budgeted(vec![say("x"), Step::Wait(ms(20)), used(20, 10), stop()], 1000);
    let (heard, ()) = tokio::join!(ask(&model), async {
        tokio::time::sleep(ms(5)).await;
        ledger.is_down.store(true, Ordering::SeqCst);
    });
    assert_eq!((heard.text.as_str(), ledger.total()), ("x", 0), "an answer is not lost with its bill");
    let error = refusal(&model).await;
    assert_eq!((error.kind, scripted.calls()), (ChatErrorKind::Budget, 1));
    assert!(error.detail.contains("cannot be read"), "{}", error.detail);

    ledger.is_down.store(false, Ordering::SeqCst);
    ask(&model).await;
    assert_eq!(ledger.total(), 60, "the unbooked tokens go with the next ones");
}
