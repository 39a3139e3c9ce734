//! Conversations of a server that holds the index, over its API.

use super::{Said, Step, Talk, said_of};
use crate::failure::{Failure, Outcome};
use crate::remote::Remote;
use async_stream::stream;
use async_trait::async_trait;
use futures::StreamExt;
use futures::stream::BoxStream;
use serde_json::{Value, json};
use viva_core::turn::Depth;
use viva_settings::Settings;

/// The server.
pub(super) struct Server {
    remote: Remote,
}

impl Server {
    pub(super) fn new(remote: Remote, settings: &Settings) -> Self {
        remote.announce();
        Self { remote: remote.with_key(settings) }
    }
}

#[async_trait]
impl Talk for Server {
    async fn create(&mut self) -> Outcome<String> {
        let created = self.remote.send("/api/v1/conversations", &[], Some(json!({}))).await?;
        created["id"].as_str().map(str::to_owned).ok_or_else(|| Failure::new("the server gave no id"))
    }

    async fn say(
        &mut self,
        conversation: &str,
        said: &Said,
        depth: Depth,
    ) -> Outcome<BoxStream<'static, Step>> {
        let body = match said {
            Said::Question(question) => json!({ "question": question, "depth": depth.as_str() }),
            Said::Deeper => json!({ "go_deeper": true, "depth": depth.as_str() }),
        };
        let path = format!("/api/v1/conversations/{conversation}/turns");
        let response = self.remote.stream(&path, &body).await?;
        let mut bytes = response.bytes_stream();
        let steps = stream! {
            let mut held: Vec<u8> = Vec::new();
            while let Some(piece) = bytes.next().await {
                match piece {
                    Ok(piece) => held.extend_from_slice(&piece),
                    Err(error) => {
                        yield Step::Failed(format!("the connection to the server broke: {error}"));
                        return;
                    }
                }
                while let Some(end) = held.windows(2).position(|pair| pair == b"\n\n") {
                    let frame: Vec<u8> = held.drain(..end + 2).collect();
                    if let Some(step) = step(&String::from_utf8_lossy(&frame)) {
                        yield step;
                    }
                }
            }
        };
        Ok(steps.boxed())
    }

    async fn list(&mut self) -> Outcome<Vec<Value>> {
        let listed = self.remote.send("/api/v1/conversations", &[], None).await?;
        Ok(listed["conversations"].as_array().cloned().unwrap_or_default())
    }

    async fn open(&mut self, conversation: &str) -> Outcome<Value> {
        let path = format!("/api/v1/conversations/{conversation}");
        let mut opened = self.remote.send(&path, &[], None).await?;
        while let Some(after) = opened["next"].as_u64() {
            let mut more = self.remote.send(&path, &[("after", after.to_string())], None).await?;
            let turns = more["turns"].take();
            if let (Some(all), Value::Array(turns)) = (opened["turns"].as_array_mut(), turns) {
                all.extend(turns);
            }
            opened["next"] = more["next"].take();
        }
        Ok(opened)
    }

    async fn inspection(&mut self, conversation: &str, turn: &str) -> Outcome<Value> {
        self.remote
            .send(&format!("/api/v1/conversations/{conversation}/turns/{turn}/inspection"), &[], None)
            .await
    }
}

/// One server-sent event.
fn step(frame: &str) -> Option<Step> {
    let field = |name: &str| frame.lines().find_map(|line| line.strip_prefix(name)).map(str::trim_start);
    let data: Value = serde_json::from_str(field("data:")?).ok()?;
    match field("event:")? {
        "query" => Some(Step::Query(data)),
        "delta" => Some(Step::Delta(data["text"].as_str()?.to_owned())),
        "done" => Some(Step::Done(Box::new(data))),
        "error" => Some(Step::Failed(said_of(&data))),
        _ => None,
    }
}
