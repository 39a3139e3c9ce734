//! What servers do not take is left out once they have said so, and that is remembered.

use crate::support::*;
use serde_json::Value;
use viva_core::chat::ChatErrorKind;
use viva_core::ports::ChatModel;
use viva_llm::{OpenAiModel, TokenLimitField};
use viva_model_server::{Answer, Request};

/// Refuses requests that have `field`, in the words of some server.
fn without(
    field: &'static str,
    status: u16,
    refusal: &'static str,
) -> impl Fn(&Request) -> Answer + Send + Sync {
    move |request| match request.json().get(field) {
        Some(_) => Answer::status(status, refusal),
        None => Answer::text("ok"),
    }
}

#[tokio::test]
async fn a_refused_field_is_left_out_at_once_and_ever_after() {
    let cases = [
        (
            "stream_options",
            400,
            r#"{"error": {"message": "Unrecognized request argument supplied: stream_options"}}"#,
        ),
        (
            "stream_options",
            422,
            r#"{"detail": [{"loc": ["body", "stream_options"], "msg": "Extra inputs are not permitted", "type": "extra_forbidden"}]}"#,
        ),
        (
            "temperature",
            400,
            r#"{"error": {"message": "Unsupported value: 'temperature' does not support 0.2 with this model.", "param": "temperature", "code": "unsupported_value"}}"#,
        ),
        (
            "max_tokens",
            400,
            r#"{"error": {"message": "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.", "param": "max_tokens", "code": "unsupported_parameter"}}"#,
        ),
    ];
    for (field, status, refusal) in cases {
        let server = server(without(field, status, refusal)).await;
        let model = model(&server);
        for _ in 0..3 {
            assert_eq!(ask(&model).await.text, "ok", "{field}");
        }
        assert_eq!(server.requests().len(), 4, "{field}: one lesson is enough");
        let last = server.requests()[3].json();
        let limit = if field == "max_tokens" { "max_completion_tokens" } else { "max_tokens" };
        assert_eq!(last[limit], 100, "{field}: a limit is always sent");
    }
}

#[tokio::test]
async fn a_server_may_refuse_everything_one_by_one() {
    let server = server(|request| {
        let body = request.json();
        for field in ["response_format", "temperature", "stream_options", "max_tokens"] {
            if body.get(field).is_some() {
                return Answer::openai_error(400, "bad", &format!("Unsupported parameter: '{field}'"));
            }
        }
        Answer::text("{}")
    })
    .await;
    let stream = model(&server).chat(json_request()).await.unwrap();
    assert_eq!(hear(stream).await.text, "{}");
    assert_eq!(server.requests().len(), 5);
}

#[tokio::test]
async fn a_fixed_token_limit_field_is_kept() {
    for (field, name) in [
        (TokenLimitField::MaxTokens, "max_tokens"),
        (TokenLimitField::MaxCompletionTokens, "max_completion_tokens"),
    ] {
        let refusal = "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.";
        let server = always(Answer::openai_error(400, "unsupported_parameter", refusal)).await;
        let mut options = options(&server.base_url());
        options.token_limit_field = field;
        let model = OpenAiModel::new(options, HANG, clock()).unwrap();
        assert_eq!(crate::support::refusal(&model).await.kind, ChatErrorKind::Invalid);
        let sent = server.requests();
        assert_eq!((sent.len(), &sent[0].json()[name]), (1, &Value::from(100)));
    }
}

#[tokio::test]
async fn a_schema_is_sent_where_it_is_taken_and_put_in_words_where_not() {
    let server = server(without(
        "response_format",
        400,
        r#"{"error": "json_schema response_format is not supported"}"#,
    ))
    .await;
    let model = model(&server);
    let stream = model.chat(json_request()).await.unwrap();
    assert_eq!(hear(stream).await.text, "ok");
    let sent = server.requests();
    let schema = sent[0].json_schema().unwrap();
    assert_eq!(schema["properties"]["verdict"]["type"], "string");
    assert_eq!(sent[0].json()["response_format"]["json_schema"]["name"], "verdict");
    assert_eq!(sent[1].json_schema(), None);
    let rules = &sent[1].messages()[0];
    assert!(
        rules.0 == "system"
            && rules.1.starts_with("Answer from the evidence.")
            && rules.1.contains("verdict")
    );
    assert_eq!(sent[1].messages().len(), 2);
}

#[tokio::test]
async fn a_prompt_that_is_too_long_teaches_nothing() {
    let message =
        "This model's maximum context length is 4096 tokens; reduce the length of the messages or max_tokens";
    let server = always(Answer::openai_error(400, "context_length_exceeded", message)).await;
    assert_eq!(refusal(&model(&server)).await.kind, ChatErrorKind::ContextTooLong);
    assert_eq!(server.requests().len(), 1);
}
