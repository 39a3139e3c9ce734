//! Interviews of a server that holds the index, over its API.

use super::{Action, Examine, body};
use crate::args::StartArgs;
use crate::failure::{Failure, Outcome};
use crate::remote::Remote;
use async_trait::async_trait;
use serde_json::{Value, json};
use viva_settings::Settings;

const INTERVIEWS: &str = "/api/v1/interviews";

/// The server.
pub(super) struct Server {
    remote: Remote,
}

impl Server {
    pub(super) fn new(remote: Remote, settings: &Settings) -> Self {
        remote.announce();
        Self { remote: remote.with_key(settings) }
    }

    /// The address of an interview, or of something below it.
    fn address(id: &str, below: &str) -> Outcome<String> {
        // What cannot be an id must not become another address.
        if id.is_empty() || id.contains(|c: char| !c.is_ascii_alphanumeric() && c != '-') {
            return Err(Failure::new(format!("there is no interview `{id}`")));
        }
        Ok(format!("{INTERVIEWS}/{id}{below}"))
    }

    async fn get(&self, path: &str) -> Outcome<Value> {
        self.remote.send(path, &[], None).await
    }
}

#[async_trait]
impl Examine for Server {
    async fn start(&mut self, request: &StartArgs) -> Outcome<Value> {
        self.remote.send(INTERVIEWS, &[], Some(body(request))).await
    }

    async fn review(&mut self, request: &StartArgs) -> Outcome<Value> {
        self.remote.send("/api/v1/reviews", &[], Some(body(request))).await
    }

    async fn show(&mut self, id: &str) -> Outcome<Value> {
        self.get(&Self::address(id, "")?).await
    }

    async fn act(&mut self, id: &str, action: Action) -> Outcome<Value> {
        let (name, body) = match action {
            Action::Answer(text) => ("/answers", json!({ "answer": text })),
            Action::Hint => ("/hints", json!({})),
            Action::Skip => ("/skip", json!({})),
            Action::Reveal => ("/reveal", json!({})),
            Action::Finish => ("/finish", json!({})),
        };
        self.remote.send(&Self::address(id, name)?, &[], Some(body)).await
    }

    async fn report(&mut self, id: &str) -> Outcome<Value> {
        self.get(&Self::address(id, "/report")?).await
    }

    async fn markdown(&mut self, id: &str) -> Outcome<String> {
        self.remote.text(&Self::address(id, "/report")?, "text/markdown").await
    }

    async fn list(&mut self) -> Outcome<Vec<Value>> {
        let listed = self.get(INTERVIEWS).await?;
        Ok(listed["interviews"].as_array().cloned().unwrap_or_default())
    }

    async fn due(&mut self) -> Outcome<Value> {
        self.get("/api/v1/reviews/due").await
    }

    async fn progress(&mut self) -> Outcome<Value> {
        self.get("/api/v1/progress").await
    }
}
