//! Every page with its heading, and the files it needs.

use super::{Visitor, between, is_page};
use crate::tests::app::TestApp;
use viva_core::ports::NotReady;

#[tokio::test]
async fn every_page_is_one() {
    let app = TestApp::start().await;
    app.warm().await;
    let visitor = Visitor::new(&app).await;
    for (target, heading) in [
        ("/", "Ask the interview guide"),
        ("/?q=What+is+the+GIL%3F", "Ask the interview guide"),
        ("/guide", "The guide"),
        ("/guide?q=locks", "The guide"),
        ("/guide/threading", "On threading"),
        ("/questions/gil", "What is the GIL?"),
        ("/status", "Status"),
    ] {
        is_page(&visitor.get(&app, target).send().await, 200, heading);
    }
    assert!(visitor.get(&app, "/?q=a+b").send().await.text().contains(">a b</textarea>"));
    let status = visitor.get(&app, "/status").send().await;
    assert!(status.text().contains("Everything works"), "{}", status.text());
}

#[tokio::test]
async fn the_files_of_a_page_are_served_for_ever() {
    let app = TestApp::start().await;
    let page = app.get("/").send().await;
    let linked = page.text().split('"').filter(|text| text.starts_with("/static/"));
    let linked: Vec<&str> = linked.collect();
    assert!(linked.len() >= 4, "{linked:?}");
    for file in linked {
        let reply = app.get(file).send().await;
        assert_eq!(reply.status, 200, "{file}");
        assert!(reply.header("cache-control").unwrap().contains("immutable"));
    }
    assert_eq!(app.get("/static/000000000000/viva.css").send().await.status, 404);
    assert_eq!(page.header("cache-control"), Some("no-store"));
}

#[tokio::test]
async fn the_search_finds_and_filters() {
    let app = TestApp::start().await;
    let found = app.get("/guide?q=locks&fragment=results").send().await;
    assert!(found.text().contains("What are locks?") && !found.text().contains("<html"), "{}", found.text());
    let narrowed = app.get("/guide?level=senior&fragment=results").send().await;
    assert!(narrowed.text().contains("What are locks?") && !narrowed.text().contains("What is the GIL?"));
    let nothing = app.get("/guide?q=zebra&fragment=results").send().await;
    assert!(nothing.text().contains("No question matches"));
}

#[tokio::test]
async fn what_is_not_there_is_a_page_for_people_and_a_problem_for_programs() {
    let app = TestApp::start().await;
    let visitor = Visitor::new(&app).await;
    for target in ["/nowhere", "/questions/none", "/guide/none", "/c/none", "/c/none/turns/none/inside"] {
        is_page(&visitor.get(&app, target).send().await, 404, "There is nothing here");
        app.get(target).send().await.problem(404);
    }
    // What is for programs stays so, whatever a browser accepts.
    visitor.get(&app, "/api/v1/questions/none").send().await.problem(404);
    let building = TestApp::without_index(NotReady::Starting("12 of 40 files".into())).await;
    let page = building.get("/").header("accept", "text/html").send().await;
    is_page(&page, 503, "The index is being built");
    assert!(page.text().contains("12 of 40 files") && page.header("retry-after").is_some());
    is_page(&building.get("/status").send().await, 200, "Status");
}

#[tokio::test]
async fn a_theme_is_kept_in_a_cookie() {
    let app = TestApp::start().await;
    let visitor = Visitor::new(&app).await;
    let fields = [("theme", "dark"), ("back", "/guide?q=a%20b")];
    let chosen = visitor.post(&app, "/theme", &fields).send().await;
    assert_eq!((chosen.status, chosen.header("location")), (303, Some("/guide?q=a%20b")));
    let theme = chosen.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    let page = app.get("/guide").header("cookie", &theme).send().await;
    assert!(page.text().contains("<html lang=\"en\" data-theme=\"dark\">"));
    let fields = [("theme", "light"), ("back", "//evil.example")];
    let away = visitor.post(&app, "/theme", &fields).send().await;
    assert_eq!(away.header("location"), Some("/"));
}

#[tokio::test]
async fn every_citation_leads_to_an_anchor() {
    let app = TestApp::start().await;
    let answer = app.post_ask(r#"{"question": "What is the GIL?", "depth": "deep"}"#).send().await.json();
    for citation in answer["citations"].as_array().unwrap() {
        let (path, anchor) = citation["url"].as_str().unwrap().split_once('#').unwrap();
        let page = app.get(path).send().await;
        assert!(page.text().contains(&format!(" id=\"{anchor}\"")), "{anchor}");
    }
    let page = app.get("/questions/gil").send().await;
    assert!(page.text().contains(" id=\"follow-up-1\""));
    assert_eq!(between(page.text(), "<title>", "</title>"), "What is the GIL? · Viva");
}
