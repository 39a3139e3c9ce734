//! With software that a plain machine lacks; `.ci/run` installs it and runs these.
#![expect(clippy::expect_used, reason = "this is test code: what is missing is named")]

use crate::program;
use futures::StreamExt;
use serde_json::{Value, json};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use viva_model_server::{Answer, ModelServer};
use viva_tests::{GuideFolder, Program, Server};

/// Fails what hangs; nothing is measured by it.
const PATIENCE: Duration = Duration::from_mins(1);

fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

fn with_model(program: Program, models: &ModelServer) -> Program {
    program
        .with("VIVA_MODEL__PROVIDER", "openai")
        .with("VIVA_MODEL__NAME", "scripted")
        .with("VIVA_MODEL__BASE_URL", models.base_url())
}

/// A proxy in front of a server; ended when dropped.
struct Nginx {
    child: Child,
    url: String,
}

impl Nginx {
    /// With nginx's own defaults (it buffers), but for how long it waits for the next byte.
    fn before(server: &Server, folder: &Path, read_timeout: &str) -> Self {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let settings = format!(
            "daemon off; pid {folder}/nginx.pid; error_log stderr;\n\
             events {{}}\n\
             http {{ access_log off;\n\
             client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;\n\
             fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;\n\
             server {{ listen 127.0.0.1:{port};\n\
             location / {{ proxy_pass http://{}; proxy_read_timeout {read_timeout}; }} }} }}\n",
            server.address(),
            folder = folder.display(),
        );
        let file = folder.join("nginx.conf");
        std::fs::write(&file, settings).unwrap();
        let child = Command::new("nginx")
            .args(["-e", "stderr", "-p"])
            .arg(folder)
            .arg("-c")
            .arg(&file)
            .stdin(Stdio::null())
            .spawn()
            .expect("nginx is installed");
        Self { child, url: format!("http://127.0.0.1:{port}") }
    }

    async fn is_up(&self) {
        let up = async {
            while client().get(format!("{}/livez", self.url)).send().await.is_err() {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(PATIENCE, up).await.expect("nginx answers");
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // Asked to, so that it takes its workers along.
        let _ = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        let _ = self.child.wait();
    }
}

/// What a stream has said up to `text`, or to its end.
async fn read_until(
    bytes: &mut (impl futures::Stream<Item = reqwest::Result<impl AsRef<[u8]>>> + Unpin),
    text: &str,
) -> String {
    let mut said = String::new();
    let reading = async {
        while !said.contains(text) {
            let Some(piece) = bytes.next().await else { return };
            said.push_str(&String::from_utf8_lossy(piece.expect("the stream is not cut").as_ref()));
        }
    };
    tokio::time::timeout(PATIENCE, reading).await.expect("the stream says it");
    said
}

/// Row 12 of the table of faults: a proxy that buffers and that cuts what is silent.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nginx: .ci/run installs it"]
async fn installed_nginx_neither_keeps_an_answer_back_nor_cuts_a_silent_one() {
    let folder = tempfile::tempdir().unwrap();
    GuideFolder::small(&folder.path().join("content"));
    // 20 s to the first word, while the proxy waits for 18 s at most: without a heartbeat it would end the answer.
    let silent = Duration::from_secs(20);
    let models =
        ModelServer::start(move |_| Answer::text("The lock guards [1].").after(silent)).await.unwrap();
    let server = Server::start(&with_model(program(folder.path()), &models), &[]);
    let proxy = Nginx::before(&server, folder.path(), "18s");
    proxy.is_up().await;
    let response = client()
        .post(format!("{}/api/v1/ask", proxy.url))
        .header("accept", "text/event-stream")
        .json(&json!({ "question": "explain the global interpreter lock" }))
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
    let mut bytes = response.bytes_stream();
    let before = read_until(&mut bytes, "event: sources").await;
    assert!(
        !before.contains("event: delta"),
        "what was found passes the proxy before the first word: {before}"
    );
    let after = read_until(&mut bytes, "event: done").await;
    assert!(after.contains("event: done") && after.contains("lock"), "{after}");
    assert!(after.contains("\n:") || after.starts_with(':'), "a heartbeat kept it open: {after}");
}

/// Row 16: the machine's clock is wrong, and is put right and wrong again while the program runs.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs faketime: .ci/run installs it"]
async fn installed_faketime_moves_the_clock_and_nothing_is_lost_or_reordered() {
    let library = glob_library();
    let folder = tempfile::tempdir().unwrap();
    GuideFolder::small(&folder.path().join("content"));
    program(folder.path()).run(&["ingest"]);
    let offset = folder.path().join("offset");
    std::fs::write(&offset, "+0").unwrap();
    let models = ModelServer::start(|_| Answer::text("The lock guards [1].")).await.unwrap();
    let program = with_model(program(folder.path()), &models)
        .with("LD_PRELOAD", library)
        .with("FAKETIME_TIMESTAMP_FILE", offset.display())
        .with("FAKETIME_NO_CACHE", 1)
        .with("FAKETIME_DONT_FAKE_MONOTONIC", 1);
    let server = Server::start(&program, &[]);
    let post = async |path: &str, body: Value| {
        let response = client().post(server.url(path)).json(&body).send().await.unwrap();
        (response.status().as_u16(), response.json::<Value>().await.unwrap())
    };
    let (_, created) = post("/api/v1/conversations", json!({})).await;
    let id = created["id"].as_str().unwrap().to_owned();
    let mut asked = Vec::new();
    for step in ["+0", "-1h", "+1h", "-2h", "+0"] {
        std::fs::write(&offset, step).unwrap();
        let (status, turn) = post(
            &format!("/api/v1/conversations/{id}/turns"),
            json!({ "question": format!("explain the GIL at {step}") }),
        )
        .await;
        assert_eq!(status, 200, "{step}: {turn}");
        assert!(no_negative(&turn), "{step}: {turn}");
        asked.push(turn["id"].clone());
        let (status, started) =
            post("/api/v1/interviews", json!({ "questions": 1, "mode": "practice" })).await;
        assert_eq!(status, 201, "{step}: {started}");
        let interview = started["id"].as_str().unwrap();
        let (status, graded) = post(
            &format!("/api/v1/interviews/{interview}/answers"),
            json!({ "answer": "It lets one thread at a time run bytecode." }),
        )
        .await;
        assert!(status == 200 && no_negative(&graded), "{step}: {status} {graded}");
    }
    let (_, kept) = server.get(&format!("/api/v1/conversations/{id}")).await;
    let order: Vec<Value> = kept["turns"].as_array().unwrap().iter().map(|turn| turn["id"].clone()).collect();
    assert_eq!(order, asked, "in the order in which they were asked");
    for path in ["/api/v1/conversations", "/api/v1/reviews/due", "/api/v1/progress", "/review", "/metrics"] {
        let status = client().get(server.url(path)).send().await.unwrap().status();
        assert!(status.is_success(), "{path}: {status}");
    }
    assert_eq!(server.end(), 0);
}

/// No number below zero anywhere: a duration from a clock that went back would be one.
fn no_negative(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.as_f64().is_none_or(|number| number >= 0.0),
        Value::Array(values) => values.iter().all(no_negative),
        Value::Object(fields) => {
            fields.iter().filter(|(name, _)| *name != "score").all(|(_, value)| no_negative(value))
        }
        _ => true,
    }
}

/// Debian puts it below a folder that is named after the platform.
fn glob_library() -> String {
    let found = std::fs::read_dir("/usr/lib")
        .unwrap()
        .filter_map(Result::ok)
        .map(|entry| entry.path().join("faketime/libfaketimeMT.so.1"))
        .find(|path| path.exists());
    found.expect("faketime is installed").display().to_string()
}

/// A database of its own on the server of the tests; dropped with it.
struct Database {
    server: String,
    name: String,
}

impl Database {
    #[expect(clippy::disallowed_methods, reason = "the server is the test's own argument")]
    fn new() -> Self {
        let server = std::env::var("VIVA_TEST_POSTGRES_URL").expect("VIVA_TEST_POSTGRES_URL names a server");
        let database = Self { server, name: format!("viva_replicas_{}", std::process::id()) };
        database.run(&format!("CREATE DATABASE {}", database.name));
        database
    }

    fn run(&self, statement: &str) {
        let ran = Command::new("psql").args([&self.server, "-q", "-c", statement]).status();
        assert!(ran.expect("psql is installed").success(), "{statement}");
    }

    fn url(&self) -> String {
        let (server, _) = self.server.rsplit_once('/').unwrap();
        format!("{server}/{}", self.name)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        self.run(&format!("DROP DATABASE {} WITH (FORCE)", self.name));
    }
}

/// Two servers, each with its own index, on one PostgreSQL: what one keeps the other shows, and nobody's secret is said.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs VIVA_TEST_POSTGRES_URL"]
async fn installed_postgresql_is_shared_by_two_servers() {
    let database = Database::new();
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let servers = folders.each_ref().map(|folder| {
        GuideFolder::small(&folder.path().join("content"));
        Server::start(&program(folder.path()).with("VIVA_STORE__URL", database.url()), &[])
    });
    let [one, other] = &servers;
    let post = async |server: &Server, path: &str, body: Value| {
        let response = client().post(server.url(path)).json(&body).send().await.unwrap();
        (response.status().as_u16(), response.json::<Value>().await.unwrap())
    };
    let (_, created) = post(one, "/api/v1/conversations", json!({})).await;
    let id = created["id"].as_str().unwrap().to_owned();
    let turns = format!("/api/v1/conversations/{id}/turns");
    let (status, first) =
        post(one, &turns, json!({ "question": "explain the global interpreter lock" })).await;
    assert_eq!(status, 200, "{first}");
    let (status, second) = post(other, &turns, json!({ "question": "go deeper" })).await;
    assert_eq!(status, 200, "{second}");
    assert_eq!(
        second["citations"][0]["question_id"], "gil",
        "the other server knows what was said: {second}"
    );
    let (_, kept) = one.get(&format!("/api/v1/conversations/{id}")).await;
    let ids: Vec<&Value> = kept["turns"].as_array().unwrap().iter().map(|turn| &turn["id"]).collect();
    assert_eq!(ids, [&first["id"], &second["id"]], "{kept}");

    let (status, started) =
        post(one, "/api/v1/interviews", json!({ "questions": 1, "mode": "practice" })).await;
    assert_eq!(status, 201, "{started}");
    let interview = started["id"].as_str().unwrap();
    let (status, graded) = post(
        other,
        &format!("/api/v1/interviews/{interview}/answers"),
        json!({ "answer": "It lets one thread at a time run bytecode." }),
    )
    .await;
    assert_eq!(status, 200, "{graded}");

    let gone = client().delete(other.url(&format!("/api/v1/conversations/{id}"))).send().await.unwrap();
    assert!(gone.status().is_success());
    assert_eq!(one.get(&format!("/api/v1/conversations/{id}")).await.0, 404);
    for server in servers {
        assert!(!server.log().contains("viva-test"), "the password is not logged: {}", server.log());
        assert_eq!(server.end(), 0);
    }
}
