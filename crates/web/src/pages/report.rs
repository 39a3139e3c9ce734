//! `/interview/{id}/report`: what came of an interview.

use super::chart::{Bar, bars};
use super::grade::{GradeView, grade_card};
use super::interview::{Closing, InterviewMode, asked};
use super::layout::{Chrome, Page, Tab, document};
use super::text::{date, percent, spent, title, words};
use maud::{Markup, html};
use std::time::{Duration, SystemTime};

/// One question of a report, with its follow-ups.
#[derive(Debug, Clone)]
pub struct ReportQuestion {
    /// Its number, from 1.
    pub number: usize,
    /// What was asked.
    pub text: String,
    /// The entry's id.
    pub question: String,
    /// Its module's title.
    pub module: String,
    /// The grade, all answers to it taken together; `None` where nothing was said.
    pub grade: Option<GradeView>,
    /// How it was closed, where that was not by an answer.
    pub closing: Option<Closing>,
    /// How many hints were taken.
    pub hints: usize,
    /// How long it took.
    pub elapsed: Duration,
}

/// A place of the guide that is worth reading next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextReading {
    /// The key point that is stated there.
    pub point: String,
    /// The entry's id.
    pub question: String,
    /// The section's anchor.
    pub anchor: String,
    /// The entry's question.
    pub title: String,
}

/// A report.
#[derive(Debug, Clone)]
pub struct ReportPage<'a> {
    /// The interview's id.
    pub id: &'a str,
    /// How it was held.
    pub mode: InterviewMode,
    /// A role's id, or empty.
    pub role: &'a str,
    /// A level's name, or empty.
    pub level: &'a str,
    /// When it began.
    pub created: SystemTime,
    /// How long all of it took.
    pub elapsed: Duration,
    /// The whole score, 0 to 1; `None` where nothing was graded.
    pub score: Option<f64>,
    /// What to say in general, one or two sentences.
    pub summary: &'a str,
    /// Modules with their mean score.
    pub modules: &'a [(String, f64)],
    /// Focus areas, as ids, with their mean score.
    pub focus: &'a [(String, f64)],
    /// What went well: an entry's id, its question, its score.
    pub strengths: &'a [(String, String, f64)],
    /// What to work on first, the most important first.
    pub next: &'a [NextReading],
    /// The questions, in order.
    pub questions: &'a [ReportQuestion],
    /// Whether no more answers may come.
    pub is_final: bool,
    /// Now, for due dates.
    pub now: SystemTime,
}

/// Renders the report.
pub fn report_page(chrome: Chrome<'_>, view: &ReportPage<'_>) -> String {
    let at = format!("/interview/{}", super::text::encode(view.id));
    let main = html! {
        div class="page report" {
            p class="crumbs no-print" { a href="/interview" { "Interviews" } }
            h1 { "Interview report" }
            (facts(view))
            @if !view.is_final { div class="notice" { p { "The interview is not over yet. " a href=(at) { "Go on with it" } "." } } }
            @if let Some(score) = view.score { p class="score" { "Score " strong { (percent(score)) } } }
            @if !view.summary.is_empty() { p { (view.summary) } }
            div class="row no-print" {
                a class="button primary" href="/review" { "Plan the review" }
                a class="button" href={ (at) "/report.md" } { "Download as Markdown" }
            }
            (next(view.next))
            (strengths(view.strengths))
            (means("By module", "Module", view.modules.iter().cloned()))
            (means("By focus area", "Focus area", view.focus.iter().map(|(id, score)| (words(id), *score))))
            @for question in view.questions { (one(question, view.now)) }
        }
    };
    let page = Page {
        title: "Report",
        tab: Some(Tab::Interview),
        scripts: &[],
        class: "",
        context: None,
        companion: None,
        main,
    };
    document(chrome, page)
}

fn facts(view: &ReportPage<'_>) -> Markup {
    html! {
        p class="facts" {
            span { (words(view.mode.as_str())) }
            @if !view.role.is_empty() { span { (words(view.role)) } }
            @if !view.level.is_empty() { span { (words(view.level)) " level" } }
            span { (asked(view.questions.len())) }
            span { (date(view.created)) }
            @if !view.elapsed.is_zero() { span { (spent(view.elapsed)) } }
        }
    }
}

/// The table of means is worth its room where there is something to compare.
fn means(heading: &str, name: &str, scores: impl Iterator<Item = (String, f64)>) -> Markup {
    let rows: Vec<Bar> =
        scores.map(|(label, score)| Bar { label, value: score, text: percent(score) }).collect();
    html! {
        @if !rows.is_empty() {
            section class="part" {
                h2 { (heading) }
                (bars(&format!("Mean score {}", heading.to_lowercase()), (name, "Mean score"), &rows, 1.0))
            }
        }
    }
}

fn next(places: &[NextReading]) -> Markup {
    html! {
        @if !places.is_empty() {
            section class="part" {
                h2 { "What to work on first" }
                ol class="next-reading" { @for place in places {
                    @let href = crate::markdown::href(&place.question, &place.anchor);
                    li { p { (title(&place.point)) } p class="small" { a href=(href) { "Read: " (title(&place.title)) } } }
                } }
            }
        }
    }
}

fn strengths(found: &[(String, String, f64)]) -> Markup {
    html! {
        @if !found.is_empty() {
            section class="part" {
                h2 { "What went well" }
                ul class="questions" { @for (id, text, score) in found {
                    li { a href={ "/questions/" (super::text::encode(id)) } { (title(text)) } span class="num" { (percent(*score)) } }
                } }
            }
        }
    }
}

fn one(question: &ReportQuestion, now: SystemTime) -> Markup {
    html! {
        section class="part" {
            h2 { (question.number) ". " (title(&question.text)) }
            p class="facts" {
                span { (question.module) }
                @if question.hints > 0 { span { (super::text::count(question.hints, "hint", "hints")) } }
                @if !question.elapsed.is_zero() { span { (spent(question.elapsed)) } }
                a class="no-print" href={ "/questions/" (super::text::encode(&question.question)) } { "Read the entry" }
            }
            @if let Some(closing) = question.closing { p { span class="badge" { "○ " (closing.words()) } } }
            @match (&question.grade, question.closing) {
                (Some(grade), _) => { (grade_card(grade, now)) }
                (None, None) => { p { span class="badge" { "○ Not answered" } } }
                (None, Some(_)) => {}
            }
        }
    }
}
