//! The conversations on the side.

use crate::stage::{GIL, LOCKS, Stage};

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run runs it; cargo test -p viva-tests --test browser -- --ignored"]
async fn conversations_are_found_renamed_and_deleted() {
    let stage = Stage::extractive().await;
    let tab = &stage.tab;
    stage.asks(LOCKS).await;
    tab.click(".context a >> New question").await;
    tab.sees(".intro").await;
    stage.asks(GIL).await;
    let listed = ".context .side li";
    assert_eq!(tab.count(listed).await, 2, "the new one is in the list without a reload");
    assert!(tab.text(".side [aria-current=page]").await.contains(GIL));

    tab.reload().await;
    tab.fill(".find input", "mutex").await;
    tab.press("Enter").await;
    tab.until("location.search.includes('find=mutex') && document.readyState === 'complete'").await;
    assert_eq!(tab.count(listed).await, 1);
    assert_eq!(tab.text(".side li > a").await, LOCKS);
    tab.fill(".find input", "zebra").await;
    tab.press("Enter").await;
    tab.sees(".context p >> None has “zebra” in it.").await;

    // Rename: the menu by its own button, Esc closes it.
    tab.open("/").await;
    tab.click(".side li:has(a[href^='/c/']) summary").await;
    tab.sees(".side details[open] input").await;
    tab.press("Escape").await;
    tab.until("!find('.side details[open]') && document.activeElement.tagName === 'SUMMARY'").await;
    tab.click(".side li summary").await;
    tab.fill(".side details[open] input[name=title]", "About the lock").await;
    tab.follow(".side details[open] button >> Rename").await;
    assert_eq!(tab.text(".side [aria-current=page]").await, "About the lock");
    let renamed = stage.conversation().await;
    assert_eq!(renamed["title"], "About the lock", "{renamed}");

    // Delete asks first.
    tab.answer_dialogs(false);
    tab.click(".side li:has([aria-current]) summary").await;
    tab.click(".side details[open] button >> Delete").await;
    tab.until("find('.side [aria-current=page]')").await;
    assert_eq!(tab.seen().dialogs, ["Delete this conversation for good?"]);
    tab.answer_dialogs(true);
    tab.follow(".side details[open] button >> Delete").await;
    assert_eq!((tab.path().await.as_str(), tab.count(listed).await), ("/", 1));
    let (_, kept) = stage.server.get("/api/v1/conversations").await;
    assert_eq!(kept["conversations"].as_array().unwrap().len(), 1, "{kept}");
    assert!(tab.seen().console.is_empty(), "{:?}", tab.seen().console);
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run runs it; cargo test -p viva-tests --test browser -- --ignored"]
async fn what_is_written_is_kept_until_it_was_sent() {
    let stage = Stage::extractive().await;
    let tab = &stage.tab;
    stage.asks(GIL).await;
    tab.click("#question").await;
    tab.write("half a question").await;
    tab.open("/guide").await;
    tab.run("history.back()").await;
    tab.until("document.getElementById('question')?.value === 'half a question'").await;
    tab.open("/").await;
    assert!(
        tab.is("document.getElementById('question').value === ''").await,
        "each conversation has its own"
    );
    stage.close().await;
}
