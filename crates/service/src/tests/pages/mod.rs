//! The pages over HTTP: as a browser asks for them, with its cookies, with and without a script.

mod asking;
mod injection;
mod interview_refusals;
mod interviewing;
mod looks;
mod protection;
mod reviewing;
mod streaming;

use super::app::TestApp;
use super::client::{Call, Reply};
use serde_json::Value;

/// A browser with its cookie and the token that forms carry.
pub(super) struct Visitor {
    pub(super) cookie: String,
    pub(super) csrf: String,
}

impl Visitor {
    /// Somebody who has loaded the status page, which is there whatever else is.
    pub(super) async fn new(app: &TestApp) -> Self {
        let page = app.get("/status").header("accept", "text/html").send().await;
        let set = page.header("set-cookie").expect("a first visit gets the cookie");
        assert!(
            set.contains("HttpOnly") && set.contains("SameSite=Strict") && set.contains("Path=/"),
            "{set}"
        );
        let cookie = set.split(';').next().unwrap().to_owned();
        Self { cookie, csrf: between(page.text(), "name=\"csrf\" value=\"", "\"").to_owned() }
    }

    pub(super) fn get(&self, app: &TestApp, target: &str) -> Call {
        app.get(target).header("accept", "text/html").header("cookie", &self.cookie)
    }

    /// A form as a browser without scripts sends it.
    pub(super) fn post(&self, app: &TestApp, target: &str, fields: &[(&str, &str)]) -> Call {
        self.form(app, target, fields).header("accept", "text/html")
    }

    /// A form without a wish for a kind of answer.
    pub(super) fn form(&self, app: &TestApp, target: &str, fields: &[(&str, &str)]) -> Call {
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.append_pair("csrf", &self.csrf).extend_pairs(fields);
        app.call("POST", target)
            .header("cookie", &self.cookie)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body.finish().as_bytes())
    }

    /// Asks without a script; the address of the answer.
    pub(super) async fn asks(&self, app: &TestApp, question: &str) -> String {
        let reply = self.post(app, "/ask", &[("question", question)]).send().await;
        assert_eq!(reply.status, 303, "{}", reply.text());
        reply.header("location").unwrap().to_owned()
    }
}

pub(super) fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let rest = text.split_once(start).unwrap_or_else(|| panic!("no {start} in {text}")).1;
    rest.split_once(end).unwrap().0
}

/// A page must be one, with the policy, and hold nothing that the policy would stop.
#[track_caller]
pub(super) fn is_page(reply: &Reply, status: u16, heading: &str) {
    assert_eq!((reply.status, reply.media_type()), (status, "text/html"), "{}", reply.text());
    let html = reply.text();
    assert!(html.starts_with("<!DOCTYPE html>"), "{html}");
    let main = between(html, "<h1", "</h1>");
    assert!(main.contains(heading), "heading is {main}, not {heading}");
    is_clean(html);
    let policy = reply.header("content-security-policy").unwrap();
    for part in ["default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"] {
        assert!(policy.contains(part) && !policy.contains("unsafe"), "{policy}");
    }
}

/// No script or style stands in the page itself.
#[track_caller]
pub(super) fn is_clean(html: &str) {
    let tags = html.split('<').skip(1).map(|rest| rest.split('>').next().unwrap().to_lowercase());
    for tag in tags {
        assert!(!tag.starts_with("style"), "{tag}");
        assert!(!tag.starts_with("script") || tag.contains("src=\"/static/"), "{tag}");
        // What stands in quotes is data: neither `<`, `>` nor the quote itself can stand there.
        let outside: String = tag.split('"').step_by(2).collect();
        let mut attributes = outside.split_whitespace().skip(1);
        let is_inline = |a: &str| a.starts_with("style=") || (a.starts_with("on") && a.contains('='));
        assert!(!attributes.any(is_inline), "{tag}");
        assert!(!tag.contains("=\"javascript:") && !tag.contains("=\"data:"), "{tag}");
    }
}

/// The answer as a page builds it up from the stream: finished blocks, and what is open at the end.
pub(super) fn built(events: &[(String, Value)]) -> String {
    let (mut finished, mut open) = (String::new(), String::new());
    for (_, data) in events.iter().filter(|(name, _)| name == "block") {
        match (data["append"].as_str(), data["open"].as_bool().unwrap()) {
            (Some(text), _) => open = open.replace("</code>", &format!("{text}</code>")),
            (None, true) => data["html"].as_str().unwrap().clone_into(&mut open),
            (None, false) => {
                finished.push_str(data["html"].as_str().unwrap());
                open.clear();
            }
        }
    }
    finished + &open
}
