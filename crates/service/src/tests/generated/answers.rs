//! Answers as they should be.

use crate::tests::app::TestApp;
use crate::tests::model::{MODEL, SAID, always};
use crate::tests::ports::guide;
use crate::tests::talk::{LIST, only_end, text_of};
use serde_json::{Value, json};
use viva_core::id::QuestionId;
use viva_model_server::{Answer, ModelServer};

/// The answer is the model's, and each citation stands in the guide word for word.
#[track_caller]
fn check(answer: &Value) {
    assert_eq!((&answer["mode"], &answer["degraded"]), (&json!("generated"), &json!(null)), "{answer}");
    assert_eq!(answer["answer"], SAID);
    let citations = answer["citations"].as_array().unwrap();
    assert_eq!(citations.iter().map(|c| c["n"].as_u64().unwrap()).collect::<Vec<_>>(), [1, 2]);
    for citation in citations {
        let id = QuestionId::new(citation["question_id"].as_str().unwrap()).unwrap();
        let guide = guide();
        let sections = &guide.question(&id).unwrap().sections;
        let quote = citation["quote"].as_str().unwrap();
        assert!(sections.iter().any(|section| section.markdown.contains(quote)), "{quote}");
    }
    assert!(answer["usage"]["input_tokens"].as_u64().unwrap() > 0);
}

#[tokio::test]
async fn ask_and_turns_are_written_by_the_model_with_citations() {
    let server = always(Answer::text(SAID)).await;
    let app = TestApp::with_model(&server).await;
    let id = app.conversation().await;
    check(&app.ask("What is the GIL?").send().await.json());
    check(&app.asks(&id, "What is the GIL?").send().await.json());
    for call in [app.ask("What is the GIL?"), app.asks(&id, "What is the GIL?")] {
        let events = call.stream().send().await.events();
        let (end, done) = only_end(&events);
        assert_eq!(end, "done");
        check(done);
        assert_eq!(text_of(&events), SAID);
        let names: Vec<&str> = events.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names[..4], ["meta", "query", "sources", "delta"]);
        assert_eq!(names[names.len() - 3..], ["grounding", "followups", "done"]);
        assert_eq!(names.iter().filter(|name| **name == "citation").count(), 2);
    }
    assert_eq!(server.requests().len(), 4);
}

#[tokio::test]
async fn what_was_found_is_told_before_the_model_says_a_word() {
    let server = always(Answer::text(SAID).silent_after(0)).await;
    let app = TestApp::with_model(&server).await;
    let id = app.conversation().await;
    for call in [app.ask("What is the GIL?"), app.asks(&id, "What is the GIL?")] {
        let mut stream = call.stream().open().await;
        stream.until("event: sources").await;
    }
}

#[tokio::test]
async fn sentences_without_support_are_named() {
    let server = always(Answer::text("It was removed in version 99.7 of the interpreter [1].")).await;
    let app = TestApp::with_model(&server).await;
    let events = app.ask("What is the GIL?").stream().send().await.events();
    let grounding = &events.iter().find(|(name, _)| name == "grounding").unwrap().1;
    assert_eq!(grounding["unsupported"].as_array().unwrap().len(), 1);
    assert_eq!(only_end(&events).1["grounding"]["unsupported"], grounding["unsupported"]);
}

#[tokio::test]
async fn what_the_model_was_sent_can_be_inspected() {
    let server = always(Answer::text(SAID)).await;
    let app = TestApp::with_model(&server).await;
    let id = app.conversation().await;
    let answer = app.say(&id, &json!({"question": "What is the GIL?", "inspect": true})).send().await.json();
    let turn = answer["id"].as_str().unwrap();
    let kept = app.get(&format!("{LIST}/{id}/turns/{turn}/inspection")).send().await.json();
    assert_eq!(kept, answer["inspection"]);
    assert_eq!(
        (&kept["generation"]["model"], &kept["generation"]["stop"]),
        (&json!(MODEL), &json!("end_of_turn"))
    );
    let sent = server.requests()[0].messages();
    let told = kept["generation"]["messages"].as_array().unwrap();
    assert_eq!(told.len(), sent.len());
    for (told, (role, text)) in told.iter().zip(&sent) {
        assert_eq!(
            (told["role"].as_str(), told["content"].as_str()),
            (Some(role.as_str()), Some(text.as_str()))
        );
    }
}

#[tokio::test]
async fn what_is_not_covered_is_declined_before_the_model_is_asked() {
    let server = always(Answer::text("Zebras are striped [1].")).await;
    let app = TestApp::with_model(&server).await;
    let id = app.conversation().await;
    for call in [app.ask("zebra crossings of antananarivo"), app.asks(&id, "zebra crossings of antananarivo")]
    {
        let answer = call.send().await.json();
        assert_eq!((&answer["covered"], &answer["citations"]), (&json!(false), &json!([])));
    }
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn the_model_is_told_of_the_turns_before() {
    let server = ModelServer::start(|request| {
        if request.prompt().contains("The completed message:") {
            Answer::text("Why is the GIL there, please?")
        } else {
            Answer::text(SAID)
        }
    })
    .await
    .unwrap();
    let app = TestApp::with_model(&server).await;
    let id = app.conversation().await;
    app.asks(&id, "What is the GIL?").send().await;
    let followed = app.asks(&id, "why is it there?").send().await.json();
    assert_eq!(followed["query"]["original"], "why is it there?");
    assert_eq!(followed["query"]["standalone"], "Why is the GIL there, please?");
    assert_eq!(followed["query"]["reason"], json!(format!("completed by {MODEL}")));
    let last = server.requests().last().unwrap().messages();
    assert!(last.iter().any(|(role, text)| role == "assistant" && text.contains(SAID)), "{last:?}");
}

#[tokio::test]
async fn what_happened_is_counted() {
    let server = always(Answer::text(SAID).usage(100, 20)).await;
    let app = TestApp::with_model(&server).await;
    let id = app.conversation().await;
    app.ask("What is the GIL?").send().await;
    app.asks(&id, "What is the GIL?").stream().send().await;
    app.ask("zebra crossings of antananarivo").send().await;
    app.ask("encoder down").send().await;
    drop(server);
    app.ask("What is the GIL?").send().await;
    let leaving = app.ask("wait here for the GIL").open().await;
    app.arrived(1).await;
    drop(leaving);
    app.abandoned(1).await;
    let expected = [
        "viva_turns_total{mode=\"generated\",outcome=\"answered\"} 2",
        "viva_turns_total{mode=\"extractive\",outcome=\"not_covered\"} 1",
        "viva_turns_total{mode=\"extractive\",outcome=\"answered\"} 1",
        "viva_turns_total{mode=\"none\",outcome=\"unavailable\"} 1",
        "viva_turns_total{mode=\"none\",outcome=\"abandoned\"} 1",
        "viva_degraded_total{reason=\"model_unavailable\"} 1",
        "viva_model_tokens_total{direction=\"input\"} 200",
        "viva_model_tokens_total{direction=\"output\"} 40",
        "viva_model_first_token_seconds_count 2",
        "viva_turns_running 0",
    ];
    loop {
        let text = app.get("/metrics").send().await.text().to_owned();
        let missing: Vec<&&str> = expected.iter().filter(|line| !text.lines().any(|l| l == **line)).collect();
        if missing.is_empty() {
            return;
        }
        // The client that left is counted when its connection's task ends.
        assert!(missing.len() == 1 && missing[0].contains("abandoned"), "{missing:?}: {text}");
        tokio::task::yield_now().await;
    }
}
