//! Which hosts and which origins are answered, on every route.

use super::app::{Setup, TestApp, bind, http, state};
use super::store::TestStore;
use crate::ServeError;

const ROUTES: [(&str, &str); 17] = [
    ("GET", "/"),
    ("POST", "/api/v1/ask"),
    ("GET", "/api/v1/conversations"),
    ("GET", "/api/v1/modules"),
    ("GET", "/api/v1/questions"),
    ("GET", "/api/v1/questions/gil"),
    ("GET", "/api/v1/search?q=gil"),
    ("GET", "/docs"),
    ("GET", "/docs/swagger-ui.css"),
    ("GET", "/healthz"),
    ("GET", "/livez"),
    ("GET", "/metrics"),
    ("GET", "/openapi.json"),
    ("GET", "/questions/gil"),
    ("GET", "/readyz"),
    ("GET", "/status"),
    ("GET", "/no-such-route"),
];

#[tokio::test]
async fn the_host_matrix() {
    let app = TestApp::start().await;
    let port = app.address.port();
    let ours = [
        format!("127.0.0.1:{port}"),
        "127.0.0.1".into(),
        "127.0.0.1:9".into(),
        format!("localhost:{port}"),
        "localhost".into(),
        "LOCALHOST".into(),
        format!("LocalHost:{port}"),
        "[::1]".into(),
        format!("[::1]:{port}"),
        "[0:0:0:0:0:0:0:1]".into(),
        "viva.example.com".into(),
        "Viva.Example.COM:443".into(),
        "proxied.example.com:8443".into(),
    ];
    let foreign = [
        "evil.example.com".into(),
        format!("evil.example.com:{port}"),
        "localhost.evil.example.com".into(),
        "evil-localhost".into(),
        "localhost.".into(),
        "0.0.0.0".into(),
        format!("0.0.0.0:{port}"),
        "127.0.0.2".into(),
        "127.1".into(),
        "2130706433".into(),
        "0x7f000001".into(),
        "[::]".into(),
        "[::ffff:127.0.0.1]".into(),
        "proxied.example.com".into(),
        "proxied.example.com:80".into(),
        "www.viva.example.com".into(),
    ];
    let none = [
        "",
        ":80",
        "localhost:",
        "localhost:x",
        "localhost:99999",
        "user@localhost",
        "localhost/x",
        "::1",
        "localhost, evil",
    ];
    for (method, target) in ROUTES {
        let call = || if method == "POST" { app.ask("What is the GIL?") } else { app.get(target) };
        for host in &ours {
            let status = call().host(host).send().await.status;
            assert!(
                status < 300 || (target.contains("no-such") && status == 404) || status == 503,
                "{target} {host}: {status}"
            );
        }
        for host in &foreign {
            assert_eq!(call().host(host).send().await.code(421), "foreign_host", "{target} {host}");
        }
        for host in none {
            assert_eq!(call().host(host).send().await.code(400), "bad_host", "{target} {host:?}");
        }
        assert_eq!(call().without("host").send().await.code(400), "bad_host", "{target}");
        assert_eq!(
            call().header("host", "localhost").send().await.code(400),
            "bad_host",
            "{target}: two hosts"
        );
        assert_eq!(
            call().header("Host", "evil.example.com").send().await.code(400),
            "bad_host",
            "{target}: two hosts"
        );
    }
}

#[tokio::test]
async fn a_request_line_cannot_smuggle_a_host() {
    let app = TestApp::start().await;
    let status = |target: &'static str, host: &'static str| {
        let call = app.get(target).host(host);
        async move { super::client::Reply::parse(&call.open().await.rest().await).status }
    };
    assert_eq!(status("http://localhost/livez", "localhost").await, 200);
    assert_eq!(status("http://evil.example.com/livez", "localhost").await, 421);
    assert_eq!(status("http://localhost/livez", "evil.example.com").await, 421);
    assert_eq!(status("http://user@localhost/livez", "localhost").await, 400);
}

#[tokio::test]
async fn the_origin_matrix() {
    let app = TestApp::start().await;
    let port = app.address.port();
    let same: Vec<Vec<(&str, String)>> = vec![
        vec![],
        vec![("origin", format!("http://127.0.0.1:{port}"))],
        vec![("origin", format!("http://localhost:{port}"))],
        vec![("origin", format!("HTTP://LocalHost:{port}"))],
        vec![("origin", format!("http://[::1]:{port}"))],
        vec![("origin", "https://viva.example.com".into())],
        vec![("origin", "https://proxied.example.com:8443".into())],
        vec![("sec-fetch-site", "same-origin".into())],
        vec![("sec-fetch-site", "none".into())],
        vec![("sec-fetch-site", "same-origin".into()), ("origin", format!("http://127.0.0.1:{port}"))],
    ];
    let cross: Vec<Vec<(&str, String)>> = vec![
        vec![("origin", "null".into())],
        vec![("origin", String::new())],
        vec![("origin", "https://evil.example.com".into())],
        vec![("origin", format!("http://evil.example.com:{port}"))],
        vec![("origin", "http://localhost:1".into())],
        vec![("origin", "http://localhost".into())],
        vec![("origin", format!("http://0.0.0.0:{port}"))],
        vec![("origin", format!("http://127.0.0.1:{port}.evil.example.com"))],
        vec![("origin", format!("http://127.0.0.1:{port}@evil.example.com"))],
        vec![("origin", "https://proxied.example.com".into())],
        vec![("origin", format!("file://127.0.0.1:{port}"))],
        vec![("origin", "chrome-extension://abcdef".into())],
        vec![("origin", format!("127.0.0.1:{port}"))],
        vec![("origin", format!("http://127.0.0.1:{port}")), ("origin", "https://evil.example.com".into())],
        vec![("sec-fetch-site", "cross-site".into())],
        vec![("sec-fetch-site", "Cross-Site".into())],
        vec![("sec-fetch-site", "cross-site".into()), ("origin", format!("http://127.0.0.1:{port}"))],
    ];
    let with = |call: super::client::Call, headers: &[(&str, String)]| {
        headers.iter().fold(call, |call, (name, value)| call.header(name, value))
    };
    for headers in &same {
        assert_eq!(with(app.ask("What is the GIL?"), headers).send().await.status, 200, "{headers:?}");
    }
    for headers in &cross {
        assert_eq!(
            with(app.ask("What is the GIL?"), headers).send().await.code(403),
            "cross_origin",
            "{headers:?}"
        );
        for (method, target) in ROUTES {
            let read = with(app.get(target), headers).send().await.status;
            assert!(
                method == "POST" || read != 403,
                "{target} may be read: a browser keeps the answer from the page"
            );
            for unsafe_method in ["POST", "PUT", "PATCH", "DELETE", "CONNECTED"] {
                let call = with(app.call(unsafe_method, target), headers);
                assert_eq!(
                    call.send().await.code(403),
                    "cross_origin",
                    "{unsafe_method} {target} {headers:?}"
                );
            }
        }
    }
}

#[tokio::test]
async fn preflights_get_nothing() {
    let app = TestApp::start().await;
    for (_, target) in ROUTES {
        let call = app.call("OPTIONS", target).header("origin", "https://evil.example.com");
        let call = call
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "content-type");
        let status = call.send().await.status;
        assert!(status == 405 || status == 404, "{target}: {status}");
    }
}

#[tokio::test]
async fn methods_and_routes_that_are_not_there() {
    let app = TestApp::start().await;
    let refused = app.call("DELETE", "/api/v1/ask").send().await;
    assert_eq!(refused.code(405), "method_not_allowed");
    assert_eq!(refused.header("allow"), Some("POST"));
    assert_eq!(app.get("/api/v1/ask").send().await.code(405), "method_not_allowed");
    for path in [
        "/api",
        "/api/v1",
        "/api/v1/",
        "/api/v2/ask",
        "/API/v1/ask",
        "/api/v1/ask/",
        "//api/v1/ask",
        "/api/v1/questions/",
        "/livez/",
        "/docs/",
        "/.env",
        "/api/v1/../../etc/passwd",
    ] {
        let problem = app.get(path).send().await.problem(404);
        assert_eq!(
            (problem["instance"].as_str(), problem["type"].as_str()),
            (Some(path), Some("urn:viva:problem:no_such_route"))
        );
    }
    let head = app.call("HEAD", "/livez").send().await;
    assert_eq!((head.status, head.body.len()), (200, 0));
}

#[tokio::test]
async fn a_configured_host_must_be_one() {
    for entry in ["https://viva.example.com", "viva.example.com/", "*", "", "a b"] {
        let mut http = http();
        http.hosts = vec![entry.to_owned()];
        let setup = Setup::new();
        let store = TestStore::open().await;
        let refused = bind(&http, state(&setup.script, &setup.library, &store, None)).await;
        assert!(matches!(refused, Err(ServeError::Host { .. })), "{entry}");
    }
}
