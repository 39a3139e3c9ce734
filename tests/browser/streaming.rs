//! An answer while it is written: what one sees on the way, and that nothing jumps.

use crate::stage::{GIL, Stage, is_same};
use std::time::Duration;
use viva_model_server::Answer;

/// Markdown whose marks would show if the open block were shown as it comes.
const RICH: &str = "The **global interpreter lock** is a *mutex* in `CPython` [1]. It guards **every reference count** of \
the interpreter, and a thread must hold it to run bytecode [2].\n\n\
```python\nimport threading\n\nlock = threading.Lock()\nwith lock:\n    count = 1 < 2\n```\n\n\
| kind | uses the lock | waits |\n|:--|--:|:-:|\n| thread | yes | **often** |\n| process | no | `never` |\n\n\
- first *point* of the list\n- second **point** with `code` [1]\n\n\
> A quote that **stands out**.\n\n\
The end of it is a [link](https://example.org/a) and a last sentence about the lock [2].";

/// Looks at every change of the answer: marks that should not be seen, and blocks that were finished.
const WITNESS: &str = include_str!("scripts/witness.js");

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run runs it; cargo test -p viva-tests --test browser -- --ignored"]
async fn no_mark_is_seen_and_nothing_finished_is_touched() {
    let stage = Stage::generated(|_| Answer::pieces(by_three(RICH)).gap(Duration::from_millis(12))).await;
    let tab = &stage.tab;
    tab.open("/").await;
    tab.run(WITNESS).await;
    stage.sends(GIL).await;
    tab.sees("#turn-1 .answer[aria-busy=true] pre").await;
    assert!(tab.has("[data-stop]").await && tab.is("document.querySelector('[data-send]').disabled").await);
    stage.answered(1).await;
    assert_eq!(tab.value("witness.raw").await, serde_json::json!([]));
    assert!(tab.number("witness.changes").await > 20.0, "it came bit by bit");
    assert_eq!(tab.number("witness.lost").await, 0.0);
    let changed = "[...witness.seen].filter(([block, html]) => block.outerHTML !== html).length";
    assert_eq!(tab.number(changed).await, 0.0);
    assert!(tab.number("witness.seen.size").await >= 6.0);

    // Chips, code, table and list are there, and a reload shows the same to the letter.
    assert_eq!(tab.count("#turn-1 .answer .cite").await, 4);
    assert_eq!(tab.count("#turn-1 .answer :is(pre, code) .cite").await, 0);
    assert_eq!(tab.count("#turn-1 .answer table tbody tr").await, 2);
    let leads_away = "find('#turn-1 .answer a[href^=\"https\"]')";
    assert!(tab.is(&format!("{leads_away}.relList.contains('noreferrer')")).await);
    assert!(tab.text("#turn-1 .answer").await.contains("(example.org)"), "one sees where a link leads");
    assert!(tab.text("#turn-1 .meta").await.starts_with("Written by scripted"));
    let built = tab.text_of("document.getElementById('turn-1').outerHTML").await;
    tab.reload().await;
    is_same(&built, &tab.text_of("document.getElementById('turn-1').outerHTML").await);
    stage.is_calm();
    stage.close().await;
}

/// Three characters at a time, so that marks are cut in two.
fn by_three(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    chars.chunks(3).map(|chunk| chunk.iter().collect()).collect()
}

/// Sums up the layout shifts of a page. <https://web.dev/articles/cls>
const SHIFTS: &str = include_str!("scripts/shifts.js");

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run runs it; cargo test -p viva-tests --test browser -- --ignored"]
async fn nothing_jumps_while_an_answer_is_written() {
    let long = format!(
        "{RICH}\n\n{}",
        "A further paragraph about the lock, as long as a line or two of text [1].\n\n".repeat(20)
    );
    let script =
        move |_: &_| Answer::text(&long).gap(Duration::from_millis(10)).after(Duration::from_millis(600));
    let stage = Stage::generated(script).await;
    for is_phone in [false, true] {
        let tab = stage.another_tab().await;
        if is_phone {
            tab.phone(390, 844).await;
        }
        tab.before_scripts(SHIFTS).await;
        tab.open("/").await;
        tab.click("#question").await;
        tab.write(GIL).await;
        tab.click("[data-send]").await;
        tab.sees("#turn-1 .answer[aria-busy]").await;
        // On send the question goes to the top, once; after that the page stays where it is.
        tab.until("find('#turn-1 .answer p')").await;
        let at = tab.number("scrollY").await;
        tab.sees("#turn-1 .meta").await;
        assert_eq!(tab.number("scrollY").await, at, "the page did not scroll by itself");
        let (total, worst) = (tab.number("shifts.total").await, tab.value("shifts.worst").await);
        println!("layout shift, {}: {total:.4}", if is_phone { "phone" } else { "desktop" });
        assert!(total < 0.1, "{total}: {worst:#}");
        tab.close().await;
    }
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run runs it; cargo test -p viva-tests --test browser -- --ignored"]
async fn a_reload_in_mid_stream_loses_nothing() {
    let words: Vec<String> = (0..200).map(|n| format!("word{n} ")).collect();
    let text = format!("The lock guards the interpreter [1]. {}", words.concat());
    let said = text.clone();
    let script = move |_: &_| Answer::text(&said).gap(Duration::from_millis(30));
    let stage = Stage::generated(script).await;
    let tab = &stage.tab;
    tab.open("/").await;
    stage.sends(GIL).await;
    tab.until("find('#turn-1 .answer')?.innerText.includes('word20 ')").await;
    tab.reload().await;
    tab.until("find('#turn-1 .answer[aria-busy]')?.innerText.includes('word30 ')").await;
    assert!(!tab.is("document.body.innerText.includes('word199')").await, "it is still being written");
    // Away and back, in another window too.
    tab.open("/guide").await;
    let other = stage.another_tab().await;
    other.open("/").await;
    other.follow(".side a[href^='/c/']").await;
    for tab in [&other, tab] {
        if !tab.path().await.starts_with("/c/") {
            tab.run("history.back()").await;
        }
        tab.until("find('#turn-1 .answer:not([aria-busy])') && find('#turn-1 .meta')").await;
        let shown = tab.text("#turn-1 .answer").await;
        let expected = words.concat();
        assert!(shown.trim_end().ends_with(expected.trim_end()), "{shown}");
        assert_eq!(tab.count("#turn-1 .sources li").await, 1);
    }
    let built = other.text_of("document.querySelector('#turn-1 .answer').outerHTML").await;
    other.reload().await;
    is_same(&other.text_of("document.querySelector('#turn-1 .answer').outerHTML").await, &built);
    assert_eq!(stage.conversation().await["turns"].as_array().unwrap().len(), 1, "it was asked once");
    assert_eq!(stage.models().requests().len(), 1);
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run runs it; cargo test -p viva-tests --test browser -- --ignored"]
async fn an_answer_is_stopped_by_button_and_by_key() {
    let text = format!("The lock guards the interpreter [1]. {}", "More words about the lock. ".repeat(200));
    let script = move |_: &_| Answer::text(&text).gap(Duration::from_millis(40));
    let stage = Stage::generated(script).await;
    let tab = &stage.tab;
    tab.open("/").await;
    for (number, by_key) in [(1, false), (2, true)] {
        stage.sends(GIL).await;
        tab.until(&format!("find('#turn-{number} .answer')?.innerText.includes('More words')")).await;
        if by_key {
            tab.press("Escape").await;
        } else {
            tab.click("[data-stop]").await;
        }
        stage.answered(number).await;
        assert_eq!(tab.text_of("document.getElementById('status').textContent").await, "Stopped");
        let hung_up = stage.models().wait_until(|seen| seen.hang_ups.len() == number as usize).await;
        assert!(hung_up, "the model was told to stop");
        // What was written stays, with a way to ask again; a reload shows the same.
        // What a stopped answer cites is not kept: its chips are plain markers when one comes back.
        let plain = format!(
            "(() => {{ const turn = document.getElementById('turn-{number}').cloneNode(true); \
             for (const chip of turn.querySelectorAll('.cite')) chip.replaceWith(`[${{chip.dataset.n}}]`); \
             return turn.outerHTML; }})()"
        );
        let built = tab.text_of(&plain).await;
        assert!(built.contains("More words") && built.contains("Edit and ask again"), "{built}");
        tab.reload().await;
        is_same(&built, &tab.text_of(&plain).await);
    }
    stage.is_calm();
    stage.close().await;
}

/// How long the page was busy at a stretch: told, not judged, since it depends on who else is busy here.
const LONG_TASKS: &str = "window.longest = 0; new PerformanceObserver((list) => { \
    for (const task of list.getEntries()) longest = Math.max(longest, task.duration); }).observe({ type: 'longtask', buffered: true });";

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run runs it; cargo test -p viva-tests --test browser -- --ignored"]
async fn a_long_answer_arrives_whole() {
    // Near the longest answer that is taken from a model; one paragraph of it is as long as a page.
    let many = |count: u32, one: fn(u32) -> String| (0..count).map(one).collect::<Vec<_>>().concat();
    let words = many(4_000, |n| format!("word{n} "));
    let list = many(600, |n| format!("- item {n} of the **list** with `code`\n"));
    let code = many(1_000, |n| format!("line_{n} = {n}\n"));
    let text = format!(
        "The lock guards the interpreter [1]. {words}\n\n{list}\n```python\n{code}```\n\nThe end [1]."
    );
    let stage = Stage::generated(move |_| Answer::text(&text)).await;
    let tab = &stage.tab;
    tab.before_scripts(LONG_TASKS).await;
    tab.open("/").await;
    stage.sends(GIL).await;
    stage.answered(1).await;
    assert_eq!(tab.count("#turn-1 .answer > ul > li").await, 600);
    let answer = tab.text("#turn-1 .answer").await;
    for part in ["word3999", "item 599 of the list with code", "line_999 = 999", "The end 1"] {
        assert!(answer.contains(part), "no {part}");
    }
    println!("longest task of the page: {} ms", tab.number("window.longest").await);
    let built = tab.text_of("document.querySelector('#turn-1 .answer').outerHTML").await;
    tab.reload().await;
    is_same(&built, &tab.text_of("document.querySelector('#turn-1 .answer').outerHTML").await);
    stage.close().await;
}
