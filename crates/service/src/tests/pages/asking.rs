//! Asking without a script.

use super::{Visitor, between, is_page};
use crate::tests::app::TestApp;

#[tokio::test]
async fn a_form_ends_on_the_answer_with_its_sources() {
    let app = TestApp::start().await;
    let visitor = Visitor::new(&app).await;
    let at = visitor.asks(&app, "What is the GIL?").await;
    let (page, turn) = at.split_once('#').unwrap();
    let answer = visitor.get(&app, page).send().await;
    is_page(&answer, 200, "What is the GIL?");
    let html = answer.text();
    assert!(html.contains(&format!("id=\"{turn}\"")) && html.contains("Sources"), "{html}");
    assert!(html.contains("/questions/gil#short-answer") && html.contains("From the guide"), "{html}");
    let inside = between(html, "<a href=\"", "\">Look inside").rsplit('"').next().unwrap();
    is_page(&visitor.get(&app, inside).send().await, 200, "How this answer was made");
    // On with the follow-up, deeper, another title, and away.
    let id = page.strip_prefix("/c/").unwrap();
    let fields = [("go_deeper", "1"), ("conversation", id)];
    let deeper = visitor.post(&app, "/ask", &fields).send().await;
    assert_eq!(deeper.header("location"), Some(format!("{page}#turn-2").as_str()));
    let renamed = visitor.post(&app, &format!("{page}/rename"), &[("title", "On locking")]).send().await;
    assert_eq!((renamed.status, renamed.header("location")), (303, Some(page)));
    is_page(&visitor.get(&app, page).send().await, 200, "On locking");
    assert!(visitor.get(&app, "/?find=locking").send().await.text().contains("On locking"));
    assert!(!visitor.get(&app, "/?find=zebra").send().await.text().contains("On locking"));
    let deleted = visitor.post(&app, &format!("{page}/delete"), &[]).send().await;
    assert_eq!((deleted.status, deleted.header("location")), (303, Some("/")));
    is_page(&visitor.get(&app, page).send().await, 404, "There is nothing here");
}

#[tokio::test]
async fn one_form_makes_one_turn_however_often_it_is_sent() {
    let app = TestApp::start().await;
    let visitor = Visitor::new(&app).await;
    let fields = [("question", "What is the GIL?"), ("key", "one-form")];
    let first = visitor.post(&app, "/ask", &fields).send().await;
    let second = visitor.post(&app, "/ask", &fields).send().await;
    assert_eq!(first.header("location"), second.header("location"));
    let listed = app.get("/api/v1/conversations").send().await.json();
    assert_eq!(listed["conversations"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_refused_question_stays_in_the_box() {
    let app = TestApp::start().await;
    let visitor = Visitor::new(&app).await;
    let empty = visitor.post(&app, "/ask", &[("question", "  ")]).send().await;
    is_page(&empty, 422, "Ask the interview guide");
    assert!(empty.text().contains("The question was not taken"));
    let odd = visitor.post(&app, "/ask", &[("question", "bell \u{7} here"), ("depth", "deep")]).send().await;
    assert!(odd.status == 422 && odd.text().contains("bell"), "{}", odd.text());
    let at = visitor.asks(&app, "wait here, encoder down").await;
    let page = visitor.get(&app, at.split('#').next().unwrap()).send().await;
    assert!(page.text().contains("Try again"), "{}", page.text());
}
