//! Reviewing what was answered, and progress.

use crate::axe::violations;
use crate::driver::Tab;
use crate::interview::{ANSWER, gradable};
use crate::stage::Stage;

/// Answers one question, so that there is something to review.
async fn examined(tab: &Tab) {
    tab.open("/questions/gil").await;
    tab.follow("button >> Examine me on this").await;
    tab.fill("#answer", ANSWER).await;
    tab.follow("form[data-answer] button >> Submit").await;
    // What was missed is asked for once or twice more.
    while tab.has("#answer").await {
        tab.fill("#answer", "I have said all that I know.").await;
        tab.follow("form[data-answer] button >> Submit").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run runs it; cargo test -p viva-tests --test browser -- --ignored"]
async fn progress_is_empty_at_first_and_then_told() {
    let stage = gradable().await;
    let tab = &stage.tab;
    tab.open("/review").await;
    let empty = tab.text("main").await;
    assert!(empty.contains("Nothing is due.") && empty.contains("No answer was graded yet."), "{empty}");
    assert_eq!(violations(tab).await, Vec::<String>::new());
    examined(tab).await;
    tab.follow(".top nav a >> Review").await;
    let told = tab.text("main").await;
    assert!(told.contains("The next question comes in"), "{told}");
    assert!(tab.text("[aria-label='Progress, module']").await.contains("1/4"), "{told}");
    let charts = "find('table.bars svg rect.c-bar') && find('svg[aria-label^=\"Mean score by\"]')";
    assert!(tab.is(charts).await, "{}", tab.text_of("document.querySelector('main').innerHTML").await);
    assert_eq!(violations(tab).await, Vec::<String>::new());
    tab.open("/guide").await;
    assert!(tab.text(".modules").await.contains("1 practised"));
    stage.is_calm();
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run runs it; cargo test -p viva-tests --test browser -- --ignored"]
async fn a_card_is_shown_and_rated_by_keys_and_by_buttons() {
    let stage = Stage::extractive().await;
    let tab = &stage.tab;
    examined(tab).await;
    for by_key in [true, false] {
        tab.open("/review/gil").await;
        assert!(tab.text("h1").await.contains("What is the GIL?"));
        assert!(!tab.has("[name=rating]").await, "the answer is hidden at first");
        if by_key {
            tab.press(" ").await;
        } else {
            tab.click("summary >> Show answer").await;
        }
        tab.sees("[name=rating][value=again]").await;
        let buttons = tab
            .value("[...document.querySelectorAll('[name=rating]')].map((b) => b.innerText.split('\\n')[0])")
            .await;
        assert_eq!(buttons, serde_json::json!(["Forgot", "With effort", "Good", "Easy"]));
        assert!(tab.text("[name=rating][value=easy]").await.contains("in "));
        assert_eq!(violations(tab).await, Vec::<String>::new());
        tab.run("window.isOld = true").await;
        if by_key {
            tab.press("3").await;
        } else {
            tab.click("[name=rating][value=easy]").await;
        }
        tab.until("!window.isOld && document.readyState === 'complete'").await;
        assert!(!tab.has(".notice.error").await, "{}", tab.text("main").await);
        tab.open("/review/gil").await;
        assert!(tab.text(".card").await.contains("due only in "), "{}", tab.text(".card").await);
    }
    // Written instead, it is graded; without scripts too.
    tab.without_scripts().await;
    tab.open("/review/locks").await;
    tab.click("summary >> Write the answer and have it graded").await;
    tab.fill("#answer", "The first point of a mutex for critical sections.").await;
    tab.follow("button >> Grade it").await;
    assert!(tab.text(".grade").await.contains(" points · "));
    tab.follow("a >> To the overview").await;
    assert_eq!(tab.path().await, "/review");
    stage.close().await;
}
