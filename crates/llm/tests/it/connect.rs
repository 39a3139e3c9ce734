//! The parts put together.

use crate::support::*;
use std::io::Write;
use std::sync::{Arc, Mutex};
use viva_core::chat::{ChatErrorKind, ModelHealth, StopReason};
use viva_llm::{BedrockOptions, ConnectError, ModelOptions, Provider, Secret, TimeLimits, connect};
use viva_model_server::{Answer, in_turn};

#[tokio::test]
async fn an_openai_model_has_limits_retries_and_a_budget() {
    let server = server(in_turn([
        Answer::status(500, "{}"),
        Answer::text("It is a lock [1].").usage(30, 10),
        Answer::of_length(5).usage(30, 30).silent_after(1),
    ]))
    .await;
    let mut options = ModelOptions::new(Provider::OpenAi(options(&server.base_url())));
    options.retry = hasty();
    options.limits = TimeLimits { idle: ms(50), ..TimeLimits::default() };
    options.tokens_per_day = Some(50);
    let ledger = Arc::new(MemoryLedger::default());
    let model = connect(options, clock(), ledger.clone()).await.unwrap();
    assert_eq!(model.name(), "test-model");

    let heard = ask(model.as_ref()).await;
    assert_eq!((heard.text.as_str(), heard.stop), ("It is a lock [1].", Some(StopReason::EndOfTurn)));
    assert_eq!((ledger.total(), server.requests().len()), (40, 2));
    let heard = ask(model.as_ref()).await;
    assert_eq!((heard.text.as_str(), heard.error_kind()), ("word1 ", Some(ChatErrorKind::Timeout)));
    assert!(ledger.total() > 50, "an estimate: {}", ledger.total());
    assert_eq!(refusal(model.as_ref()).await.kind, ChatErrorKind::Budget);
    assert_eq!(model.health(), ModelHealth::OutOfBudget);
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn a_bedrock_model_is_put_together_alike() {
    let server = server(in_turn([
        Answer::aws_error(503, "ServiceUnavailableException", "down"),
        Answer::text("It is a lock [1]."),
    ]))
    .await;
    let mut options = ModelOptions::new(Provider::Bedrock(crate::bedrock::options(&server)));
    options.retry = hasty();
    let model = connect(options, clock(), Arc::new(MemoryLedger::default())).await.unwrap();
    assert_eq!(ask(model.as_ref()).await.text, "It is a lock [1].");
    assert_eq!((server.requests().len(), model.health()), (2, ModelHealth::Good));
}

#[tokio::test]
async fn nothing_secret_is_printed() {
    let options = ModelOptions::new(Provider::OpenAi(options("http://127.0.0.1:1/v1")));
    assert!(!format!("{options:?}").contains(KEY));
    let mut broken = crate::support::options("http://127.0.0.1:1/v1");
    broken.headers = vec![("x-key".to_owned(), Secret::new("line\nbreak-canary"))];
    let made =
        connect(ModelOptions::new(Provider::OpenAi(broken)), clock(), Arc::new(MemoryLedger::default()))
            .await;
    let error = made.err().unwrap();
    assert!(matches!(error, ConnectError::Header { .. }));
    assert!(!format!("{error:?} {error}").contains("canary"));
}

/// A log in memory.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Asks all kinds of models for `answer` and gives back what was logged up to `level`.
async fn logged(level: tracing::Level, answer: Answer) -> String {
    let log = Log::default();
    let writer = log.clone();
    let subscriber =
        tracing_subscriber::fmt().with_max_level(level).with_writer(move || writer.clone()).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let server = always(answer).await;
    let by_token = BedrockOptions {
        access_keys: None,
        api_key: Some(Secret::new(KEY)),
        ..crate::bedrock::options(&server)
    };
    for provider in [
        Provider::OpenAi(options(&server.base_url())),
        Provider::Bedrock(crate::bedrock::options(&server)),
        Provider::Bedrock(by_token),
    ] {
        let model = connect(ModelOptions::new(provider), clock(), Arc::new(MemoryLedger::default())).await;
        ask(model.unwrap().as_ref()).await;
    }
    String::from_utf8(log.0.lock().unwrap().clone()).unwrap()
}

#[tokio::test]
async fn no_key_is_logged() {
    let log = logged(tracing::Level::TRACE, Answer::text("ok")).await;
    assert!(log.contains("TRACE"), "the log is on");
    assert_eq!(log.lines().find(|line| line.contains(KEY)), None);
    // A provider that quotes the key: at TRACE the AWS SDK logs what it was told, below that nobody does.
    let quoting = Answer::status(401, format!("{{\"message\": \"bad key {KEY}\"}}"));
    let log = logged(tracing::Level::DEBUG, quoting).await;
    assert_eq!(log.lines().find(|line| line.contains(KEY)), None);
}
