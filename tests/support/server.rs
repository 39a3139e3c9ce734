//! `viva serve` as a child process on a free port.

use crate::program::Program;
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// A running server; killed when dropped.
pub struct Server {
    child: Child,
    url: String,
    log: Arc<Mutex<String>>,
}

/// Far beyond any start: only a hang takes so long.
const PATIENCE: Duration = Duration::from_mins(5);

impl Server {
    /// Starts it and waits until it says where it can be opened.
    pub fn start(program: &Program, arguments: &[&str]) -> Self {
        let mut all = vec!["serve", "--bind", "127.0.0.1:0"];
        all.extend(arguments);
        let mut child = program
            .command(&all)
            .stderr(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .expect("it can be started");
        let log = Arc::new(Mutex::new(String::new()));
        let lines = BufReader::new(child.stderr.take().expect("stderr is piped")).lines();
        let heard = Arc::clone(&log);
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let mut log = heard.lock().unwrap();
                log.push_str(&line);
                log.push('\n');
            }
        });
        let mut server = Self { child, url: String::new(), log };
        let started = Instant::now();
        while server.url.is_empty() {
            let ended = server.child.try_wait().unwrap();
            let log = server.log();
            assert!(ended.is_none() && started.elapsed() < PATIENCE, "the server did not start:\n{log}");
            let opened = log.lines().find_map(|line| line.trim().strip_prefix("open")).map(str::trim);
            server.url = opened.map(|url| url.trim_end_matches('/').to_owned()).unwrap_or_default();
            std::thread::sleep(Duration::from_millis(20));
        }
        server
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    pub fn address(&self) -> &str {
        self.url.trim_start_matches("http://")
    }

    /// What it has said on standard error.
    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits until the log holds `text`.
    pub fn hears(&self, text: &str) {
        let started = Instant::now();
        while !self.log().contains(text) {
            assert!(started.elapsed() < PATIENCE, "`{text}` was not said:\n{}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub async fn get(&self, path: &str) -> (u16, Value) {
        let response = client().get(self.url(path)).send().await.expect("the server answers");
        let status = response.status().as_u16();
        (status, response.json().await.unwrap_or(Value::Null))
    }

    pub async fn ask(&self, body: Value) -> (u16, Value) {
        let response =
            client().post(self.url("/api/v1/ask")).json(&body).send().await.expect("the server answers");
        let status = response.status().as_u16();
        (status, response.json().await.unwrap_or(Value::Null))
    }

    /// Asks it to end and gives its exit status.
    #[cfg(unix)]
    pub fn end(mut self) -> i32 {
        let pid = self.child.id().to_string();
        std::process::Command::new("kill").args(["-TERM", &pid]).status().expect("kill can be run");
        self.child.wait().unwrap().code().unwrap_or(-1)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().expect("a plain client can be made")
}
