//! Being examined: set-up, questions, hints, grades, the report.

use crate::axe::violations;
use crate::driver::{CTRL, Tab};
use crate::stage::Stage;

/// Makes the first of the key points that [`gradable`] writes, and no other.
pub(crate) const ANSWER: &str = "Only one thread at a time can run bytecode.";
/// Makes the second.
const MORE: &str = "It protects the reference counts of objects.";

/// A service whose entries all ask for the same, whichever of them are drawn.
pub(crate) async fn gradable() -> Stage {
    Stage::with_guide(|guide| {
        for name in ["gil", "locks", "deadlocks"] {
            let file = format!("09-concurrency/{name}.md");
            let text = guide.read(&file);
            let (before, rest) = text.split_once("## Key points\n").unwrap();
            let (_, after) = rest.split_once("## Follow-ups").unwrap();
            let points = "- essential: Only one thread at a time can run bytecode.\n\
                          - essential: It protects the reference counts of objects.\n\
                          - expected: It is released while a thread waits for input or output.\n\
                          - bonus: Free-threaded builds do without it since 3.13.\n\n";
            guide.write(&file, &format!("{before}## Key points\n{points}## Follow-ups{after}"));
        }
        let senior = viva_tests::entry("Semaphores", "a counter of permits", "locks")
            .replace("level: mid", "level: senior")
            .replace("[python-developer]", "[data-engineer]");
        guide.write("09-concurrency/semaphores.md", &senior);
    })
    .await
}

/// Sets an interview up and begins it.
async fn begin(tab: &Tab, mode: &str, questions: u32, follow_ups: u32) {
    tab.open("/interview").await;
    tab.click(&format!("input[name=mode][value={mode}]")).await;
    tab.run("find('#level').value = 'mid'").await;
    tab.fill("#questions", &questions.to_string()).await;
    tab.fill("#follow_ups_per_question", &follow_ups.to_string()).await;
    tab.follow("button >> Begin the interview").await;
    assert!(tab.path().await.starts_with("/interview/"), "{}", tab.path().await);
}

/// Answers the open question.
async fn answer(tab: &Tab, text: &str) {
    tab.fill("#answer", text).await;
    tab.follow("form[data-answer] button >> Submit").await;
}

/// Sits two interviews about an entry of the real guide: the paths of one that is open, of one that is over, and of its
/// report.
pub(crate) async fn sat(tab: &Tab, said: &str) -> [String; 3] {
    let mut paths = Vec::new();
    for is_open in [true, false] {
        tab.open("/questions/gil").await;
        tab.follow("button >> Examine me on this").await;
        answer(tab, said).await;
        while !is_open && tab.has("#answer").await {
            answer(tab, "I have said all that I know.").await;
        }
        paths.push(tab.path().await.split('#').next().unwrap().to_owned());
    }
    let report = format!("{}/report", paths[1]);
    [paths.remove(0), paths.remove(0), report]
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run runs it; cargo test -p viva-tests --test browser -- --ignored"]
async fn a_practice_interview_goes_from_the_set_up_to_the_report() {
    let stage = gradable().await;
    let tab = &stage.tab;
    let mut found = Vec::new();
    tab.open("/").await;
    tab.follow(".top nav a >> Interview").await;
    found.extend(violations(tab).await);
    begin(tab, "practice", 2, 0).await;
    assert!(tab.text(".card").await.contains("Question 1 of 2 · practice"), "{}", tab.text(".card").await);
    found.extend(violations(tab).await);

    // Hints are given one at a time, and what was written stays.
    tab.fill("#answer", "half an answer").await;
    let hints = tab.text("button >> Hint (").await;
    tab.follow("button >> Hint (").await;
    tab.sees(".notice >> Hint").await;
    assert!(tab.is("document.getElementById('answer').value === 'half an answer'").await);
    assert!(!tab.has(&format!("button >> {hints}")).await, "one hint fewer is left");

    // The draft outlives the browser's page; Ctrl+Enter submits it.
    let at = tab.path().await;
    tab.fill("#answer", ANSWER).await;
    tab.sees("[data-saved] >> Draft saved").await;
    tab.open("/interview").await;
    tab.follow("a >> Resume").await;
    assert_eq!(tab.path().await.split('#').next(), at.split('#').next());
    tab.until(&format!("document.getElementById('answer').value === '{ANSWER}'")).await;
    tab.click("#answer").await;
    tab.run("window.isOld = true").await;
    tab.press_with("Enter", CTRL).await;
    tab.until("!window.isOld && find('.grade')").await;
    let grade = tab.text(".grade").await;
    assert!(grade.contains(" points · ") && grade.contains("Missed"), "{grade}");
    let first = tab.text(".verdicts li:first-child").await;
    assert!(first.contains("Missed") && first.contains("essential"), "missed essentials come first: {first}");
    assert!(
        tab.is("document.getElementById('answer').value === ''").await,
        "the draft is gone with its answer"
    );
    found.extend(violations(tab).await);

    tab.follow("form[data-answer] button >> Skip").await;
    tab.sees("h1 >> The interview is over").await;
    tab.follow("a >> See the report").await;
    assert_eq!(tab.text("h1").await, "Interview report");
    let report = tab.text("main").await;
    assert!(
        report.contains("Skipped") && report.contains(ANSWER) && report.contains("By module"),
        "{report}"
    );
    found.extend(violations(tab).await);
    let markdown = tab.text_of("fetch(find('a[href$=\".md\"]').href).then((r) => r.text())").await;
    assert!(markdown.starts_with("# Interview report"), "{markdown}");
    assert!(found.is_empty(), "{found:#?}");
    stage.is_calm();
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run runs it; cargo test -p viva-tests --test browser -- --ignored"]
async fn a_live_interview_is_silent_and_an_old_page_changes_nothing() {
    let stage = gradable().await;
    let tab = &stage.tab;
    begin(tab, "live", 2, 0).await;
    assert!(tab.text(".card").await.contains("Nothing is judged until the report."));
    assert!(!tab.has("button >> Hint (").await, "a live interviewer gives none");
    let old = stage.another_tab().await;
    old.open(&tab.path().await).await;
    answer(tab, ANSWER).await;
    assert!(!tab.has(".grade").await && tab.text(".card").await.contains("Question 2 of 2"));
    // The old page answers the first question once more.
    answer(&old, "another answer to the same question").await;
    assert!(old.text("main").await.contains("Question 2 of 2"), "{}", old.text("main").await);
    answer(tab, ANSWER).await;
    tab.follow("a >> See the report").await;
    let report = tab.text("main").await;
    assert!(report.contains(ANSWER) && !report.contains("another answer"), "{report}");
    assert!(tab.count(".grade").await == 2, "{report}");
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run runs it; cargo test -p viva-tests --test browser -- --ignored"]
async fn an_interview_follows_up_and_needs_no_scripts() {
    let stage = gradable().await;
    let tab = &stage.tab;
    tab.without_scripts().await;
    tab.open("/questions/gil").await;
    tab.follow("button >> Examine me on this").await;
    assert!(tab.text("#prompt").await.contains("What is the GIL?"), "{}", tab.text("#prompt").await);
    answer(tab, "It is a lock.").await;
    assert!(tab.has(".grade").await);
    let mut follow_ups = 0;
    while tab.has("#answer").await {
        assert!(tab.text(".card:has(#prompt)").await.contains("follow-up"));
        follow_ups += 1;
        answer(tab, if follow_ups == 1 { MORE } else { "I have said all that I know." }).await;
    }
    assert!(follow_ups > 0, "what was missed is asked for");
    tab.follow("a >> See the report").await;
    assert!(tab.text("main").await.contains("Follow-up: "));
    // A set-up that no question passes is refused with the fields named, and keeps what was chosen.
    tab.open("/interview").await;
    tab.run("find('#level').value = 'senior'; find('#role').value = 'python-developer'").await;
    tab.follow("button >> Begin the interview").await;
    tab.sees(".summary-errors a").await;
    assert!(tab.is("find('#level').value === 'senior' && find('#role').value === 'python-developer'").await);
    stage.close().await;
}
