//! Asking: the answer, its sources, what comes next.

use crate::stage::{GIL, LOCKS, PIZZA, Stage, is_same};

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run runs it; cargo test -p viva-tests --test browser -- --ignored"]
async fn a_question_is_asked_and_its_sources_open_beside_the_answer() {
    let stage = Stage::extractive().await;
    let tab = &stage.tab;
    tab.open("/").await;
    assert!(tab.is("document.activeElement.id === 'question'").await, "the box has the focus");
    assert!(tab.has(".suggestions a").await);
    stage.sends(GIL).await;
    stage.answered(1).await;
    assert_eq!(tab.text("#turn-1 > h2").await, GIL);
    assert!(tab.path().await.starts_with("/c/"), "{}", tab.path().await);
    assert!(tab.is("document.getElementById('question').value === ''").await);
    assert_eq!(tab.text_of("document.getElementById('status').textContent").await, "Answer ready, 3 sources");
    assert!(tab.text("#turn-1 .answer").await.contains("This is about the global interpreter lock."));
    assert!(tab.text("#turn-1 .meta").await.starts_with("From the guide"));
    assert_eq!(tab.count("#turn-1 .sources li").await, 3);

    // A chip opens the quoted section; Esc, the button and a second click close it, and the focus returns.
    tab.click(".cite[data-n='1']").await;
    tab.sees(".companion .panel mark").await;
    let quote = tab.text(".companion .panel mark").await;
    assert!(quote.contains("This is about the global interpreter lock."), "{quote}");
    assert!(tab.is("document.activeElement.id === 'panel-title'").await);
    assert!(tab.text("#panel-title").await.contains("What is the GIL?"));
    let chip_has_focus = "document.activeElement === document.querySelector('.cite[data-n=\"1\"]')";
    tab.press("Escape").await;
    tab.until(&format!("!find('.panel') && {chip_has_focus}")).await;
    tab.click(".cite[data-n='1']").await;
    tab.click(".panel .close").await;
    tab.until(&format!("!find('.panel') && {chip_has_focus}")).await;
    tab.click(".cite[data-n='1']").await;
    tab.sees(".panel").await;
    tab.click(".cite[data-n='2']").await;
    tab.until("find('.panel').innerText.includes('The long story')").await;
    tab.click(".cite[data-n='2']").await;
    tab.until("!find('.panel')").await;

    // The panel leads to the section itself.
    tab.click(".cite[data-n='2']").await;
    tab.follow(".panel a >> Open in the guide").await;
    assert_eq!(tab.path().await, "/questions/gil#explanation");
    stage.is_calm();
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run runs it; cargo test -p viva-tests --test browser -- --ignored"]
async fn an_answer_leads_further() {
    let stage = Stage::extractive().await;
    let tab = &stage.tab;
    stage.asks(GIL).await;
    let at = tab.path().await;

    tab.click("#turn-1 button >> Go deeper").await;
    stage.answered(2).await;
    assert!(tab.text("#turn-2 .answer").await.contains("Experts of the global interpreter lock"));
    assert!(!tab.has("#turn-1 button >> Go deeper").await, "only the last answer can be deepened");

    let follow_up = tab.text("#turn-2 .next button").await;
    tab.click("#turn-2 .next button").await;
    stage.answered(3).await;
    assert_eq!(tab.text("#turn-3 > h2").await, follow_up);
    assert_eq!(tab.path().await, at, "it is one conversation");

    tab.click("#turn-3 summary >> Edit and ask again").await;
    tab.fill("#turn-3 .edit textarea", LOCKS).await;
    tab.click("#turn-3 .edit button").await;
    stage.answered(4).await;
    assert!(tab.text("#turn-4 .answer").await.contains("This is about a mutex for critical sections."));
    assert_eq!(stage.conversation().await["turns"].as_array().unwrap().len(), 4);

    tab.follow("#turn-4 a >> Show an example").await;
    assert_eq!(tab.path().await, "/questions/locks#example");
    let top = tab.number("document.getElementById('example').getBoundingClientRect().top").await;
    assert!((0.0..900.0).contains(&top), "the example is in view: {top}");

    // The empty page's suggestions are asked with one click.
    tab.open("/").await;
    let suggestion = tab.text(".suggestions a").await;
    tab.click(".suggestions a").await;
    stage.answered(1).await;
    assert_eq!(tab.text("#turn-1 > h2").await, suggestion);
    stage.is_calm();
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run runs it; cargo test -p viva-tests --test browser -- --ignored"]
async fn what_a_stream_built_is_what_a_reload_shows() {
    let stage = Stage::extractive().await;
    let tab = &stage.tab;
    stage.asks(GIL).await;
    let built = tab.text_of("document.getElementById('turn-1').outerHTML").await;
    tab.reload().await;
    let shown = tab.text_of("document.getElementById('turn-1').outerHTML").await;
    is_same(&built, &shown);
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run runs it; cargo test -p viva-tests --test browser -- --ignored"]
async fn an_answer_and_its_code_can_be_copied() {
    let stage = Stage::extractive().await;
    let tab = &stage.tab;
    stage.asks(GIL).await;
    tab.click(".meta button >> Copy").await;
    tab.sees(".meta button >> Copied").await;
    let copied = tab.text_of("navigator.clipboard.readText()").await;
    assert!(copied.contains("```python\nprint(\"the global interpreter lock\")\n```"), "{copied}");
    assert!(
        copied.contains("\nSources:\n\n[1] ") && copied.contains("(/questions/gil#short-answer)"),
        "{copied}"
    );
    tab.click(".answer .copy-code").await;
    tab.sees(".copy-code >> Copied").await;
    let copied = tab.text_of("navigator.clipboard.readText()").await;
    assert_eq!(copied.trim_end(), "print(\"the global interpreter lock\")");
    stage.is_calm();
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run runs it; cargo test -p viva-tests --test browser -- --ignored"]
async fn what_the_guide_does_not_cover_is_said_calmly() {
    let stage = Stage::extractive().await;
    let tab = &stage.tab;
    stage.asks(PIZZA).await;
    assert!(tab.text("#turn-1 .meta").await.starts_with("Not covered"));
    let status = tab.text_of("document.getElementById('status').textContent").await;
    assert_eq!(status, "The guide does not cover this");
    assert_eq!(tab.count("#turn-1 .sources, #turn-1 .cite, #turn-1 .error").await, 0);
    let nearest = tab.count("#turn-1 .next a").await;
    assert!((1..=3).contains(&nearest), "{nearest} nearest topics");
    tab.follow("#turn-1 .next a").await;
    assert!(tab.path().await.starts_with("/questions/"));
    stage.close().await;
}
