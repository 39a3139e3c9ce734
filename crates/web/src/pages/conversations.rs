//! The conversations on the side.

use super::layout::{Chrome, csrf};
use maud::{Markup, html};
use viva_core::conversation::{Conversation, MAX_TITLE_CHARS};

/// The list of conversations.
#[derive(Debug, Clone, Copy)]
pub struct ConversationsView<'a> {
    /// Those that are shown, newest first.
    pub conversations: &'a [Conversation],
    /// The one that is open.
    pub open: Option<&'a str>,
    /// What was searched for.
    pub find: &'a str,
    /// Where the list goes on, if it does.
    pub more: Option<&'a str>,
}

/// The list with its search; each conversation can be renamed and deleted.
pub(super) fn list(chrome: Chrome<'_>, view: &ConversationsView<'_>) -> Markup {
    html! {
        section aria-labelledby="conversations" {
            h2 id="conversations" { "Conversations" }
            p { a href="/" { "New question" } }
            @if !view.conversations.is_empty() || !view.find.is_empty() {
                form class="find" method="get" action="/" role="search" {
                    input type="search" name="find" value=(view.find) aria-label="Search conversations" placeholder="Search";
                    button { "Find" }
                }
            }
            @if view.conversations.is_empty() {
                p class="muted" {
                    @if view.find.is_empty() { "What you ask is kept here." } @else { "None has “" (view.find) "” in it." }
                }
            }
            ul class="side" {
                @for conversation in view.conversations { (row(chrome, conversation, view.open)) }
            }
            @if let Some(more) = view.more {
                p { a href={ "/" (super::text::query(&[("find", view.find), ("after", more)])) } { "Older" } }
            }
        }
    }
}

fn row(chrome: Chrome<'_>, conversation: &Conversation, open: Option<&str>) -> Markup {
    let Conversation { id, title, created: _, updated: _, turns: _ } = conversation;
    let shown = if title.is_empty() { "Untitled" } else { title };
    let at = format!("/c/{}", super::text::encode(id));
    html! {
        li {
            a href=(at) aria-current=[(open == Some(id.as_str())).then_some("page")] { (shown) }
            details {
                summary aria-label={ "Rename or delete “" (shown) "”" } { "⋯" }
                div {
                    form class="field" method="post" action={ (at) "/rename" } {
                        (csrf(chrome))
                        label for={ "title-" (id) } { "Title" }
                        input type="text" id={ "title-" (id) } name="title" value=(title) maxlength=(MAX_TITLE_CHARS) required;
                        div { button { "Rename" } }
                    }
                    form method="post" action={ (at) "/delete" } data-confirm="Delete this conversation for good?" {
                        (csrf(chrome))
                        button class="danger" { "Delete" }
                    }
                }
            }
        }
    }
}
