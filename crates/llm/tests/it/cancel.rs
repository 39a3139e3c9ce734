//! Hanging up: dropping the call or the stream closes the connection to the provider (reliability, row 10).

use crate::support::*;
use futures::StreamExt;
use std::sync::Arc;
use viva_core::ports::ChatModel;
use viva_llm::{BedrockModel, Budgeted, Limited, Resilient, RetryOptions, SeededJitter, TimeLimits};
use viva_model_server::{Answer, ModelServer};

/// Everything that stands between a caller and an adapter.
fn dressed(adapter: Arc<dyn ChatModel>) -> Arc<dyn ChatModel> {
    let limited = Arc::new(Limited::new(adapter, TimeLimits::default()));
    let jitter = Arc::new(SeededJitter::new(1));
    let resilient = Arc::new(Resilient::new(limited, RetryOptions::default(), clock(), jitter));
    Arc::new(Budgeted::new(resilient, 1_000_000, clock(), Arc::new(MemoryLedger::default())))
}

async fn both(server: &ModelServer) -> [Arc<dyn ChatModel>; 2] {
    let bedrock = BedrockModel::new(crate::bedrock::options(server), HANG).await.unwrap();
    [dressed(Arc::new(model(server))), dressed(Arc::new(bedrock))]
}

async fn assert_hung_up(server: &ModelServer, calls: usize, phase: &str) {
    let gone = server.wait_until(|seen| seen.hang_ups.len() == calls && seen.open == 0).await;
    assert!(gone, "{phase}: {:?}", server.seen().hang_ups);
    assert_eq!(server.requests().len(), calls, "{phase}: nothing is tried again");
}

#[tokio::test]
async fn a_call_dropped_before_the_first_piece_hangs_up() {
    for (phase, answer) in [
        ("before the head", Answer::of_length(9).after(HANG).late_head()),
        ("before the first piece", Answer::of_length(9).after(HANG)),
        ("while it thinks", Answer::of_length(9).thinking("hm").silent_after(0)),
    ] {
        let server = always(answer).await;
        for (calls, model) in (1..).zip(both(&server).await) {
            let call = tokio::spawn(async move { model.chat(request()).await.map(drop) });
            assert!(server.wait_until(|seen| seen.requests.len() == calls).await);
            call.abort();
            assert_hung_up(&server, calls, phase).await;
        }
    }
}

#[tokio::test]
async fn a_stream_dropped_in_the_middle_hangs_up() {
    for (phase, answer) in [
        ("while it speaks", Answer::of_length(5000).gap(ms(2))),
        ("while it is silent", Answer::of_length(9).silent_after(3)),
    ] {
        let server = always(answer).await;
        for (calls, model) in (1..).zip(both(&server).await) {
            let mut stream = model.chat(request()).await.unwrap();
            for _ in 0..3 {
                stream.next().await.unwrap().unwrap();
            }
            drop(stream);
            assert_hung_up(&server, calls, phase).await;
        }
    }
}

#[tokio::test]
async fn a_cut_at_the_cap_hangs_up() {
    let server = always(Answer::of_length(5000).gap(ms(1))).await;
    let limits = TimeLimits { text_bytes: 30, ..TimeLimits::default() };
    let heard = ask(&Limited::new(Arc::new(model(&server)), limits)).await;
    assert_eq!(heard.text.len(), 30);
    assert_hung_up(&server, 1, "at the cap").await;
}
