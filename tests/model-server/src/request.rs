//! What a client sent.

use serde_json::Value;

/// Which API a request speaks, by its path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Api {
    /// OpenAI's `…/chat/completions`.
    OpenAi,
    /// Amazon Bedrock's `/model/{id}/converse-stream`.
    BedrockStream,
    /// Amazon Bedrock's `/model/{id}/converse`.
    Bedrock,
}

/// One recorded request.
#[derive(Debug, Clone)]
pub struct Request {
    /// Its number on this server, from 1.
    pub number: usize,
    /// The connection that it came on, from 1.
    pub connection: usize,
    /// Its number on that connection, from 1: above 1 means that the client reused the connection.
    pub on_connection: usize,
    /// `POST`.
    pub method: String,
    /// Path and query, as sent.
    pub path: String,
    /// Names in lower case, in the order sent.
    pub headers: Vec<(String, String)>,
    /// The body's bytes.
    pub body: Vec<u8>,
}

impl Request {
    /// A header's first value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The body as JSON; `null` where it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// The API, if the path is one that this server knows.
    pub fn api(&self) -> Option<Api> {
        let path = self.path.split('?').next().unwrap_or_default();
        match path {
            _ if path.ends_with("/chat/completions") => Some(Api::OpenAi),
            _ if path.starts_with("/model/") && path.ends_with("/converse-stream") => {
                Some(Api::BedrockStream)
            }
            _ if path.starts_with("/model/") && path.ends_with("/converse") => Some(Api::Bedrock),
            _ => None,
        }
    }

    /// The model asked for; Bedrock's is the path's, still percent-encoded.
    pub fn model(&self) -> String {
        match self.api() {
            Some(Api::OpenAi) => self.json()["model"].as_str().unwrap_or_default().to_owned(),
            _ => self.path.split('/').nth(2).unwrap_or_default().to_owned(),
        }
    }

    /// Whether a stream was asked for.
    pub fn streams(&self) -> bool {
        match self.api() {
            Some(Api::OpenAi) => self.json()["stream"] == true,
            api => api == Some(Api::BedrockStream),
        }
    }

    /// The messages as (role, text), Bedrock's system blocks first.
    pub fn messages(&self) -> Vec<(String, String)> {
        let body = self.json();
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let system = list(&body["system"]).into_iter().map(|block| ("system".to_owned(), text_of(&block)));
        let said = list(&body["messages"]).into_iter().map(|message| {
            (message["role"].as_str().unwrap_or_default().to_owned(), text_of(&message["content"]))
        });
        system.chain(said).collect()
    }

    /// All messages' text, one after the other.
    pub fn prompt(&self) -> String {
        self.messages().into_iter().map(|(_, text)| text).collect::<Vec<_>>().join("\n")
    }

    /// The last message of the user.
    pub fn question(&self) -> String {
        self.messages()
            .into_iter()
            .rfind(|(role, _)| role == "user")
            .map(|(_, text)| text)
            .unwrap_or_default()
    }

    /// The JSON Schema that the answer was asked to have.
    pub fn json_schema(&self) -> Option<Value> {
        let body = self.json();
        body.pointer("/response_format/json_schema/schema").cloned()
    }
}

/// The text of a content field: a string, a block, or a list of blocks.
fn text_of(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(blocks) => blocks.iter().map(text_of).collect::<Vec<_>>().join("\n"),
        Value::Object(block) => block.get("text").and_then(Value::as_str).unwrap_or_default().to_owned(),
        _ => String::new(),
    }
}
