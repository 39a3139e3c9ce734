//! One turn: the question, the answer, its sources, what to ask next, and how it was made.

use super::layout::{Chrome, csrf};
use super::notice::{Advice, error_box};
use super::text::{count, duration, encode, moment, section_name, title};
use crate::markdown::{self, Marker, Style};
use maud::{Markup, html};
use viva_core::conversation::{TurnOutcome, TurnRecord};
use viva_core::guide::Guide;
use viva_core::turn::{Answer, Citation, Degraded, DegradedReason, Failure, FailureKind, Mode, Understood};

/// A cited section, with what the page shows of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceView {
    /// The citation, as the answer has it.
    pub citation: Citation,
    /// The cited question's text.
    pub title: String,
    /// The cited section's Markdown, in which the quote is marked; `None` where the guide has changed since.
    pub section: Option<String>,
}

impl SourceView {
    /// Finds what `citation` cites in `guide`.
    pub fn look_up(citation: &Citation, guide: &Guide) -> Self {
        let question = guide.question(&citation.question);
        let in_section = question.and_then(|question| {
            let section = question.sections.iter().find(|section| section.anchor == citation.anchor);
            let follow_up = || {
                let number: usize = citation.anchor.strip_prefix("follow-up-")?.parse().ok()?;
                question.follow_ups.get(number.checked_sub(1)?)
            };
            section
                .map(|section| section.markdown.clone())
                .or_else(|| follow_up().map(|found| found.answer.clone()))
        });
        Self {
            citation: citation.clone(),
            title: question.map_or_else(|| citation.question.to_string(), |question| question.text.clone()),
            section: in_section.filter(|section| section.contains(&citation.quote)),
        }
    }

    /// What the answer's marker leads to.
    pub fn marker(&self) -> Marker {
        Marker::of_citation(&self.citation, &self.title)
    }
}

/// One turn of a conversation.
#[derive(Debug, Clone)]
pub struct TurnView<'a> {
    /// The turn.
    pub turn: &'a TurnRecord,
    /// Its citations, by number; empty unless it was answered.
    pub sources: Vec<SourceView>,
    /// The name of the language model, where it wrote the answer.
    pub model: Option<&'a str>,
    /// Where the answered question's example stands in the guide: `/questions/{id}#example`.
    pub example: Option<String>,
    /// Whether it is the last one: only that can be deepened.
    pub is_last: bool,
}

/// The turn as an article.
pub(super) fn turn(chrome: Chrome<'_>, view: &TurnView<'_>) -> Markup {
    let TurnView { turn, .. } = view;
    let heading = format!("turn-{}-question", turn.number);
    let base = format!("/c/{}/turns/{}", encode(&turn.conversation), encode(&turn.id));
    let is_running = matches!(turn.outcome, TurnOutcome::Running);
    html! {
        article class="turn" id={ "turn-" (turn.number) } data-turn=(turn.id) aria-labelledby=(heading)
            data-stream=[is_running.then(|| format!("{base}/stream"))] {
            (question(&heading, turn.asked.as_deref()))
            @match &turn.outcome {
                TurnOutcome::Running => {
                    div class="answer prose" aria-busy="true" {}
                    div class="after" {
                        noscript {
                            p class="notice" {
                                "The answer is being written. "
                                a href={ "/c/" (encode(&turn.conversation)) } { "Reload to see it." }
                            }
                        }
                        p class="status muted small" { "Answering" }
                    }
                }
                TurnOutcome::Answered(answer) => {
                    (understood(&answer.query))
                    div class="answer prose" {
                        (markdown::render(&answer.text, Style { markers: &markers(&view.sources), heading: 3 }))
                    }
                    div class="after stack" { (after(chrome, view, answer, &base)) }
                }
                TurnOutcome::Failed { failure, partial } => {
                    div class="answer prose" { (markdown::render(partial, Style::default())) }
                    div class="after stack" { (failure_markup(failure, None)) (retry(chrome, turn)) (edit_and_retry(chrome, turn)) }
                }
            }
        }
    }
}

fn markers(sources: &[SourceView]) -> Vec<Marker> {
    sources.iter().map(SourceView::marker).collect()
}

fn question(id: &str, asked: Option<&str>) -> Markup {
    let asked = asked.unwrap_or("Go deeper");
    let is_long = asked.chars().count() > 160 || asked.contains('\n');
    html! { h2 id=(id) class=[is_long.then_some("long")] { (title(asked)) } }
}

fn understood(query: &Understood) -> Markup {
    let Understood { original, standalone, reason } = query;
    html! {
        @if original != standalone {
            p class="understood" {
                "Understood as “" (standalone) "”"
                @if let Some(reason) = reason { ": " (reason) } "."
            }
        }
    }
}

/// The line "Understood as …" for the stream's `query` event; empty where the question was searched as asked.
pub(crate) fn understood_block(query: &Understood) -> String {
    understood(query).into_string()
}

/// One item of the list of sources: for the stream's `citation` event.
pub fn source_block(source: &SourceView, revision: &str) -> String {
    source_item(source, revision).into_string()
}

/// What stands under a finished answer: for the stream's `done` event.
pub fn done_block(chrome: Chrome<'_>, view: &TurnView<'_>) -> String {
    let turn = view.turn;
    let base = format!("/c/{}/turns/{}", encode(&turn.conversation), encode(&turn.id));
    match &turn.outcome {
        TurnOutcome::Answered(answer) => after(chrome, view, answer, &base).into_string(),
        TurnOutcome::Failed { failure, .. } => {
            html! { (failure_markup(failure, None)) (retry(chrome, turn)) (edit_and_retry(chrome, turn)) }
                .into_string()
        }
        TurnOutcome::Running => String::new(),
    }
}

/// Why there is no answer: for the stream's `error` event.
pub fn failure_block(failure: &Failure, request_id: Option<&str>) -> String {
    failure_markup(failure, request_id).into_string()
}

fn failure_markup(failure: &Failure, request_id: Option<&str>) -> Markup {
    let Failure { kind, detail } = failure;
    let (title, remedy) = match kind {
        FailureKind::Unavailable => (
            "The guide cannot be searched now",
            "Try again in a moment; the status page says what is missing.",
        ),
        FailureKind::Timeout => ("That took too long", "Try again, or ask for a brief answer."),
        FailureKind::Interrupted => {
            ("The answer is incomplete", "What was written is kept above. Try again for the whole of it.")
        }
        FailureKind::ShuttingDown => {
            ("The service is restarting", "Your question is kept. Try again in a few seconds.")
        }
        FailureKind::Internal => (
            "Something failed on our side",
            "Your question is kept. Try again; if it fails again, the request id helps to find out why.",
        ),
    };
    error_box(&Advice { title, detail: &sentence(detail), remedy, request_id, retry: None })
}

/// A detail, written as a part of a sentence, as a sentence of its own.
fn sentence(detail: &str) -> String {
    let mut chars = detail.chars();
    let first: String = chars.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
    let end = if detail.is_empty() || detail.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{}{end}", chars.as_str())
}

fn after(chrome: Chrome<'_>, view: &TurnView<'_>, answer: &Answer, base: &str) -> Markup {
    let revision = answer.revision.short();
    html! {
        @if !answer.covered { (nearest(answer)) }
        @if !view.sources.is_empty() { (sources_list(&view.sources, &revision)) }
        @if !answer.grounding.unsupported.is_empty() { (unsupported(answer)) }
        (next(chrome, view, answer))
        (meta(view, answer, base))
        @if view.is_last { (edit_and_retry(chrome, view.turn)) }
    }
}

fn nearest(answer: &Answer) -> Markup {
    html! {
        @if !answer.nearest.is_empty() {
            section class="next nearest" aria-label="Nearest topics" {
                ul { @for near in &answer.nearest { li { a class="button" href={ "/questions/" (near.question) } { (title(&near.title)) } } } }
            }
        }
    }
}

fn unsupported(answer: &Answer) -> Markup {
    html! {
        details class="degraded" {
            summary class="badge partial" { "! " (count(answer.grounding.unsupported.len(), "sentence", "sentences")) " not found in the sources" }
            ul { @for sentence in &answer.grounding.unsupported { li class="prose" { (markdown::render(sentence, Style::default())) } } }
        }
    }
}

fn sources_list(sources: &[SourceView], revision: &str) -> Markup {
    html! {
        section class="sources" aria-label="Sources" {
            h3 { "Sources" }
            ol { @for source in sources { (source_item(source, revision)) } }
        }
    }
}

fn source_item(source: &SourceView, revision: &str) -> Markup {
    let SourceView { citation, title: name, section } = source;
    let marker = source.marker();
    html! {
        li data-n=(citation.n) {
            details {
                summary {
                    span class="n" { (citation.n) }
                    span { span class="t" { (title(name)) } " " span class="muted" { (section_name(citation.section)) } }
                }
                div class="source-body" {
                    div class="prose" { (markdown::excerpt(section.as_deref().unwrap_or(""), &citation.quote)) }
                    p class="small muted" {
                        a href=(marker.href) { "Open in the guide" } " · revision " (revision)
                        @if section.is_none() { " · the guide has changed since" }
                    }
                }
            }
        }
    }
}

/// Follow-up questions and "Go deeper": one form, a button each, so that one click asks.
fn next(chrome: Chrome<'_>, view: &TurnView<'_>, answer: &Answer) -> Markup {
    let can_deepen = answer.covered && view.is_last;
    html! {
        @if can_deepen || !answer.follow_ups.is_empty() {
            section class="next" aria-label="Ask next" {
                form method="post" action="/ask" data-ask {
                    (csrf(chrome))
                    input type="hidden" name="conversation" value=(view.turn.conversation);
                    input type="hidden" name="depth" value=(view.turn.depth);
                    ul {
                        @for follow_up in &answer.follow_ups { li { button name="question" value=(follow_up) { (title(follow_up)) } } }
                        @if can_deepen { li { button name="go_deeper" value="1" { "Go deeper" } } }
                        @if let Some(example) = &view.example { li { a class="button" href=(example) { "Show an example" } } }
                    }
                }
            }
        }
    }
}

fn meta(view: &TurnView<'_>, answer: &Answer, base: &str) -> Markup {
    html! {
        div class="meta" {
            (mode_badge(answer, view.model))
            @if !view.sources.is_empty() { span { (count(view.sources.len(), "source", "sources")) } }
            span { (duration(answer.timings.total)) }
            a href={ (base) "/inside" } { "Look inside" }
            button class="link" type="button" data-copy hidden { "Copy" }
            a href={ "#turn-" (view.turn.number) } title="Link to this answer" { "Link" }
            span { (moment(view.turn.ended.unwrap_or(view.turn.began))) }
        }
        textarea class="copy-source" hidden readonly aria-label="Answer as Markdown" { (as_markdown(answer, &view.sources)) }
    }
}

/// The answer with its list of sources, as "Copy" gives it.
fn as_markdown(answer: &Answer, sources: &[SourceView]) -> String {
    let mut text = answer.text.trim_end().to_owned();
    if !sources.is_empty() {
        text.push_str("\n\nSources:\n");
    }
    for source in sources {
        let marker = source.marker();
        text.push_str(&format!("\n[{}] {} ({})", marker.n, marker.label, marker.href));
    }
    text.push('\n');
    text
}

/// How the answer was made, in words; it stays on the answer.
pub(super) fn mode_badge(answer: &Answer, model: Option<&str>) -> Markup {
    html! {
        @match (&answer.degraded, answer.mode) {
            (Some(degraded), _) => { (degraded_badge("From the guide", degraded)) }
            (None, _) if !answer.covered => { span class="badge" { "Not covered" } }
            (None, Mode::Extractive) => { span class="badge" { "From the guide" } }
            (None, Mode::Generated) => { span class="badge" { "Written by " (model.unwrap_or("a language model")) } }
        }
    }
}

/// Why an answer or a grade was not made as configured (`instead` is what it is), with what can be done about it.
pub(super) fn degraded_badge(instead: &str, degraded: &Degraded) -> Markup {
    let (what, remedy) = match degraded.reason {
        DegradedReason::ModelUnavailable => {
            ("the model could not be reached", "Ask again later, or see the status page.")
        }
        DegradedReason::ModelTimeout => ("the model timed out", "Ask again; it may be busy."),
        DegradedReason::ModelRateLimited => ("the model asked for a pause", "Ask again in a minute."),
        DegradedReason::ModelRejected => {
            ("the model refused", "Word the question differently, or see the status page.")
        }
        DegradedReason::Budget => {
            ("today's tokens are spent", "The model is back tomorrow; the operator can raise the budget.")
        }
    };
    html! {
        details class="degraded" {
            summary class="badge partial" { "! " (instead) ": " (what) " " }
            p { (degraded.detail) " " (remedy) }
        }
    }
}

/// The same once more, with one click.
fn retry(chrome: Chrome<'_>, turn: &TurnRecord) -> Markup {
    html! {
        form method="post" action="/ask" data-ask {
            (csrf(chrome))
            input type="hidden" name="conversation" value=(turn.conversation);
            input type="hidden" name="depth" value=(turn.depth);
            @match &turn.asked {
                Some(asked) => { button name="question" value=(asked) { "Try again" } }
                None => { button name="go_deeper" value="1" { "Try again" } }
            }
        }
    }
}

/// The question once more, to be changed.
fn edit_and_retry(chrome: Chrome<'_>, turn: &TurnRecord) -> Markup {
    html! {
        @if let Some(asked) = &turn.asked {
            details class="edit small" {
                summary class="muted" { "Edit and ask again" }
                form class="field" method="post" action="/ask" data-ask {
                    (csrf(chrome))
                    input type="hidden" name="conversation" value=(turn.conversation);
                    input type="hidden" name="depth" value=(turn.depth);
                    textarea class="grow" name="question" aria-label="Question" required { (asked) }
                    div { button { "Ask again" } }
                }
            }
        }
    }
}
