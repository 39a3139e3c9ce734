//! Making, listing, showing, renaming and deleting.

use crate::tests::app::TestApp;
use crate::tests::talk::LIST;
use serde_json::json;
use viva_core::conversation::MAX_TITLE_CHARS;

#[tokio::test]
async fn a_conversation_is_made_and_found_at_its_location() {
    let app = TestApp::start().await;
    for call in [app.call("POST", LIST), app.call("POST", LIST).json("{}")] {
        let made = call.send().await;
        assert_eq!(made.status, 201);
        let id = made.json()["id"].as_str().unwrap().to_owned();
        assert_eq!(made.json(), json!({ "id": id }));
        let location = made.header("location").unwrap().to_owned();
        assert_eq!(location, format!("{LIST}/{id}"));
        let shown = app.get(&location).send().await.json();
        assert_eq!((&shown["id"], &shown["title"]), (&json!(id), &json!("")));
        assert_eq!((&shown["turns"], &shown["next"]), (&json!([]), &json!(null)));
        let created = shown["created_at"].as_str().unwrap();
        assert!(created.starts_with("2026-11-22T") && created.ends_with('Z'), "{created}");
    }
    assert_eq!(app.call("POST", LIST).json(r#"{"title": "x"}"#).send().await.fields(), ["title"]);
    assert_eq!(app.call("POST", LIST).json("[]").send().await.fields(), ["body"]);
    assert_eq!(app.call("POST", LIST).body(b"x").send().await.code(415), "unsupported_media_type");
}

#[tokio::test]
async fn the_list_is_paged_newest_first_without_a_gap() {
    let app = TestApp::start().await;
    let mut made = Vec::new();
    for _ in 0..7 {
        made.push(app.conversation().await);
    }
    // What is said in it makes the oldest one the newest.
    app.asks(&made[0], "What is the GIL?").send().await;
    let mut expected = made[1..].to_vec();
    expected.reverse();
    expected.insert(0, made[0].clone());
    for limit in [1, 2, 3, 7, 100] {
        let mut found = Vec::new();
        let mut after = String::new();
        loop {
            let page = app.get(&format!("{LIST}?limit={limit}&after={after}")).send().await.json();
            let ids: Vec<String> = page["conversations"]
                .as_array()
                .unwrap()
                .iter()
                .map(|c| c["id"].as_str().unwrap().to_owned())
                .collect();
            assert!(ids.len() <= limit);
            found.extend(ids);
            match page["next"].as_str() {
                Some(next) => after = next.to_owned(),
                None => break,
            }
        }
        assert_eq!(found, expected, "limit {limit}");
    }
    let first = app.get(LIST).send().await.json()["conversations"][0].clone();
    assert_eq!((&first["turns"], &first["title"]), (&json!(1), &json!("What is the GIL?")));
    assert!(first["updated_at"].as_str() > first["created_at"].as_str());
}

#[tokio::test]
async fn the_list_is_searched() {
    let app = TestApp::start().await;
    let (gil, locks) = (app.conversation().await, app.conversation().await);
    app.asks(&gil, "What is the GIL?").send().await;
    app.asks(&locks, "What are locks?").send().await;
    app.asks(&locks, "And the 100%_sure event loop?").send().await;
    for (matching, expected) in [
        ("gil", vec![&gil]),
        ("LOCKS", vec![&locks]),
        ("event+loop", vec![&locks]),
        ("100%25_s", vec![&locks]),
        ("%25", vec![&locks]),
        ("what", vec![&locks, &gil]),
        ("", vec![&locks, &gil]),
        ("nothing+of+that", vec![]),
        ("%00", vec![]),
        ("'%3b+drop+table+conversations%3b+--", vec![]),
    ] {
        let found = app.get(&format!("{LIST}?matching={matching}")).send().await.json();
        let ids: Vec<&str> =
            found["conversations"].as_array().unwrap().iter().map(|c| c["id"].as_str().unwrap()).collect();
        assert_eq!(ids, expected, "{matching}");
    }
}

#[tokio::test]
async fn turns_are_paged_by_number() {
    let app = TestApp::start().await;
    let id = app.conversation().await;
    for _ in 0..5 {
        assert_eq!(app.asks(&id, "What is the GIL?").send().await.status, 200);
    }
    let mut numbers = Vec::new();
    let mut after = 0;
    loop {
        let page = app.get(&format!("{LIST}/{id}?limit=2&after={after}")).send().await.json();
        numbers.extend(page["turns"].as_array().unwrap().iter().map(|t| t["number"].as_u64().unwrap()));
        match page["next"].as_u64() {
            Some(next) => after = next,
            None => break,
        }
    }
    assert_eq!(numbers, [1, 2, 3, 4, 5]);
    let beyond = app.get(&format!("{LIST}/{id}?after=5")).send().await.json();
    assert_eq!((&beyond["turns"], &beyond["next"]), (&json!([]), &json!(null)));
}

#[tokio::test]
async fn a_title_is_changed_within_its_rules() {
    let app = TestApp::start().await;
    let id = app.conversation().await;
    let change = |body: &str| app.call("PATCH", &format!("{LIST}/{id}")).json(body);
    let renamed = change(r#"{"title": "  On  <b>locks</b>\n\u202e "}"#).send().await.json();
    assert_eq!(renamed["title"], "On <b>locks</b> \u{202e}");
    assert_eq!(app.get(&format!("{LIST}/{id}")).send().await.json()["title"], renamed["title"]);
    let longest = "ä".repeat(MAX_TITLE_CHARS);
    let body = json!({ "title": longest }).to_string();
    assert_eq!(change(&body).send().await.json()["title"], longest);
    for (body, fields) in [
        (json!({}), ["title"]),
        (json!({"title": ""}), ["title"]),
        (json!({"title": " \n "}), ["title"]),
        (json!({"title": null}), ["title"]),
        (json!({"title": "a\u{0}b"}), ["title"]),
        (json!({"title": format!("{longest}x")}), ["title"]),
        (json!({"title": "x", "turns": 3}), ["turns"]),
    ] {
        assert_eq!(change(&body.to_string()).send().await.fields(), fields, "{body}");
    }
    assert_eq!(app.get(&format!("{LIST}/{id}")).send().await.json()["title"], longest, "unchanged");
}

#[tokio::test]
async fn what_is_deleted_is_gone_with_its_turns() {
    let app = TestApp::start().await;
    let id = app.conversation().await;
    let answer = app.asks(&id, "What is the GIL?").send().await.json();
    let turn = answer["id"].as_str().unwrap();
    assert_eq!(app.turn(&id, turn).send().await.status, 200);
    let deleted = app.call("DELETE", &format!("{LIST}/{id}")).send().await;
    assert_eq!((deleted.status, deleted.body.len()), (204, 0));
    assert_eq!(app.call("DELETE", &format!("{LIST}/{id}")).send().await.code(404), "no_such_conversation");
    assert_eq!(app.get(&format!("{LIST}/{id}")).send().await.code(404), "no_such_conversation");
    assert_eq!(app.turn(&id, turn).send().await.code(404), "no_such_turn");
    assert_eq!(app.turn(&id, turn).stream().send().await.code(404), "no_such_turn");
    assert_eq!(app.asks(&id, "x").send().await.code(404), "no_such_conversation");
    assert_eq!(app.get(LIST).send().await.json()["conversations"], json!([]));
}
