//! What the tests share: requests, clocks, models that follow a script in memory, and readers of streams.

use async_trait::async_trait;
use futures::StreamExt;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};
use viva_core::chat::{
    ChatError, ChatErrorKind, ChatEvent, ChatMessage, ChatRequest, JsonShape, ModelHealth, Speaker,
    StopReason,
};
use viva_core::ports::{ChatModel, ChatStream, Clock, StoreError, TokenLedger};
use viva_core::turn::Usage;
use viva_llm::{Jitter, OpenAiModel, OpenAiOptions, RetryOptions, Secret};
use viva_model_server::{Answer, ModelServer, Request};

pub(crate) const KEY: &str = "sk-canary-0123456789";

/// Long enough that only a hang reaches it.
pub(crate) const HANG: Duration = Duration::from_secs(30);

pub(crate) fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

pub(crate) async fn server(script: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> ModelServer {
    ModelServer::start(script).await.unwrap()
}

/// A server that gives the same answer to everybody.
pub(crate) async fn always(answer: Answer) -> ModelServer {
    server(move |_| answer.clone()).await
}

pub(crate) fn options(base_url: &str) -> OpenAiOptions {
    let mut options = OpenAiOptions::new(base_url, "test-model");
    options.api_key = Some(Secret::new(KEY));
    options
}

pub(crate) fn model_at(base_url: &str) -> OpenAiModel {
    OpenAiModel::new(options(base_url), Duration::from_secs(3), clock()).unwrap()
}

pub(crate) fn model(server: &ModelServer) -> OpenAiModel {
    model_at(&server.base_url())
}

pub(crate) fn request() -> ChatRequest {
    ChatRequest {
        messages: vec![
            ChatMessage::new(Speaker::System, "Answer from the evidence."),
            ChatMessage::new(Speaker::User, "What is the GIL?"),
        ],
        max_tokens: 100,
        temperature: Some(0.2),
        json: None,
    }
}

pub(crate) fn json_request() -> ChatRequest {
    let schema = r#"{"type": "object", "properties": {"verdict": {"type": "string"}}}"#;
    ChatRequest { json: Some(JsonShape { name: "verdict", schema: schema.to_owned() }), ..request() }
}

/// A whole stream, read.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Heard {
    pub(crate) text: String,
    pub(crate) usage: Option<Usage>,
    pub(crate) stop: Option<StopReason>,
    pub(crate) error: Option<ChatError>,
}

impl Heard {
    pub(crate) fn error_kind(&self) -> Option<ChatErrorKind> {
        self.error.as_ref().map(|error| error.kind)
    }
}

/// Reads `stream` to its end and checks what holds for every stream: no empty piece, one end, nothing behind it.
pub(crate) async fn hear(mut stream: ChatStream) -> Heard {
    let mut heard = Heard::default();
    while let Some(event) = tokio::time::timeout(10 * HANG, stream.next()).await.expect("the stream hangs") {
        assert!(heard.stop.is_none() && heard.error.is_none(), "{event:?} behind the end");
        match event {
            Ok(ChatEvent::Delta(text)) => {
                assert!(!text.is_empty(), "an empty piece");
                heard.text.push_str(&text);
            }
            Ok(ChatEvent::Usage(usage)) => assert_eq!(heard.usage.replace(usage), None),
            Ok(ChatEvent::Stop(stop)) => heard.stop = Some(stop),
            Err(error) => heard.error = Some(error),
        }
    }
    assert!(heard.stop.is_some() || heard.error.is_some(), "the stream ends without an end: {heard:?}");
    heard
}

/// Asks and reads to the end; an error of the call is as good as one of the stream.
pub(crate) async fn ask(model: &dyn ChatModel) -> Heard {
    match model.chat(request()).await {
        Ok(stream) => hear(stream).await,
        Err(error) => Heard { error: Some(error), ..Heard::default() },
    }
}

/// The error of a call that must fail before anything is said.
pub(crate) async fn refusal(model: &dyn ChatModel) -> ChatError {
    let called = tokio::time::timeout(10 * HANG, model.chat(request())).await.expect("the call hangs");
    called.err().expect("the call must fail")
}

/// Time as tokio has it, so that it stands still where tests stop it.
pub(crate) struct TestClock(tokio::time::Instant);

impl Clock for TestClock {
    fn now(&self) -> SystemTime {
        // 2023-11-14 22:13:20 UTC.
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000) + self.monotonic()
    }

    fn monotonic(&self) -> Duration {
        self.0.elapsed()
    }
}

pub(crate) fn clock() -> Arc<dyn Clock> {
    Arc::new(TestClock(tokio::time::Instant::now()))
}

/// Pauses of a known length.
pub(crate) struct FixedJitter(pub(crate) f64);

impl Jitter for FixedJitter {
    fn fraction(&self) -> f64 {
        self.0
    }
}

/// Retries without noticeable pauses.
pub(crate) fn hasty() -> RetryOptions {
    RetryOptions { base: ms(1), longest: ms(2), ..RetryOptions::default() }
}

pub(crate) fn error(kind: ChatErrorKind) -> ChatError {
    ChatError { kind, detail: "scripted".to_owned() }
}

/// One step of a scripted call.
#[derive(Clone)]
pub(crate) enum Step {
    Wait(Duration),
    Event(Result<ChatEvent, ChatError>),
}

pub(crate) fn say(text: &str) -> Step {
    Step::Event(Ok(ChatEvent::Delta(text.to_owned())))
}

pub(crate) fn fail(kind: ChatErrorKind) -> Step {
    Step::Event(Err(error(kind)))
}

pub(crate) fn stop() -> Step {
    Step::Event(Ok(ChatEvent::Stop(StopReason::EndOfTurn)))
}

/// A model in memory: each call takes the next script, the last one for ever.
pub(crate) struct Scripted {
    calls: Mutex<(u32, VecDeque<Vec<Step>>)>,
}

impl Scripted {
    pub(crate) fn new(scripts: impl IntoIterator<Item = Vec<Step>>) -> Arc<Self> {
        Arc::new(Self { calls: Mutex::new((0, scripts.into_iter().collect())) })
    }

    pub(crate) fn calls(&self) -> u32 {
        self.calls.lock().unwrap().0
    }

    fn next(&self) -> Vec<Step> {
        let mut calls = self.calls.lock().unwrap();
        calls.0 += 1;
        if calls.1.len() > 1 { calls.1.pop_front().unwrap() } else { calls.1[0].clone() }
    }
}

#[async_trait]
impl ChatModel for Scripted {
    fn name(&self) -> &'static str {
        "scripted"
    }

    async fn chat(&self, _: ChatRequest) -> Result<ChatStream, ChatError> {
        let steps = self.next();
        let events = futures::stream::iter(steps).filter_map(async |step| match step {
            Step::Wait(time) => {
                tokio::time::sleep(time).await;
                None
            }
            Step::Event(event) => Some(event),
        });
        Ok(events.boxed())
    }

    fn health(&self) -> ModelHealth {
        ModelHealth::Good
    }
}

/// A ledger in memory that can be out of order.
#[derive(Default)]
pub(crate) struct MemoryLedger {
    pub(crate) booked: Mutex<Vec<(u32, u64)>>,
    pub(crate) is_down: std::sync::atomic::AtomicBool,
}

impl MemoryLedger {
    pub(crate) fn total(&self) -> u64 {
        self.booked.lock().unwrap().iter().map(|(_, tokens)| tokens).sum()
    }

    fn check(&self) -> Result<(), StoreError> {
        if self.is_down.load(std::sync::atomic::Ordering::SeqCst) {
            return Err(StoreError::Unavailable("scripted".to_owned()));
        }
        Ok(())
    }
}

#[async_trait]
impl TokenLedger for MemoryLedger {
    async fn spent(&self, day: u32) -> Result<u64, StoreError> {
        self.check()?;
        // A database takes a moment, in which other calls run.
        tokio::task::yield_now().await;
        Ok(self.booked.lock().unwrap().iter().filter(|(known, _)| *known == day).map(|(_, t)| t).sum())
    }

    async fn spend(&self, day: u32, tokens: u64) -> Result<(), StoreError> {
        self.check()?;
        tokio::task::yield_now().await;
        self.booked.lock().unwrap().push((day, tokens));
        Ok(())
    }
}
