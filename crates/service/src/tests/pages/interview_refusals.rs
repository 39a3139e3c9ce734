//! What the pages of an interview do not take. Nothing that is refused changes anything, and what was written comes back.

use super::interviewing::{ABOUT_GIL, begins, hidden, speaks};
use super::{Visitor, between, is_clean, is_page};
use crate::tests::app::TestApp;
use crate::tests::interviews::content::{GOOD, PART, guide};
use crate::tests::interviews::{setup, start, with_guide};
use std::sync::atomic::Ordering;
use viva_core::guide::{Guide, Module};
use viva_core::ports::NotReady;

#[tokio::test]
async fn a_filter_that_matches_nothing_comes_back_with_the_form() {
    let app = start().await;
    let visitor = Visitor::new(&app).await;
    let fields =
        [("module", "memory"), ("level", "junior"), ("mode", "live"), ("questions", "7"), ("key", "k")];
    let refused = visitor.post(&app, "/interview", &fields).send().await;
    is_page(&refused, 422, "Be examined");
    let html = refused.text();
    for part in [
        "No question passes all filters. Without the level, 2 do.",
        "No question passes all filters. Without the modules, one does.",
        "Junior (1)",
        "value=\"junior\" selected",
        "value=\"memory\" checked",
        "value=\"live\" checked",
        "name=\"questions\" value=\"7\"",
    ] {
        assert!(html.contains(part), "{part}: {html}");
    }
    let odd = [("questions", "many"), ("follow_ups_per_question", "9"), ("role", "<king>"), ("mode", "exam")];
    let refused = visitor.post(&app, "/interview", &odd).send().await;
    is_page(&refused, 422, "Be examined");
    let html = refused.text();
    for part in [
        "Questions: a whole number from 1 to 50.",
        "Follow-ups each: ",
        "Role: one of python-developer (5)",
        "Mode: ",
    ] {
        assert!(html.contains(part), "{part}: {html}");
    }
    assert!(html.contains("value=\"many\""), "what was written stands there again");
    let unknown = visitor.post(&app, "/interview", &[("question", "no-such")]).send().await;
    is_page(&unknown, 404, "There is nothing here");
    let due = visitor.post(&app, "/interview", &[("due", "1")]).send().await;
    assert_eq!((due.status, due.header("location")), (303, Some("/review")), "nothing is due");
    // Programs get a problem document.
    assert_eq!(visitor.form(&app, "/interview", &odd).send().await.fields().len(), 4);
    assert_eq!(app.get("/api/v1/interviews").send().await.json()["interviews"].as_array().unwrap().len(), 0);
}

#[tokio::test]
async fn an_answer_that_is_none_leaves_the_question_open() {
    let app = start().await;
    let visitor = Visitor::new(&app).await;
    let at = begins(&app, &visitor, &ABOUT_GIL).await;
    let before = visitor.get(&app, &at).send().await;
    let long = "a".repeat(viva_interview::machine::MAX_ANSWER_CHARS + 1);
    for (text, said) in
        [("", "not empty"), (" \u{200b}\r\n ", "not empty"), (&long, "at most 20000 characters, not 20001")]
    {
        let refused = speaks(&app, &visitor, &at, &[("answer", text)]).await;
        is_page(&refused, 422, "What is the GIL?");
        let html = refused.text();
        assert!(html.contains(said) && html.contains("href=\"#answer\""), "{html}");
        assert!(html.contains(&format!("{}</textarea>", text.replace("\r\n", "\n"))), "it comes back");
    }
    let html = before.text();
    let card = |html: &str| between(html, "name=\"number\"", "<textarea").to_owned();
    let odd = speaks(&app, &visitor, &at, &[("action", "dance")]).await;
    assert_eq!(odd.status, 422);
    assert_eq!(card(visitor.get(&app, &at).send().await.text()), card(html));
}

#[tokio::test]
async fn of_two_windows_the_second_is_told_and_keeps_its_text() {
    let app = start().await;
    let visitor = Visitor::new(&app).await;
    let at = begins(&app, &visitor, &ABOUT_GIL).await;
    let page = visitor.get(&app, &at).send().await;
    let fields = hidden(page.text());
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let send = |written: &'static [(&'static str, &'static str)]| {
        visitor.post(&app, &at, &[&fields[..], written].concat()).send()
    };
    assert_eq!(send(&[("answer", PART)]).await.status, 303);
    assert_eq!(send(&[("answer", PART)]).await.status, 303, "a second click is no second answer");
    let told = send(&[("answer", "My other <i>words")]).await;
    is_page(&told, 409, "");
    let html = told.text();
    assert!(html.contains("The interview has gone on meanwhile"), "{html}");
    assert!(html.contains("readonly>My other &lt;i&gt;words</textarea>"), "{html}");
    assert!(html.contains("follow-up 1 of 1"), "what is open now stands below");
    for action in ["hint", "skip", "reveal", "unknown"] {
        let fields = [&fields[..], &[("action", action), ("answer", "")]].concat();
        is_page(&visitor.post(&app, &at, &fields).send().await, 409, "");
    }
    speaks(&app, &visitor, &at, &[("answer", GOOD)]).await;
    let over = send(&[("answer", "Later <i>words")]).await;
    is_page(&over, 409, "The interview is over");
    assert!(over.text().contains("readonly>Later &lt;i&gt;words</textarea>"));
    let json = app.get(&format!("/api/v1/interviews{}/report", at.strip_prefix("/interview").unwrap()));
    let exchanges = json.send().await.json()["questions"][0]["exchanges"].clone();
    assert_eq!(exchanges.as_array().unwrap().len(), 2, "{exchanges}");
}

#[tokio::test]
async fn while_an_answer_is_graded_the_other_window_waits() {
    let app = start().await;
    let visitor = Visitor::new(&app).await;
    let at = begins(&app, &visitor, &ABOUT_GIL).await;
    let page = visitor.get(&app, &at).send().await;
    let fields = hidden(page.text());
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let slow = format!("{GOOD} And wait here for a while.");
    let first = [&fields[..], &[("answer", slow.as_str())]].concat();
    let mut held = visitor.post(&app, &at, &first).open().await;
    app.arrived(1).await;
    is_page(&visitor.get(&app, &at).send().await, 200, "Your answer is being graded");
    let again = visitor.post(&app, &at, &first).send().await;
    assert_eq!(
        again.header("location"),
        Some(at.as_str()),
        "the same form is led to where its grade will be"
    );
    let other = [&fields[..], &[("answer", "Something else.")]].concat();
    let told = visitor.post(&app, &at, &other).send().await;
    is_page(&told, 409, "Your answer is being graded");
    assert!(told.text().contains("readonly>Something else.</textarea>"), "{}", told.text());
    app.script.gate.send_replace(true);
    assert_eq!(held.reply().await.status, 303);
    is_page(&visitor.get(&app, &at).send().await, 200, "The interview is over");
}

#[tokio::test]
async fn when_the_database_or_the_encoder_fails_the_answer_comes_back() {
    let app = start().await;
    let visitor = Visitor::new(&app).await;
    let at = begins(&app, &visitor, &ABOUT_GIL).await;
    let page = visitor.get(&app, &at).send().await;
    let form = hidden(page.text());
    let mut form: Vec<(&str, &str)> = form.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let hostile = format!("{GOOD} </textarea><script>alert(1)</script>");
    form.push(("answer", &hostile));
    app.store.is_down.store(true, Ordering::SeqCst);
    let down = visitor.post(&app, &at, &form).send().await;
    is_page(&down, 503, "The database cannot be used now");
    assert!(down.text().contains("&lt;script&gt;alert(1)&lt;/script&gt;</textarea>"), "{}", down.text());
    assert!(down.header("retry-after").is_none() && down.text().contains("name=\"number\" value=\"1\""));
    is_page(&visitor.get(&app, &at).send().await, 503, "The database cannot be used now");
    is_page(&visitor.get(&app, "/review").send().await, 503, "The database cannot be used now");
    app.store.is_down.store(false, Ordering::SeqCst);
    app.store.is_full.store(true, Ordering::SeqCst);
    is_page(&visitor.post(&app, &at, &form).send().await, 507, "The database has no room");
    let full = visitor.post(&app, "/interview", &ABOUT_GIL).send().await;
    is_page(&full, 507, "Be examined");
    assert!(
        full.text().contains("The database has no room") && full.text().contains("value=\"mid\" selected")
    );
    app.store.is_full.store(false, Ordering::SeqCst);
    // Kept, but not graded: sending it again is no second answer.
    app.script.encoder_broken.store(true, Ordering::SeqCst);
    is_page(&visitor.post(&app, &at, &form).send().await, 503, "The service cannot answer now");
    app.script.encoder_broken.store(false, Ordering::SeqCst);
    assert_eq!(visitor.post(&app, &at, &form).send().await.status, 303);
    is_page(&visitor.get(&app, &at).send().await, 200, "The interview is over");
}

#[tokio::test]
async fn without_an_index_a_running_interview_goes_on() {
    let app = start().await;
    let visitor = Visitor::new(&app).await;
    let at = begins(&app, &visitor, &ABOUT_GIL).await;
    *app.library.0.lock().unwrap() = Err(NotReady::Starting("3 of 9".into()));
    is_page(&visitor.get(&app, "/interview").send().await, 503, "The index is being built");
    is_page(&visitor.get(&app, "/review").send().await, 503, "The index is being built");
    is_page(&visitor.get(&app, &at).send().await, 200, "What is the GIL?");
    assert_eq!(speaks(&app, &visitor, &at, &[("answer", GOOD)]).await.status, 303);
    is_page(&visitor.get(&app, &format!("{at}/report")).send().await, 200, "Interview report");
}

const PAYLOADS: [&str; 5] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "</textarea><svg/onload=alert(1)>",
    "[click](javascript:alert(1)) </p><script src=//evil.example></script>",
    "<style>*{display:none}</style><a style=color:red href=\"data:text/html,x\">x</a>",
];

#[tokio::test]
async fn nothing_of_others_becomes_part_of_a_page() {
    for payload in PAYLOADS {
        let setup = setup();
        let plain = guide();
        let modules: Vec<Module> = plain.modules().iter().map(|module| poisoned(module, payload)).collect();
        let edition = with_guide(&setup, Guide::new(plain.revision(), modules));
        *setup.library.0.lock().unwrap() = Ok(edition);
        let app = setup.start().await;
        let visitor = Visitor::new(&app).await;
        let query: String = form_urlencoded::byte_serialize(payload.as_bytes()).collect();
        let target = format!("/interview?role={query}&module={query}&questions={query}&mode={query}");
        is_clean(visitor.get(&app, &target).send().await.text());
        let refused =
            visitor.post(&app, "/interview", &[("role", payload), ("questions", payload)]).send().await;
        assert_eq!(refused.status, 422);
        is_clean(refused.text());
        let at = begins(&app, &visitor, &ABOUT_GIL).await;
        let answer = format!("{PART} {payload}");
        speaks(&app, &visitor, &at, &[("answer", &answer)]).await;
        let told =
            visitor.post(&app, &at, &[("number", "1"), ("follow_up", "0"), ("answer", payload)]).send().await;
        assert_eq!(told.status, 409);
        is_clean(told.text());
        is_clean(visitor.get(&app, &at).send().await.text());
        speaks(&app, &visitor, &at, &[("action", "reveal")]).await;
        for target in [&at, &format!("{at}/report"), "/interview", "/review", "/review/gil"] {
            let page = visitor.get(&app, target).send().await;
            assert_eq!(page.status, 200, "{target}");
            is_clean(page.text());
            let shown = !target.starts_with(&at) || page.text().contains("&lt;");
            assert!(shown, "the words are shown as words on {target}");
        }
    }
}

fn poisoned(module: &Module, payload: &str) -> Module {
    let mut module = module.clone();
    module.title.push_str(payload);
    for question in &mut module.questions {
        question.text.push_str(payload);
        for section in &mut question.sections {
            section.heading.push_str(payload);
            section.markdown.push_str(&format!(" {payload}"));
        }
        for point in &mut question.key_points {
            point.text.push_str(payload);
        }
        for follow_up in &mut question.follow_ups {
            follow_up.question.push_str(payload);
        }
    }
    module
}

/// Fields made by rule from a seed. None may be more than refused.
#[tokio::test]
async fn odd_forms_never_break_anything() {
    let app: TestApp = start().await;
    let visitor = Visitor::new(&app).await;
    let at = begins(&app, &visitor, &[("questions", "5")]).await;
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    let mut pick = |n: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random as usize % n
    };
    let values = [
        "",
        " ",
        "-1",
        "0",
        "1",
        "18446744073709551616",
        "1e9",
        "<b>",
        "\u{0}",
        "\u{202e}x",
        "gil",
        "none",
        "again",
        "answer",
        "skip",
        "hint",
        "../..",
        "é",
    ];
    let names = [
        "action",
        "number",
        "follow_up",
        "hints",
        "answer",
        "rating",
        "seen",
        "key",
        "question",
        "due",
        "mode",
        "module",
        "questions",
        "level",
    ];
    let targets = ["/interview", at.as_str(), "/review/gil", "/review/none", "/interview/none"];
    for n in 0..300 {
        let fields: Vec<(&str, &str)> =
            (0..pick(5)).map(|_| (names[pick(names.len())], values[pick(values.len())])).collect();
        let target = targets[pick(targets.len())];
        let reply = visitor.post(&app, target, &fields).send().await;
        assert!(reply.status < 500, "{n}: {target} {fields:?}: {} {}", reply.status, reply.text());
        if reply.media_type() == "text/html" {
            is_clean(reply.text());
        }
    }
}
