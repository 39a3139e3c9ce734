//! The course of an interview: practice, live, resumed, repeated.

use super::content::{GOOD, PART};
use super::{about_gil, act, address, answer, begun, post, report, scores, setup, show, start, with_guide};
use crate::tests::app::Setup;
use serde_json::{Value, json};
use std::sync::Arc;
use viva_core::guide::Guide;
use viva_core::id::Digest;

#[tokio::test]
async fn practice_coaches_after_each_answer_and_ends_in_a_report() {
    let app = start().await;
    let interview = about_gil(&app, "practice", 1).await;
    assert_eq!(interview["prompt"]["text"], "What is the GIL?");
    assert_eq!(
        (&interview["prompt"]["number"], &interview["prompt"]["of"], &interview["prompt"]["kind"]),
        (&json!(1), &json!(1), &json!("question"))
    );

    let first = answer(&app, &interview, PART).await;
    assert_eq!((&first["closed"], &first["prompt"]["kind"]), (&json!(false), &json!("follow_up")), "{first}");
    let covered = first["grade"]["points"].as_array().unwrap();
    assert_eq!(
        (covered.len(), &covered[0]["verdict"]),
        (1, &json!("covered")),
        "what is open is not given away"
    );
    assert_eq!(covered[0]["quote"], PART);

    let second = answer(&app, &interview, GOOD).await;
    assert_eq!((&second["closed"], &second["finished"]), (&json!(true), &json!(true)), "{second}");
    assert_eq!(second["prompt"], Value::Null);
    let grade = &second["grade"];
    let mut members: Vec<&str> = grade.as_object().unwrap().keys().map(String::as_str).collect();
    members.sort_unstable();
    assert_eq!(
        members,
        ["degraded", "feedback", "grader", "hints", "points", "question_id", "rubric", "score"]
    );
    assert!(grade["score"].as_f64().unwrap() > 0.9, "{grade}");
    assert_eq!((&grade["grader"], &grade["degraded"]), (&json!("lexical-semantic"), &Value::Null));
    for point in grade["points"].as_array().unwrap() {
        let (missing, quote) = (point["verdict"] == "missing", point["quote"].as_str());
        assert_eq!(missing, quote.is_none(), "{point}");
        assert!(quote.is_none_or(|quote| GOOD.contains(quote) || PART.contains(quote)), "{point}");
    }

    let report = report(&app, &interview).await;
    assert_eq!((&report["finished"], &report["questions"][0]["question_id"]), (&json!(true), &json!("gil")));
    assert_eq!(report["questions"][0]["exchanges"].as_array().unwrap().len(), 2);
    assert_eq!(report["questions"][0]["exchanges"][0]["answer"], PART);
    assert_eq!(report["score"], grade["score"]);
    assert!(report["questions"][0]["elapsed_ms"].as_f64().unwrap() > 0.0);
}

#[tokio::test]
async fn live_is_silent_until_the_report() {
    let app = start().await;
    let interview =
        begun(&app, &json!({"mode": "live", "questions": 2, "follow_ups_per_question": 0, "seed": 5})).await;
    let first = answer(&app, &interview, PART).await;
    assert_eq!(
        (&first["grade"], &first["grades"], &first["closed"]),
        (&Value::Null, &json!([]), &json!(true))
    );
    assert_eq!(first["prompt"]["number"], 2);
    for (action, code) in [("hints", "only_in_practice"), ("reveal", "only_in_practice")] {
        assert_eq!(act(&app, &interview, action, &json!({})).await.code(409), code);
    }
    let early = app.get(&format!("{}/report", address(&interview))).send().await;
    assert_eq!(early.code(409), "interview_not_finished");
    assert_eq!(app.get("/api/v1/interviews").send().await.json()["interviews"][0]["score"], Value::Null);

    let skipped = act(&app, &interview, "skip", &json!({})).await.json();
    assert_eq!((&skipped["finished"], skipped["grades"].as_array().unwrap().len()), (&json!(true), 2));
    let report = report(&app, &interview).await;
    assert_eq!((report["of"].as_u64(), scores(&report).len()), (Some(2), 2));
    assert_eq!(report["questions"][1]["closing"], "skipped");
}

#[tokio::test]
async fn hints_are_given_one_by_one_and_cost() {
    let app = start().await;
    let interview = about_gil(&app, "practice", 0).await;
    for n in 1..=3 {
        // The body may be left out.
        let hinted = app.call("POST", &format!("{}/hints", address(&interview))).send().await.json();
        assert_eq!(hinted["prompt"]["hints"].as_array().unwrap().len(), n);
    }
    assert_eq!(act(&app, &interview, "hints", &json!({})).await.code(409), "hint_limit");
    let closed = answer(&app, &interview, GOOD).await;
    let score = closed["grade"]["score"].as_f64().unwrap();
    assert_eq!(closed["grade"]["hints"], 3);
    assert!(score > 0.5 && score < 0.8, "{score}");
}

#[tokio::test]
async fn a_revealed_answer_closes_its_question() {
    let app = start().await;
    let interview = about_gil(&app, "practice", 1).await;
    let revealed = act(&app, &interview, "reveal", &json!({})).await.json();
    assert_eq!(revealed["revealed"]["question_id"], "gil");
    assert_eq!(revealed["revealed"]["url"], "/questions/gil#short-answer");
    assert!(revealed["revealed"]["text"].as_str().unwrap().contains("one thread at a time"));
    assert_eq!((&revealed["grade"]["score"], &revealed["finished"]), (&json!(0.0), &json!(true)));
    let report = report(&app, &interview).await;
    assert_eq!(report["questions"][0]["closing"], "revealed");
    let next = report["questions"][0]["read_next"].as_array().unwrap();
    assert!(next.iter().all(|next| next["url"].as_str().unwrap().starts_with("/questions/gil#")), "{next:?}");
    assert_eq!(report["work_on"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn an_interview_can_be_ended_early() {
    let app = start().await;
    let interview = begun(&app, &json!({"questions": 3, "follow_ups_per_question": 0, "seed": 1})).await;
    answer(&app, &interview, PART).await;
    let ended = act(&app, &interview, "finish", &json!({})).await.json();
    assert_eq!((&ended["finished"], &ended["prompt"]), (&json!(true), &Value::Null));
    let report = report(&app, &interview).await;
    assert_eq!((scores(&report).len(), report["of"].as_u64()), (1, Some(3)));
    for action in ["answers", "hints", "skip", "reveal", "finish"] {
        let body = if action == "answers" { json!({"answer": "too late"}) } else { json!({}) };
        assert_eq!(act(&app, &interview, action, &body).await.code(409), "interview_finished", "{action}");
    }
}

#[tokio::test]
async fn a_report_comes_as_markdown_and_nothing_in_it_is_markup_of_the_candidates() {
    let app = start().await;
    let interview = about_gil(&app, "practice", 0).await;
    let hostile = format!("{PART} <script>alert(1)</script> [x](javascript:alert(1)) # one");
    answer(&app, &interview, &hostile).await;
    let target = format!("{}/report", address(&interview));
    let reply = app.get(&target).header("accept", "text/markdown, */*;q=0.1").send().await;
    assert_eq!((reply.status, reply.media_type()), (200, "text/markdown"));
    let text = reply.text();
    assert!(text.starts_with("# Interview report"), "{text}");
    assert!(text.contains("(/questions/gil#") && text.contains("What is the GIL?"), "{text}");
    assert!(!text.contains("<script>") && !text.contains("[x](javascript"), "{text}");
    let json = app.get(&target).header("accept", "text/markdown;q=0").send().await;
    assert_eq!(json.media_type(), "application/json");
    assert_eq!(json.json()["questions"][0]["exchanges"][0]["answer"], hostile, "JSON has it as it was said");
}

#[tokio::test]
async fn the_same_seed_makes_the_same_interview() {
    let app = start().await;
    let body = json!({"questions": 4, "follow_ups_per_question": 1, "seed": 11});
    let mut courses = Vec::new();
    for _ in 0..2 {
        // What was asked before must not matter: each owner's first interview.
        let mut setup = Setup { library: Arc::clone(&app.library), ..Setup::new() };
        setup.http.max_concurrent = 8;
        let app = setup.start().await;
        let interview = begun(&app, &body).await;
        let mut asked = Vec::new();
        let mut now = interview.clone();
        while let Some(text) = now["prompt"]["text"].as_str() {
            asked.push(text.to_owned());
            now = answer(&app, &interview, PART).await;
        }
        let report = report(&app, &interview).await;
        courses.push((asked, scores(&report), report["seed"].clone()));
    }
    assert_eq!(courses[0], courses[1]);
    assert!(courses[0].0.len() >= 4);
    let drawn = begun(&app, &json!({"questions": 1})).await;
    assert!(drawn["seed"].is_u64(), "chance is told, so that it can be repeated");
}

#[tokio::test]
async fn another_process_goes_on_where_one_has_ended() {
    let mut app = start().await;
    let body = json!({"questions": 3, "follow_ups_per_question": 1, "seed": 4});
    let interview = begun(&app, &body).await;
    let mut turn = 0;
    let mut now = show(&app, &interview).await;
    // The process is replaced before every step.
    while now["prompt"].is_object() {
        app.tell_to_end();
        app.ended().await;
        let again = Setup { store: Some(Arc::clone(&app.store)), ..setup() }.start().await;
        app = again;
        assert_eq!(show(&app, &interview).await["prompt"], now["prompt"]);
        turn += 1;
        now = match turn % 3 {
            0 => act(&app, &interview, "skip", &json!({})).await.json(),
            1 => answer(&app, &interview, PART).await,
            _ => act(&app, &interview, "hints", &json!({})).await.json(),
        };
    }
    let report = report(&app, &interview).await;
    assert_eq!((&report["finished"], scores(&report).len()), (&json!(true), 3));
}

#[tokio::test]
async fn an_answer_that_was_taken_is_graded_by_whoever_looks_next() {
    let mut app = start().await;
    let interview = about_gil(&app, "practice", 0).await;
    let held = app
        .call("POST", &format!("{}/answers", address(&interview)))
        .json(&json!({ "answer": format!("{GOOD} And wait here for a while.") }).to_string())
        .open()
        .await;
    app.arrived(1).await;
    let shown = show(&app, &interview).await;
    assert_eq!((&shown["grading"], &shown["prompt"]), (&json!(true), &Value::Null));
    drop(held);
    // The process goes down while it grades.
    app.tell_to_end();
    let next = Setup { store: Some(Arc::clone(&app.store)), ..setup() };
    next.script.gate.send_replace(true);
    let next = next.start().await;
    let graded = show(&next, &interview).await;
    assert_eq!((&graded["finished"], &graded["grading"]), (&json!(true), &json!(false)));
    assert!(graded["grades"][0]["score"].as_f64().unwrap() > 0.9, "{graded}");
    app.script.gate.send_replace(true);
    app.ended().await;
    assert_eq!(scores(&report(&next, &interview).await).len(), 1, "graded once");
}

#[tokio::test]
async fn a_client_that_goes_away_does_not_stop_its_grade() {
    let app = start().await;
    let interview = about_gil(&app, "practice", 0).await;
    let held = app
        .call("POST", &format!("{}/answers", address(&interview)))
        .json(&json!({ "answer": format!("{GOOD} And wait here for a while.") }).to_string())
        .open()
        .await;
    app.arrived(1).await;
    drop(held);
    app.script.gate.send_replace(true);
    // The grading goes on by itself; whoever looks meanwhile is told so.
    let mut now = show(&app, &interview).await;
    while now["grading"] == json!(true) {
        tokio::task::yield_now().await;
        now = show(&app, &interview).await;
    }
    assert_eq!(now["finished"], true);
    assert_eq!(*app.script.abandoned.borrow(), 0);
}

#[tokio::test]
async fn a_guide_that_is_ingested_anew_does_not_disturb_a_running_interview() {
    let setup = setup();
    let emptied = with_guide(&setup, Guide::new(Digest([9; 32]), vec![]));
    let app = setup.start().await;
    let interview = begun(&app, &json!({"questions": 2, "follow_ups_per_question": 0, "seed": 2})).await;
    answer(&app, &interview, PART).await;
    *app.library.0.lock().unwrap() = Ok(emptied);
    let last = answer(&app, &interview, PART).await;
    assert_eq!(last["finished"], true);
    let report = report(&app, &interview).await;
    assert_eq!(report["revision"], Digest([7; 32]).to_string());
    assert_eq!(scores(&report).len(), 2);
    let none = post(&app, "/api/v1/interviews", &json!({})).await;
    assert_eq!(none.fields(), ["body"], "a guide with nothing to ask");
}

#[tokio::test]
async fn interviews_are_listed_page_by_page() {
    let app = start().await;
    let mut begun_ids = Vec::new();
    for seed in 0..3 {
        begun_ids.push(begun(&app, &json!({"questions": 1, "seed": seed})).await["id"].clone());
    }
    begun_ids.reverse();
    let first = app.get("/api/v1/interviews?limit=2").send().await.json();
    let next = first["next"].as_str().unwrap();
    let second = app.get(&format!("/api/v1/interviews?limit=2&after={next}")).send().await.json();
    assert_eq!(second["next"], Value::Null);
    let ids: Vec<&Value> = [&first, &second]
        .into_iter()
        .flat_map(|page| page["interviews"].as_array().unwrap())
        .map(|one| &one["id"])
        .collect();
    assert_eq!(ids, begun_ids.iter().collect::<Vec<_>>());
    for (query, field) in [("limit=0", "limit"), ("limit=x", "limit"), ("page=2", "page")] {
        assert_eq!(app.get(&format!("/api/v1/interviews?{query}")).send().await.fields(), [field]);
    }
}
