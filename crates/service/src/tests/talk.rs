//! Conversations as a client holds them.

use super::app::{DEADLINE, TestApp};
use super::client::{Call, Connection};
use serde_json::{Value, json};

pub(crate) const LIST: &str = "/api/v1/conversations";

impl TestApp {
    /// A new conversation's id.
    pub(crate) async fn conversation(&self) -> String {
        let made = self.call("POST", LIST).send().await;
        assert_eq!(made.status, 201, "{}", made.text());
        made.json()["id"].as_str().unwrap().to_owned()
    }

    pub(crate) fn say(&self, conversation: &str, body: &Value) -> Call {
        self.call("POST", &format!("{LIST}/{conversation}/turns")).json(&body.to_string())
    }

    pub(crate) fn asks(&self, conversation: &str, question: &str) -> Call {
        self.say(conversation, &json!({ "question": question }))
    }

    pub(crate) fn deepens(&self, conversation: &str) -> Call {
        self.say(conversation, &json!({ "go_deeper": true }))
    }

    pub(crate) fn turn(&self, conversation: &str, turn: &str) -> Call {
        self.get(&format!("{LIST}/{conversation}/turns/{turn}"))
    }

    pub(crate) fn stop(&self, conversation: &str, turn: &str) -> Call {
        self.call("POST", &format!("{LIST}/{conversation}/turns/{turn}/stop"))
    }

    /// The conversation's turns.
    pub(crate) async fn turns(&self, conversation: &str) -> Vec<Value> {
        let shown = self.get(&format!("{LIST}/{conversation}?limit=100")).send().await;
        assert_eq!(shown.status, 200, "{}", shown.text());
        shown.json()["turns"].as_array().unwrap().clone()
    }

    /// The conversation's last turn, once it has ended.
    pub(crate) async fn ended_turn(&self, conversation: &str) -> Value {
        let ended = async {
            loop {
                match self.turns(conversation).await.pop() {
                    Some(turn) if turn["state"] != "running" => return turn,
                    _ => tokio::task::yield_now().await,
                }
            }
        };
        tokio::time::timeout(DEADLINE, ended).await.expect("the turn must end")
    }

    /// Asks, and waits until the turn has begun: its stream, and its id.
    pub(crate) async fn begins(&self, conversation: &str, question: &str) -> (Connection, String) {
        let mut connection = self.asks(conversation, question).stream().open().await;
        connection.until("event: meta").await;
        let meta = connection.event("meta").await;
        (connection, meta["id"].as_str().unwrap().to_owned())
    }
}

/// The text of a stream's pieces.
pub(crate) fn text_of(events: &[(String, Value)]) -> String {
    let deltas = events.iter().filter(|(name, _)| name == "delta");
    deltas.map(|(_, data)| data["text"].as_str().unwrap()).collect()
}

/// The last event of a stream, which must be the only one of its kind.
#[track_caller]
pub(crate) fn only_end(events: &[(String, Value)]) -> (&str, &Value) {
    let ends = events.iter().filter(|(name, _)| name == "done" || name == "error").count();
    let (name, data) = events.last().expect("a last event");
    assert!(ends == 1 && (name == "done" || name == "error"), "{events:?}");
    (name, data)
}
