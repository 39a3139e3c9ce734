//! Look inside: how an answer came about.

use crate::stage::{GIL, Stage};
use viva_model_server::Answer;

const STAGES: [&str; 6] = ["understood", "retrieved", "covered", "chosen", "prompt", "answered"];

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run runs it; cargo test -p viva-tests --test browser -- --ignored"]
async fn every_stage_is_told_with_its_numbers() {
    let stage =
        Stage::generated(|_| Answer::text("The lock guards the interpreter [1].").usage(120, 20)).await;
    let tab = &stage.tab;
    stage.asks(GIL).await;
    tab.follow("#turn-1 a >> Look inside").await;
    let headings = "[...document.querySelectorAll('.stages > li > h2')].map((h) => h.id).join(' ')";
    assert_eq!(tab.text_of(headings).await, STAGES.join(" "));
    for id in STAGES {
        tab.click(&format!(".way a[href='#{id}']")).await;
        let shown = format!("document.getElementById('{id}').getBoundingClientRect()");
        tab.until(&format!("{shown}.top >= 0 && {shown}.bottom <= innerHeight")).await;
    }
    // Ranks of both legs, named scores, what became of each candidate; the drawing says the same.
    let header = tab.text("[aria-label=Candidates] thead").await;
    for column in ["Rank", "Section", "Dense rank", "Cosine", "BM25 rank", "BM25 sum", "Fused score"] {
        assert!(header.contains(column), "{header}");
    }
    let rows = tab.count("[aria-label=Candidates] tbody tr").await;
    assert!(rows >= 3, "{rows} candidates");
    assert!(tab.has(".fate >> kept as source 1").await);
    assert!(tab.count(".chart svg path.c-dense").await > 0 && tab.count(".chart svg path.c-bm25").await > 0);
    // The prompt is folded, and whole.
    tab.click("details.prompt:last-of-type summary").await;
    assert!(tab.text("details.prompt[open] pre").await.contains(GIL));
    let figures = tab.text("li:has(> #answered)").await;
    assert!(figures.contains("120") && figures.contains("Written by scripted"), "{figures}");
    tab.follow("a >> Back to the answer").await;
    assert!(tab.path().await.ends_with("#turn-1"), "{}", tab.path().await);
    stage.is_calm();
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run runs it; cargo test -p viva-tests --test browser -- --ignored"]
async fn stages_lead_to_the_guides_entries_about_them() {
    let stage = Stage::real().await;
    let tab = &stage.tab;
    stage.asks("why do my threads never use more than one core?").await;
    tab.follow("#turn-1 a >> Look inside").await;
    let stages_with_links = tab.count(".stages > li:has(.read a)").await;
    assert_eq!(stages_with_links, STAGES.len());
    let broken = "Promise.all([...document.querySelectorAll('main a[href^=\"/\"]')].map(async (a) => [a.getAttribute('href'), \
                  (await fetch(a.href)).status])).then((all) => all.filter(([, status]) => status !== 200))";
    assert_eq!(tab.value(broken).await.as_array().unwrap().len(), 0, "{}", tab.value(broken).await);
    stage.is_calm();
    stage.close().await;
}
