//! How the service is, and addresses that nothing is at.

use crate::stage::Stage;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run runs it; cargo test -p viva-tests --test browser -- --ignored"]
async fn the_status_says_how_it_is() {
    let stage = Stage::extractive().await;
    let tab = &stage.tab;
    tab.open("/").await;
    tab.follow(".top nav a >> Status").await;
    assert_eq!(tab.text("h1").await, "Status");
    assert!(tab.text(".lead").await.contains("Everything works"), "{}", tab.text(".lead").await);
    let facts = tab.text("main table").await;
    for word in [
        "4 questions",
        "chunks, built",
        "MiniLM",
        "none: answers are the guide's own text",
        "reviews are kept",
    ] {
        assert!(facts.contains(word), "no {word} in {facts}");
    }
    tab.open("/nowhere").await;
    assert_eq!(tab.text("h1").await, "There is nothing here");
    tab.fill("#q", "deadlocks").await;
    tab.press("Enter").await;
    tab.until("location.pathname === '/guide' && find('#results a')").await;
    assert!(tab.text("#results").await.contains("Deadlocks"));
    stage.close().await;
}
