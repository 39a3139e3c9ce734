//! `/questions/{id}`: one entry of the guide.

use super::layout::{Chrome, Page, Tab, csrf, document};
use super::text::{level_name, section_name, title, words};
use crate::markdown::{self, Style};
use maud::{Markup, html};
use viva_core::guide::{Guide, KeyPoint, Module, Question, SectionKind};

/// One entry.
#[derive(Debug, Clone, Copy)]
pub struct EntryPage<'a> {
    /// The guide that it stands in.
    pub guide: &'a Guide,
    /// The entry.
    pub question: &'a Question,
}

/// Renders the page.
pub fn entry_page(chrome: Chrome<'_>, view: &EntryPage<'_>) -> String {
    let EntryPage { guide, question } = view;
    let module = guide.module(&question.module);
    let main = html! {
        article class="entry" {
            @if let Some(module) = module {
                p class="crumbs" { a href="/guide" { "Guide" } " / " a href={ "/guide/" (module.id) } { (module.title) } }
            }
            h1 { (title(&question.text)) }
            (facts(question))
            (actions(chrome, question))
            @for section in &question.sections {
                section {
                    h2 id=(section.anchor) { (heading(section.kind, &section.heading)) (anchor(&section.anchor)) }
                    div class="prose" { (markdown::render(&section.markdown, Style::default())) }
                }
            }
            (key_points(&question.key_points))
            (follow_ups(question))
            (related(guide, question))
            @if let Some(module) = module { (pager(module, question)) }
        }
    };
    let context = module.map(|module| in_module(module, question));
    let companion = Some(contents(question));
    let page = Page {
        title: &question.text,
        tab: Some(Tab::Guide),
        scripts: &[],
        class: "",
        context,
        companion,
        main,
    };
    document(chrome, page)
}

fn heading(kind: SectionKind, written: &str) -> String {
    if kind == SectionKind::Text { written.to_owned() } else { section_name(kind).to_owned() }
}

fn anchor(id: &str) -> Markup {
    html! { a class="anchor" href={ "#" (id) } aria-label="Link to this section" { "#" } }
}

fn facts(question: &Question) -> Markup {
    html! {
        p class="facts" {
            @if let Some(level) = question.level { span { (level_name(level)) " level" } }
            @if !question.focus.is_empty() {
                span { @for (at, focus) in question.focus.iter().enumerate() {
                    @if at > 0 { ", " }
                    a href={ "/guide" (super::text::query(&[("focus", focus.as_str())])) } { (words(focus.as_str())) }
                } }
            }
        }
    }
}

fn actions(chrome: Chrome<'_>, question: &Question) -> Markup {
    html! {
        div class="row no-print" {
            a class="button" href={ "/" (super::text::query(&[("q", &question.text)])) } { "Ask about this" }
            @if !question.key_points.is_empty() {
                form method="post" action="/interview" {
                    (csrf(chrome))
                    input type="hidden" name="question" value=(question.id);
                    input type="hidden" name="mode" value="practice";
                    button { "Examine me on this" }
                }
                a class="button" href={ "/review/" (question.id) } { "Practise this" }
            }
        }
    }
}

fn key_points(key_points: &[KeyPoint]) -> Markup {
    html! {
        @if !key_points.is_empty() {
            section {
                h2 id="key-points" { "Key points" (anchor("key-points")) }
                (points(key_points))
            }
        }
    }
}

/// Key points, each with its weight.
pub(super) fn points(points: &[KeyPoint]) -> Markup {
    html! {
        ul class="points" {
            @for point in points {
                li { span class="w" { (words(point.weight.as_str())) } span { (title(&point.text)) } }
            }
        }
    }
}

fn follow_ups(question: &Question) -> Markup {
    html! {
        @if !question.follow_ups.is_empty() {
            section class="follow" {
                h2 id="follow-ups" { "Follow-ups" (anchor("follow-ups")) }
                @for (at, follow_up) in question.follow_ups.iter().enumerate() {
                    @let id = format!("follow-up-{}", at + 1);
                    div {
                        h3 id=(id) { (title(&follow_up.question)) (anchor(&id)) }
                        div class="prose" { (markdown::render(&follow_up.answer, Style { markers: &[], heading: 4 })) }
                    }
                }
            }
        }
    }
}

fn related(guide: &Guide, question: &Question) -> Markup {
    let related: Vec<&Question> = question.related.iter().filter_map(|id| guide.question(id)).collect();
    html! {
        @if !related.is_empty() {
            section {
                h2 id="related" { "Related questions" }
                ul class="questions" { @for other in related { (question_row(other)) } }
            }
        }
    }
}

/// A question in a list, with its level.
pub(super) fn question_row(question: &Question) -> Markup {
    html! {
        li {
            a href={ "/questions/" (question.id) } { (title(&question.text)) }
            @if let Some(level) = question.level { span { (level_name(level)) } }
        }
    }
}

fn pager(module: &Module, question: &Question) -> Markup {
    let at = module.questions.iter().position(|other| other.id == question.id);
    let beside = |step: isize| at.and_then(|at| module.questions.get(at.checked_add_signed(step)?));
    html! {
        nav class="pager" aria-label="Previous and next" {
            @if let Some(previous) = beside(-1) {
                a href={ "/questions/" (previous.id) } rel="prev" { span class="small muted" { "Previous: " } (title(&previous.text)) }
            }
            @if let Some(next) = beside(1) {
                a href={ "/questions/" (next.id) } rel="next" { span class="small muted" { "Next: " } (title(&next.text)) }
            }
        }
    }
}

fn in_module(module: &Module, question: &Question) -> Markup {
    html! {
        nav aria-label=(module.title) {
            h2 { a href={ "/guide/" (module.id) } { (module.title) } }
            ul class="side" {
                @for other in &module.questions {
                    li { a href={ "/questions/" (other.id) } aria-current=[(other.id == question.id).then_some("page")] { (title(&other.text)) } }
                }
            }
        }
    }
}

fn contents(question: &Question) -> Markup {
    html! {
        nav class="contents" aria-label="On this page" {
            h2 { "On this page" }
            ul class="side" {
                @for section in &question.sections { li { a href={ "#" (section.anchor) } { (heading(section.kind, &section.heading)) } } }
                @if !question.key_points.is_empty() { li { a href="#key-points" { "Key points" } } }
                @if !question.follow_ups.is_empty() { li { a href="#follow-ups" { "Follow-ups" } } }
                @if !question.related.is_empty() { li { a href="#related" { "Related questions" } } }
            }
        }
    }
}
