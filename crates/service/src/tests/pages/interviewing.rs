//! An interview from set-up to report, without a script.

use super::{Visitor, between, is_clean, is_page};
use crate::tests::app::{Setup, TestApp};
use crate::tests::client::Reply;
use crate::tests::interviews::content::{GOOD, PART};
use crate::tests::interviews::{self, start};
use std::sync::Arc;
use viva_settings::Secret;

/// The form about the one question on the GIL.
pub(super) const ABOUT_GIL: [(&str, &str); 4] =
    [("module", "threads"), ("level", "mid"), ("questions", "1"), ("follow_ups_per_question", "1")];

/// Begins an interview by form; its address.
pub(super) async fn begins(app: &TestApp, visitor: &Visitor, fields: &[(&str, &str)]) -> String {
    let reply = visitor.post(app, "/interview", fields).send().await;
    assert_eq!(reply.status, 303, "{}", reply.text());
    reply.header("location").unwrap().to_owned()
}

/// The form of the open question as the page has it, with what is written into it.
pub(super) async fn speaks(app: &TestApp, visitor: &Visitor, at: &str, written: &[(&str, &str)]) -> Reply {
    let page = visitor.get(app, at).send().await;
    let hidden = hidden(page.text());
    let mut fields: Vec<(&str, &str)> = hidden.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    fields.extend_from_slice(written);
    visitor.post(app, at, &fields).send().await
}

/// The hidden fields of the question's form.
pub(super) fn hidden(html: &str) -> Vec<(String, String)> {
    let form = between(html, "data-answer=\"", "</form>");
    let fields = form.split("<input type=\"hidden\" ").skip(1);
    let fields = fields.map(|input| {
        let value = between(input, "value=\"", "\"");
        (between(input, "name=\"", "\"").to_owned(), value.to_owned())
    });
    fields.filter(|(name, _)| name != "csrf").collect()
}

/// Answers, and sees the page that comes of it.
async fn answers(app: &TestApp, visitor: &Visitor, at: &str, text: &str) -> Reply {
    let sent = speaks(app, visitor, at, &[("answer", text), ("action", "answer")]).await;
    assert_eq!((sent.status, sent.header("location")), (303, Some(at)), "{}", sent.text());
    visitor.get(app, at).send().await
}

#[tokio::test]
async fn from_set_up_to_report_without_a_script() {
    let app = start().await;
    let visitor = Visitor::new(&app).await;
    let setup = visitor.get(&app, "/interview").send().await;
    is_page(&setup, 200, "Be examined");
    for offered in ["Python developer (5)", "Mid (2)", "On threads", "Concurrency"] {
        assert!(setup.text().contains(offered), "{offered}: {}", setup.text());
    }
    let key = between(setup.text(), "name=\"key\" value=\"", "\"");
    let fields = [&ABOUT_GIL[..], &[("key", key)]].concat();
    let at = begins(&app, &visitor, &fields).await;
    assert_eq!(begins(&app, &visitor, &fields).await, at, "one form makes one interview");

    let asked = visitor.get(&app, &at).send().await;
    is_page(&asked, 200, "What is the GIL?");
    let html = asked.text();
    assert!(html.contains("Question 1 of 1 · practice") && html.contains("Hint (3 left)"), "{html}");
    assert!(!html.contains("id=\"feedback\"") && !html.contains("Nothing is judged"), "{html}");

    let follow_up = answers(&app, &visitor, &at, &format!("First line.\r\n{PART}")).await;
    is_page(&follow_up, 200, "");
    let html = follow_up.text();
    assert!(html.contains("Question 1 of 1 · follow-up 1 of 1 · practice"), "{html}");
    assert!(html.contains("1 covered so far") && html.contains(&format!("<mark>{PART}</mark>")), "{html}");
    assert!(!html.contains("Missed") && !html.contains("reference counts"), "what is open is not given away");
    assert!(html.contains("First line.\n<mark>"), "line ends are as everywhere");

    let over = answers(&app, &visitor, &at, GOOD).await;
    is_page(&over, 200, "The interview is over");
    let html = over.text();
    assert!(html.contains("<strong>3 of 4 points</strong> · 1.00"), "{html}");
    assert!(html.contains("Your words: <q>") && html.contains("This question comes back in "), "{html}");
    assert!(html.contains("Graded by wording and meaning"), "{html}");

    let report = visitor.get(&app, &format!("{at}/report")).send().await;
    is_page(&report, 200, "Interview report");
    let html = report.text();
    for part in [
        "100 %",
        "On threads",
        "Concurrency",
        "1 of 1 question was answered.",
        "Follow-up: ",
        "What went well",
    ] {
        assert!(html.contains(part), "{part}: {html}");
    }
    let file = visitor.get(&app, &format!("{at}/report.md")).send().await;
    assert_eq!((file.status, file.media_type()), (200, "text/markdown"));
    assert!(file.header("content-disposition").unwrap().starts_with("attachment"));
    assert!(file.text().starts_with("# Interview report"));
    let listed = visitor.get(&app, "/interview").send().await;
    assert!(listed.text().contains("Earlier interviews") && listed.text().contains(&format!("{at}/report")));
    let json = app.get(&format!("/api/v1/interviews{}", at.strip_prefix("/interview").unwrap())).send().await;
    assert_eq!(json.json()["finished"], true, "the same interview as the API's");
}

#[tokio::test]
async fn a_live_interview_says_nothing_until_the_report() {
    let app = start().await;
    let visitor = Visitor::new(&app).await;
    let at = begins(&app, &visitor, &[&ABOUT_GIL[..], &[("mode", "live")]].concat()).await;
    let asked = visitor.get(&app, &at).send().await;
    let html = asked.text();
    assert!(html.contains("Nothing is judged until the report.") && html.contains(" · live"), "{html}");
    assert!(!html.contains("value=\"hint\"") && !html.contains("value=\"reveal\""), "{html}");
    let early = visitor.get(&app, &format!("{at}/report")).send().await;
    assert_eq!((early.status, early.header("location")), (303, Some(at.as_str())));
    is_page(&visitor.get(&app, &format!("{at}/report.md")).send().await, 409, "not finished");
    let follow_up = answers(&app, &visitor, &at, PART).await;
    assert!(!follow_up.text().contains("overed") && !follow_up.text().contains("<mark>"));
    let over = answers(&app, &visitor, &at, GOOD).await;
    is_page(&over, 200, "The interview is over");
    assert!(!over.text().contains("points</strong>"));
    let report = visitor.get(&app, &format!("{at}/report")).send().await;
    assert!(report.text().contains("✓ Covered"), "{}", report.text());
}

#[tokio::test]
async fn hints_skip_and_the_answer_are_buttons_of_the_same_form() {
    let app = start().await;
    let visitor = Visitor::new(&app).await;
    let at = begins(&app, &visitor, &[("questions", "4"), ("follow_ups_per_question", "0")]).await;
    let hinted = speaks(&app, &visitor, &at, &[("action", "hint"), ("answer", "")]).await;
    assert_eq!(hinted.header("location"), Some(format!("{at}#prompt").as_str()));
    let page = visitor.get(&app, &at).send().await;
    assert!(page.text().contains("<strong>Hint</strong>") && page.text().contains("Hint (2 left)"));
    // What is being written survives a hint, and sending that form again gives no other one.
    let stale = hidden(page.text());
    let stale: Vec<(&str, &str)> = stale.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let form = [&stale[..], &[("action", "hint"), ("answer", "half an <b>answer")]].concat();
    for _ in 0..2 {
        let kept = visitor.post(&app, &at, &form).send().await;
        is_page(&kept, 200, "");
        assert!(kept.text().contains("half an &lt;b&gt;answer</textarea>"), "{}", kept.text());
        assert!(kept.text().contains("Hint (1 left)"), "{}", kept.text());
    }
    for (action, said) in [("skip", "○ Skipped"), ("reveal", "○ Answer shown")] {
        let sent = speaks(&app, &visitor, &at, &[("action", action), ("answer", "")]).await;
        assert_eq!(sent.header("location"), Some(at.as_str()));
        let page = visitor.get(&app, &at).send().await;
        assert!(page.text().contains(said) && page.text().contains("To the next question"), "{action}");
        assert_eq!(page.text().contains("class=\"prose\""), action == "reveal");
    }
    speaks(&app, &visitor, &at, &[("action", "unknown"), ("answer", "")]).await;
    let page = visitor.get(&app, &at).send().await;
    assert!(
        page.text().contains("Question 4 of 4") && page.text().contains("I don't know"),
        "{}",
        page.text()
    );
    let ended = speaks(&app, &visitor, &at, &[("action", "finish"), ("answer", "")]).await;
    assert_eq!(ended.header("location"), Some(format!("{at}/report").as_str()));
    let report = visitor.get(&app, &format!("{at}/report")).send().await;
    is_page(&report, 200, "Interview report");
    for part in ["○ Skipped", "○ Answer shown", "○ Not answered", "with 2 hints"] {
        assert!(report.text().contains(part), "{part}: {}", report.text());
    }
}

#[tokio::test]
async fn an_interview_is_resumed_where_it_was_left() {
    let mut app = start().await;
    let visitor = Visitor::new(&app).await;
    let at = begins(&app, &visitor, &[("questions", "2"), ("level", "senior"), ("module", "memory")]).await;
    speaks(&app, &visitor, &at, &[("action", "hint")]).await;
    let left = visitor.get(&app, &at).send().await;
    app.tell_to_end();
    app.ended().await;
    let next = Setup { store: Some(Arc::clone(&app.store)), ..interviews::setup() }.start().await;
    let listed = visitor.get(&next, "/interview").send().await;
    let html = listed.text();
    assert!(html.contains("Not finished yet") && html.contains(&format!("href=\"{at}\"")), "{html}");
    assert!(html.contains("Senior level, On memory") || html.contains("What is a weakref?"), "{html}");
    let again = visitor.get(&next, &at).send().await;
    let card = |reply: &Reply| {
        let card = between(reply.text(), "<section class=\"card\"", "</section>").to_owned();
        let timed = between(&card, "data-timer=\"", "\"").to_owned();
        card.replace(&timed, "")
    };
    assert_eq!(card(&again), card(&left));
    // A page of the first process is as good as one of the second.
    let sent = speaks(&next, &visitor, &at, &[("answer", GOOD)]).await;
    assert_eq!(sent.status, 303);
}

#[tokio::test]
async fn one_question_and_one_module_can_be_examined_from_the_guide() {
    let app = start().await;
    let visitor = Visitor::new(&app).await;
    let entry = visitor.get(&app, "/questions/gil").send().await;
    let html = entry.text();
    assert!(html.contains("Examine me on this") && html.contains("href=\"/review/gil\""), "{html}");
    let at = begins(&app, &visitor, &[("question", "gil"), ("mode", "practice")]).await;
    is_page(&visitor.get(&app, &at).send().await, 200, "What is the GIL?");
    let listed = visitor.get(&app, "/interview").send().await;
    assert!(listed.text().contains("Resume: What is the GIL?"), "{}", listed.text());
    let at = begins(&app, &visitor, &[("module", "memory"), ("mode", "practice")]).await;
    let page = visitor.get(&app, &at).send().await;
    assert!(page.text().contains("Question 1 of 2"), "{}", page.text());
    let set = visitor.get(&app, "/interview?module=memory&level=mid&mode=live&questions=3").send().await;
    let html = set.text();
    for chosen in
        ["value=\"memory\" checked", "value=\"mid\" selected", "value=\"live\" checked", "value=\"3\""]
    {
        assert!(html.contains(chosen), "{chosen}: {html}");
    }
    is_clean(html);
}

#[tokio::test]
async fn anothers_interview_is_not_there() {
    let keyed = |key: &str| {
        let mut setup = interviews::setup();
        setup.http.api_key = Some(Secret::new(key));
        setup
    };
    let anna = keyed("anna").start().await;
    let ben = Setup { store: Some(Arc::clone(&anna.store)), ..keyed("ben") }.start().await;
    let visitor = |app: &TestApp, key: &'static str| {
        let call = app.get("/status").header("x-api-key", key);
        async move {
            let page = call.send().await;
            let cookie = page.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
            Visitor { cookie, csrf: between(page.text(), "name=\"csrf\" value=\"", "\"").into() }
        }
    };
    let (anna_browser, ben_browser) = (visitor(&anna, "anna").await, visitor(&ben, "ben").await);
    let begun = anna_browser.post(&anna, "/interview", &ABOUT_GIL).header("x-api-key", "anna").send().await;
    let at = begun.header("location").unwrap().to_owned();
    for tail in ["", "/report", "/report.md"] {
        let target = format!("{at}{tail}");
        let there = anna_browser.get(&anna, &target).header("x-api-key", "anna").send().await;
        assert_eq!(there.status, 200, "{target}");
        let page = ben_browser.get(&ben, &target).header("x-api-key", "ben").send().await;
        is_page(&page, 404, "There is nothing here");
    }
    for action in ["answer", "unknown", "hint", "skip", "reveal", "finish"] {
        let fields = [("action", action), ("number", "1"), ("follow_up", "0"), ("answer", "mine")];
        let refused = ben_browser.post(&ben, &at, &fields).header("x-api-key", "ben").send().await;
        is_page(&refused, 404, "There is nothing here");
    }
    let id = at.strip_prefix("/interview/").unwrap();
    let card = ben_browser.get(&ben, &format!("/review/gil?graded={id}")).header("x-api-key", "ben");
    is_page(&card.send().await, 200, "What is the GIL?");
    let list = ben_browser.get(&ben, "/interview").header("x-api-key", "ben").send().await;
    assert!(!list.text().contains(id));
    let shown = anna_browser.get(&anna, &at).header("x-api-key", "anna").send().await;
    is_page(&shown, 200, "What is the GIL?");
}

#[tokio::test]
async fn a_report_prints() {
    let app = start().await;
    let visitor = Visitor::new(&app).await;
    let at = begins(&app, &visitor, &ABOUT_GIL).await;
    speaks(&app, &visitor, &at, &[("answer", GOOD)]).await;
    let report = visitor.get(&app, &format!("{at}/report")).send().await;
    let sheet = report.text().split('"').find(|text| text.ends_with("/viva.css")).unwrap();
    let css = app.get(sheet).send().await;
    let print = css.text().split_once("@media print").expect("a style for print").1;
    for rule in [".no-print", ".top", "color-scheme: light", "break-inside: avoid"] {
        assert!(print.contains(rule), "{rule}");
    }
    assert!(report.text().contains("class=\"row no-print\""), "buttons are not printed");
}
