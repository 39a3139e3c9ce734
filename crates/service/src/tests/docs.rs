//! The OpenAPI document, and the page that shows it.

use super::app::TestApp;
use super::contract::{DOCUMENT, template};
use std::collections::BTreeSet;

/// Every route, with a request that answers 200.
const ROUTES: [(&str, &str, &str); 16] = [
    ("GET", "/", "/"),
    ("POST", "/api/v1/ask", "/api/v1/ask"),
    ("GET", "/api/v1/modules", "/api/v1/modules"),
    ("GET", "/api/v1/questions", "/api/v1/questions"),
    ("GET", "/api/v1/questions/{id}", "/api/v1/questions/gil"),
    ("GET", "/api/v1/search", "/api/v1/search?q=gil"),
    ("GET", "/docs", "/docs"),
    ("GET", "/docs/{file}", "/docs/swagger-ui.css"),
    ("GET", "/healthz", "/healthz"),
    ("GET", "/livez", "/livez"),
    ("GET", "/metrics", "/metrics"),
    ("GET", "/openapi.json", "/openapi.json"),
    ("GET", "/questions/{id}", "/questions/gil"),
    ("GET", "/readyz", "/readyz"),
    ("GET", "/guide", "/guide"),
    ("GET", "/guide/{module}", "/guide/threading"),
];

/// The other routes: what they name must be there first, and tests of their own call each of them.
const OTHERS: [(&str, &str); 41] = [
    ("POST", "/ask"),
    ("GET", "/c/{id}"),
    ("POST", "/c/{id}/delete"),
    ("POST", "/c/{id}/rename"),
    ("GET", "/c/{id}/turns/{turn}/inside"),
    ("POST", "/c/{id}/turns/{turn}/stop"),
    ("GET", "/c/{id}/turns/{turn}/stream"),
    ("GET", "/interview"),
    ("POST", "/interview"),
    ("GET", "/interview/{id}"),
    ("POST", "/interview/{id}"),
    ("GET", "/interview/{id}/report"),
    ("GET", "/interview/{id}/report.md"),
    ("GET", "/review"),
    ("GET", "/review/{question}"),
    ("POST", "/review/{question}"),
    ("GET", "/static/{digest}/{name}"),
    ("GET", "/status"),
    ("POST", "/theme"),
    ("GET", "/api/v1/conversations"),
    ("POST", "/api/v1/conversations"),
    ("GET", "/api/v1/conversations/{id}"),
    ("PATCH", "/api/v1/conversations/{id}"),
    ("DELETE", "/api/v1/conversations/{id}"),
    ("POST", "/api/v1/conversations/{id}/turns"),
    ("GET", "/api/v1/conversations/{id}/turns/{turn}"),
    ("GET", "/api/v1/conversations/{id}/turns/{turn}/inspection"),
    ("POST", "/api/v1/conversations/{id}/turns/{turn}/stop"),
    ("POST", "/api/v1/grade"),
    ("GET", "/api/v1/interviews"),
    ("POST", "/api/v1/interviews"),
    ("GET", "/api/v1/interviews/{id}"),
    ("POST", "/api/v1/interviews/{id}/answers"),
    ("POST", "/api/v1/interviews/{id}/finish"),
    ("POST", "/api/v1/interviews/{id}/hints"),
    ("GET", "/api/v1/interviews/{id}/report"),
    ("POST", "/api/v1/interviews/{id}/reveal"),
    ("POST", "/api/v1/interviews/{id}/skip"),
    ("GET", "/api/v1/progress"),
    ("POST", "/api/v1/reviews"),
    ("GET", "/api/v1/reviews/due"),
];

#[tokio::test]
async fn the_document_has_every_route_and_every_route_answers() {
    let documented: BTreeSet<(String, &str)> = DOCUMENT["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, item)| {
            item.as_object().unwrap().keys().map(|m| (m.to_ascii_uppercase(), path.as_str()))
        })
        .collect();
    let answering = ROUTES.iter().map(|(method, path, _)| (*method, *path));
    let expected: BTreeSet<(String, &str)> =
        answering.chain(OTHERS).map(|(method, path)| (method.to_owned(), path)).collect();
    assert_eq!(documented, expected);
    let router = include_str!("../router.rs");
    assert!(
        !router.contains(".route(") && !router.contains(".nest"),
        "a route outside `routes!` is undocumented"
    );

    let app = TestApp::start().await;
    app.warm().await;
    for (method, path, target) in ROUTES {
        assert_eq!(template(target.split('?').next().unwrap()), Some(path));
        let call = if method == "POST" { app.ask("What is the GIL?") } else { app.get(target) };
        assert_eq!(call.send().await.status, 200, "{target}");
    }
}

#[tokio::test]
async fn the_document_is_served_as_generated() {
    let app = TestApp::start().await;
    let served = app.get("/openapi.json").send().await.json();
    assert_eq!(served, *DOCUMENT);
    assert!(served["openapi"].as_str().unwrap().starts_with("3.1"));
    assert_eq!(served["info"]["version"], env!("CARGO_PKG_VERSION"));
    assert!(served["components"]["securitySchemes"]["bearer"].is_object());
    let text = served.to_string();
    let references =
        text.split("\"$ref\":\"#/components/schemas/").skip(1).map(|rest| rest.split('"').next().unwrap());
    for name in references.collect::<BTreeSet<&str>>() {
        assert!(served["components"]["schemas"][name].is_object(), "{name}");
    }
}

#[tokio::test]
async fn the_docs_page_loads_nothing_from_elsewhere_and_runs_no_inline_script() {
    let app = TestApp::start().await;
    let page = app.get("/docs").send().await;
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("script-src 'self';") && !policy.contains("unsafe"), "{policy}");
    let html = page.text();
    let sources = html.split(&['"', '\''][..]).filter(|text| text.starts_with('/') || text.contains("//"));
    let sources: Vec<&str> = sources.collect();
    assert_eq!(sources.len(), 5, "{sources:?}");
    for source in sources {
        assert!(source.starts_with("/docs/"), "{source}");
        let file = app.get(source).send().await;
        assert_eq!(file.status, 200, "{source}");
        assert!(!file.body.is_empty());
    }
    assert!(
        html.split("<script").skip(1).all(|rest| rest.split_once('>').unwrap().1.starts_with("</script>"))
    );
    let start = app.get("/docs/swagger-initializer.js").send().await;
    assert!(
        start.text().contains("\"/openapi.json\"") && start.text().contains("\"validatorUrl\": \"none\""),
        "{}",
        start.text()
    );
    for other in ["index.html", "oauth2-redirect.html", "..%2fCargo.toml", "nope.js"] {
        assert_eq!(app.get(&format!("/docs/{other}")).send().await.status, 404, "{other}");
    }
}
