//! The way to the server and back.

use crate::connect::ConnectError;
use crate::retry_after::retry_after;
use crate::secret::Secret;
use crate::words::Label;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Response, Url, redirect};
use std::cell::Cell;
use std::error::Error;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tower::{Layer, Service};
use viva_core::chat::{ChatError, ChatErrorKind};
use viva_core::ports::Clock;

/// How long an idle connection is kept: less than the servers and balancers that close theirs (nginx 75 s, ALB 60 s).
const POOL_IDLE: Duration = Duration::from_secs(15);

/// How much of an error's body is read.
const ERROR_BODY: usize = 64 * 1024;

/// How long an error's body is waited for.
const ERROR_BODY_WAIT: Duration = Duration::from_secs(2);

/// One server's chat completions.
pub(super) struct Wire {
    client: Client,
    url: Url,
    connect: Duration,
    label: Label,
    clock: Arc<dyn Clock>,
}

impl Wire {
    pub(super) fn new(
        url: Url,
        key: Option<&Secret>,
        extra: &[(String, Secret)],
        connect: Duration,
        label: Label,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, ConnectError> {
        let client = Client::builder()
            .default_headers(headers(key, extra)?)
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .connect_timeout(connect)
            .pool_idle_timeout(POOL_IDLE)
            .dns_resolver(Arc::new(Names))
            .connector_layer(Dialling)
            .build()
            .map_err(|error| ConnectError::Client(error.into()))?;
        Ok(Self { client, url, connect, label, clock })
    }

    pub(super) fn label(&self) -> &Label {
        &self.label
    }

    /// Sends `body`; a response with any status is a success here.
    ///
    /// A server may close an idle connection in the moment it is used again. Where that happens, and nothing was
    /// received, the request goes out once more.
    pub(super) async fn post(&self, body: &[u8]) -> Result<Response, ChatError> {
        let (first, has_dialled) = self.post_once(body).await;
        match first {
            Err(error) if !has_dialled && !error.is_connect() => {
                tracing::debug!("a kept connection to the model server was closed; asking on another one");
                let (second, _) = self.post_once(body).await;
                second.map_err(|error| self.not_reached(&error))
            }
            first => first.map_err(|error| self.not_reached(&error)),
        }
    }

    /// The response, and whether a new connection was begun for it.
    async fn post_once(&self, body: &[u8]) -> (Result<Response, reqwest::Error>, bool) {
        let request =
            self.client.post(self.url.clone()).header(CONTENT_TYPE, "application/json").body(body.to_vec());
        HAS_DIALLED
            .scope(Cell::new(false), async {
                let response = request.send().await;
                (response, HAS_DIALLED.with(Cell::get))
            })
            .await
    }

    /// How long the server asks to be left alone.
    pub(super) fn retry_after(&self, response: &Response) -> Option<Duration> {
        let value = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
        retry_after(value("retry-after-ms"), value("retry-after"), self.clock.now())
    }

    fn not_reached(&self, error: &reqwest::Error) -> ChatError {
        if error.is_connect() && error.is_timeout() {
            let seconds = self.connect.as_secs_f64();
            return self.label.error(
                ChatErrorKind::Timeout,
                format!("could not be connected to within the limit ({seconds} s)"),
            );
        }
        if let Some(unknown) = chain(error).find_map(|error| error.downcast_ref::<UnknownName>()) {
            return self.label.error(ChatErrorKind::Unreachable, format!("cannot be reached: {unknown}"));
        }
        let reason = innermost(error);
        // TLS errors come as text only: naming their type would tie this crate to the client's TLS library.
        let what = if reason.contains("certificate") {
            format!("cannot be trusted: its certificate was refused ({reason})")
        } else if error.is_connect() {
            format!("cannot be reached: {reason}")
        } else {
            format!("closed the connection without an answer: {reason}")
        };
        self.label.error(ChatErrorKind::Unreachable, what)
    }
}

/// The error for a body that broke off.
pub(super) fn lost(error: &reqwest::Error, has_spoken: bool, label: &Label) -> ChatError {
    let kind = if has_spoken { ChatErrorKind::Broken } else { ChatErrorKind::Unreachable };
    label.error(kind, format!("broke its answer off: {}", innermost(error)))
}

/// The first 64 KiB of an error's body, as far as they come.
pub(super) async fn read_capped(mut response: Response) -> Vec<u8> {
    let mut body = Vec::new();
    let reading = async {
        while let Ok(Some(bytes)) = response.chunk().await {
            body.extend_from_slice(&bytes);
            if body.len() >= ERROR_BODY {
                break;
            }
        }
    };
    // The status says enough where the body does not come.
    let _ = tokio::time::timeout(ERROR_BODY_WAIT, reading).await;
    body.truncate(ERROR_BODY);
    body
}

/// The response's content type, without its parameters.
pub(super) fn content_type(response: &Response) -> String {
    let value =
        response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// `{base}/chat/completions`.
pub(super) fn endpoint(base: &str) -> Result<Url, ConnectError> {
    let shown = || base.rsplit_once('@').map_or(base, |(_, behind)| behind).to_owned();
    let refuse = |why: &str| ConnectError::Address { url: shown(), why: why.to_owned() };
    let base = base.trim();
    let url = Url::parse(base).map_err(|error| refuse(&error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err(refuse("it must begin with http:// or https:// and name a host"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refuse("a user name or password has no place in it; set the API key"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(refuse("it must not have a query or a fragment"));
    }
    let whole = format!("{}/chat/completions", base.trim_end_matches('/'));
    Url::parse(&whole).map_err(|error| refuse(&error.to_string()))
}

/// Host and port, for people.
pub(super) fn place(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

fn headers(key: Option<&Secret>, extra: &[(String, Secret)]) -> Result<HeaderMap, ConnectError> {
    let mut headers = HeaderMap::new();
    let bearer = key.map(|key| ("authorization".to_owned(), Secret::new(format!("Bearer {}", key.expose()))));
    for (name, value) in bearer.iter().chain(extra) {
        let refuse = |why: &str| ConnectError::Header { name: name.clone(), why: why.to_owned() };
        let known =
            HeaderName::from_bytes(name.as_bytes()).map_err(|_| refuse("it is not a header's name"))?;
        let mut value = HeaderValue::from_str(value.expose())
            .map_err(|_| refuse("its value has characters that a header cannot carry"))?;
        // Kept out of the client's own debug output.
        value.set_sensitive(true);
        headers.insert(known, value);
    }
    Ok(headers)
}

/// An error and its causes, down through the payloads of I/O errors, whose `source` leaves the payload out.
fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error: &&'a (dyn Error + 'static)| {
        let payload = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        payload.map(|payload| payload as &(dyn Error + 'static)).or_else(|| error.source())
    })
}

fn innermost(error: &(dyn Error + 'static)) -> String {
    chain(error).last().map(ToString::to_string).unwrap_or_default()
}

/// A name that has no address.
#[derive(Debug, thiserror::Error)]
#[error("the name `{name}` has no address ({why}); check the base URL and the DNS")]
struct UnknownName {
    name: String,
    why: String,
}

/// Looks names up as the system does, afresh for each connection, with an error that can be told from others.
struct Names;

impl Resolve for Names {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await;
            match found {
                Ok(addresses) => Ok(Box::new(addresses.collect::<Vec<_>>().into_iter()) as Addrs),
                Err(error) => {
                    Err(UnknownName { name: name.as_str().to_owned(), why: error.to_string() }.into())
                }
            }
        })
    }
}

tokio::task_local! {
    /// Whether the request of this task has begun a new connection.
    static HAS_DIALLED: Cell<bool>;
}

/// Notes in [`HAS_DIALLED`] that a connection is begun. The client polls its connector in the request's own task.
#[derive(Debug, Clone)]
struct Dialling;

impl<S> Layer<S> for Dialling {
    type Service = Noted<S>;

    fn layer(&self, inner: S) -> Noted<S> {
        Noted(inner)
    }
}

#[derive(Debug, Clone)]
struct Noted<S>(S);

impl<S, R> Service<R> for Noted<S>
where
    S: Service<R>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, target: R) -> S::Future {
        let _ = HAS_DIALLED.try_with(|has_dialled| has_dialled.set(true));
        self.0.call(target)
    }
}
