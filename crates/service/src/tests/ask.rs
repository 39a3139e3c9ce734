//! `POST /api/v1/ask`, answered whole.

use super::app::TestApp;
use super::ports::guide;
use serde_json::json;
use viva_core::id::QuestionId;

#[tokio::test]
async fn an_answer_has_the_documented_shape_and_cites_the_guide_verbatim() {
    let app = TestApp::start().await;
    let reply = app.ask("What is the GIL?").send().await;
    assert_eq!((reply.status, reply.media_type()), (200, "application/json"), "{}", reply.text());
    let answer = reply.json();
    let mut members: Vec<&str> = answer.as_object().unwrap().keys().map(String::as_str).collect();
    members.sort_unstable();
    let mut expected = vec![
        "id",
        "conversation_id",
        "covered",
        "mode",
        "degraded",
        "query",
        "depth",
        "answer",
        "citations",
        "grounding",
        "follow_ups",
        "nearest",
        "usage",
        "timings_ms",
        "revision",
    ];
    expected.sort_unstable();
    assert_eq!(members, expected);
    assert_eq!(answer["covered"], true);
    assert_eq!(answer["mode"], "extractive");
    assert_eq!(answer["depth"], "standard");
    assert_eq!(answer["revision"].as_str().unwrap(), guide().revision().to_string());
    for absent in ["conversation_id", "degraded", "usage"] {
        assert!(answer[absent].is_null(), "{absent}");
    }
    let citations = answer["citations"].as_array().unwrap();
    assert!(!citations.is_empty());
    for citation in citations {
        let id = citation["question_id"].as_str().unwrap();
        let (page, anchor) = citation["url"].as_str().unwrap().split_once('#').unwrap();
        assert_eq!(page, format!("/questions/{id}"));
        let guide = guide();
        let sections = &guide.question(&QuestionId::new(id).unwrap()).unwrap().sections;
        let section = sections.iter().find(|section| section.anchor == anchor).unwrap();
        assert_eq!(citation["section"], section.kind.as_str());
        assert!(section.markdown.contains(citation["quote"].as_str().unwrap()));
        assert!(answer["answer"].as_str().unwrap().contains(&format!("[{}]", citation["n"])));
    }
}

#[tokio::test]
async fn timings_are_milliseconds_rounded() {
    let app = TestApp::start().await;
    let answer = app.ask("What is the GIL?").send().await.json();
    for (stage, took) in answer["timings_ms"].as_object().unwrap() {
        let hundredths = took.as_f64().unwrap() * 100.0;
        assert!((hundredths - hundredths.round()).abs() < 1e-6, "{stage}: {took}");
    }
    // The scripted clock ticks 1.234 ms at each look.
    assert_eq!(answer["timings_ms"]["embed"], json!(1.23));
}

#[tokio::test]
async fn depth_module_and_inspection_are_obeyed() {
    let app = TestApp::start().await;
    let brief = app.post_ask(r#"{"question": "What is the GIL?", "depth": "brief"}"#).send().await.json();
    let deep = app.post_ask(r#"{"question": "What is the GIL?", "depth": "deep"}"#).send().await.json();
    assert_eq!((&brief["depth"], &deep["depth"]), (&json!("brief"), &json!("deep")));
    assert!(brief["answer"].as_str().unwrap().len() < deep["answer"].as_str().unwrap().len());

    let body =
        r#"{"question": "what is it, event or locks?", "module": "asyncio", "depth": null, "inspect": true}"#;
    let inspected = app.post_ask(body).send().await.json();
    let inspection = &inspected["inspection"];
    let candidates = inspection["candidates"].as_array().unwrap();
    assert!(
        !candidates.is_empty() && candidates.iter().all(|c| c["question_id"] == "event-loop"),
        "{candidates:?}"
    );
    assert!(candidates.iter().any(|c| c["fate"] == "kept" && c["n"].is_u64()));
    assert!(candidates.iter().any(|c| c["fate"] == "dropped" && c["reason"].is_string()));
    assert_eq!(candidates[0]["legs"]["dense"]["score"], json!(0.9));
    assert_eq!(inspection["evidence"]["budget"], 1000);
    assert!(inspection["evidence"]["tokens"].as_u64().unwrap() > 0);
    assert!(!inspection["coverage"]["features"].as_array().unwrap().is_empty());
    assert!(inspection["prompt"].is_null());
}

#[tokio::test]
async fn what_the_guide_does_not_cover_is_declined() {
    let app = TestApp::start().await;
    let reply = app.ask("zebra crossings of antananarivo").send().await;
    let answer = reply.json();
    assert_eq!((reply.status, &answer["covered"]), (200, &json!(false)));
    assert_eq!(answer["citations"], json!([]));
}

#[tokio::test]
async fn hostile_text_is_answered_or_refused_but_never_breaks() {
    let app = TestApp::start().await;
    for (text, status) in [
        ("what\u{0}is", 422),
        ("what\u{1b}[31m", 422),
        ("", 422),
        (" \n ", 422),
        ("\u{202e}LIG eht si tahw\u{202c}", 200),
        ("\u{200b}what is the GIL?\u{feff}", 200),
        ("<script>alert(1)</script> GIL", 200),
        ("'; DROP TABLE chunks; -- {{7*7}} ${jndi:x} %00", 200),
        ("\u{1F468}\u{200d}\u{1F469}\u{200d}\u{1F467} GIL", 200),
        (&"a".repeat(32_000), 200),
        (&"a".repeat(32_001), 422),
        (&"what is ".repeat(3_000), 200),
    ] {
        let reply = app.ask(text).send().await;
        assert_eq!(reply.status, status, "{text:?}: {}", reply.text());
        if status == 422 {
            assert_eq!(reply.fields(), ["question"], "{text:?}");
        }
    }
}

#[tokio::test]
async fn a_failing_port_is_a_problem_without_internal_detail() {
    let app = TestApp::start().await;
    for (question, status, code) in [
        ("encoder down", 503, "unavailable"),
        ("is the index slow?", 504, "timeout"),
        ("is the index broken?", 500, "internal"),
        ("encoder panics", 500, "internal"),
    ] {
        assert_eq!(app.ask(question).send().await.code(status), code, "{question}");
    }
    assert!(app.ask("encoder down").send().await.header("retry-after").is_some());
    assert_eq!(app.ask("What is the GIL?").send().await.status, 200, "the process lives");
}
