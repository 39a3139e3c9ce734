//! Without scripts everything is a link or a form.

use crate::stage::{GIL, LOCKS, Stage};

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run runs it; cargo test -p viva-tests --test browser -- --ignored"]
async fn asking_reading_and_keeping_order_work_without_scripts() {
    let stage = Stage::extractive().await;
    let tab = &stage.tab;
    tab.without_scripts().await;
    tab.open("/").await;
    assert!(tab.is("!find('.copy-code') && !find('[data-stop]')").await, "no script ran");
    tab.click("#question").await;
    tab.write(GIL).await;
    tab.follow("[data-send]").await;
    assert!(
        tab.path().await.starts_with("/c/") && tab.path().await.ends_with("#turn-1"),
        "{}",
        tab.path().await
    );
    assert!(tab.text("#turn-1 .answer").await.contains("This is about the global interpreter lock."));
    tab.click("#turn-1 .sources li:first-child summary").await;
    tab.sees("#turn-1 .sources details[open] mark").await;
    tab.follow("#turn-1 button >> Go deeper").await;
    assert!(tab.text("#turn-2 .answer").await.contains("Experts of"));
    tab.fill("#question", LOCKS).await;
    tab.follow("[data-send]").await;
    assert_eq!(tab.text("#turn-3 > h2").await, LOCKS);
    tab.follow("#turn-3 a >> Look inside").await;
    assert_eq!(tab.text("h1").await, "How this answer was made");
    tab.follow("a >> Back to the answer").await;

    tab.click(".side li summary").await;
    tab.fill(".side details[open] input[name=title]", "By hand").await;
    tab.follow(".side details[open] button >> Rename").await;
    assert_eq!(tab.text(".side [aria-current=page]").await, "By hand");
    tab.click(".side li summary").await;
    tab.follow(".side details[open] button >> Delete").await;
    assert_eq!((tab.path().await.as_str(), tab.count(".side li").await), ("/", 0));
    assert!(tab.seen().console.is_empty(), "{:?}", tab.seen().console);
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run runs it; cargo test -p viva-tests --test browser -- --ignored"]
async fn the_guide_the_theme_and_the_help_work_without_scripts() {
    let stage = Stage::extractive().await;
    let tab = &stage.tab;
    tab.without_scripts().await;
    tab.open("/guide").await;
    tab.fill("#q", "deadlocks").await;
    tab.follow("main form button >> Search").await;
    assert!(tab.path().await.starts_with("/guide?q=deadlocks"), "{}", tab.path().await);
    tab.follow("#results a >> Deadlocks").await;
    assert_eq!(tab.text("h1").await, "Deadlocks");
    tab.click(".contents a[href='#pitfalls']").await;
    tab.until("location.hash === '#pitfalls'").await;
    tab.click(".menu summary").await;
    tab.follow(".menu button >> Dark").await;
    assert_eq!(tab.path().await, "/questions/deadlocks", "back to where one was");
    assert!(tab.is("document.documentElement.dataset.theme === 'dark'").await);
    tab.click(".tools button").await;
    tab.sees("#help:popover-open").await;
    tab.click("#help button >> Close").await;
    tab.until("!find('#help:popover-open')").await;
    tab.follow("a >> Ask about this").await;
    tab.follow("[data-send]").await;
    assert_eq!(tab.text("#turn-1 > h2").await, "Deadlocks");
    stage.close().await;
}
