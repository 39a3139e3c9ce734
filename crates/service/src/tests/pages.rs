//! Pages for people.

use super::app::TestApp;
use viva_core::ports::NotReady;

#[tokio::test]
async fn every_citation_leads_to_an_anchor() {
    let app = TestApp::start().await;
    let answer = app.post_ask(r#"{"question": "What is the GIL?", "depth": "deep"}"#).send().await.json();
    for citation in answer["citations"].as_array().unwrap() {
        let (path, anchor) = citation["url"].as_str().unwrap().split_once('#').unwrap();
        let page = app.get(path).send().await;
        assert_eq!((page.status, page.media_type()), (200, "text/html"));
        assert!(page.text().contains(&format!("<section id=\"{anchor}\">")), "{anchor}");
    }
    let page = app.get("/questions/gil").send().await;
    assert!(page.text().contains("<section id=\"follow-up-1\">"));
}

#[tokio::test]
async fn the_guides_text_is_text() {
    let app = TestApp::start().await;
    let page = app.get("/questions/gil").send().await;
    let html = page.text();
    assert!(
        html.contains("&quot;quoted&quot; &amp; &lt;b&gt;bold&lt;/b&gt;") && !html.contains("<b>"),
        "{html}"
    );
    assert!(!html.contains("<script") && !html.contains("style="));
    let policy = page.header("content-security-policy").unwrap();
    assert!(!policy.contains("script-src") && !policy.contains("unsafe"), "{policy}");
}

#[tokio::test]
async fn the_start_page_leads_everywhere() {
    let app = TestApp::start().await;
    let page = app.get("/").send().await;
    assert_eq!((page.status, page.media_type()), (200, "text/html"));
    assert!(page.text().contains("4 questions in 3 modules"));
    let links: Vec<&str> =
        page.text().split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert!(links.contains(&"/docs") && links.contains(&"/readyz") && links.contains(&"/style.css"));
    for link in links {
        assert_eq!(app.get(link).send().await.status, 200, "{link}");
    }
    let building = TestApp::without_index(NotReady::Starting("12 of 40 files".into())).await;
    assert!(building.get("/").send().await.text().contains("12 of 40 files"));
}
