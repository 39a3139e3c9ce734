//! The guide: browsing, filters, the instant search, an entry and its anchors.

use crate::stage::Stage;
use viva_tests::entry;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run runs it; cargo test -p viva-tests --test browser -- --ignored"]
async fn the_guide_is_filtered_and_searched_while_one_types() {
    let stage = Stage::with_guide(|guide| {
        let senior =
            entry("Semaphores", "a counter of permits", "locks").replace("level: mid", "level: senior");
        guide.write("09-concurrency/semaphores.md", &senior);
    })
    .await;
    let tab = &stage.tab;
    tab.open("/guide").await;
    assert_eq!(tab.count(".modules > li").await, 2);
    tab.run("window.stays = true").await;
    tab.click("#q").await;
    tab.write("permits").await;
    tab.until("find('#results .questions')?.children.length === 1").await;
    assert!(tab.text("#results").await.contains("Semaphores"));
    assert!(
        tab.path().await.ends_with("/guide?q=permits") && tab.is("window.stays").await,
        "no other page was loaded"
    );
    assert!(!tab.has(".modules").await);
    tab.fill("#q", "zebra").await;
    tab.sees("#results >> No question matches").await;
    tab.run("const q = find('#q'); q.select(); document.execCommand('delete')").await;
    tab.sees(".modules").await;
    tab.run("const level = find('#level'); level.value = 'senior'; level.dispatchEvent(new Event('input', { bubbles: true }))")
        .await;
    tab.until("find('#results')?.innerText.includes('Semaphores') && !find('#results').innerText.includes('Deadlocks')").await;

    // What is in the address is found again after a reload, and without the page's script.
    tab.reload().await;
    assert_eq!(tab.count("#results .questions li").await, 1);
    assert!(tab.is("find('#level').value === 'senior'").await);
    tab.follow("a >> Clear").await;
    assert_eq!(tab.path().await, "/guide");
    tab.follow(".modules a >> Concurrency").await;
    assert_eq!(tab.path().await, "/guide/concurrency");
    assert_eq!(tab.count("main .questions li").await, 4);
    stage.is_calm();
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run runs it; cargo test -p viva-tests --test browser -- --ignored"]
async fn every_section_of_an_entry_has_a_place() {
    let stage = Stage::extractive().await;
    let tab = &stage.tab;
    tab.open("/questions/gil").await;
    let anchors = [
        "short-answer",
        "explanation",
        "example",
        "pitfalls",
        "deeper",
        "key-points",
        "follow-ups",
        "related",
    ];
    for anchor in anchors {
        tab.click(&format!(".contents a[href='#{anchor}']")).await;
        tab.until(&format!("location.hash === '#{anchor}'")).await;
        let place =
            tab.number(&format!("document.getElementById('{anchor}').getBoundingClientRect().top")).await;
        assert!((0.0..900.0).contains(&place), "{anchor} is at {place}");
    }
    tab.open("/questions/gil#follow-up-2").await;
    let place = tab.number("document.getElementById('follow-up-2').getBoundingClientRect().top").await;
    assert!((0.0..900.0).contains(&place), "{place}");

    assert!(tab.has(".points .w >> Essential").await);
    tab.follow(".questions a >> Locks").await;
    assert_eq!(tab.path().await, "/questions/locks");
    assert!(tab.has("nav[aria-label='Previous and next'] a[rel=prev]").await);
    tab.follow("a >> Ask about this").await;
    assert!(tab.is("document.getElementById('question').value === 'Locks'").await);
    tab.press("Enter").await;
    stage.answered(1).await;
    assert_eq!(tab.text("#turn-1 > h2").await, "Locks");
    stage.is_calm();
    stage.close().await;
}
