//! Asking with a script: the page's stream.

use super::{Visitor, between, built, is_clean};
use crate::tests::app::{Setup, TestApp};
use crate::tests::model::{SAID, always};
use crate::tests::talk::only_end;
use std::sync::Arc;
use std::sync::atomic::Ordering;
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
    // So it is by a process that has not seen it being answered.
    let other = Setup { store: Some(Arc::clone(&app.store)), ..Setup::new() }.start().await;
    let told = visitor.get(&other, &stream).send().await.events();
    assert_eq!((built(&told), told.last().unwrap().0.as_str()), (built(&events), "done"));
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
    assert!(data["html"].as_str().unwrap().contains("The answer was stopped"), "{data}");
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

#[tokio::test]
async fn a_stream_is_told_of_the_services_end_with_and_without_a_database() {
    for is_down in [false, true] {
        let mut app = TestApp::with(|http| http.shutdown_grace = Duration::from_secs(1)).await;
        let visitor = Visitor::new(&app).await;
        let fields = [("question", "wait here for the GIL")];
        let mut stream = visitor.form(&app, "/ask", &fields).stream().open().await;
        stream.event("meta").await;
        app.arrived(1).await;
        app.store.is_down.store(is_down, Ordering::SeqCst);
        app.tell_to_end();
        let events = stream.reply().await.events();
        let (end, data) = only_end(&events);
        assert_eq!((end, data["status"].as_str()), ("error", Some("The service is restarting")), "{is_down}");
        is_clean(data["html"].as_str().unwrap());
        app.ended().await;
    }
}

#[tokio::test]
async fn answers_on_pages_are_counted_once() {
    let app = TestApp::start().await;
    let visitor = Visitor::new(&app).await;
    let count = async |outcome: &str| {
        let metrics = app.get("/metrics").send().await;
        let line = metrics.text().lines().find(|line| {
            line.starts_with("viva_turns_total{") && line.contains(&format!("outcome=\"{outcome}\""))
        });
        line.map_or(0, |line| line.rsplit(' ').next().unwrap().parse::<u32>().unwrap())
    };
    let at = visitor.asks(&app, "What is the GIL?").await;
    assert_eq!(count("answered").await, 1, "without a script");
    let reply = visitor.form(&app, "/ask", &[("question", "What is the GIL?")]).stream().send().await;
    assert_eq!(count("answered").await, 2, "with one");
    let events = reply.events();
    let meta = &events[0].1;
    let (conversation, turn) = (meta["conversation"].as_str().unwrap(), meta["turn"].as_str().unwrap());
    visitor.get(&app, &format!("/c/{conversation}/turns/{turn}/stream")).stream().send().await;
    visitor.get(&app, at.split('#').next().unwrap()).send().await;
    assert_eq!(count("answered").await, 2, "telling it again is no answer");
    let mut stopped =
        visitor.form(&app, "/ask", &[("question", "wait here for the GIL")]).stream().open().await;
    let meta = stopped.event("meta").await;
    app.arrived(1).await;
    let (conversation, turn) = (meta["conversation"].as_str().unwrap(), meta["turn"].as_str().unwrap());
    visitor.form(&app, &format!("/c/{conversation}/turns/{turn}/stop"), &[]).send().await;
    stopped.reply().await;
    assert_eq!((count("interrupted").await, count("abandoned").await), (1, 0));
}
