//! Interviews through the whole program: a script sits the exam, a killed server loses nothing, reports are printed.

use crate::program;
use serde_json::{Value, json};
use std::io::Write;
use std::process::Stdio;
use viva_tests::{Finished, GuideFolder, Program, Server, entry};

/// What is answered to everything.
const ANSWER: &str =
    "This is the first point of the global interpreter lock and of a mutex for critical sections.";

fn examined(folder: &std::path::Path) -> (Program, GuideFolder) {
    let guide = GuideFolder::small(&folder.join("content"));
    let program = program(folder);
    program.json(&["ingest", "--json"]);
    (program, guide)
}

fn answers(program: &Program, lines: &[&str]) -> String {
    let file = program.folder().join("answers.txt");
    std::fs::write(&file, lines.join("\n")).unwrap();
    file.to_str().unwrap().to_owned()
}

/// Runs with lines on standard input.
fn typed(program: &Program, arguments: &[&str], lines: &str) -> Finished {
    let mut child = program
        .command(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Finished {
        status: output.status.code().unwrap_or(-1),
        out: text(output.stdout),
        err: text(output.stderr),
    }
}

fn asked(report: &Value) -> Vec<&str> {
    let questions = report["questions"].as_array().unwrap();
    questions.iter().map(|question| question["question_id"].as_str().unwrap()).collect()
}

fn is_graded(report: &Value, questions: usize) {
    assert_eq!((&report["finished"], &report["of"]), (&json!(true), &json!(questions)), "{report}");
    for question in report["questions"].as_array().unwrap() {
        let grade = &question["grade"];
        assert!((0.0..=1.0).contains(&grade["score"].as_f64().unwrap()), "{report}");
        assert_eq!(grade["grader"], "lexical-semantic");
        for point in grade["points"].as_array().unwrap() {
            assert_eq!(point["verdict"] == "missing", point["quote"].is_null(), "{point}");
        }
    }
}

#[test]
fn a_script_sits_the_exam() {
    let folder = tempfile::tempdir().unwrap();
    let (program, _) = examined(folder.path());
    let file = answers(&program, &[ANSWER, "", "/skip", "I don't know", "more than is needed"]);
    let flags = ["--questions", "3", "--follow-ups", "0", "--seed", "7", "--answers", &file, "--json"];
    let report = program.json(&[&["interview"], &flags[..]].concat());
    is_graded(&report, 3);
    assert_eq!(report["seed"], 7);
    assert_eq!(report["questions"][1]["closing"], "skipped");
    assert_eq!(report["questions"][2]["grade"]["score"], 0.0, "who knows nothing earns nothing");

    let id = report["id"].as_str().unwrap();
    assert_eq!(program.json(&["interview", "report", id, "--json"]), report);
    let listed = program.json(&["interview", "list", "--json"]);
    assert_eq!(
        (&listed["interviews"][0]["id"], &listed["interviews"][0]["finished"]),
        (&json!(id), &json!(true))
    );
    let markdown = program.run(&["interview", "report", id, "--markdown"]);
    assert!(markdown.status == 0 && markdown.out.starts_with("# Interview report"), "{markdown:?}");
    assert!(markdown.out.contains("(/questions/"), "{markdown:?}");
    assert_eq!(program.json(&["progress", "--json"])["questions"], 3);
    assert!(program.run(&["progress"]).out.contains("concurrency"));
    assert_eq!(program.json(&["review", "--json"])["due"], json!([]), "nothing is due on the same day");

    // Another data folder, the same seed: the same questions in the same order.
    let again = tempfile::tempdir().unwrap();
    let (other, _) = examined(again.path());
    assert_eq!(asked(&other.json(&[&["interview"], &flags[..]].concat())), asked(&report));
}

#[test]
fn an_interview_goes_through_a_pipe() {
    let folder = tempfile::tempdir().unwrap();
    let (program, _) = examined(folder.path());
    let arguments = ["interview", "--questions", "2", "--follow-ups", "0", "--seed", "1"];
    let said = typed(&program, &arguments, &format!("/hint\n\n{ANSWER}\n/reveal\n"));
    assert_eq!(said.status, 0, "{said:?}");
    assert!(
        said.err.contains("Question 1 of 2 \u{b7} practice") && said.err.contains("Hint 1: "),
        "{said:?}"
    );
    assert!(said.out.contains("\u{25cb} missed") && said.out.contains("Score "), "{said:?}");
    assert!(said.out.contains("This is about ") && said.out.contains("1 hint"), "{said:?}");

    // Live: silent until the report; what was left open can be gone on with.
    let live = ["interview", "--mode", "live", "--questions", "2", "--follow-ups", "0", "--json"];
    let left = typed(&program, &live, &format!("{ANSWER}\n"));
    assert!(left.status == 1 && left.out.is_empty() && left.err.contains("interview resume"), "{left:?}");
    let resumed = typed(&program, &["interview", "resume", "--json"], &format!("{ANSWER}\n"));
    is_graded(&serde_json::from_str(&resumed.out).unwrap(), 2);
    let none = program.run(&["interview", "resume"]);
    assert!(none.status == 1 && none.err.contains("no interview to go on with"), "{none:?}");

    for (arguments, status, said) in [
        (["interview", "--role", "astronaut"], 2, "python-developer (3)"),
        (["interview", "--level", "junior"], 2, "mid (3)"),
        (["interview", "--questions", "51"], 2, "1..=50"),
        (["interview", "report", "no-such"], 1, "no-such"),
    ] {
        let refused = program.run(&arguments);
        assert!(refused.status == status && refused.err.contains(said), "{refused:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_loses_no_answer() {
    let folder = tempfile::tempdir().unwrap();
    let (program, guide) = examined(folder.path());
    let server = Server::start(&program, &[]);
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let post = async |server: &Server, path: String, body: Value| {
        let response = client.post(server.url(&path)).json(&body).send().await.unwrap();
        (response.status().as_u16(), response.json::<Value>().await.unwrap())
    };
    let body = json!({"questions": 3, "follow_ups_per_question": 0, "seed": 5});
    let (status, begun) = post(&server, "/api/v1/interviews".into(), body).await;
    assert_eq!((status, &begun["prompt"]["number"]), (201, &json!(1)), "{begun}");
    let id = begun["id"].as_str().unwrap().to_owned();
    let answer = json!({ "answer": ANSWER });
    let (status, first) = post(&server, format!("/api/v1/interviews/{id}/answers"), answer.clone()).await;
    assert_eq!((status, &first["prompt"]["number"]), (200, &json!(2)), "{first}");
    // Dropping it kills it.
    drop(server);

    // The guide changes meanwhile; the interview goes on with the revision it began with.
    guide.write("09-concurrency/locks.md", &entry("Locks, anew", "a semaphore for many", "deadlocks"));
    program.json(&["ingest", "--json"]);
    let server = Server::start(&program, &[]);
    let (_, shown) = server.get(&format!("/api/v1/interviews/{id}")).await;
    assert_eq!(shown["prompt"], first["prompt"], "{shown}");
    let (_, second) = post(&server, format!("/api/v1/interviews/{id}/answers"), answer).await;
    assert_eq!(second["prompt"]["number"], 3, "{second}");

    // The command line goes on through the server, which is then killed too.
    let file = answers(&program, &["/hint"]);
    let left = program.run(&["interview", "resume", &id, "--answers", &file, "--json"]);
    assert_eq!(left.status, 0, "{left:?}");
    assert!(left.err.contains("asking the server at"), "{left:?}");
    assert_eq!(serde_json::from_str::<Value>(&left.out).unwrap()["finished"], false);
    drop(server);
    let file = answers(&program, &[ANSWER]);
    let report = program.json(&["interview", "resume", "--answers", &file, "--json"]);
    is_graded(&report, 3);
    assert_eq!((&report["id"], &report["questions"][2]["grade"]["hints"]), (&json!(id), &json!(1)));

    let server = Server::start(&program, &[]);
    let through = program.run(&["interview", "report", &id, "--markdown"]);
    let response = client.get(server.url(&format!("/api/v1/interviews/{id}/report")));
    let direct = response.header("accept", "text/markdown").send().await.unwrap().text().await.unwrap();
    assert_eq!(through.out, direct);
    assert!(direct.contains("Seed 5"), "{direct}");
    let (_, graded) =
        post(&server, "/api/v1/grade".into(), json!({"question_id": "gil", "answer": ANSWER})).await;
    assert!(graded["points"].as_array().unwrap().len() >= 3, "{graded}");
    assert_eq!(server.end(), 0);
}
