//! `/status`: how the service is.

use super::layout::{Chrome, Page, Tab, document};
use super::text::{count, moment};
use maud::{Markup, html};
use std::time::SystemTime;

/// How one part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    /// It works.
    Good,
    /// It works in part, or is missing and not needed.
    Limited,
    /// It does not.
    Bad,
}

/// One part of the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What it is: "Index", "Language model".
    pub name: String,
    /// How it is.
    pub health: Health,
    /// What there is to say, in one sentence.
    pub detail: String,
    /// What to do, where something is wrong.
    pub remedy: Option<String>,
}

/// How the service is.
#[derive(Debug, Clone)]
pub struct StatusPage<'a> {
    /// Its parts.
    pub checks: &'a [Check],
    /// Guide revision, shortened; `None` before the first ingest.
    pub revision: Option<&'a str>,
    /// Questions and chunks of the index.
    pub size: (usize, usize),
    /// The dense encoder.
    pub encoder: &'a str,
    /// The language model, or `None` for extractive answers.
    pub model: Option<&'a str>,
    /// Where conversations are kept, in words.
    pub store: &'a str,
    /// When the index was built.
    pub ingested: Option<SystemTime>,
    /// The program's version.
    pub version: &'a str,
}

/// Renders the page.
pub fn status_page(chrome: Chrome<'_>, view: &StatusPage<'_>) -> String {
    let worst = view
        .checks
        .iter()
        .map(|check| check.health)
        .max_by_key(|health| *health as u8)
        .unwrap_or(Health::Good);
    let verdict = match worst {
        Health::Good => "Everything works",
        Health::Limited => "It works, with limits",
        Health::Bad => "Something does not work",
    };
    let main = html! {
        div class="page" {
            h1 { "Status" }
            p class="lead" { (badge(worst)) " " (verdict) }
            ul class="checks" { @for check in view.checks { (row(check)) } }
            section class="part" { h2 { "What is running" } (facts(view)) }
        }
    };
    let page = Page {
        title: "Status",
        tab: Some(Tab::Status),
        scripts: &[],
        class: "",
        context: None,
        companion: None,
        main,
    };
    document(chrome, page)
}

fn badge(health: Health) -> Markup {
    let (class, word) = match health {
        Health::Good => ("badge covered", "✓ Good"),
        Health::Limited => ("badge partial", "! Limited"),
        Health::Bad => ("badge wrong", "✗ Not working"),
    };
    html! { span class=(class) { (word) } }
}

fn row(check: &Check) -> Markup {
    html! {
        li {
            div { (badge(check.health)) }
            div {
                p { strong { (check.name) } ": " (check.detail) }
                @if let Some(remedy) = &check.remedy { p class="small muted" { (remedy) } }
            }
        }
    }
}

fn facts(view: &StatusPage<'_>) -> Markup {
    let (questions, chunks) = view.size;
    html! {
        table {
            tbody {
                tr { th scope="row" { "Guide" } td { @match view.revision {
                    Some(revision) => { "revision " code { (revision) } ", " (count(questions, "question", "questions")) }
                    None => { "nothing ingested yet" }
                } } }
                tr { th scope="row" { "Index" } td {
                    (count(chunks, "chunk", "chunks"))
                    @if let Some(at) = view.ingested { ", built " (moment(at)) }
                } }
                tr { th scope="row" { "Encoder" } td { (view.encoder) } }
                tr { th scope="row" { "Language model" } td { (view.model.unwrap_or("none: answers are the guide's own text")) } }
                tr { th scope="row" { "Store" } td { (view.store) } }
                tr { th scope="row" { "Version" } td { (view.version) } }
            }
        }
    }
}
