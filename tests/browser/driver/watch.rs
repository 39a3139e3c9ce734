//! What a tab has said while nobody looked: its console, its dialogs, its requests.

use chromiumoxide::Page;
use chromiumoxide::cdp::browser_protocol::log::EventEntryAdded;
use chromiumoxide::cdp::browser_protocol::network::EventRequestWillBeSent;
use chromiumoxide::cdp::browser_protocol::page::{
    EventJavascriptDialogOpening, HandleJavaScriptDialogParams,
};
use chromiumoxide::cdp::js_protocol::runtime::{EventConsoleApiCalled, EventExceptionThrown};
use futures::StreamExt;
use std::sync::{Arc, Mutex};

/// What was seen up to now.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {
    /// What `alert`, `confirm` or `prompt` asked.
    pub(crate) dialogs: Vec<String>,
    /// Complaints of the browser, calls of `console`, exceptions that nobody caught.
    pub(crate) console: Vec<String>,
    /// Addresses that were asked for.
    pub(crate) requests: Vec<String>,
}

/// The watch over one tab.
#[derive(Clone)]
pub(super) struct Watch {
    pub(super) seen: Arc<Mutex<Seen>>,
    /// How the next dialogs are answered.
    pub(super) accept: Arc<Mutex<bool>>,
}

impl Watch {
    pub(super) async fn over(page: &Page) -> Self {
        let watch = Self { seen: Arc::default(), accept: Arc::new(Mutex::new(true)) };
        watch.dialogs(page).await;
        watch.console(page).await;
        let mut requests = page.event_listener::<EventRequestWillBeSent>().await.unwrap();
        let seen = Arc::clone(&watch.seen);
        tokio::spawn(async move {
            while let Some(event) = requests.next().await {
                seen.lock().unwrap().requests.push(event.request.url.clone());
            }
        });
        watch
    }

    async fn dialogs(&self, page: &Page) {
        let mut dialogs = page.event_listener::<EventJavascriptDialogOpening>().await.unwrap();
        let (watch, page) = (self.clone(), page.clone());
        tokio::spawn(async move {
            while let Some(dialog) = dialogs.next().await {
                watch.seen.lock().unwrap().dialogs.push(dialog.message.clone());
                let accept = *watch.accept.lock().unwrap();
                drop(page.execute(HandleJavaScriptDialogParams::new(accept)).await);
            }
        });
    }

    async fn console(&self, page: &Page) {
        let mut entries = page.event_listener::<EventEntryAdded>().await.unwrap();
        let mut calls = page.event_listener::<EventConsoleApiCalled>().await.unwrap();
        let mut thrown = page.event_listener::<EventExceptionThrown>().await.unwrap();
        let seen = Arc::clone(&self.seen);
        tokio::spawn(async move {
            loop {
                let line = tokio::select! {
                    Some(event) = entries.next() => {
                        let address = event.entry.url.clone().unwrap_or_default();
                        format!("{:?}: {} {address}", event.entry.source, event.entry.text)
                    }
                    Some(event) = calls.next() => format!("console: {:?}", event.args),
                    Some(event) = thrown.next() => format!("exception: {:?}", event.exception_details),
                    else => return,
                };
                seen.lock().unwrap().console.push(line);
            }
        });
    }
}
