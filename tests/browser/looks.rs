//! Colours and widths.

use crate::interview::sat;
use crate::stage::{GIL, Stage};

const DARK: &str = "getComputedStyle(document.body).backgroundColor === 'rgb(20, 23, 29)'";
const LIGHT: &str = "getComputedStyle(document.body).backgroundColor === 'rgb(250, 250, 248)'";

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run runs it; cargo test -p viva-tests --test browser -- --ignored"]
async fn colours_follow_the_system_until_one_chooses() {
    let stage = Stage::extractive().await;
    let tab = &stage.tab;
    tab.system("light", "screen").await;
    tab.open("/guide").await;
    assert!(tab.is(LIGHT).await);
    tab.system("dark", "screen").await;
    tab.until(DARK).await;
    for (theme, colours) in [("Light", LIGHT), ("Dark", DARK), ("Light", LIGHT)] {
        tab.click(".menu summary").await;
        tab.click(&format!(".menu button >> {theme}")).await;
        tab.until(&format!("{colours} && !find('.menu[open]')")).await;
        // It is served with the page: there is no flash of the other colours.
        let source = tab.text_of("fetch('/guide').then((page) => page.text())").await;
        assert!(source.contains(&format!("data-theme=\"{}\"", theme.to_lowercase())));
        tab.open("/").await;
        assert!(tab.is(colours).await);
    }
    tab.click(".menu summary").await;
    assert_eq!(tab.text(".menu button[aria-pressed=true]").await, "Light");
    tab.click(".menu button >> System").await;
    tab.until(DARK).await;
    tab.reload().await;
    assert!(tab.is(DARK).await && tab.is("!document.documentElement.dataset.theme").await);
    stage.is_calm();
    stage.close().await;
}

/// Pages of the real guide, with long code, wide tables and diagrams.
const PAGES: [&str; 12] = [
    "/",
    "/guide",
    "/guide?q=python",
    "/guide/system-design",
    "/questions/gil",
    "/questions/design-uber",
    "/questions/viva-rag-walkthrough",
    "/status",
    "/nowhere",
    "/interview",
    "/review",
    "/review/gil",
];

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run runs it; cargo test -p viva-tests --test browser -- --ignored"]
async fn no_page_moves_sideways() {
    let stage = Stage::real().await;
    let tab = &stage.tab;
    stage.asks("why do my threads never use more than one core?").await;
    let answer = tab.path().await;
    let inside = tab.text_of("find('a[href$=\"/inside\"]').getAttribute('href')").await;
    // Long words, a long line of code, in a question.
    let long = format!("what is {} and `{}` ?", "pneumono".repeat(30), "x = y + ".repeat(40));
    stage.asks(&long).await;
    let odd = tab.path().await;
    let interview = sat(tab, &long).await;
    let more = [&answer, &inside, &odd].into_iter().chain(&interview).map(String::as_str);
    let pages: Vec<&str> = PAGES.into_iter().chain(more).collect();
    for width in [320, 360, 390, 768, 1024, 1440] {
        if width < 768 {
            tab.phone(width, 800).await;
        } else {
            tab.size(width, 800).await;
        }
        for page in &pages {
            tab.open(page).await;
            let wide = tab.number("document.documentElement.scrollWidth").await;
            let widest = format!(
                "[...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > {width} + 1 && \
                 !e.closest('pre, .table, .chart, .canvas, .skip')).map((e) => e.outerHTML.slice(0, 100)).slice(0, 5)"
            );
            assert!(wide <= f64::from(width), "{page} at {width}: {wide} {}", tab.value(&widest).await);
        }
    }
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run runs it; cargo test -p viva-tests --test browser -- --ignored"]
async fn a_phone_has_a_sheet_and_a_box_at_hand() {
    let stage = Stage::extractive().await;
    let tab = &stage.tab;
    tab.phone(390, 700).await;
    tab.open("/").await;
    tab.click("#question").await;
    tab.write(GIL).await;
    // On touch Enter breaks the line; the button sends.
    tab.press("Enter").await;
    assert!(tab.is("document.getElementById('question').value.includes('\\n')").await);
    tab.click("[data-send]").await;
    stage.answered(1).await;
    let composer = "document.querySelector('.composer').getBoundingClientRect()";
    assert!(
        tab.is(&format!("{composer}.bottom <= innerHeight && {composer}.top > 0")).await,
        "the box is in view"
    );
    tab.click(".cite[data-n='1']").await;
    tab.sees("dialog.sheet[open] mark").await;
    let height = tab.number("find('dialog.sheet').getBoundingClientRect().height").await;
    assert!(height <= 0.71 * 700.0, "the sheet leaves room: {height}");
    assert!(tab.is("find('.sheet .close').getBoundingClientRect().height >= 44").await);
    tab.click(".sheet .close").await;
    tab.until("!find('.sheet') && document.activeElement.matches('.cite')").await;
    tab.click(".cite[data-n='1']").await;
    tab.sees("dialog.sheet[open]").await;
    tab.press("Escape").await;
    tab.until("!find('.sheet') && document.activeElement.matches('.cite')").await;
    // Fields do not make the page zoom, and nothing is too small to touch.
    assert!(tab.is("[...document.querySelectorAll('input:not([type=hidden], [type=radio], [type=checkbox]), textarea, select')].every((e) => parseFloat(getComputedStyle(e).fontSize) >= 16)").await);
    let small = "[...document.querySelectorAll('button, summary, .top a, .side a, .cite')].filter((e) => e.checkVisibility() && !e.closest('.meta')) \
                 .filter((e) => { const box = e.getBoundingClientRect(); return box.height < 24 || box.width < 24; }).map((e) => e.outerHTML.slice(0, 90))";
    assert_eq!(tab.value(small).await, serde_json::json!([]));
    stage.is_calm();
    stage.close().await;
}
