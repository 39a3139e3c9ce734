//! The review schedule as pages.

use super::interviewing::{begins, hidden, speaks};
use super::{Visitor, between, is_page};
use crate::tests::interviews::content::{GOOD, PART};
use crate::tests::interviews::reviewing::asked_long_ago;
use crate::tests::interviews::start;
use std::sync::atomic::Ordering;
use viva_core::conversation::Owner;
use viva_core::id::QuestionId;
use viva_core::ports::InterviewStore;

fn seen(html: &str) -> &str {
    between(html, "name=\"seen\" value=\"", "\"")
}

#[tokio::test]
async fn what_is_due_is_reviewed_card_by_card() {
    let app = start().await;
    let visitor = Visitor::new(&app).await;
    let empty = visitor.get(&app, "/review").send().await;
    is_page(&empty, 200, "Review");
    assert!(empty.text().contains("Nothing is due.") && empty.text().contains("On threads"));
    assert!(!empty.text().contains("class=\"hush\"> due"), "no number in the bar");
    asked_long_ago(&app, "weakref", 3).await;
    asked_long_ago(&app, "gil", 9).await;
    asked_long_ago(&app, "gone-from-the-guide", 20).await;
    let page = visitor.get(&app, "/review").send().await;
    let html = page.text();
    assert!(html.contains("2 questions are due.") && html.contains("(2<span class=\"hush\"> due"), "{html}");
    assert!(html.contains("href=\"/review/gil\">Start the review"), "the longest overdue first: {html}");
    assert!(html.contains("Due in the next 14 days") && html.contains("Today"), "{html}");

    let card = visitor.get(&app, "/review/gil").send().await;
    is_page(&card, 200, "What is the GIL?");
    let html = card.text();
    for part in ["2 questions left", "Show answer", "Forgot", "With effort", "Good", "Easy", " days, "] {
        assert!(html.contains(part), "{part}: {html}");
    }
    let fields = [("rating", "good"), ("seen", seen(html))];
    let rated = visitor.post(&app, "/review/gil", &fields).send().await;
    assert_eq!((rated.status, rated.header("location")), (303, Some("/review?next=1")));
    let owner = Owner("local".into());
    let gil = QuestionId::new("gil").unwrap();
    let once = app.store.review(&owner, &gil).await.unwrap().unwrap();
    assert_eq!((once.repetitions, once.lapses), (3, 1));
    // The same form again rates nothing.
    visitor.post(&app, "/review/gil", &fields).send().await;
    assert_eq!(app.store.review(&owner, &gil).await.unwrap().unwrap(), once);
    let next = visitor.get(&app, "/review?next=1").send().await;
    assert_eq!(next.header("location"), Some("/review/weakref"));
    let card = visitor.get(&app, "/review/weakref").send().await;
    let fields = [("rating", "again"), ("seen", seen(card.text()))];
    visitor.post(&app, "/review/weakref", &fields).send().await;
    let done = visitor.get(&app, "/review?next=1").send().await;
    assert_eq!(done.header("location"), Some("/review"));
    let page = visitor.get(&app, "/review").send().await;
    assert!(page.text().contains("The next question comes in 1 day."), "{}", page.text());
    assert!(page.text().contains("No answer was graded yet."), "a rating is no grade");
    assert!(page.text().contains("aria-label=\"On threads: 1 of 3\""), "{}", page.text());
}

#[tokio::test]
async fn a_written_answer_rates_itself_once() {
    let app = start().await;
    let visitor = Visitor::new(&app).await;
    asked_long_ago(&app, "gil", 9).await;
    let card = visitor.get(&app, "/review/gil").send().await;
    let form = hidden(card.text());
    let mut form: Vec<(&str, &str)> = form.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    form.push(("answer", GOOD));
    let graded = visitor.post(&app, "/review/gil", &form).send().await;
    assert_eq!(graded.status, 303, "{}", graded.text());
    let at = graded.header("location").unwrap().to_owned();
    let again = visitor.post(&app, "/review/gil", &form).send().await;
    assert_eq!(again.header("location"), Some(at.as_str()));
    let page = visitor.get(&app, &at).send().await;
    is_page(&page, 200, "What is the GIL?");
    let html = page.text();
    assert!(
        html.contains("3 of 4 points") && html.contains("<mark>") && html.contains("comes back in"),
        "{html}"
    );
    assert!(!html.contains("name=\"rating\"") && html.contains("data-taken=\"review-gil\""), "{html}");
    let review = app.store.review(&Owner("local".into()), &QuestionId::new("gil").unwrap()).await.unwrap();
    assert_eq!(review.unwrap().repetitions, 3, "rated once");
    let overview = visitor.get(&app, "/review").send().await;
    assert!(overview.text().contains("Mean score by day") && overview.text().contains("100 %"));
    // An interview about something else is no grade of this card.
    let other = begins(&app, &visitor, &[("question", "weakref")]).await;
    speaks(&app, &visitor, &other, &[("answer", PART)]).await;
    let id = other.strip_prefix("/interview/").unwrap();
    for odd in [id, "none", "..", "%00"] {
        let page = visitor.get(&app, &format!("/review/gil?graded={odd}")).send().await;
        is_page(&page, 200, "What is the GIL?");
        assert!(page.text().contains("Show answer"), "{odd}");
    }
}

#[tokio::test]
async fn a_card_refuses_and_keeps_what_was_written() {
    let app = start().await;
    let visitor = Visitor::new(&app).await;
    let empty = visitor.post(&app, "/review/gil", &[("answer", " "), ("seen", "0")]).send().await;
    is_page(&empty, 422, "What is the GIL?");
    assert!(
        empty.text().contains("not empty") && empty.text().contains("<details open>"),
        "{}",
        empty.text()
    );
    for fields in [[("rating", "best"), ("seen", "0")], [("rating", "good"), ("seen", "x")]] {
        is_page(&visitor.post(&app, "/review/gil", &fields).send().await, 422, "Some fields break a rule");
    }
    for target in ["/review/none", "/review/..%2f", "/review/GIL"] {
        is_page(&visitor.get(&app, target).send().await, 404, "There is nothing here");
        is_page(
            &visitor.post(&app, target, &[("rating", "good")]).send().await,
            404,
            "There is nothing here",
        );
    }
    let fields = [("answer", GOOD), ("key", "one"), ("seen", "0")];
    app.script.encoder_broken.store(true, Ordering::SeqCst);
    let kept = visitor.post(&app, "/review/gil", &fields).send().await;
    is_page(&kept, 503, "The service cannot answer now");
    assert!(kept.text().contains(GOOD) && kept.text().contains("name=\"key\" value=\"one\""));
    app.script.encoder_broken.store(false, Ordering::SeqCst);
    let sent = visitor.post(&app, "/review/gil", &fields).send().await;
    let page = visitor.get(&app, sent.header("location").unwrap()).send().await;
    assert!(page.text().contains("3 of 4 points"), "{}", page.text());
    let listed = app.get("/api/v1/interviews").send().await.json();
    assert_eq!(listed["interviews"].as_array().unwrap().len(), 1, "no interview without an answer");
}

#[tokio::test]
async fn a_card_can_be_practised_before_it_is_due_and_what_is_due_be_examined() {
    let app = start().await;
    let visitor = Visitor::new(&app).await;
    let card = visitor.get(&app, "/review/gil").send().await;
    assert!(card.text().contains("Practice · not asked before"), "{}", card.text());
    let rated = visitor.post(&app, "/review/gil", &[("rating", "easy"), ("seen", "0")]).send().await;
    assert_eq!(rated.header("location"), Some("/questions/gil"), "back to where it was practised from");
    let card = visitor.get(&app, "/review/gil").send().await;
    assert!(card.text().contains("Practice · due only in "), "{}", card.text());
    asked_long_ago(&app, "weakref", 3).await;
    let overview = visitor.get(&app, "/review").send().await;
    let key = between(overview.text(), "name=\"key\" value=\"", "\"");
    let at = begins(&app, &visitor, &[("due", "1"), ("key", key)]).await;
    is_page(&visitor.get(&app, &at).send().await, 200, "What is a weakref?");
    speaks(&app, &visitor, &at, &[("action", "skip")]).await;
    assert_eq!(begins(&app, &visitor, &[("due", "1"), ("key", key)]).await, at, "also once nothing is due");
}
