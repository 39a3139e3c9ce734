//! Errors: what happened, what to do.

use super::layout::{Chrome, Page, document};
use super::text::title;
use maud::{Markup, html};

/// What went wrong and what to do about it.
#[derive(Debug, Clone, Copy)]
pub struct Advice<'a> {
    /// What happened, as a heading.
    pub title: &'a str,
    /// Where and why.
    pub detail: &'a str,
    /// What to do.
    pub remedy: &'a str,
    /// The request's id, where there is one.
    pub request_id: Option<&'a str>,
    /// Where the same can be tried again.
    pub retry: Option<&'a str>,
}

/// A field of a form that was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The field's name; its control has this as its `id`.
    pub field: String,
    /// What is wrong with it, as a sentence.
    pub message: String,
}

/// The advice as a box within a page or a stream.
pub(super) fn error_box(advice: &Advice<'_>) -> Markup {
    html! {
        div class="notice error" role="alert" {
            h3 { (advice.title) }
            p { (title(advice.detail)) }
            p { (advice.remedy) }
            @if advice.retry.is_some() || advice.request_id.is_some() {
                div class="row" {
                    @if let Some(retry) = advice.retry { a class="button" href=(retry) data-retry { "Try again" } }
                    @if let Some(id) = advice.request_id { span class="small muted" { "Request " code { (id) } } }
                }
            }
        }
    }
}

/// The list of refused fields above a form; each leads to its field.
pub(super) fn field_summary(errors: &[FieldError]) -> Markup {
    html! {
        @if !errors.is_empty() {
            div class="notice error summary-errors" role="alert" tabindex="-1" {
                h2 { "Please look at " (super::text::count(errors.len(), "field", "fields")) }
                ul { @for error in errors { li { a href={ "#" (error.field) } { (error.message) } } } }
            }
        }
    }
}

/// A page that says what went wrong.
pub fn error_page(chrome: Chrome<'_>, advice: &Advice<'_>) -> String {
    let main = html! {
        div class="page" {
            h1 { (advice.title) }
            p { (title(advice.detail)) }
            p { (advice.remedy) }
            div class="row" {
                @if let Some(retry) = advice.retry { a class="button primary" href=(retry) { "Try again" } }
                a class="button" href="/status" { "See the status" }
            }
            @if let Some(id) = advice.request_id { p class="small muted" { "Request " code { (id) } } }
        }
    };
    document(
        chrome,
        Page {
            title: advice.title,
            tab: None,
            scripts: &[],
            class: "",
            context: None,
            companion: None,
            main,
        },
    )
}

/// A page for an address that nothing is at.
pub fn not_found_page(chrome: Chrome<'_>) -> String {
    let main = html! {
        div class="page" {
            h1 { "There is nothing here" }
            p { "The address may be mistyped, or what it named may have been deleted or renamed in the guide." }
            form action="/guide" method="get" role="search" class="field" {
                label for="q" { "Look for it in the guide" }
                div class="find" { input type="search" id="q" name="q"; button { "Search" } }
            }
            p { a href="/" { "Ask a question" } " or " a href="/guide" { "browse the guide" } "." }
        }
    };
    let title = "Not found";
    document(chrome, Page { title, tab: None, scripts: &[], class: "", context: None, companion: None, main })
}
