//! What goes wrong is said, with what to do, and nothing that was written is lost.

use crate::stage::{GIL, LOCKS, Stage};
use std::time::Duration;
use viva_model_server::Answer;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run runs it; cargo test -p viva-tests --test browser -- --ignored"]
async fn a_connection_lost_in_mid_stream_is_said() {
    let text = format!("The lock guards the interpreter [1]. {}", "More words about the lock. ".repeat(200));
    let script = move |_: &_| Answer::text(&text).gap(Duration::from_millis(40));
    let stage = Stage::generated(script).await;
    let tab = &stage.tab;
    tab.open("/").await;
    stage.sends(GIL).await;
    tab.until("find('#turn-1 .answer')?.innerText.includes('More words')").await;
    stage.kill_server();
    tab.sees("#turn-1 .notice >> Connection lost, answer incomplete").await;
    assert!(tab.text("#turn-1 .answer").await.contains("More words"), "what came is kept");
    let status = tab.text_of("document.getElementById('status').textContent").await;
    assert_eq!(status, "Connection lost, answer incomplete");
    assert!(tab.text_of("find('#turn-1 .notice a').href").await.contains("/c/"));
    assert!(!tab.has("[data-stop]").await && !tab.is("document.querySelector('[data-send]').disabled").await);

    // A question that cannot be sent stays in the box.
    tab.click("#question").await;
    tab.write(LOCKS).await;
    tab.press("Enter").await;
    tab.sees(".refused >> The question could not be sent").await;
    assert_eq!(tab.count("#turns .turn").await, 1);
    assert!(tab.is(&format!("document.getElementById('question').value === '{LOCKS}'")).await);
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run runs it; cargo test -p viva-tests --test browser -- --ignored"]
async fn a_model_that_fails_gives_the_guides_text_and_says_so() {
    let stage = Stage::generated(|_| Answer::status(500, "boom")).await;
    let tab = &stage.tab;
    stage.asks(GIL).await;
    let badge = tab.text("#turn-1 .meta summary.partial").await;
    assert!(badge.contains("From the guide: the model could not be reached"), "{badge}");
    assert!(tab.text("#turn-1 .answer").await.contains("This is about the global interpreter lock."));
    tab.click("#turn-1 .meta details.degraded summary").await;
    tab.sees("#turn-1 .meta details[open] p >> Ask again later").await;

    // Broken off after some words: they are kept, and one click asks again.
    stage.models().follow(|_| {
        Answer::text("The lock guards the interpreter [1]. And then it")
            .dropped_after(6)
            .gap(Duration::from_millis(20))
    });
    stage.sends(GIL).await;
    tab.sees("#turn-2 .error >> The answer is incomplete").await;
    assert!(tab.text("#turn-2 .answer").await.contains("The lock guards"));
    stage.models().follow(|_| Answer::text("The lock guards the interpreter [1], always."));
    tab.click("#turn-2 button >> Try again").await;
    stage.answered(3).await;
    assert_eq!(tab.text("#turn-3 > h2").await, GIL);
    assert!(tab.text("#turn-3 .answer").await.contains("always"));
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run runs it; cargo test -p viva-tests --test browser -- --ignored"]
async fn a_refused_question_comes_back_with_its_reason() {
    let stage = Stage::extractive().await;
    let tab = &stage.tab;
    stage.asks(GIL).await;
    // Deleted in another window: the service refuses the next question of this one.
    let id = tab.path().await.trim_start_matches("/c/").to_owned();
    let other = stage.another_tab().await;
    other.open("/").await;
    other.click(".side li summary").await;
    other.follow(".side details[open] button >> Delete").await;
    stage.sends(LOCKS).await;
    tab.sees(".refused[role=alert]").await;
    assert!(tab.text(".refused").await.contains("Request "), "{}", tab.text(".refused").await);
    assert!(tab.is(&format!("document.getElementById('question').value === '{LOCKS}'")).await);
    assert_eq!(tab.count("#turns .turn").await, 1, "no turn is shown that there is not");
    tab.open(&format!("/c/{id}")).await;
    assert_eq!(tab.text("h1").await, "There is nothing here");
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run runs it; cargo test -p viva-tests --test browser -- --ignored"]
async fn a_double_click_asks_once() {
    let stage = Stage::extractive().await;
    for has_scripts in [true, false] {
        let tab = stage.another_tab().await;
        if !has_scripts {
            tab.without_scripts().await;
        }
        tab.open("/").await;
        tab.click("#question").await;
        tab.write(GIL).await;
        tab.click_twice("[data-send]").await;
        tab.until("location.pathname.startsWith('/c/') && find('#turn-1 .meta')").await;
        tab.close().await;
    }
    let (_, listed) = stage.server.get("/api/v1/conversations").await;
    let listed = listed["conversations"].as_array().unwrap();
    let turns: Vec<_> = listed.iter().map(|conversation| &conversation["turns"]).collect();
    assert_eq!(turns, [1, 1], "{listed:?}");
    stage.close().await;
}
