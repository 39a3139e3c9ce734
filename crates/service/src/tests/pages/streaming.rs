//! Asking with a script: the page's stream.

use super::{Visitor, between, built, is_clean};
use crate::tests::app::TestApp;
use crate::tests::model::{SAID, always};
use crate::tests::talk::only_end;
use std::time::Duration;
use viva_model_server::Answer;

#[tokio::test]
async fn a_stream_ends_with_done_and_is_what_the_page_shows() {
    let app = TestApp::start().await;
    let visitor = Visitor::new(&app).await;
    let fields = [("question", "What is the GIL?"), ("depth", "deep")];
    let reply = visitor.form(&app, "/ask", &fields).stream().send().await;
    assert_eq!(reply.media_type(), "text/event-stream");
    let events = reply.events();
    let (end, done) = only_end(&events);
    assert_eq!(end, "done");
    assert!(done["status"].as_str().unwrap().starts_with("Answer ready"));
    let numbers: Vec<u64> = events.iter().map(|(_, data)| data["seq"].as_u64().unwrap()).collect();
    assert_eq!(numbers, (1..=events.len() as u64).collect::<Vec<_>>());
    let (name, meta) = &events[0];
    assert_eq!((name.as_str(), meta["number"].as_u64()), ("meta", Some(1)));
    let page = visitor.get(&app, &format!("/c/{}", meta["conversation"].as_str().unwrap())).send().await;
    let html = page.text();
    assert_eq!(between(html, "<div class=\"answer prose\">", "</div><div class=\"after"), built(&events));
    assert!(html.contains(done["html"].as_str().unwrap()), "what stood under the answer stands there again");
    events.iter().filter_map(|(_, data)| data["html"].as_str()).for_each(is_clean);
    // An ended turn is told again, whole.
    let stream = format!(
        "/c/{}/turns/{}/stream",
        meta["conversation"].as_str().unwrap(),
        meta["turn"].as_str().unwrap()
    );
    let again = visitor.get(&app, &stream).send().await.events();
    assert_eq!((built(&again), again.last().unwrap().0.as_str()), (built(&events), "done"));
}

#[tokio::test]
async fn a_reload_attaches_and_misses_nothing() {
    let said = format!("{SAID}\n\n- one\n- two\n\n```python\nx = 1 < 2\n```\n\n{SAID}");
    let server = always(Answer::text(&said).gap(Duration::from_millis(15))).await;
    let app = TestApp::with_model(&server).await;
    let visitor = Visitor::new(&app).await;
    let mut first = visitor.form(&app, "/ask", &[("question", "What is the GIL?")]).stream().open().await;
    let meta = first.event("meta").await;
    first.until("event: block").await;
    let mut seen = first.cut();
    let page = format!("/c/{}", meta["conversation"].as_str().unwrap());
    let shown = visitor.get(&app, &page).send().await;
    assert!(shown.text().contains("data-stream=\""), "the page says where the answer goes on");
    let stream = between(shown.text(), "data-stream=\"", "\"").to_owned();
    let after = seen.last().unwrap().1["seq"].to_string();
    let rest = visitor.get(&app, &format!("{stream}?after={after}")).stream().send().await.events();
    seen.extend(rest);
    let (end, _) = only_end(&seen);
    assert_eq!(end, "done");
    let whole = visitor.get(&app, &stream).stream().send().await.events();
    assert_eq!(whole, seen, "everybody hears the same under the same numbers");
    let html = visitor.get(&app, &page).send().await;
    let full = between(html.text(), "<div class=\"answer prose\">", "</div><div class=\"after");
    assert_eq!(full, built(&seen));
    assert!(full.contains("Source 1") || full.contains("href=\"/questions/"), "{full}");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_turn_that_everybody_has_left_goes_on_for_a_while() {
    let app = TestApp::start().await;
    let visitor = Visitor::new(&app).await;
    let fields = [("question", "wait here for the GIL")];
    let mut first = visitor.form(&app, "/ask", &fields).stream().open().await;
    let meta = first.event("meta").await;
    app.arrived(1).await;
    drop(first);
    let page = format!("/c/{}", meta["conversation"].as_str().unwrap());
    let shown = visitor.get(&app, &page).send().await;
    let stream = between(shown.text(), "data-stream=\"", "\"").to_owned();
    app.script.gate.send_replace(true);
    let events = visitor.get(&app, &stream).stream().send().await.events();
    assert_eq!(only_end(&events).0, "done");
    assert_eq!(*app.script.abandoned.borrow(), 0);
}

#[tokio::test]
async fn stop_ends_the_turn_with_what_was_written() {
    let app = TestApp::start().await;
    let visitor = Visitor::new(&app).await;
    let fields = [("question", "wait here for the GIL")];
    let mut stream = visitor.form(&app, "/ask", &fields).stream().open().await;
    let meta = stream.event("meta").await;
    app.arrived(1).await;
    let (conversation, turn) = (meta["conversation"].as_str().unwrap(), meta["turn"].as_str().unwrap());
    let stop = format!("/c/{conversation}/turns/{turn}/stop");
    assert_eq!(visitor.form(&app, &stop, &[]).send().await.status, 204);
    let events = stream.reply().await.events();
    let (end, data) = only_end(&events);
    assert_eq!(end, "error");
    assert!(data["html"].as_str().unwrap().contains("the answer was stopped"), "{data}");
    assert_eq!(visitor.form(&app, &stop, &[]).send().await.status, 204, "it had ended");
}

#[tokio::test]
async fn a_refusal_before_the_stream_is_a_problem() {
    let app = TestApp::start().await;
    let visitor = Visitor::new(&app).await;
    let refused = visitor.form(&app, "/ask", &[("question", " ")]).stream().send().await;
    assert_eq!(refused.fields(), ["question"]);
    let deeper = visitor.form(&app, "/ask", &[("go_deeper", "1")]).stream().send().await;
    assert_eq!(deeper.code(409), "nothing_to_deepen");
}
