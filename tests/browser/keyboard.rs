//! Everything by keys alone.

use crate::driver::{SHIFT, Tab};
use crate::stage::{GIL, Stage};

/// What has the focus, in words.
const FOCUS: &str = "(() => { const e = document.activeElement; return (e.getAttribute('aria-label') || e.id || e.textContent).trim().slice(0, 40); })()";

/// Tabs until the condition holds of the focused element, `e`; each stop on the way must be seen.
async fn tab_to(tab: &Tab, condition: &str) {
    let mut stops = Vec::new();
    for _ in 0..60 {
        tab.press("Tab").await;
        let ring = "(() => { const e = document.activeElement; const style = getComputedStyle(e); \
                    return e === document.body || (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2); })()";
        let focus = tab.text_of(FOCUS).await;
        assert!(tab.is(ring).await, "no ring around {focus}");
        if tab.is(&format!("(() => {{ const e = document.activeElement; return {condition}; }})()")).await {
            return;
        }
        stops.push(focus);
    }
    panic!("never came to {condition}: {stops:#?}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run runs it; cargo test -p viva-tests --test browser -- --ignored"]
async fn one_asks_and_reads_without_a_mouse() {
    let stage = Stage::extractive().await;
    let tab = &stage.tab;
    tab.open("/guide").await;
    // The first stop leads over the bar at the top.
    tab.press("Tab").await;
    assert_eq!(tab.text_of(FOCUS).await, "Skip to content");
    assert!(tab.is("document.activeElement.getBoundingClientRect().top >= 0").await, "it is in view");
    tab.press("Enter").await;
    tab.until("document.activeElement.id === 'main'").await;
    tab.open("/guide").await;
    tab_to(tab, "e.matches('.top nav a[href=\"/\"]')").await;
    tab.run("window.isOld = true").await;
    tab.press("Enter").await;
    tab.until("!window.isOld && document.activeElement.id === 'question'").await;
    tab.write(GIL).await;
    tab.press_with("Enter", SHIFT).await;
    assert!(tab.is("document.getElementById('question').value.endsWith('\\n')").await);
    tab.press("Enter").await;
    stage.answered(1).await;

    // From the box to the next one, back to the answer's first chip, into the panel and out of it.
    tab.run("document.getElementById('main').focus()").await;
    tab_to(tab, "e.matches('.cite')").await;
    tab.press("Enter").await;
    tab.until("document.activeElement.id === 'panel-title'").await;
    tab_to(tab, "e.matches('.panel .close')").await;
    tab.press("Escape").await;
    tab.until("!find('.panel') && document.activeElement.matches('.cite')").await;
    tab_to(tab, "e.matches('.sources summary')").await;
    tab.press("Enter").await;
    tab.sees(".sources details[open] mark").await;
    tab_to(tab, "e.matches('.next button')").await;
    tab.press("Enter").await;
    stage.answered(2).await;
    tab_to(tab, "e.matches('.menu > summary')").await;
    tab.press(" ").await;
    tab.sees(".menu[open] button").await;
    tab.press("Escape").await;
    tab.until("!find('.menu[open]') && document.activeElement.matches('.menu > summary')").await;
    stage.is_calm();
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run runs it; cargo test -p viva-tests --test browser -- --ignored"]
async fn single_keys_work_unless_one_types_or_turns_them_off() {
    let stage = Stage::extractive().await;
    let tab = &stage.tab;
    tab.open("/questions/gil").await;
    tab.press("?").await;
    tab.sees("#help:popover-open kbd").await;
    tab.press("Escape").await;
    tab.until("!find('#help:popover-open')").await;
    tab.run("window.isOld = true").await;
    tab.press("/").await;
    // An entry has no box of its own: the key leads to the page that has one.
    tab.until("!window.isOld && location.pathname === '/' && document.activeElement.id === 'question'").await;
    tab.press("?").await;
    tab.press("/").await;
    assert!(
        tab.is("document.getElementById('question').value === '?/' && !find('#help:popover-open')").await
    );
    tab.open("/guide").await;
    tab.press("/").await;
    assert!(tab.is("document.activeElement.id === 'q' && document.activeElement.value === ''").await);

    // The switch turns them off, and is remembered.
    tab.click(".tools button").await;
    tab.click("#help input[type=checkbox]").await;
    tab.click("#help button >> Close").await;
    tab.open("/guide").await;
    tab.run("document.activeElement.blur()").await;
    tab.press("?").await;
    tab.press("/").await;
    assert!(tab.is("!find('#help:popover-open') && document.activeElement.id !== 'q'").await);
    stage.is_calm();
    stage.close().await;
}
