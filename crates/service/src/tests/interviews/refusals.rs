//! What an interview does not take, and how it says so. Nothing that is refused changes anything.

use super::content::PART;
use super::{about_gil, act, address, answer, begun, post, show, start};
use crate::tests::app::{Setup, TestApp};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use viva_settings::Secret;

#[tokio::test]
async fn a_request_is_refused_field_by_field() {
    let app = start().await;
    for (body, fields) in [
        (json!({"mode": "exam"}), vec!["mode"]),
        (json!({"mode": 1}), vec!["mode"]),
        (json!({"questions": 0}), vec!["questions"]),
        (json!({"questions": 51}), vec!["questions"]),
        (json!({"questions": 300}), vec!["questions"]),
        (json!({"questions": -1}), vec!["questions"]),
        (json!({"questions": 1.5}), vec!["questions"]),
        (json!({"questions": "5"}), vec!["questions"]),
        (json!({"follow_ups_per_question": 6}), vec!["follow_ups_per_question"]),
        (json!({"seed": -3}), vec!["seed"]),
        (json!({"seed": "x"}), vec!["seed"]),
        (json!({"modules": "threads"}), vec!["modules"]),
        (json!({"modules": ["threads", "no-such"]}), vec!["modules[1]"]),
        (json!({"modules": [7]}), vec!["modules[0]"]),
        (json!({"focus": ["../etc"]}), vec!["focus[0]"]),
        (json!({"role": "king", "level": "deity", "questions": 99}), vec!["role", "level", "questions"]),
        (json!({"follow_ups": 2}), vec!["follow_ups"]),
        (json!([]), vec!["body"]),
    ] {
        assert_eq!(post(&app, "/api/v1/interviews", &body).await.fields(), fields, "{body}");
    }
    let named = post(&app, "/api/v1/interviews", &json!({"level": "deity"})).await.json();
    assert_eq!(named["errors"][0]["rule"], "one of junior (1), mid (2), senior (2)");
    let nulls = json!({"mode": null, "role": null, "level": "", "questions": null, "seed": null});
    assert_eq!(post(&app, "/api/v1/interviews", &nulls).await.status, 201);
}

#[tokio::test]
async fn filters_that_leave_nothing_say_what_there_is() {
    let app = start().await;
    let reply = post(&app, "/api/v1/interviews", &json!({"modules": ["memory"], "level": "junior"})).await;
    assert_eq!(reply.fields(), ["role", "level", "modules", "focus"]);
    let text = reply.text();
    for counted in ["python-developer (5)", "mid (2)", "memory (2), threads (3)", "concurrency (3)"] {
        assert!(text.contains(counted), "{counted}: {text}");
    }
}

#[tokio::test]
async fn answers_that_are_none_are_refused_and_the_prompt_stays_open() {
    let app = start().await;
    let interview = about_gil(&app, "practice", 1).await;
    let long = "é".repeat(viva_interview::machine::MAX_ANSWER_CHARS + 1);
    for (body, status) in [
        (json!({"answer": ""}), 422),
        (json!({"answer": " \n\t "}), 422),
        (json!({"answer": "\u{200b}\u{feff}"}), 422),
        (json!({"answer": null}), 422),
        (json!({"answer": 7}), 422),
        (json!({"answer": ["x"]}), 422),
        (json!({}), 422),
        (json!({"answer": "x", "score": 1}), 422),
        (json!({"answer": long}), 422),
        (json!({"answer": "a".repeat(1024 * 1024)}), 413),
    ] {
        let reply = act(&app, &interview, "answers", &body).await;
        let about: String = body.to_string().chars().take(60).collect();
        assert_eq!(reply.status, status, "{about}: {}", reply.text());
        if status == 422 {
            let field = if body["score"].is_null() { "answer" } else { "score" };
            assert_eq!(reply.fields(), [field], "{about}");
        }
    }
    for raw in ["", "{", "null", "\u{feff}{}", "{\"answer\": \"\\ud800\"}", "[\"x\"]"] {
        let reply = app.call("POST", &format!("{}/answers", address(&interview))).json(raw).send().await;
        assert!([400, 422].contains(&reply.status), "{raw}: {}", reply.status);
    }
    assert_eq!(show(&app, &interview).await, interview, "nothing has changed");
    let longest = "a".repeat(viva_interview::machine::MAX_ANSWER_CHARS);
    assert_eq!(act(&app, &interview, "answers", &json!({"answer": longest})).await.status, 200);
}

#[test]
fn the_document_says_how_long_an_answer_may_be() {
    let schemas = &crate::tests::contract::DOCUMENT["components"]["schemas"];
    for body in ["AnswerBody", "GradedBody"] {
        let most = &schemas[body]["properties"]["answer"]["maxLength"];
        assert_eq!(*most, json!(viva_interview::machine::MAX_ANSWER_CHARS), "{body}");
    }
}

#[tokio::test]
async fn of_two_answers_at_once_one_is_taken() {
    let app = start().await;
    let interview = about_gil(&app, "practice", 0).await;
    let target = format!("{}/answers", address(&interview));
    let first = json!({"answer": format!("{PART} Now wait here.")}).to_string();
    let mut held = app.call("POST", &target).json(&first).open().await;
    app.arrived(1).await;
    for text in ["Something else.", "Now wait here."] {
        let second = act(&app, &interview, "answers", &json!({ "answer": text })).await;
        assert_eq!(second.code(409), "being_graded");
        assert_eq!(second.header("retry-after"), Some("1"));
    }
    for action in ["hints", "skip", "reveal", "finish"] {
        let refused = act(&app, &interview, action, &json!({})).await;
        assert_eq!(refused.code(409), "being_graded", "{action}");
    }
    app.script.gate.send_replace(true);
    assert_eq!(held.reply().await.status, 200);
    let again = act(&app, &interview, "answers", &json!({"answer": "once more"})).await;
    assert_eq!(again.code(409), "interview_finished");
}

#[tokio::test]
async fn many_answers_at_the_same_moment_are_one_answer() {
    let app = Arc::new(start().await);
    let interview = about_gil(&app, "practice", 0).await;
    let mut senders = tokio::task::JoinSet::new();
    for n in 0..8 {
        let (app, interview) = (Arc::clone(&app), interview.clone());
        senders.spawn(async move {
            act(&app, &interview, "answers", &json!({"answer": format!("{PART} Number {n}.")})).await.status
        });
    }
    let statuses = senders.join_all().await;
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| [200, 409].contains(status)), "{statuses:?}");
    let report = super::report(&app, &interview).await;
    assert_eq!(report["questions"][0]["exchanges"].as_array().unwrap().len(), 1);
}

async fn everywhere(app: &TestApp, id: &str) -> Vec<(String, u16, Value)> {
    let mut heard = Vec::new();
    for (method, tail) in [
        ("GET", ""),
        ("GET", "/report"),
        ("POST", "/answers"),
        ("POST", "/hints"),
        ("POST", "/skip"),
        ("POST", "/reveal"),
        ("POST", "/finish"),
    ] {
        let mut call = app.call(method, &format!("/api/v1/interviews/{id}{tail}"));
        if method == "POST" {
            let body = if tail == "/answers" { json!({"answer": "x"}) } else { json!({}) };
            call = call.json(&body.to_string());
        }
        let reply = call.header("x-api-key", "ben's key of his own").send().await;
        heard.push((tail.to_owned(), reply.status, reply.json()["code"].clone()));
    }
    heard
}

#[tokio::test]
async fn anothers_interview_looks_as_if_it_did_not_exist() {
    let keyed = |key: &str| {
        let mut setup = super::setup();
        setup.http.api_key = Some(Secret::new(key));
        setup
    };
    let anna = keyed("anna's key of her own").start().await;
    let ben = Setup { store: Some(Arc::clone(&anna.store)), ..keyed("ben's key of his own") }.start().await;
    let body = json!({"questions": 1, "follow_ups_per_question": 0}).to_string();
    let call = |app: &TestApp, key: &str| {
        app.call("POST", "/api/v1/interviews").header("x-api-key", key).json(&body)
    };
    assert_eq!(call(&anna, "ben's key of his own").send().await.status, 401);
    let begun = call(&anna, "anna's key of her own").send().await.json();
    let id = begun["id"].as_str().unwrap();
    let found = everywhere(&ben, id).await;
    assert_eq!(found, everywhere(&ben, "01890000-0000-7000-8000-ffffffffffff").await);
    assert!(
        found.iter().all(|(_, status, code)| (*status, code) == (404, &json!("no_such_interview"))),
        "{found:?}"
    );
    for odd in ["..", "%2e%2e", "x'--", "%00", &"a".repeat(5000)] {
        let reply = ben.get(&format!("/api/v1/interviews/{odd}")).header("x-api-key", "ben's key of his own");
        assert_eq!(reply.send().await.status, 404, "{odd}");
    }
    let key = ("x-api-key", "ben's key of his own");
    let listed = ben.get("/api/v1/interviews").header(key.0, key.1).send().await.json();
    assert_eq!(listed["interviews"], json!([]));
    let listed = ben.get(&format!("/api/v1/interviews?after={id}")).header(key.0, key.1).send().await.json();
    assert_eq!(listed["interviews"], json!([]));
    let progress = ben.get("/api/v1/progress").header(key.0, key.1).send().await.json();
    assert_eq!(progress["grades"], 0);
}

#[tokio::test]
async fn a_database_that_fails_is_said_and_nothing_is_half_done() {
    let app = start().await;
    let interview = about_gil(&app, "practice", 0).await;
    app.store.is_full.store(true, Ordering::SeqCst);
    assert_eq!(act(&app, &interview, "answers", &json!({"answer": PART})).await.code(507), "storage_full");
    assert_eq!(post(&app, "/api/v1/interviews", &json!({})).await.code(507), "storage_full");
    app.store.is_full.store(false, Ordering::SeqCst);
    app.store.is_down.store(true, Ordering::SeqCst);
    for target in
        [address(&interview).as_str(), "/api/v1/interviews", "/api/v1/reviews/due", "/api/v1/progress"]
    {
        let reply = app.get(target).send().await;
        assert_eq!(reply.code(503), "store_unavailable", "{target}");
        assert!(reply.header("retry-after").is_some());
    }
    let graded = post(&app, "/api/v1/grade", &json!({"question_id": "gil", "answer": PART})).await;
    assert_eq!(graded.status, 200, "a grade that is not kept needs no database");
    app.store.is_down.store(false, Ordering::SeqCst);
    assert_eq!(show(&app, &interview).await, interview);
    assert_eq!(answer(&app, &interview, PART).await["finished"], true);
}

#[tokio::test]
async fn an_encoder_that_fails_costs_no_answer() {
    let app = start().await;
    let interview = about_gil(&app, "practice", 0).await;
    app.script.encoder_broken.store(true, Ordering::SeqCst);
    assert_eq!(act(&app, &interview, "answers", &json!({"answer": PART})).await.code(503), "unavailable");
    app.script.encoder_broken.store(false, Ordering::SeqCst);
    let graded = show(&app, &interview).await;
    assert_eq!(
        (&graded["finished"], graded["grades"][0]["points"][0]["quote"].as_str()),
        (&json!(true), Some(PART))
    );
}

#[tokio::test]
async fn without_an_index_nothing_can_be_begun() {
    let app = TestApp::without_index(viva_core::ports::NotReady::Starting("3 of 9".into())).await;
    for target in ["/api/v1/interviews", "/api/v1/reviews"] {
        assert_eq!(post(&app, target, &json!({})).await.code(503), "starting", "{target}");
    }
    assert_eq!(app.get("/api/v1/interviews").send().await.json()["interviews"], json!([]));
}

/// Bodies made by rule from a seed: broken JSON, wrong types, odd text. None may be more than refused.
#[tokio::test]
async fn odd_bodies_never_break_anything() {
    let app = start().await;
    let interview = begun(&app, &json!({"questions": 5, "follow_ups_per_question": 0})).await;
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    let mut pick = |n: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random as usize % n
    };
    let values = [
        "null",
        "true",
        "0",
        "-1",
        "1e999",
        "18446744073709551616",
        "\"\"",
        "\" \"",
        "\"\\u0000\"",
        "\"\\ud800\"",
        "\"x\"",
        "[]",
        "[[]]",
        "{}",
        "{\"a\":1}",
        "\"\u{202e}\u{1f468}\u{200d}\"",
        "\"<script>\"",
        "nul",
        "",
    ];
    let fields = [
        "answer",
        "question_id",
        "mode",
        "modules",
        "focus",
        "questions",
        "seed",
        "level",
        "role",
        "\u{0}",
        "__proto__",
    ];
    let base = address(&interview);
    let targets = [
        "/api/v1/interviews".to_owned(),
        "/api/v1/grade".to_owned(),
        "/api/v1/reviews".to_owned(),
        format!("{base}/answers"),
        format!("{base}/hints"),
    ];
    for n in 0..300 {
        let members: Vec<String> = (0..pick(4))
            .map(|_| format!("\"{}\":{}", fields[pick(fields.len())], values[pick(values.len())]))
            .collect();
        let mut body = format!("{{{}}}", members.join(","));
        if pick(5) == 0 {
            let cut = (0..=pick(body.len())).rev().find(|at| body.is_char_boundary(*at)).unwrap();
            body.truncate(cut);
        }
        let target = &targets[pick(targets.len())];
        let reply = app.call("POST", target).json(&body).send().await;
        assert!(reply.status < 500, "{n}: {target} {body}: {} {}", reply.status, reply.text());
    }
    assert_eq!(app.get(&base).send().await.status, 200);
}
