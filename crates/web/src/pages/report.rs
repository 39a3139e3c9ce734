//! `/interview/{id}/report`: what came of an interview.

use super::chart::{Bar, bars};
use super::grade::{GradeView, Verdict, grade_card};
use super::interview::{InterviewMode, asked};
use super::layout::{Chrome, Page, Tab, document};
use super::text::{date, percent, title, words};
use maud::{Markup, html};
use std::time::SystemTime;

/// One question of a report, with its follow-ups.
#[derive(Debug, Clone)]
pub struct ReportQuestion {
    /// Its number, from 1.
    pub number: u32,
    /// What was asked.
    pub text: String,
    /// The entry's id.
    pub question: String,
    /// Its module's title.
    pub module: String,
    /// The grade, all answers to it taken together; `None` where it was skipped.
    pub grade: Option<GradeView>,
    /// The follow-ups that were asked, each with what was answered.
    pub follow_ups: Vec<(String, String)>,
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
    /// The whole score, 0 to 1; `None` where nothing was answered.
    pub score: Option<f64>,
    /// What to say in general, one or two sentences.
    pub summary: &'a str,
    /// Modules with their mean score.
    pub modules: &'a [(String, f64)],
    /// The questions, in order.
    pub questions: &'a [ReportQuestion],
    /// Whether more answers may come.
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
            p class="facts" {
                span { (words(view.mode.as_str())) }
                @if !view.role.is_empty() { span { (words(view.role)) } }
                @if !view.level.is_empty() { span { (words(view.level)) " level" } }
                span { (asked(view.questions.len())) }
                span { (date(view.created)) }
            }
            @if !view.is_final { p class="notice" { "The interview is not over yet. " a href=(at) { "Continue" } } }
            @if let Some(score) = view.score { p class="score" { "Score " strong { (percent(score)) } } }
            @if !view.summary.is_empty() { p { (view.summary) } }
            div class="row no-print" {
                a class="button" href={ (at) "/report.md" } { "Download as Markdown" }
                a class="button primary" href="/review" { "Plan the review" }
            }
            @if !view.modules.is_empty() { (modules(view.modules)) }
            (missed(view.questions))
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

fn modules(scores: &[(String, f64)]) -> Markup {
    let rows: Vec<Bar> = scores
        .iter()
        .map(|(module, score)| Bar { label: module.clone(), value: *score, text: percent(*score) })
        .collect();
    html! {
        section class="part" {
            h2 { "By module" }
            (bars("Mean score by module", ("Module", "Mean score"), &rows, 1.0))
        }
    }
}

/// The essentials that were missed, over all questions: what to read first.
fn missed(questions: &[ReportQuestion]) -> Markup {
    let open = |verdict: Verdict| matches!(verdict, Verdict::Missing | Verdict::Contradicted);
    let essentials: Vec<(&ReportQuestion, &str)> = questions
        .iter()
        .filter_map(|question| Some((question, question.grade.as_ref()?)))
        .flat_map(|(question, grade)| grade.points.iter().map(move |point| (question, point)))
        .filter(|(_, point)| open(point.verdict) && point.weight == viva_core::guide::Weight::Essential)
        .map(|(question, point)| (question, point.text.as_str()))
        .collect();
    html! {
        @if !essentials.is_empty() {
            section class="part" {
                h2 { "Essentials to go back to" }
                ul { @for (question, text) in essentials {
                    li { (title(text)) " " a href={ "/questions/" (super::text::encode(&question.question)) } { (title(&question.text)) } }
                } }
            }
        }
    }
}

fn one(question: &ReportQuestion, now: SystemTime) -> Markup {
    html! {
        section class="part" {
            h2 { (question.number) ". " (title(&question.text)) }
            p class="small muted" { (question.module) " · " a href={ "/questions/" (super::text::encode(&question.question)) } { "Read the entry" } }
            @match &question.grade {
                Some(grade) => { (grade_card(grade, now)) }
                None => { p { span class="badge" { "○ Skipped" } } }
            }
            @for (asked, answered) in &question.follow_ups {
                div class="field" { h3 { "Follow-up: " (title(asked)) } p class="own" { (answered) } }
            }
        }
    }
}
