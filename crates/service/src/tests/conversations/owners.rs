//! What belongs to somebody else looks as if it did not exist.

use crate::tests::app::{Setup, TestApp};
use crate::tests::client::{Call, Reply};
use crate::tests::contract::DOCUMENT;
use crate::tests::talk::LIST;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use viva_core::conversation::Owner;
use viva_core::ports::ConversationStore;
use viva_settings::Secret;

/// Every action on something that has an owner: method, template.
const ACTIONS: [(&str, &str); 7] = [
    ("GET", "/api/v1/conversations/{id}"),
    ("PATCH", "/api/v1/conversations/{id}"),
    ("DELETE", "/api/v1/conversations/{id}"),
    ("POST", "/api/v1/conversations/{id}/turns"),
    ("GET", "/api/v1/conversations/{id}/turns/{turn}"),
    ("GET", "/api/v1/conversations/{id}/turns/{turn}/inspection"),
    ("POST", "/api/v1/conversations/{id}/turns/{turn}/stop"),
];

/// A service with a key of its own on the same database.
async fn service(first: &TestApp, key: Option<&str>) -> TestApp {
    let mut setup = Setup { store: Some(Arc::clone(&first.store)), ..Setup::new() };
    setup.http.api_key = key.map(Secret::new);
    setup.start().await
}

fn act(app: &TestApp, method: &str, template: &str, conversation: &str, turn: &str) -> Call {
    let target = template.replace("{id}", conversation).replace("{turn}", turn);
    let call = app.call(method, &target);
    match (method, template.ends_with("/turns")) {
        ("PATCH", _) => call.json(r#"{"title": "mine now"}"#),
        ("POST", true) => call.json(r#"{"question": "What is the GIL?"}"#),
        _ => call,
    }
}

/// What a refusal tells, but for the request's own name and path.
fn told(reply: &Reply) -> Value {
    let mut problem = reply.problem(404);
    let members = problem.as_object_mut().unwrap();
    members.remove("request_id");
    members.remove("instance");
    problem
}

#[tokio::test]
async fn every_route_and_every_id() {
    let documented: BTreeSet<(String, &str)> = DOCUMENT["paths"]
        .as_object()
        .unwrap()
        .iter()
        .filter(|(path, _)| path.starts_with(LIST) && path.contains('{'))
        .flat_map(|(path, item)| {
            item.as_object().unwrap().keys().map(|method| (method.to_ascii_uppercase(), path.as_str()))
        })
        .collect();
    let tested: BTreeSet<(String, &str)> =
        ACTIONS.iter().map(|(method, path)| ((*method).to_owned(), *path)).collect();
    assert_eq!(documented, tested, "a route that has no rule here");

    let unkeyed = TestApp::start().await;
    let anna = service(&unkeyed, Some("key of anna")).await;
    let ben = service(&unkeyed, Some("key of ben")).await;
    let mut owned = Vec::new();
    for (app, key) in [(&unkeyed, None), (&anna, Some("key of anna")), (&ben, Some("key of ben"))] {
        let signed = |call: Call| key.iter().fold(call, |call, key| call.header("x-api-key", key));
        let made = signed(app.call("POST", LIST)).send().await.json();
        let id = made["id"].as_str().unwrap().to_owned();
        let answer = signed(app.asks(&id, "What is the GIL?")).send().await.json();
        owned.push((app, key, id, answer["id"].as_str().unwrap().to_owned()));
    }
    let never = "01890000-0000-7000-8000-eeeeeeeeeeee";
    for (app, key, own, own_turn) in &owned {
        let signed = |call: Call| key.iter().fold(call, |call, key| call.header("x-api-key", key));
        let listed = signed(app.get(LIST)).send().await.json();
        assert_eq!(listed["conversations"].as_array().unwrap().len(), 1);
        assert_eq!(listed["conversations"][0]["id"], json!(own));
        for (_, _, foreign, foreign_turn) in owned.iter().filter(|(_, _, id, _)| id != own) {
            for (method, template) in ACTIONS {
                for streams in [false, true] {
                    let call = |conversation: &str, turn: &str| {
                        let call = signed(act(app, method, template, conversation, turn));
                        if streams { call.stream() } else { call }
                    };
                    let unknown = told(&call(never, never).send().await);
                    let refused = told(&call(foreign, foreign_turn).send().await);
                    assert_eq!(refused, unknown, "{method} {template}");
                    if template.contains("{turn}") {
                        let mixed = told(&call(own, foreign_turn).send().await);
                        assert_eq!(mixed, unknown, "{method} {template}: another's turn in one's own");
                        let mixed = told(&call(foreign, own_turn).send().await);
                        assert_eq!(mixed, unknown, "{method} {template}: one's own turn in another's");
                    }
                }
            }
            let after = signed(app.get(&format!("{LIST}?after={foreign}"))).send().await.json();
            assert_eq!(after["conversations"], json!([]));
        }
    }
    for (app, key, own, _) in &owned {
        let signed = |call: Call| key.iter().fold(call, |call, key| call.header("x-api-key", key));
        let kept = signed(app.get(&format!("{LIST}/{own}"))).send().await.json();
        assert_eq!(
            (&kept["title"], &kept["turns"].as_array().unwrap().len()),
            (&json!("What is the GIL?"), &1)
        );
    }
}

#[tokio::test]
async fn the_owner_is_named_by_the_beginning_of_the_keys_digest() {
    let unkeyed = TestApp::start().await;
    let keyed = service(&unkeyed, Some("secret")).await;
    let local = unkeyed.conversation().await;
    let made = keyed.call("POST", LIST).header("authorization", "Bearer secret").send().await.json();
    // `printf secret | sha256sum`
    let owner = Owner("key:2bb80d537b1da3e3".to_owned());
    let found = keyed.store.conversation(&owner, made["id"].as_str().unwrap()).await.unwrap();
    assert!(found.is_some());
    assert!(keyed.store.conversation(&Owner("local".to_owned()), &local).await.unwrap().is_some());
}

#[tokio::test]
async fn no_route_answers_without_the_key() {
    let unkeyed = TestApp::start().await;
    let id = unkeyed.conversation().await;
    let keyed = service(&unkeyed, Some("secret")).await;
    for (method, template) in ACTIONS.into_iter().chain([("GET", LIST), ("POST", LIST)]) {
        for key in [None, Some("Secret")] {
            let call = act(&keyed, method, template, &id, "x");
            let call = key.iter().fold(call, |call, key| call.header("x-api-key", key));
            assert_eq!(call.send().await.code(401), "key_required", "{method} {template}");
        }
        let cross = act(&unkeyed, method, template, &id, "x").header("origin", "https://evil.example.com");
        if method != "GET" {
            assert_eq!(cross.send().await.code(403), "cross_origin", "{method} {template}");
        }
    }
}
