//! `/` and `/c/{id}`: asking.

use super::answer::{self, TurnView};
use super::conversations::{self, ConversationsView};
use super::layout::{Chrome, Page, Tab, csrf, document};
use super::notice::{Advice, error_box};
use super::text::{depth_name, title};
use maud::{Markup, html};
use viva_core::turn::{Depth, MAX_QUESTION_CHARS};

/// A question that the guide answers, offered to someone who has not asked yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// The question.
    pub text: String,
    /// The title of its module.
    pub module: String,
}

/// The page where one asks.
#[derive(Debug, Clone)]
pub struct AskPage<'a> {
    /// The list on the side.
    pub conversations: ConversationsView<'a>,
    /// The id of the open conversation, if there is one.
    pub conversation: Option<&'a str>,
    /// Its title.
    pub title: &'a str,
    /// Its turns, in order.
    pub turns: Vec<TurnView<'a>>,
    /// Whether there are turns before these: the number to continue behind, for `?before=`.
    pub earlier: Option<u32>,
    /// Four questions, where nothing was asked yet.
    pub suggestions: Vec<Suggestion>,
    /// How many questions and modules the guide has.
    pub size: (usize, usize),
    /// What stands in the box already (`?q=`, or a question that was refused).
    pub draft: &'a str,
    /// The depth that is chosen.
    pub depth: Depth,
    /// Names this sending, so that a double click makes one turn.
    pub idempotency_key: &'a str,
    /// Why the last question was not taken.
    pub problem: Option<Advice<'a>>,
}

/// Renders the page.
pub fn ask_page(chrome: Chrome<'_>, view: &AskPage<'_>) -> String {
    let is_new = view.turns.is_empty();
    let main = html! {
        @if is_new { (intro(view)) } @else {
            h1 class="hush" { (view.title) }
            @if let (Some(id), Some(before)) = (view.conversation, view.earlier) {
                p { a href={ "/c/" (super::text::encode(id)) "?before=" (before) } { "Earlier questions" } }
            }
        }
        div id="turns" { @for turn in &view.turns { (answer::turn(chrome, turn)) } }
        p id="status" class="hush" role="status" {}
        @if let Some(problem) = &view.problem { (error_box(problem)) }
        (composer(chrome, view))
        @if is_new { (suggestions(view)) }
        a class="button jump" href="#composer" hidden data-jump { "Jump to end" }
    };
    let page_title = if is_new { "Ask" } else { view.title };
    let context = Some(conversations::list(chrome, &view.conversations));
    let class = if is_new { "" } else { "conversation" };
    let page = Page {
        title: page_title,
        tab: Some(Tab::Ask),
        scripts: &["ask.js"],
        class,
        context,
        companion: None,
        main,
    };
    document(chrome, page)
}

fn intro(view: &AskPage<'_>) -> Markup {
    let (questions, modules) = view.size;
    html! {
        div class="intro" {
            h1 { "Ask the interview guide" }
            p class="lead" {
                "Answers come from " (questions) " worked questions in " (modules)
                " modules, and show the sections that they are taken from."
            }
        }
    }
}

fn composer(chrome: Chrome<'_>, view: &AskPage<'_>) -> Markup {
    html! {
        form id="composer" class="composer" method="post" action="/ask" data-ask data-composer {
            (csrf(chrome))
            input type="hidden" name="key" value=(view.idempotency_key);
            @if let Some(conversation) = view.conversation { input type="hidden" name="conversation" value=(conversation); }
            label for="question" { @if view.turns.is_empty() { "Your question" } @else { "Ask a follow-up" } }
            textarea class="grow" id="question" name="question" required maxlength=(MAX_QUESTION_CHARS) rows="2"
                autofocus[view.turns.is_empty()] enterkeyhint="send" { (view.draft) }
            div class="row" {
                fieldset class="radios" {
                    legend { "Depth" }
                    @for depth in Depth::ALL {
                        label { input type="radio" name="depth" value=(depth) checked[depth == view.depth]; (depth_name(depth)) }
                    }
                }
                div class="row" {
                    button type="button" data-stop hidden { "Stop" }
                    button class="primary" data-send { "Ask" }
                }
            }
        }
    }
}

fn suggestions(view: &AskPage<'_>) -> Markup {
    html! {
        @if !view.suggestions.is_empty() {
            section class="suggestions" {
                h2 { "For example" }
                ul class="plain" {
                    @for suggestion in &view.suggestions {
                        @let href = format!("/{}", super::text::query(&[("q", &suggestion.text)]));
                        li { a href=(href) data-suggestion=(suggestion.text) { (title(&suggestion.text)) } }
                    }
                }
            }
        }
    }
}
