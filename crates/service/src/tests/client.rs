//! A client that sends exactly what a test says, byte for byte.

use super::app::DEADLINE;
use super::contract;
use serde_json::Value;
use std::fmt::Write as _;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A request to be sent.
pub(crate) struct Call {
    address: SocketAddr,
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

pub(crate) fn call(address: SocketAddr, method: &str, target: &str) -> Call {
    let headers = vec![("host".into(), address.to_string()), ("connection".into(), "close".into())];
    Call { address, method: method.into(), target: target.into(), headers, body: Vec::new() }
}

impl Call {
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(known, _)| known != name);
        self
    }

    pub(crate) fn host(self, host: &str) -> Self {
        self.without("host").header("host", host)
    }

    pub(crate) fn json(self, body: &str) -> Self {
        self.header("content-type", "application/json").body(body.as_bytes())
    }

    pub(crate) fn body(mut self, body: &[u8]) -> Self {
        self.body = body.to_vec();
        let length = self.body.len().to_string();
        self.header("content-length", &length)
    }

    pub(crate) fn stream(self) -> Self {
        self.header("accept", "text/event-stream")
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut text = format!("{} {} HTTP/1.1\r\n", self.method, self.target);
        for (name, value) in &self.headers {
            let _ = write!(text, "{name}: {value}\r\n");
        }
        text.push_str("\r\n");
        let mut bytes = text.into_bytes();
        bytes.extend_from_slice(&self.body);
        bytes
    }

    /// Sends it and reads the whole response, which must be as documented.
    pub(crate) async fn send(self) -> Reply {
        let mut connection = self.open().await;
        let reply = connection.reply().await;
        contract::check(&self.method, &self.target, &reply);
        reply
    }

    /// Sends it and leaves the connection to the caller.
    pub(crate) async fn open(&self) -> Connection {
        let mut connection =
            Connection { stream: TcpStream::connect(self.address).await.unwrap(), read: vec![] };
        connection.stream.write_all(&self.to_bytes()).await.unwrap();
        connection
    }
}

/// A connection with what was read of it.
pub(crate) struct Connection {
    pub(crate) stream: TcpStream,
    read: Vec<u8>,
}

impl Connection {
    pub(crate) fn new(stream: TcpStream) -> Self {
        Self { stream, read: vec![] }
    }

    /// Everything up to the end of the connection.
    pub(crate) async fn rest(&mut self) -> Vec<u8> {
        let read = tokio::time::timeout(DEADLINE, self.stream.read_to_end(&mut self.read)).await;
        read.expect("the connection must end").unwrap();
        std::mem::take(&mut self.read)
    }

    /// Reads until `text` has come, and keeps what was read.
    pub(crate) async fn until(&mut self, text: &str) {
        let needle = text.as_bytes();
        while !self.read.windows(needle.len()).any(|window| window == needle) {
            let read = tokio::time::timeout(DEADLINE, self.stream.read_buf(&mut self.read)).await;
            let n = read.unwrap_or_else(|_| panic!("`{text}` must come")).unwrap();
            assert!(n > 0, "ended before `{text}`: {}", String::from_utf8_lossy(&self.read));
        }
    }

    /// The data of the first event of that name, once it has come whole.
    pub(crate) async fn event(&mut self, name: &str) -> Value {
        let opening = format!("event: {name}\n");
        self.until(&opening).await;
        loop {
            let read = String::from_utf8_lossy(&self.read);
            let event = read.split_once(&opening).and_then(|(_, rest)| rest.split_once("\n\n"));
            if let Some((event, _)) = event {
                let data = event.split_once("data: ").unwrap().1;
                return serde_json::from_str(data).unwrap();
            }
            let read = tokio::time::timeout(DEADLINE, self.stream.read_buf(&mut self.read)).await;
            assert!(read.expect("the event must come whole").unwrap() > 0, "ended within {name}");
        }
    }

    /// What has come until now, as far as its events are whole, and leaves.
    pub(crate) fn cut(self) -> Vec<(String, Value)> {
        let read = String::from_utf8_lossy(&self.read).into_owned();
        let frames = read.split("event: ").skip(1).filter_map(|rest| rest.split_once("\n\n"));
        frames
            .map(|(event, _)| {
                let (name, rest) = event.split_once('\n').unwrap();
                (name.to_owned(), serde_json::from_str(rest.split_once("data: ").unwrap().1).unwrap())
            })
            .collect()
    }

    pub(crate) async fn reply(&mut self) -> Reply {
        Reply::parse(&self.rest().await)
    }
}

/// A response.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn parse(bytes: &[u8]) -> Self {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n");
        let end = end.unwrap_or_else(|| panic!("no response: {:?}", String::from_utf8_lossy(bytes)));
        let head = std::str::from_utf8(&bytes[..end]).unwrap();
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers: Vec<(String, String)> = lines
            .map(|line| line.split_once(": ").unwrap())
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        let body = bytes[end + 4..].to_vec();
        let mut reply = Self { status, headers, body };
        if reply.header("transfer-encoding") == Some("chunked") {
            reply.body = unchunked(&reply.body);
        }
        reply
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn media_type(&self) -> &str {
        self.header("content-type").unwrap_or_default().split(';').next().unwrap()
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The problem document's code, once it is known to be one.
    #[track_caller]
    pub(crate) fn problem(&self, status: u16) -> Value {
        assert_eq!((self.status, self.media_type()), (status, "application/problem+json"), "{}", self.text());
        let problem = self.json();
        assert_eq!(problem["status"], status);
        assert_eq!(problem["request_id"].as_str(), self.header("x-request-id"));
        assert!(!self.text().contains("canary-internal"), "{}", self.text());
        problem
    }

    #[track_caller]
    pub(crate) fn code(&self, status: u16) -> String {
        self.problem(status)["code"].as_str().unwrap().to_owned()
    }

    /// The fields that a refusal names.
    #[track_caller]
    pub(crate) fn fields(&self) -> Vec<String> {
        let problem = self.problem(422);
        problem["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|e| e["field"].as_str().unwrap().to_owned())
            .collect()
    }

    /// The events of a stream, which must be framed as such.
    pub(crate) fn events(&self) -> Vec<(String, Value)> {
        let frames = self.text().split("\n\n").filter(|frame| !frame.is_empty() && !frame.starts_with(':'));
        frames
            .map(|frame| {
                let lines: Vec<&str> = frame.split('\n').collect();
                let [name, id, data] = lines[..] else { panic!("not an event: {frame}") };
                let name = name.strip_prefix("event: ").unwrap();
                let data: Value = serde_json::from_str(data.strip_prefix("data: ").unwrap()).unwrap();
                assert_eq!(id.strip_prefix("id: ").unwrap(), data["seq"].to_string());
                (name.to_owned(), data)
            })
            .collect()
    }
}

fn unchunked(mut bytes: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(end) = bytes.windows(2).position(|window| window == b"\r\n") {
        let size = usize::from_str_radix(std::str::from_utf8(&bytes[..end]).unwrap(), 16).unwrap();
        if size == 0 {
            break;
        }
        body.extend_from_slice(&bytes[end + 2..end + 2 + size]);
        bytes = &bytes[end + 2 + size + 2..];
    }
    body
}
