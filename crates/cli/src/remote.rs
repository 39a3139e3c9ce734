//! A server that holds the index answers in this process' place.

use crate::failure::{Failure, Outcome};
use crate::terminal::progress::note;
use crate::wiring::NoHome;
use serde_json::Value;
use std::time::Duration;
use viva_retrieval::Holder;
use viva_settings::Settings;

/// The server that holds the index, as one to talk to; the failure that says who holds it, where it is none.
pub(crate) fn server_of(error: NoHome) -> Outcome<Remote> {
    match error {
        NoHome::Held(held) => match *held {
            (Holder { address: Some(address), .. }, _) => Ok(Remote { address }),
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
}

impl Remote {
    /// Asks the server and reads its JSON.
    pub(crate) async fn call(
        &self,
        settings: &Settings,
        path: &str,
        query: &[(&str, String)],
        body: Option<Value>,
    ) -> Outcome<Value> {
        note(&format!("asking the server at {}, which holds the index", self.address));
        let client = reqwest::Client::builder()
            .no_proxy()
            .connect_timeout(Duration::from_secs(3))
            .timeout(Duration::from_mins(1))
            .build()
            .map_err(|error| Failure::of(&error))?;
        let mut url = reqwest::Url::parse(&format!("{}{path}", self.address)).map_err(|_| {
            Failure::new(format!("the process that holds the index gave a bad address: {}", self.address))
        })?;
        url.query_pairs_mut().extend_pairs(query);
        let mut request = match body {
            Some(body) => client.post(url).json(&body),
            None => client.get(url),
        };
        if let Some(key) = &settings.http.api_key {
            request = request.bearer_auth(key.reveal());
        }
        let response = request.send().await.map_err(|error| Failure::of(&error))?;
        let succeeded = response.status().is_success();
        let value: Value = response.json().await.map_err(|error| Failure::of(&error))?;
        if succeeded {
            return Ok(value);
        }
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
}
