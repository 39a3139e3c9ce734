//! Every page and state is audited, light and dark, on a desktop and on a phone.

use crate::axe::violations;
use crate::driver::Tab;
use crate::interview::sat;
use crate::stage::{GIL, PIZZA, Stage};
use std::time::Duration;
use viva_model_server::Answer;

/// Audits what is shown now, in both schemes.
async fn audit(tab: &Tab, what: &str, found: &mut Vec<String>) {
    for scheme in ["light", "dark"] {
        tab.system(scheme, "screen").await;
        // Colours fade over from the scheme before.
        tab.until("document.getAnimations().length === 0").await;
        found.extend(violations(tab).await.into_iter().map(|line| format!("{what}, {scheme}: {line}")));
    }
    println!("audited {what}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run runs it; cargo test -p viva-tests --test browser -- --ignored"]
async fn every_page_passes_the_audit() {
    let stage = Stage::real().await;
    let tab = &stage.tab;
    let mut found = Vec::new();
    stage.asks("why do my threads never use more than one core?").await;
    let answer = tab.path().await;
    let inside = tab.text_of("find('a[href$=\"/inside\"]').getAttribute('href')").await;
    stage.asks(PIZZA).await;
    let uncovered = tab.path().await;
    let [open, over, report] =
        sat(tab, "The GIL is a mutex: one thread runs bytecode at a time, and CPU-bound threads do scale.")
            .await;
    let pages = [
        "/",
        "/?find=zebra",
        "/guide",
        "/guide?q=lock&level=mid",
        "/guide?q=zebra",
        "/guide/threading-multiprocessing",
        "/questions/gil",
        "/questions/viva-rag-walkthrough",
        "/status",
        "/nowhere",
        &answer,
        &inside,
        &uncovered,
        "/interview",
        &open,
        &over,
        &report,
        "/review",
        "/review/gil",
    ];
    for is_phone in [false, true] {
        if is_phone {
            tab.phone(390, 844).await;
        }
        for page in pages {
            tab.open(page).await;
            audit(tab, &format!("{page}{}", if is_phone { " on a phone" } else { "" }), &mut found).await;
        }
    }
    assert!(found.is_empty(), "{} in all: {:#?}", found.len(), &found[..found.len().min(12)]);
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run runs it; cargo test -p viva-tests --test browser -- --ignored"]
async fn every_state_passes_the_audit() {
    let text = "The **lock** guards the interpreter [1], for 99 users [1].\n\n```python\nx = 1\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n";
    let slow = Answer::text(&text.repeat(20)).gap(Duration::from_millis(60));
    let stage = Stage::generated(move |_| slow.clone()).await;
    let tab = &stage.tab;
    let mut found = Vec::new();
    tab.open("/").await;
    stage.sends(GIL).await;
    tab.sees("#turn-1 .answer[aria-busy] pre").await;
    audit(tab, "mid-stream", &mut found).await;
    tab.click("[data-stop]").await;
    stage.answered(1).await;
    audit(tab, "stopped", &mut found).await;
    stage.models().follow(move |_| Answer::text(text));
    stage.sends(GIL).await;
    stage.answered(2).await;
    tab.click("#turn-2 .cite").await;
    tab.sees(".panel").await;
    audit(tab, "source panel", &mut found).await;
    tab.press("Escape").await;
    tab.click("#turn-2 details.degraded summary").await;
    tab.click("#turn-2 .sources summary").await;
    tab.click("#turn-2 details.edit summary").await;
    audit(tab, "all that folds is open", &mut found).await;
    tab.click(".menu summary").await;
    audit(tab, "theme menu", &mut found).await;
    tab.press("Escape").await;
    tab.click(".tools button").await;
    tab.sees("#help:popover-open").await;
    audit(tab, "help", &mut found).await;
    tab.press("Escape").await;
    tab.click(".side li summary").await;
    audit(tab, "conversation's menu", &mut found).await;
    tab.press("Escape").await;
    stage.models().follow(|_| Answer::status(500, "boom"));
    stage.sends(GIL).await;
    stage.answered(3).await;
    audit(tab, "degraded", &mut found).await;
    tab.phone(390, 844).await;
    tab.click("#turn-2 .cite").await;
    tab.sees("dialog.sheet[open]").await;
    audit(tab, "sheet", &mut found).await;
    tab.press("Escape").await;
    stage.kill_server();
    tab.click("#question").await;
    tab.write(GIL).await;
    tab.click("[data-send]").await;
    tab.sees(".refused").await;
    audit(tab, "connection lost", &mut found).await;
    assert!(found.is_empty(), "{} in all: {:#?}", found.len(), &found[..found.len().min(12)]);
    stage.close().await;
}
