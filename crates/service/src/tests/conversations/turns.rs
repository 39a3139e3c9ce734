//! Turns: their answers, what follows on them, and what is kept.

use crate::tests::app::TestApp;
use crate::tests::contract::{conforms, named};
use crate::tests::talk::{LIST, only_end, text_of};
use serde_json::{Value, json};

#[tokio::test]
async fn a_turn_is_answered_as_ask_is_and_kept() {
    let app = TestApp::start().await;
    let id = app.conversation().await;
    let asked = app.ask("What is the GIL?").send().await.json();
    let said = app.asks(&id, "What is the GIL?").send().await;
    assert_eq!((said.status, said.media_type()), (200, "application/json"));
    let said = said.json();
    assert_eq!(said["conversation_id"], json!(id));
    for member in ["answer", "citations", "covered", "depth", "follow_ups", "grounding", "mode", "query"] {
        assert_eq!(said[member], asked[member], "{member}");
    }
    let kept = app.turn(&id, said["id"].as_str().unwrap()).send().await.json();
    assert_eq!(kept["answer"], said, "what is kept is what was sent");
    let turns = app.turns(&id).await;
    assert_eq!(turns, std::slice::from_ref(&kept));
    let expected = json!({
        "id": said["id"], "number": 1, "question": "What is the GIL?", "go_deeper": false, "depth": "standard",
        "state": "answered", "created_at": kept["created_at"], "answer": said, "error": null, "partial": "",
    });
    assert_eq!(kept, expected);
}

#[tokio::test]
async fn a_stream_has_the_events_of_ask_in_the_same_order() {
    let app = TestApp::start().await;
    let id = app.conversation().await;
    let asked = app.ask("What is the GIL?").stream().send().await.events();
    let reply = app.asks(&id, "What is the GIL?").stream().send().await;
    assert_eq!(reply.header("cache-control"), Some("no-cache, no-transform"));
    let said = reply.events();
    let names = |events: &[(String, Value)]| events.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&said), names(&asked));
    assert_eq!(said[0].1["seq"], 1);
    let (end, done) = only_end(&said);
    assert_eq!((end, done["answer"].as_str().unwrap()), ("done", text_of(&said).as_str()));
    assert_eq!(said[0].1["conversation_id"], json!(id));
    assert_eq!(said[0].1["id"], done["id"]);
}

#[tokio::test]
async fn what_is_done_is_kept_before_it_is_said() {
    let app = TestApp::start().await;
    let id = app.conversation().await;
    for n in 1..=10 {
        let mut stream = app.asks(&id, "What is the GIL?").stream().open().await;
        stream.until("event: done").await;
        // The stream is still open: whoever has seen `done` finds the turn whole.
        let kept = app.turns(&id).await;
        assert_eq!((kept.len(), &kept[n - 1]["state"]), (n, &json!("answered")));
    }
}

#[tokio::test]
async fn a_follow_up_is_completed_from_the_last_answer() {
    let app = TestApp::start().await;
    let id = app.conversation().await;
    app.asks(&id, "What is the GIL?").send().await;
    let followed = app.asks(&id, "why is it there?").send().await.json();
    let query = &followed["query"];
    assert_eq!(query["original"], "why is it there?");
    assert!(query["standalone"].as_str().unwrap().contains("GIL"), "{query}");
    assert!(query["reason"].is_string());
    assert_eq!(followed["covered"], true);
    let afresh = app.ask("why is it there?").send().await.json();
    assert_eq!(
        afresh["query"]["standalone"], "why is it there?",
        "without a conversation nothing is carried over"
    );
}

#[tokio::test]
async fn going_deeper_never_repeats_and_ends() {
    let app = TestApp::start().await;
    let id = app.conversation().await;
    assert_eq!(app.deepens(&id).send().await.code(409), "nothing_to_deepen");
    app.say(&id, &json!({"question": "What is the GIL?", "depth": "brief"})).send().await;
    let mut told: Vec<String> = Vec::new();
    let mut last = String::new();
    for _ in 0..20 {
        let deeper = app.deepens(&id).send().await.json();
        let citations = deeper["citations"].as_array().unwrap();
        last = deeper["answer"].as_str().unwrap().to_owned();
        if citations.is_empty() {
            break;
        }
        for citation in citations {
            let url = citation["url"].as_str().unwrap().to_owned();
            assert!(!told.contains(&url), "{url} was told before");
            told.push(url);
        }
    }
    assert!(told.len() >= 3 && last.contains("no more"), "{told:?}: {last}");
    let turns = app.turns(&id).await;
    assert_eq!((&turns[1]["question"], &turns[1]["go_deeper"]), (&json!(null), &json!(true)));
    assert_eq!(turns[1]["answer"]["query"]["original"], "Go deeper");
}

#[tokio::test]
async fn an_inspection_is_kept_whether_asked_for_or_not() {
    let app = TestApp::start().await;
    let id = app.conversation().await;
    let plain = app.asks(&id, "What is the GIL?").send().await.json();
    assert!(plain.get("inspection").is_none());
    let inspected =
        app.say(&id, &json!({"question": "What are locks?", "inspect": true})).send().await.json();
    assert!(inspected["inspection"]["candidates"].is_array());
    for answer in [&plain, &inspected] {
        let turn = answer["id"].as_str().unwrap();
        let kept = app.get(&format!("{LIST}/{id}/turns/{turn}/inspection")).send().await;
        assert_eq!(kept.status, 200);
        let kept = kept.json();
        assert!(!kept["candidates"].as_array().unwrap().is_empty());
        if answer["inspection"].is_object() {
            assert_eq!(kept, answer["inspection"]);
        }
        let shown = app.turn(&id, turn).send().await.json();
        assert!(shown["answer"].get("inspection").is_none(), "it has an address of its own");
    }
}

#[tokio::test]
async fn a_running_turn_is_shown_as_such() {
    let app = TestApp::start().await;
    let id = app.conversation().await;
    let (mut stream, turn) = app.begins(&id, "wait here for the GIL").await;
    app.arrived(1).await;
    let shown = app.turn(&id, &turn).send().await.json();
    assert_eq!(
        (&shown["state"], &shown["answer"], &shown["error"]),
        (&json!("running"), &json!(null), &json!(null))
    );
    let inspection = app.get(&format!("{LIST}/{id}/turns/{turn}/inspection")).send().await;
    assert_eq!(inspection.code(404), "no_inspection");
    assert!(app.get("/metrics").send().await.text().contains("viva_turns_running 1"));
    app.script.gate.send_replace(true);
    let events = stream.reply().await.events();
    assert_eq!(only_end(&events).0, "done");
    let shown = app.turn(&id, &turn).send().await.json();
    assert_eq!(shown["state"], "answered");
    conforms(&shown, &named("TurnBody"), "a turn");
    assert!(app.get("/metrics").send().await.text().contains("viva_turns_running 0"));
}

#[tokio::test]
async fn of_many_turns_at_once_one_is_answered() {
    let app = TestApp::start().await;
    let id = app.conversation().await;
    let (mut first, _) = app.begins(&id, "wait here for the GIL").await;
    let calls = (0..20).map(|n| {
        let call = app.asks(&id, "What are locks?");
        if n % 2 == 0 { call.stream().send() } else { call.send() }
    });
    for refused in futures::future::join_all(calls).await {
        assert_eq!(refused.code(409), "turn_running");
        assert_eq!(refused.header("retry-after"), Some("1"));
    }
    app.script.gate.send_replace(true);
    assert_eq!(only_end(&first.reply().await.events()).0, "done");
    assert_eq!(app.asks(&id, "What are locks?").send().await.status, 200, "the next one is answered");
    let numbers: Vec<u64> = app.turns(&id).await.iter().map(|t| t["number"].as_u64().unwrap()).collect();
    assert_eq!(numbers, [1, 2]);
}
