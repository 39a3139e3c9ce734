//! The key.

use super::app::TestApp;
use super::client::Call;

const KEY: &str = "canary-key-7f3a";

const GUARDED: [(&str, &str); 10] = [
    ("POST", "/api/v1/ask"),
    ("GET", "/api/v1/search?q=gil"),
    ("GET", "/api/v1/conversations"),
    ("GET", "/api/v1/modules"),
    ("GET", "/api/v1/questions"),
    ("GET", "/api/v1/questions/gil"),
    ("HEAD", "/api/v1/modules"),
    ("GET", "/questions/gil"),
    ("GET", "/metrics"),
    ("HEAD", "/metrics"),
];

fn call(app: &TestApp, method: &str, target: &str) -> Call {
    if method == "POST" { app.ask("What is the GIL?") } else { app.call(method, target) }
}

#[tokio::test]
async fn the_key_matrix() {
    let app = TestApp::with_key(KEY).await;
    let bearer = format!("Bearer {KEY}");
    let good: [Vec<(&str, &str)>; 6] = [
        vec![("authorization", &bearer)],
        vec![("Authorization", "bearer canary-key-7f3a")],
        vec![("authorization", "BEARER  canary-key-7f3a ")],
        vec![("x-api-key", KEY)],
        vec![("X-API-Key", KEY), ("authorization", &bearer)],
        vec![("x-api-key", KEY), ("authorization", "Basic dXNlcjpwYXNz")],
    ];
    let bad: [Vec<(&str, &str)>; 13] = [
        vec![],
        vec![("authorization", "Bearer")],
        vec![("authorization", "Bearer ")],
        vec![("authorization", "Bearer wrong")],
        vec![("authorization", "Bearer canary-key-7f3")],
        vec![("authorization", "Bearer canary-key-7f3ab")],
        vec![("authorization", "Bearer CANARY-KEY-7F3A")],
        vec![("authorization", KEY)],
        vec![("authorization", "Basic canary-key-7f3a")],
        vec![("x-api-key", "")],
        vec![("x-api-key", "wrong"), ("authorization", &bearer)],
        vec![("x-api-key", KEY), ("x-api-key", "wrong")],
        vec![("cookie", "api_key=canary-key-7f3a"), ("api-key", KEY)],
    ];
    for (method, target) in GUARDED {
        for headers in &good {
            let call = headers
                .iter()
                .fold(call(&app, method, target), |call, (name, value)| call.header(name, value));
            assert_eq!(call.send().await.status, 200, "{method} {target} {headers:?}");
        }
        for headers in &bad {
            let call = headers
                .iter()
                .fold(call(&app, method, target), |call, (name, value)| call.header(name, value));
            let reply = call.send().await;
            assert_eq!(reply.status, 401, "{method} {target} {headers:?}");
            assert_eq!(reply.header("www-authenticate"), Some("Bearer realm=\"viva\""));
            assert!(!String::from_utf8_lossy(&reply.body).contains(KEY));
        }
        let separator = if target.contains('?') { '&' } else { '?' };
        let in_query = format!("{target}{separator}api_key={KEY}");
        assert_eq!(app.call(method, &in_query).send().await.status, 401, "{in_query}");
    }
}

/// The pages' stylesheet: it is the same for everybody, and the page that asks for the key has it too.
fn style() -> &'static str {
    &viva_web::assets().iter().find(|asset| asset.name == "viva.css").unwrap().path
}

#[tokio::test]
async fn nothing_but_the_open_list_answers_without_the_key() {
    let app = TestApp::with_key(KEY).await;
    app.warm().await;
    for open in [style(), "/livez", "/readyz", "/healthz", "/openapi.json", "/docs", "/docs/swagger-ui.css"] {
        assert_eq!(app.get(open).send().await.status, 200, "{open}");
    }
    for path in [
        "/api/v1/modules/",
        "//api/v1/modules",
        "/API/V1/modules",
        "/api/v1/modules?x=/livez",
        "/livez/../api/v1/modules",
        "/docs/../api/v1/modules",
        "/livez/",
        "/api%2fv1%2fmodules",
        "/nope",
        "/docs/..%2f..%2fapi/v1/modules",
        "/api/v1/modules;/livez",
    ] {
        let status = app.get(path).send().await.status;
        assert!(status == 401 || status == 404, "{path}: {status}");
    }
    for method in ["OPTIONS", "PUT", "DELETE", "TRACE", "PATCH"] {
        assert_eq!(app.call(method, "/api/v1/modules").send().await.status, 401, "{method}");
    }
}

#[tokio::test]
async fn a_missing_key_is_noticed_before_the_body_is_read() {
    let app = TestApp::with_key(KEY).await;
    let announced = app.call("POST", "/api/v1/ask").header("content-length", "1000000000");
    assert_eq!(announced.send().await.code(401), "key_required");
}
