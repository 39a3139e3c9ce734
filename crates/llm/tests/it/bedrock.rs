//! Amazon Bedrock's Converse over event streams.

use crate::support::*;
use std::process::Command;
use viva_core::chat::{ChatErrorKind, ChatMessage, ChatRequest, Speaker, StopReason};
use viva_core::ports::ChatModel;
use viva_core::turn::Usage;
use viva_llm::{AccessKeys, BedrockModel, BedrockOptions, ConnectError, Guardrail, Secret};
use viva_model_server::{Answer, ModelServer};

const TEXT: &str = "Ein Schloß: Ελληνικά, 日本語, 👩‍👩‍👧‍👦 [1].";

pub(crate) fn keys() -> AccessKeys {
    AccessKeys { id: "AKIDEXAMPLE".to_owned(), secret: Secret::new(KEY), session_token: None }
}

pub(crate) fn options(server: &ModelServer) -> BedrockOptions {
    BedrockOptions {
        region: Some("eu-central-1".to_owned()),
        endpoint: Some(server.endpoint()),
        access_keys: Some(keys()),
        ..BedrockOptions::new("eu.anthropic.claude-sonnet-4-v1:0")
    }
}

async fn bedrock(server: &ModelServer) -> BedrockModel {
    BedrockModel::new(options(server), HANG).await.unwrap()
}

#[tokio::test]
async fn text_usage_and_reason_arrive_and_the_request_is_whole() {
    let server = always(Answer::text(TEXT).usage(12, 7).thinking("never shown")).await;
    let mut options = options(&server);
    options.guardrail = Some(Guardrail { id: "gr-1".to_owned(), version: "3".to_owned() });
    let model = BedrockModel::new(options, HANG).await.unwrap();
    let heard = ask(&model).await;
    let usage = Some(Usage { input_tokens: 12, output_tokens: 7 });
    assert_eq!(heard, Heard { text: TEXT.to_owned(), usage, stop: Some(StopReason::EndOfTurn), error: None });

    let sent = &server.requests()[0];
    assert_eq!(sent.path, "/model/eu.anthropic.claude-sonnet-4-v1%3A0/converse-stream");
    let signature = sent.header("authorization").unwrap();
    assert!(signature.contains("AKIDEXAMPLE") && signature.contains("eu-central-1/bedrock"), "{signature}");
    let body = sent.json();
    assert_eq!(body["system"], serde_json::json!([{"text": "Answer from the evidence."}]));
    assert_eq!(
        body["messages"],
        serde_json::json!([{"role": "user", "content": [{"text": "What is the GIL?"}]}])
    );
    assert_eq!(body["inferenceConfig"]["maxTokens"], 100);
    assert_eq!(body["guardrailConfig"]["guardrailIdentifier"], "gr-1");
    assert_eq!(body["guardrailConfig"]["guardrailVersion"], "3");
    assert!(!format!("{:?}", sent.headers).contains(KEY), "the secret key is never sent");
}

#[tokio::test]
async fn messages_are_put_in_the_order_that_bedrock_wants() {
    let server = always(Answer::text("ok")).await;
    let said = |speaker, text: &str| ChatMessage::new(speaker, text);
    let messages = vec![
        said(Speaker::System, "one"),
        said(Speaker::System, "two"),
        said(Speaker::User, "a"),
        said(Speaker::User, "b"),
        said(Speaker::Assistant, " "),
        said(Speaker::User, "c"),
        said(Speaker::Assistant, "d"),
        said(Speaker::User, "e"),
    ];
    let request = ChatRequest { messages, temperature: None, ..json_request() };
    hear(bedrock(&server).await.chat(request).await.unwrap()).await;
    let body = server.requests()[0].json();
    let expected = serde_json::json!([
        {"role": "user", "content": [{"text": "a"}, {"text": "b"}, {"text": "c"}]},
        {"role": "assistant", "content": [{"text": "d"}]},
        {"role": "user", "content": [{"text": "e"}]},
    ]);
    assert_eq!(body["messages"], expected);
    assert_eq!(body["system"].as_array().unwrap().len(), 2);
    assert!(body["system"][1]["text"].as_str().unwrap().contains("\"verdict\""), "the schema, in words");
    assert_eq!(body["inferenceConfig"].get("temperature"), None);
}

#[tokio::test]
async fn cuts_in_the_stream_change_nothing_and_connections_are_kept() {
    let server = server(|request| Answer::text(TEXT).cut_every(request.number)).await;
    let model = bedrock(&server).await;
    for _ in 0..60 {
        assert_eq!(ask(&model).await.text, TEXT);
    }
    assert_eq!(server.seen().accepted, 1);
}

#[tokio::test]
async fn every_reason_is_mapped() {
    for (word, stop) in [
        ("end_turn", StopReason::EndOfTurn),
        ("stop_sequence", StopReason::EndOfTurn),
        ("max_tokens", StopReason::Length),
        ("model_context_window_exceeded", StopReason::Length),
        ("guardrail_intervened", StopReason::Filtered),
        ("content_filtered", StopReason::Filtered),
        ("tool_use", StopReason::Other("tool_use".to_owned())),
        ("whim", StopReason::Other("whim".to_owned())),
    ] {
        let server = always(Answer::text(TEXT).finish(word).without_usage()).await;
        let heard = ask(&bedrock(&server).await).await;
        assert_eq!((heard.stop, heard.usage, heard.error), (Some(stop), None, None), "{word}");
    }
}

#[tokio::test]
async fn errors_are_told_apart_with_advice() {
    let limited = ChatErrorKind::RateLimited { retry_after: None };
    for (status, name, message, kind, advice) in [
        (429, "ThrottlingException", "Too many requests", limited, "Too many requests"),
        (400, "ServiceQuotaExceededException", "quota", limited, "quota"),
        (408, "ModelTimeoutException", "slow", ChatErrorKind::Timeout, "slow"),
        (429, "ModelNotReadyException", "not ready", ChatErrorKind::Upstream, "not ready"),
        (503, "ServiceUnavailableException", "down", ChatErrorKind::Upstream, "down"),
        (500, "InternalServerException", "oops", ChatErrorKind::Upstream, "oops"),
        (424, "ModelErrorException", "oops", ChatErrorKind::Upstream, "oops"),
        (403, "AccessDeniedException", "no access to the model", ChatErrorKind::Refused, "model access"),
        (403, "ExpiredTokenException", "expired", ChatErrorKind::Refused, "renew"),
        (
            403,
            "UnrecognizedClientException",
            "invalid token",
            ChatErrorKind::Refused,
            "check the access keys",
        ),
        (403, "InvalidSignatureException", "Signature expired", ChatErrorKind::Refused, "clock"),
        (404, "ResourceNotFoundException", "no such model", ChatErrorKind::Refused, "in this region"),
        (
            400,
            "ValidationException",
            "Input is too long for requested model.",
            ChatErrorKind::ContextTooLong,
            "too long",
        ),
        (400, "ValidationException", "bad temperature", ChatErrorKind::Invalid, "bad temperature"),
        (418, "TeapotException", "short and stout", ChatErrorKind::Invalid, "short"),
    ] {
        let server = always(Answer::aws_error(status, name, message)).await;
        let error = refusal(&bedrock(&server).await).await;
        assert_eq!(error.kind, kind, "{name}: {}", error.detail);
        assert!(error.detail.contains(advice) && error.detail.contains("eu-central-1"), "{}", error.detail);
        assert_eq!(server.requests().len(), 1, "{name}: the SDK does not try again");
    }
}

#[tokio::test]
async fn strange_answers_are_borne_and_never_shown() {
    for (answer, kind) in [
        (Answer::status(502, "<html><b>bad gateway</b></html>"), ChatErrorKind::Upstream),
        (Answer::status(403, "<html>forbidden</html>"), ChatErrorKind::Refused),
        (Answer::status(500, ""), ChatErrorKind::Upstream),
        (Answer::status(200, "<html>please log in</html>"), ChatErrorKind::Malformed),
        (Answer::status(200, ""), ChatErrorKind::Broken),
        (Answer::hang_up(), ChatErrorKind::Unreachable),
        (Answer::redirect("http://127.0.0.1:9/"), ChatErrorKind::Refused),
    ] {
        let server = always(answer).await;
        let error = refusal(&bedrock(&server).await).await;
        assert_eq!(error.kind, kind, "{}", error.detail);
        assert!(!error.detail.contains('<') && !error.detail.contains(KEY), "{}", error.detail);
    }
}

#[tokio::test]
async fn exceptions_and_faults_in_the_stream_are_errors() {
    for (name, message, kind) in [
        ("throttlingException", "slow down", ChatErrorKind::RateLimited { retry_after: None }),
        ("modelStreamErrorException", "oops", ChatErrorKind::Upstream),
        ("internalServerException", "oops", ChatErrorKind::Upstream),
        ("serviceUnavailableException", "oops", ChatErrorKind::Upstream),
        ("validationException", "Input is too long", ChatErrorKind::ContextTooLong),
        ("somethingNewException", "oops", ChatErrorKind::Upstream),
    ] {
        let server = always(Answer::of_length(3).exception_after(0, name, message)).await;
        assert_eq!(refusal(&bedrock(&server).await).await.kind, kind, "{name}");
        let server = always(Answer::of_length(3).exception_after(2, name, message)).await;
        let heard = ask(&bedrock(&server).await).await;
        assert_eq!((heard.text.as_str(), heard.error_kind()), ("word1 word2 ", Some(kind)), "{name}");
    }
    for answer in [
        Answer::of_length(3).dropped_after(2),
        Answer::of_length(3).reset_after(2),
        Answer::of_length(3).closed_after(2),
        Answer::of_length(3).finish(""),
    ] {
        let server = always(answer).await;
        let heard = ask(&bedrock(&server).await).await;
        assert_eq!(heard.error_kind(), Some(ChatErrorKind::Broken), "{heard:?}");
    }
    let server = always(Answer::of_length(3).malformed_after(2)).await;
    let heard = ask(&bedrock(&server).await).await;
    assert_eq!(heard.error_kind(), Some(ChatErrorKind::Malformed), "{heard:?}");
}

#[tokio::test]
async fn an_api_key_is_sent_as_a_bearer_token() {
    let server = always(Answer::text("ok")).await;
    let options = BedrockOptions { access_keys: None, api_key: Some(Secret::new(KEY)), ..options(&server) };
    assert!(!format!("{options:?}").contains(KEY));
    let model = BedrockModel::new(options, HANG).await.unwrap();
    assert_eq!(ask(&model).await.text, "ok");
    assert_eq!(server.requests()[0].header("authorization"), Some(format!("Bearer {KEY}").as_str()));

    server.follow(|_| Answer::aws_error(403, "AccessDeniedException", &format!("bad key {KEY}")));
    let error = refusal(&model).await;
    assert!(!error.detail.contains(KEY) && error.detail.contains("[hidden]"), "{}", error.detail);
}

#[tokio::test]
async fn an_endpoint_that_is_no_address_is_refused() {
    for endpoint in ["localhost:1", "not an address", "ftp://host"] {
        let options = BedrockOptions {
            region: Some("eu-central-1".to_owned()),
            endpoint: Some(endpoint.to_owned()),
            ..BedrockOptions::new("model")
        };
        let made = BedrockModel::new(options, HANG).await;
        assert!(matches!(made, Err(ConnectError::Address { .. })), "{endpoint}");
    }
}

/// Runs one of the ignored tests below in a process of its own, with only these variables.
fn in_a_clean_environment(test: &str, variables: &[(&str, &str)]) {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "--ignored", "--nocapture", &format!("bedrock::{test}")])
        .env_clear()
        .env("HOME", "/nonexistent")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn the_environments_own_settings_are_used() {
    in_a_clean_environment("in_child_without_credentials", &[]);
    in_a_clean_environment("in_child_without_region", &[]);
    in_a_clean_environment("in_child_with_bearer_token", &[("AWS_BEARER_TOKEN_BEDROCK", "bedrock-canary")]);
    let keys =
        [("AWS_ACCESS_KEY_ID", "AKIDENV"), ("AWS_SECRET_ACCESS_KEY", "x"), ("AWS_REGION", "us-west-2")];
    in_a_clean_environment("in_child_with_access_keys", &keys);
}

#[tokio::test]
#[ignore = "run by `the_environments_own_settings_are_used` in a process of its own"]
async fn in_child_without_credentials() {
    let server = always(Answer::text("never")).await;
    let options = BedrockOptions { access_keys: None, ..options(&server) };
    let error = refusal(&BedrockModel::new(options, HANG).await.unwrap()).await;
    assert_eq!(error.kind, ChatErrorKind::Refused, "{}", error.detail);
    assert!(error.detail.contains("no AWS credentials were found"), "{}", error.detail);
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
#[ignore = "run by `the_environments_own_settings_are_used` in a process of its own"]
async fn in_child_without_region() {
    let made = BedrockModel::new(BedrockOptions::new("model"), HANG).await;
    assert!(matches!(made, Err(ConnectError::Region)));
}

#[tokio::test]
#[ignore = "run by `the_environments_own_settings_are_used` in a process of its own"]
async fn in_child_with_bearer_token() {
    let server = always(Answer::text("ok")).await;
    let options = BedrockOptions { access_keys: None, ..options(&server) };
    assert_eq!(ask(&BedrockModel::new(options, HANG).await.unwrap()).await.text, "ok");
    assert_eq!(server.requests()[0].header("authorization"), Some("Bearer bedrock-canary"));
}

#[tokio::test]
#[ignore = "run by `the_environments_own_settings_are_used` in a process of its own"]
async fn in_child_with_access_keys() {
    let server = always(Answer::text("ok")).await;
    let options = BedrockOptions { access_keys: None, region: None, ..options(&server) };
    assert_eq!(ask(&BedrockModel::new(options, HANG).await.unwrap()).await.text, "ok");
    let sent = server.requests();
    let signature = sent[0].header("authorization").unwrap();
    assert!(signature.contains("AKIDENV") && signature.contains("us-west-2/bedrock"), "{signature}");
}
