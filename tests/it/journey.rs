//! What a newcomer does: start, ask, look, ask from the command line, end.

use crate::program;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use viva_tests::{GuideFolder, Server};

/// An answer without what differs from turn to turn.
fn comparable(mut answer: Value) -> Value {
    if let Some(fields) = answer.as_object_mut() {
        fields.remove("id");
        fields.remove("timings_ms");
    }
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn from_the_guide_to_a_cited_answer() {
    let folder = tempfile::tempdir().unwrap();
    let guide = GuideFolder::small(&folder.path().join("content"));
    let program = program(folder.path());
    let server = Server::start(&program, &[]);
    assert!(server.log().contains("4 questions in 2 modules"), "{}", server.log());

    let (status, answer) =
        server.ask(json!({ "question": "explain the global interpreter lock", "depth": "standard" })).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!((answer["covered"].as_bool(), answer["mode"].as_str()), (Some(true), Some("extractive")));
    let source = guide.read("09-concurrency/gil.md");
    let citations = answer["citations"].as_array().unwrap();
    assert_eq!(citations.len(), 3);
    for citation in citations {
        assert_eq!(citation["question_id"], "gil");
        assert!(source.contains(citation["quote"].as_str().unwrap()), "{citation}");
        assert!(answer["answer"].as_str().unwrap().contains(&format!("[{}]", citation["n"])));
    }
    assert!(
        answer["answer"].as_str().unwrap().contains("```python\nprint(\"the global interpreter lock\")\n```")
    );
    assert_eq!(answer["follow_ups"].as_array().unwrap().len(), 3);

    let (_, found) = server.get("/api/v1/search?q=two+threads+that+wait+for+each+other&k=2").await;
    assert_eq!(found["hits"][0]["question_id"], "deadlocks", "{found}");
    let (_, found) = server.get("/api/v1/search?q=kafka+consumer+lag&k=1").await;
    assert_eq!(found["hits"][0]["section"], "text", "{found}");
    let (_, listed) = server.get("/api/v1/questions?module=concurrency").await;
    assert!(listed.to_string().contains("deadlocks"), "{listed}");
    assert_eq!(server.get("/api/v1/questions/gil").await.0, 200);
    assert_eq!(server.get("/api/v1/questions/none").await.0, 404);
    for path in ["/livez", "/readyz", "/healthz"] {
        assert_eq!(server.get(path).await.0, 200, "{path}");
    }

    // The command line asks the server that holds the index, and gives the same answer.
    let told = program.run(&["ask", "--json", "explain the global interpreter lock"]);
    assert!(told.err.contains(server.address()), "{told:?}");
    assert_eq!(comparable(serde_json::from_str(&told.out).unwrap()), comparable(answer.clone()));
    assert_eq!(server.end(), 0);

    // Without a server it asks the index itself, and still gives the same answer.
    let told = program.json(&["ask", "--json", "explain the global interpreter lock"]);
    assert_eq!(comparable(told), comparable(answer));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_streamed_answer_adds_up_to_the_whole_one() {
    let folder = tempfile::tempdir().unwrap();
    GuideFolder::small(&folder.path().join("content"));
    let server = Server::start(&program(folder.path()), &[]);
    let body = json!({ "question": "explain the global interpreter lock", "depth": "deep" });
    let request = reqwest::Client::builder().no_proxy().build().unwrap().post(server.url("/api/v1/ask"));
    let response = request.header("accept", "text/event-stream").json(&body).send().await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let text = response.text().await.unwrap();
    let events: Vec<(String, Value)> = text
        .split("\n\n")
        .filter_map(|block| {
            let fields: BTreeMap<&str, &str> =
                block.lines().filter_map(|line| line.split_once(": ")).collect();
            Some(((*fields.get("event")?).to_owned(), serde_json::from_str(fields.get("data")?).ok()?))
        })
        .collect();
    let names: Vec<&str> = events.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!((names[0], names[1], names[2]), ("meta", "query", "sources"), "{names:?}");
    assert_eq!(names.iter().filter(|name| ["done", "error"].contains(name)).count(), 1);
    assert_eq!(names.last(), Some(&"done"));
    let numbers: Vec<u64> = events.iter().map(|(_, data)| data["seq"].as_u64().unwrap()).collect();
    assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]), "{numbers:?}");
    let deltas: String = events
        .iter()
        .filter(|(name, _)| name == "delta")
        .map(|(_, data)| data["text"].as_str().unwrap())
        .collect();
    let (_, done) = events.last().unwrap();
    assert_eq!(deltas, done["answer"].as_str().unwrap());
    let (_, whole) = server.ask(body).await;
    assert_eq!(whole["answer"], done["answer"]);
    assert_eq!(whole["citations"], done["citations"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn changed_content_is_taken_in_while_the_server_answers() {
    let folder = tempfile::tempdir().unwrap();
    let guide = GuideFolder::small(&folder.path().join("content"));
    let program = program(folder.path());
    let server = Server::start(&program, &[]);
    let (_, before) = server.get("/api/v1/search?q=zebra+stripes&k=1").await;
    guide.write(
        "notes/zebra.md",
        "# Zebra stripes\n\nZebra stripes confuse flies, as field studies of zebra stripes found.\n",
    );
    // Another process builds beside the server; the server notices the switch.
    let report = program.json(&["ingest", "--json"]);
    assert_eq!(report["outcome"], "written");
    let mut after = before.clone();
    for _ in 0..200 {
        (_, after) = server.get("/api/v1/search?q=zebra+stripes&k=1").await;
        if after["revision"] == report["revision"] {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(after["revision"], report["revision"]);
    assert_ne!(before["revision"], after["revision"]);
    assert_eq!(after["hits"][0]["question_id"], "notes-zebra", "{after}");
}

#[test]
fn the_examples_of_the_help_are_accepted() {
    let folder = tempfile::tempdir().unwrap();
    let program = program(folder.path());
    for command in ["ask", "search", "check", "ingest", "serve", "setup", "doctor", "eval"] {
        let help = program.run(&[command, "--help"]);
        assert_eq!(help.status, 0, "{help:?}");
        assert!(help.out.contains("Example"), "{}", help.out);
    }
    let mistyped = program.run(&["sreve"]);
    assert_eq!(mistyped.status, 2);
    assert!(mistyped.err.contains("serve"), "{}", mistyped.err);
    assert_eq!(program.run(&["ask"]).status, 2);
    assert_eq!(program.run(&["ask", "--depth", "bottomless", "x"]).status, 2);
    assert_eq!(program.run(&["search", "--k", "51", "x"]).status, 2);
}
