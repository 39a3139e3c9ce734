//! When an answer can neither be taken nor shown with its question: it comes back whole, to be sent again.

use super::layout::{Chrome, Page, csrf, document};
use super::notice::Advice;
use maud::html;

/// What was sent.
#[derive(Debug, Clone, Copy)]
pub struct KeptPage<'a> {
    /// What went wrong.
    pub advice: Advice<'a>,
    /// Where it was sent to.
    pub action: &'a str,
    /// The form's other fields.
    pub fields: &'a [(&'a str, &'a str)],
    /// The answer.
    pub answer: &'a str,
}

/// Renders the answer with what went wrong.
pub fn kept_page(chrome: Chrome<'_>, view: &KeptPage<'_>) -> String {
    let Advice { title, detail, remedy, request_id, retry: _ } = view.advice;
    let main = html! {
        div class="page" {
            h1 { (title) }
            div class="notice error" role="alert" {
                p { (detail) }
                p { (remedy) }
                @if let Some(id) = request_id { p class="small muted" { "Request " code { (id) } } }
            }
            form class="stack" method="post" action=(view.action) {
                (csrf(chrome))
                @for (name, value) in view.fields { input type="hidden" name=(name) value=(value); }
                div class="field" {
                    label for="answer" { "Your answer" }
                    textarea class="answer-box" id="answer" name="answer" rows="8" maxlength="20000" required { (view.answer) }
                }
                div { button class="primary" { "Send it again" } }
            }
        }
    };
    let page = Page { title, tab: None, scripts: &[], class: "", context: None, companion: None, main };
    document(chrome, page)
}
