//! Requests that are refused, and how.

use crate::tests::app::TestApp;
use crate::tests::talk::LIST;
use serde_json::{Value, json};

#[tokio::test]
async fn a_turn_is_a_question_or_more_of_the_last_answer() {
    let app = TestApp::start().await;
    let id = app.conversation().await;
    for (body, fields) in [
        (json!({}), vec!["question"]),
        (json!({"question": null}), vec!["question"]),
        (json!({"go_deeper": false}), vec!["question"]),
        (json!({"question": "x", "go_deeper": true}), vec!["go_deeper"]),
        (json!({"question": "", "go_deeper": true}), vec!["go_deeper"]),
        (json!({"go_deeper": null}), vec!["go_deeper"]),
        (json!({"go_deeper": 1}), vec!["go_deeper"]),
        (json!({"go_deeper": true, "module": "threading"}), vec!["module"]),
        (json!({"go_deeper": true, "depth": "deeper"}), vec!["depth"]),
        (json!({"question": ""}), vec!["question"]),
        (json!({"question": 7}), vec!["question"]),
        (json!({"question": "a\u{0}b"}), vec!["question"]),
        (json!({"question": "a\u{1b}[2J"}), vec!["question"]),
        (json!({"question": "a".repeat(32_001)}), vec!["question"]),
        (json!({"question": " ", "depth": "x", "module": "y"}), vec!["question", "depth", "module"]),
        (json!({"question": "x", "seed": 1}), vec!["seed"]),
        (json!({"question": "x", "conversation_id": id}), vec!["conversation_id"]),
    ] {
        assert_eq!(app.say(&id, &body).send().await.fields(), fields, "{body}");
        assert_eq!(app.say(&id, &body).stream().send().await.fields(), fields, "{body}");
    }
    assert_eq!(app.turns(&id).await, Vec::<Value>::new(), "nothing was begun");
    assert_eq!(app.deepens(&id).send().await.code(409), "nothing_to_deepen");
    assert_eq!(
        app.say(&id, &json!({"question": "What is the GIL?", "go_deeper": false})).send().await.status,
        200
    );
}

#[tokio::test]
async fn a_question_of_a_megabyte_is_refused_whatever_the_limit() {
    let long = json!({ "question": "a ".repeat(512 * 1024) }).to_string();
    for (limit, status) in [(64 * 1024, 413), (4 * 1024 * 1024, 422)] {
        let app = TestApp::with(|http| http.body_limit = limit).await;
        let id = app.conversation().await;
        for target in [format!("{LIST}/{id}/turns"), "/api/v1/ask".to_owned()] {
            let refused = app.call("POST", &target).json(&long).send().await;
            assert_eq!(refused.status, status, "{target}");
            assert!(refused.body.len() < 1000, "what was sent does not come back");
        }
        assert_eq!(app.turns(&id).await.len(), 0);
    }
}

#[tokio::test]
async fn what_is_not_there_is_not_there_whatever_it_is_called() {
    let app = TestApp::start().await;
    let id = app.conversation().await;
    let long = "a".repeat(3000);
    let never = "01890000-0000-7000-8000-ffffffffffff";
    for other in [never, "x", "..%2f..", "%00", "%ff", "a%0d%0aset-cookie:x", "'%20OR%201=1", long.as_str()] {
        let not_utf8 = other == "%ff";
        let expect = |code: &'static str| if not_utf8 { (400, "malformed") } else { (404, code) };
        for (call, code) in [
            (app.get(&format!("{LIST}/{other}")), "no_such_conversation"),
            (app.call("DELETE", &format!("{LIST}/{other}")), "no_such_conversation"),
            (app.call("PATCH", &format!("{LIST}/{other}")).json(r#"{"title": "x"}"#), "no_such_conversation"),
            (app.asks(other, "What is the GIL?"), "no_such_conversation"),
            (app.asks(other, "What is the GIL?").stream(), "no_such_conversation"),
            (app.deepens(other), "no_such_conversation"),
            (app.turn(&id, other), "no_such_turn"),
            (app.turn(other, never), "no_such_turn"),
            (app.turn(&id, other).stream(), "no_such_turn"),
            (app.stop(&id, other), "no_such_turn"),
            (app.get(&format!("{LIST}/{id}/turns/{other}/inspection")), "no_such_turn"),
        ] {
            let (status, code) = expect(code);
            assert_eq!(call.send().await.code(status), code, "{other}");
        }
    }
}

#[tokio::test]
async fn parameters_and_headers_have_rules() {
    let app = TestApp::start().await;
    let id = app.conversation().await;
    let answer = app.asks(&id, "What is the GIL?").send().await.json();
    let turn = answer["id"].as_str().unwrap();
    for (target, field) in [
        (format!("{LIST}?limit=0"), "limit"),
        (format!("{LIST}?limit=101"), "limit"),
        (format!("{LIST}?limit=x"), "limit"),
        (format!("{LIST}?owner=local"), "owner"),
        (format!("{LIST}?matching={}", "a".repeat(201)), "matching"),
        (format!("{LIST}/{id}?limit=0"), "limit"),
        (format!("{LIST}/{id}?after=-1"), "after"),
        (format!("{LIST}/{id}?after=99999999999"), "after"),
        (format!("{LIST}/{id}/turns/{turn}?after_seq=-1"), "after_seq"),
        (format!("{LIST}/{id}/turns/{turn}?after_seq=x"), "after_seq"),
        (format!("{LIST}/{id}/turns/{turn}?seq=1"), "seq"),
    ] {
        assert_eq!(app.get(&target).send().await.fields(), [field], "{target}");
    }
    let resumed = app.turn(&id, turn).stream().header("last-event-id", "three");
    assert_eq!(resumed.send().await.fields(), ["last-event-id"]);
    for key in ["", "a b", &"x".repeat(256)] {
        let keyed = app.asks(&id, "What is the GIL?").header("idempotency-key", key);
        assert_eq!(keyed.send().await.fields(), ["idempotency-key"], "{key}");
    }
    assert_eq!(app.turns(&id).await.len(), 1);
}

#[tokio::test]
async fn only_so_many_streams_are_open_at_once() {
    let app = TestApp::with(|http| http.streams_per_owner = 2).await;
    let (one, two) = (app.conversation().await, app.conversation().await);
    let (turn, id) = app.begins(&one, "wait here for the GIL").await;
    let mut asked = app.ask("wait here for the GIL").stream().open().await;
    asked.until("event: meta").await;
    for call in [
        app.ask("What is the GIL?").stream(),
        app.asks(&two, "What is the GIL?").stream(),
        app.turn(&one, &id).stream(),
    ] {
        let refused = call.send().await;
        assert_eq!(refused.code(429), "too_many_streams");
        assert_eq!(refused.header("retry-after"), Some("1"));
    }
    assert_eq!(app.turns(&two).await.len(), 0, "nothing was begun");
    assert_eq!(app.asks(&two, "What is the GIL?").send().await.status, 200, "not a stream");
    drop(turn);
    while app.asks(&two, "What are locks?").stream().send().await.status == 429 {
        tokio::task::yield_now().await;
    }
}
