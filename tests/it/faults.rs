//! Faults and mistakes of operators: each is said in words, and nothing is answered wrongly.

use crate::program;
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};
use viva_model_server::{Answer, ModelServer};
use viva_tests::{GuideFolder, Server};

fn small(folder: &Path) -> viva_tests::Program {
    GuideFolder::small(&folder.join("content"));
    program(folder)
}

#[tokio::test(flavor = "multi_thread")]
async fn one_data_folder_has_one_server_and_it_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let program = small(folder.path());
    let server = Server::start(&program, &[]);
    let second = program.run(&["serve", "--bind", "127.0.0.1:0"]);
    assert_eq!(second.status, 1);
    assert!(
        second.err.contains(&server.pid().to_string()) && second.err.contains(server.address()),
        "{}",
        second.err
    );
    let measured = program.run(&["eval", "retrieval", "--set", "none.jsonl"]);
    assert!(measured.status == 1 && measured.err.contains("server"), "{}", measured.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_in_use_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let program = small(folder.path());
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let refused = program.run(&["serve", "--bind", &address]);
    assert_eq!(refused.status, 1);
    assert!(refused.err.contains(&address), "{}", refused.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_requests_name_the_field_and_change_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&small(folder.path()), &[]);
    let too_long = "x".repeat(32_001);
    for (body, status, word) in [
        (json!({ "question": "" }), 422, "question"),
        (json!({ "question": "   " }), 422, "question"),
        (json!({ "question": too_long }), 422, "question"),
        (json!({ "question": 7 }), 422, "question"),
        (json!({}), 422, "question"),
        (json!({ "question": "x", "depth": "bottomless" }), 422, "depth"),
        (json!({ "question": "x", "module": "cooking" }), 422, "module"),
        (json!({ "question": "x", "colour": "red" }), 422, "colour"),
        (json!({ "question": "x".repeat(300_000) }), 413, ""),
    ] {
        let (got, problem) = server.ask(body).await;
        assert_eq!(got, status, "{problem}");
        assert!(problem["errors"].to_string().contains(word) || word.is_empty(), "{problem}");
        assert!(problem["code"].is_string() && problem["request_id"].is_string(), "{problem}");
    }
    for path in [
        "/api/v1/search",
        "/api/v1/search?q=x&k=51",
        "/api/v1/search?q=x&colour=red",
        "/api/v1/search?q=x&level=god",
    ] {
        assert_eq!(server.get(path).await.0, 422, "{path}");
    }
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let foreign =
        client.get(server.url("/api/v1/modules")).header("host", "evil.example").send().await.unwrap();
    assert!(foreign.status().is_client_error(), "{}", foreign.status());
    let bytes = vec![b'{', 0xff, b'}'];
    let request =
        client.post(server.url("/api/v1/ask")).header("content-type", "application/json").body(bytes);
    assert_eq!(request.send().await.unwrap().status(), 400);
    assert_eq!(server.ask(json!({ "question": "explain the global interpreter lock" })).await.0, 200);
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_index_is_noticed_and_built_again() {
    let folder = tempfile::tempdir().unwrap();
    let program = small(folder.path());
    let report = program.json(&["ingest", "--json"]);
    let largest = files(&program.data().join("index"))
        .into_iter()
        .max_by_key(|path| fs::metadata(path).unwrap().len())
        .unwrap();
    let mut bytes = fs::read(&largest).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x40;
    fs::write(&largest, bytes).unwrap();
    let refused = program.run(&["search", "explain the global interpreter lock"]);
    assert_eq!(refused.status, 1, "{refused:?}");
    assert!(refused.err.contains("viva ingest"), "{}", refused.err);
    let server = Server::start(&program, &[]);
    let (_, found) = server.get("/api/v1/search?q=explain+the+global+interpreter+lock&k=1").await;
    assert_eq!(
        (found["hits"][0]["question_id"].as_str(), &found["revision"]),
        (Some("gil"), &report["revision"])
    );
}

#[test]
fn a_damaged_model_is_never_used() {
    let folder = tempfile::tempdir().unwrap();
    let program = small(folder.path());
    program.json(&["ingest", "--json"]);
    let doctor = program.run(&["doctor", "--json", "--bind"]);
    assert_eq!(doctor.status, 2, "doctor takes no address");
    // A copy of the cache with one byte of the weights changed.
    let kept = program.json(&["setup", "--json"]);
    let paths: Vec<PathBuf> =
        kept["kept"].as_array().unwrap().iter().map(|p| PathBuf::from(p.as_str().unwrap())).collect();
    let weights = paths.iter().find(|path| path.ends_with("model.safetensors")).unwrap();
    let cache = weights.ancestors().nth(3).unwrap();
    let copy = folder.path().join("cache");
    for path in &paths {
        let to = copy.join(path.strip_prefix(cache).unwrap());
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(path, to).unwrap();
    }
    let damaged = copy.join(weights.strip_prefix(cache).unwrap());
    let mut bytes = fs::read(&damaged).unwrap();
    let place = bytes.len() - 1000;
    bytes[place] ^= 1;
    fs::write(&damaged, bytes).unwrap();
    let refused = program
        .with("VIVA_EMBED__CACHE_DIR", copy.display())
        .run(&["ask", "explain the global interpreter lock"]);
    assert_eq!(refused.status, 1, "{refused:?}");
    assert!(
        refused.err.contains("model.safetensors") && refused.err.contains("viva setup"),
        "{}",
        refused.err
    );
    assert!(
        refused.err.contains("53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"),
        "{}",
        refused.err
    );
}

#[test]
fn a_data_folder_that_cannot_be_used_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let program = small(folder.path());
    fs::write(folder.path().join("data"), "a file in the way").unwrap();
    let refused = program.run(&["ingest"]);
    assert_eq!(refused.status, 1, "{refused:?}");
    assert!(refused.err.contains("data"), "{}", refused.err);
}

#[test]
fn an_absent_qdrant_server_is_named_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let program = small(folder.path()).with("VIVA_RETRIEVAL__QDRANT_URL", "http://127.0.0.1:9");
    for arguments in [&["search", "x"][..], &["ingest"], &["serve", "--bind", "127.0.0.1:0"]] {
        let refused = program.run(arguments);
        assert_eq!(refused.status, 1, "{refused:?}");
        assert!(refused.err.contains("127.0.0.1:9"), "{}", refused.err);
    }
}

#[test]
fn settings_say_what_is_wrong_and_where() {
    let folder = tempfile::tempdir().unwrap();
    let program = small(folder.path());
    let wrong = program.clone().with("VIVA_HTTP__MAX_CONCURRENT", "many").run(&["serve"]);
    assert_eq!(wrong.status, 2);
    assert!(wrong.err.contains("VIVA_HTTP__MAX_CONCURRENT") && wrong.err.contains("many"), "{}", wrong.err);
    let shown = program.clone().with("VIVA_HTTP__API_KEY", "hunter2").run(&["serve", "--print-config"]);
    assert!(
        shown.status == 0 && shown.out.contains("[redacted]") && !shown.out.contains("hunter2"),
        "{}",
        shown.out
    );
    let open = program.run(&["serve", "--bind", "0.0.0.0:0"]);
    assert!(open.status == 2 && open.err.contains("loopback"), "{}", open.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_asks_the_model_and_looks_into_the_database() {
    let folder = tempfile::tempdir().unwrap();
    let models = ModelServer::start(|request| match request.header("authorization") {
        Some("Bearer right") => Answer::text("ready"),
        _ => Answer::openai_error(401, "invalid_api_key", "the key is not one of ours"),
    })
    .await
    .unwrap();
    let program = small(folder.path());
    program.json(&["ingest", "--json"]);
    let with_key = |key: &str| {
        let program = program
            .clone()
            .with("VIVA_MODEL__PROVIDER", "openai")
            .with("VIVA_MODEL__NAME", "scripted")
            .with("VIVA_MODEL__BASE_URL", models.base_url())
            .with("VIVA_MODEL__API_KEY", key);
        let found = program.run(&["doctor", "--json"]);
        assert!(!found.out.contains(key), "{}", found.out);
        serde_json::from_str::<serde_json::Value>(&found.out).unwrap()
    };
    let of = |found: &serde_json::Value, group: &str, word: &str| {
        let findings = found["findings"].as_array().unwrap().clone();
        findings
            .into_iter()
            .find(|one| one["group"] == group && one["what"].as_str().unwrap().contains(word))
            .unwrap_or_else(|| panic!("{group} {word}: {found}"))
    };
    let good = with_key("right");
    assert_eq!(of(&good, "model", "scripted")["state"], "good", "{good}");
    assert_eq!(of(&good, "store", "will be made")["state"], "good");
    assert!(!folder.path().join("data/viva.db").exists(), "it changes nothing");
    let bad = with_key("a-wrong-one");
    assert_eq!((&bad["healthy"], &of(&bad, "model", "scripted")["state"]), (&true.into(), &"warning".into()));

    assert_eq!(Server::start(&program, &[]).end(), 0);
    let file = folder.path().join("data/viva.db");
    let found = with_key("right");
    assert_eq!(of(&found, "store", "intact")["state"], "good");
    let mut bytes = fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes.truncate(middle);
    fs::write(&file, &bytes).unwrap();
    let found = with_key("right");
    assert_eq!((&found["healthy"], &of(&found, "store", "viva.db")["state"]), (&false.into(), &"bad".into()));
    assert_eq!(fs::read(&file).unwrap(), bytes, "it changes nothing");
}
