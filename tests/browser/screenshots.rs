//! The pictures of `docs/screenshots`: made only where `VIVA_SCREENSHOTS=1` asks for them, so that a run leaves the
//! repository as it is; what they need is driven in any case.

use crate::driver::Tab;
use crate::stage::Stage;
use std::path::Path;
use std::time::Duration;
use viva_model_server::Answer;

#[expect(clippy::disallowed_methods, reason = "whether to write pictures is the test's own argument")]
fn is_wanted() -> bool {
    std::env::var("VIVA_SCREENSHOTS").is_ok_and(|wanted| wanted == "1")
}

async fn take(tab: &Tab, name: &str) {
    tab.until("document.fonts.status === 'loaded' && document.getAnimations().length === 0").await;
    let picture = tab.picture().await;
    assert!(picture.starts_with(b"\x89PNG"));
    if is_wanted() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("docs/screenshots");
        std::fs::create_dir_all(&folder).unwrap();
        println!("{name}: {} bytes", picture.len());
        std::fs::write(folder.join(format!("{name}.png")), picture).unwrap();
    }
}

const QUESTION: &str = "why do my threads never use more than one core?";

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run runs it; cargo test -p viva-tests --test browser -- --ignored"]
async fn pictures_of_asking_and_reading() {
    let stage = Stage::real().await;
    let tab = &stage.tab;
    tab.system("light", "screen").await;
    tab.size(1440, 640).await;
    for earlier in ["lock vs semaphore", "how does a generator keep its state?"] {
        stage.asks(earlier).await;
    }
    stage.asks(QUESTION).await;
    let answer = tab.path().await;
    tab.click(".cite[data-n='1']").await;
    tab.sees(".panel mark").await;
    tab.run("scrollTo(0, 0)").await;
    take(tab, "answer").await;
    tab.press("Escape").await;
    tab.follow("a >> Look inside").await;
    tab.system("dark", "screen").await;
    tab.run("find('#retrieved').scrollIntoView()").await;
    take(tab, "inside-dark").await;
    tab.open("/questions/gil").await;
    take(tab, "entry-dark").await;
    tab.system("light", "screen").await;
    tab.open("/guide").await;
    take(tab, "guide").await;
    tab.phone(390, 844).await;
    tab.open("/").await;
    take(tab, "start-phone").await;
    tab.system("dark", "screen").await;
    tab.open(&answer).await;
    tab.click(".cite[data-n='1']").await;
    tab.sees(".sheet mark").await;
    take(tab, "source-phone-dark").await;
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run runs it; cargo test -p viva-tests --test browser -- --ignored"]
async fn a_picture_of_a_grade() {
    let stage = Stage::real().await;
    let tab = &stage.tab;
    tab.system("light", "screen").await;
    tab.size(1440, 800).await;
    tab.open("/questions/gil").await;
    tab.follow("button >> Examine me on this").await;
    let said = "The GIL is a mutex in CPython: only one thread executes Python bytecode at a time. Threads that wait for \
                the network still help, since it is released around blocking calls.";
    tab.fill("#answer", said).await;
    while tab.has("#answer").await {
        tab.follow("form[data-answer] button >> Submit").await;
        if tab.has("#answer").await {
            tab.fill("#answer", "I would have to look that up.").await;
        }
    }
    tab.sees(".grade").await;
    take(tab, "grade").await;
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run runs it; cargo test -p viva-tests --test browser -- --ignored"]
async fn a_picture_of_an_answer_being_written() {
    let text = "The **global interpreter lock** is held while bytecode runs, so threads take turns [1].\n\n\
                ```python\nwith ProcessPoolExecutor() as pool:\n    totals = list(pool.map(work, chunks))\n```\n\n\
                Processes have a lock each, and so a core each [2]. They cost memory and start-up time, and what they \
                exchange is pickled [2]; for waiting, threads are enough.";
    let stage = Stage::real_generated(move |_| Answer::text(text).gap(Duration::from_millis(90))).await;
    let tab = &stage.tab;
    tab.system("dark", "screen").await;
    tab.open("/").await;
    stage.sends(QUESTION).await;
    tab.until("find('#turn-1 .answer')?.innerText.includes('They cost')").await;
    take(tab, "writing-dark").await;
    stage.close().await;
}
