//! A server that holds the index answers in this process' place.

use crate::failure::{Failure, Outcome};
use crate::terminal::progress::note;
use crate::wiring::NoHome;
use reqwest::{RequestBuilder, Response};
use serde_json::Value;
use std::time::Duration;
use viva_retrieval::Holder;
use viva_settings::{Secret, Settings};

/// The server that holds the index, as one to talk to; the failure that says who holds it, where it is none.
pub(crate) fn server_of(error: NoHome) -> Outcome<Remote> {
    match error {
        NoHome::Held(held) => match *held {
            (Holder { address: Some(address), .. }, _) => Ok(Remote { address, key: None }),
            (_, failure) => {
                Err(failure.hint("wait until that process is done, or stop it, or use another --data-dir"))
            }
        },
        NoHome::Failed(failure) => Err(failure),
    }
}

/// A running `viva serve`.
pub(crate) struct Remote {
    address: String,
    key: Option<Secret>,
}

impl Remote {
    /// Says whom it asks.
    pub(crate) fn announce(&self) {
        note(&format!("asking the server at {}, which holds the index", self.address));
    }

    /// With the key of the settings, if there is one.
    pub(crate) fn with_key(self, settings: &Settings) -> Self {
        Self { key: settings.http.api_key.clone(), ..self }
    }

    /// Says whom it asks, asks, and reads the JSON.
    pub(crate) async fn call(
        self,
        settings: &Settings,
        path: &str,
        query: &[(&str, String)],
        body: Option<Value>,
    ) -> Outcome<Value> {
        self.announce();
        self.with_key(settings).send(path, query, body).await
    }

    /// Asks the server and reads its JSON.
    pub(crate) async fn send(
        &self,
        path: &str,
        query: &[(&str, String)],
        body: Option<Value>,
    ) -> Outcome<Value> {
        let request = self.request(path, query, body.as_ref())?.timeout(Duration::from_mins(1));
        let response = accepted(request.send().await.map_err(|error| Failure::of(&error))?).await?;
        response.json().await.map_err(|error| Failure::of(&error))
    }

    /// Asks the server for a text of this media type.
    pub(crate) async fn text(&self, path: &str, media_type: &str) -> Outcome<String> {
        let request =
            self.request(path, &[], None)?.timeout(Duration::from_mins(1)).header("accept", media_type);
        let response = accepted(request.send().await.map_err(|error| Failure::of(&error))?).await?;
        response.text().await.map_err(|error| Failure::of(&error))
    }

    /// Asks the server for a stream of server-sent events.
    pub(crate) async fn stream(&self, path: &str, body: &Value) -> Outcome<Response> {
        let request = self.request(path, &[], Some(body))?.header("accept", "text/event-stream");
        accepted(request.send().await.map_err(|error| Failure::of(&error))?).await
    }

    fn request(&self, path: &str, query: &[(&str, String)], body: Option<&Value>) -> Outcome<RequestBuilder> {
        let client = reqwest::Client::builder()
            .no_proxy()
            .connect_timeout(Duration::from_secs(3))
            .build()
            .map_err(|error| Failure::of(&error))?;
        let mut url = reqwest::Url::parse(&format!("{}{path}", self.address)).map_err(|_| {
            Failure::new(format!("the process that holds the index gave a bad address: {}", self.address))
        })?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let request = match body {
            Some(body) => client.post(url).json(body),
            None => client.get(url),
        };
        Ok(match &self.key {
            Some(key) => request.bearer_auth(key.reveal()),
            None => request,
        })
    }
}

/// The response, or the problem document in it as a failure.
async fn accepted(response: Response) -> Outcome<Response> {
    if response.status().is_success() {
        return Ok(response);
    }
    let value: Value = response.json().await.map_err(|error| Failure::of(&error))?;
    let mut failure = Failure::new(value["title"].as_str().unwrap_or("the server refused").to_owned());
    failure.why.extend(value["detail"].as_str().map(str::to_owned));
    for error in value["errors"].as_array().into_iter().flatten() {
        failure.why.push(format!(
            "{}: {}",
            error["field"].as_str().unwrap_or("?"),
            error["rule"].as_str().unwrap_or("?")
        ));
    }
    Err(failure)
}
