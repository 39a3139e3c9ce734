//! Keys, tokens, owners.

use super::{Visitor, is_page};
use crate::tests::app::{Setup, TestApp};
use crate::tests::client::Call;
use std::sync::Arc;
use viva_settings::Secret;

const KEY: &str = "canary-key-7f3a";

const FORMS: [&str; 9] = [
    "/ask",
    "/theme",
    "/c/01890000-0000-7000-8000-000000000001/rename",
    "/c/01890000-0000-7000-8000-000000000001/delete",
    "/c/01890000-0000-7000-8000-000000000001/turns/2/stop",
    "/theme?csrf=in-the-query",
    "/interview",
    "/interview/01890000-0000-7000-8000-000000000001",
    "/review/gil",
];

fn form(app: &TestApp, target: &str, body: &str) -> Call {
    app.call("POST", target)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("accept", "text/html")
        .body(body.as_bytes())
}

#[tokio::test]
async fn a_form_without_its_token_changes_nothing() {
    let app = TestApp::start().await;
    let (visitor, other) = (Visitor::new(&app).await, Visitor::new(&app).await);
    assert_ne!(visitor.csrf, other.csrf);
    for target in FORMS {
        let bodies = [
            "question=What+is+the+GIL%3F&title=x".to_owned(),
            "question=What+is+the+GIL%3F&title=x&csrf=".to_owned(),
            format!("question=What+is+the+GIL%3F&title=x&csrf={}", other.csrf),
            format!("question=What+is+the+GIL%3F&title=x&csrf={}", visitor.cookie.split_once('=').unwrap().1),
        ];
        for body in bodies {
            let refused = form(&app, target, &body).header("cookie", &visitor.cookie).send().await;
            is_page(&refused, 403, "Requests from other sites are refused");
        }
        let without_cookie = form(&app, target, &format!("question=x&csrf={}", visitor.csrf)).send().await;
        assert_eq!(without_cookie.status, 403, "{target}");
        let cross_site =
            visitor.post(&app, target, &[]).header("origin", "https://evil.example").send().await;
        assert_eq!(cross_site.status, 403, "{target}");
    }
    let listed = app.get("/api/v1/conversations").send().await.json();
    assert_eq!(listed["conversations"].as_array().unwrap().len(), 0);
    let listed = app.get("/api/v1/interviews").send().await.json();
    assert_eq!(listed["interviews"].as_array().unwrap().len(), 0);
    let json = app.call("POST", "/ask").header("cookie", &visitor.cookie).json("{}").send().await;
    assert_eq!(json.status, 400);
}

#[tokio::test]
async fn pages_ask_for_the_key_as_a_page() {
    let app = TestApp::with_key(KEY).await;
    for target in ["/", "/guide", "/status", "/c/abc", "/questions/gil", "/interview", "/review", "/nowhere"]
    {
        let refused = app.get(target).header("accept", "text/html").send().await;
        is_page(&refused, 401, "A valid key is required");
        assert!(refused.text().contains("x-api-key: KEY") && refused.header("www-authenticate").is_some());
    }
    let page = app.get("/guide").header("accept", "text/html").header("x-api-key", KEY).send().await;
    is_page(&page, 200, "The guide");
}

#[tokio::test]
async fn a_foreign_conversation_looks_as_if_it_did_not_exist() {
    let first = TestApp::with_key(KEY).await;
    let mut setup = Setup::new();
    setup.http.api_key = Some(Secret::new("another-key"));
    setup.store = Some(Arc::clone(&first.store));
    let second = setup.start().await;
    let asked = first.call("POST", "/api/v1/conversations").header("x-api-key", KEY).send().await;
    let id = asked.json()["id"].as_str().unwrap().to_owned();
    let page = |app: &TestApp, key: &str| {
        app.get(&format!("/c/{id}")).header("accept", "text/html").header("x-api-key", key)
    };
    assert_eq!(page(&first, KEY).send().await.status, 200);
    is_page(&page(&second, "another-key").send().await, 404, "There is nothing here");
    let status = second.get("/status").header("x-api-key", "another-key").send().await;
    let cookie = status.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    let visitor =
        Visitor { cookie, csrf: super::between(status.text(), "name=\"csrf\" value=\"", "\"").into() };
    for (target, fields) in [
        (format!("/c/{id}/rename"), vec![("title", "mine")]),
        (format!("/c/{id}/delete"), vec![]),
        (format!("/c/{id}/turns/abc/stop"), vec![]),
        ("/ask".to_owned(), vec![("question", "What is the GIL?"), ("conversation", id.as_str())]),
    ] {
        let refused = visitor.post(&second, &target, &fields).header("x-api-key", "another-key").send().await;
        assert_eq!(refused.status, 404, "{target}: {}", refused.text());
    }
    assert_eq!(page(&first, KEY).send().await.status, 200);
}
