//! `/review`: what is due, and progress.

use super::chart::{Bar, Span, bars, over_time};
use super::layout::{Chrome, Page, Tab, csrf, document};
use super::text::{count, day, percent, title, until, words};
use maud::{Markup, html};
use std::time::SystemTime;
use viva_core::examination::Review;
use viva_core::guide::Guide;

/// How far someone is with a module or a focus area.
#[derive(Debug, Clone, PartialEq)]
pub struct AreaProgress {
    /// Its title; for a focus area its id.
    pub title: String,
    /// Where its questions are listed.
    pub href: String,
    /// Questions that were asked at least once.
    pub seen: usize,
    /// How many questions it has.
    pub total: usize,
    /// Questions that are due.
    pub due: usize,
    /// The mean of the latest scores, 0 to 1.
    pub score: Option<f64>,
}

/// What is due, and progress.
#[derive(Debug, Clone)]
pub struct ReviewPage<'a> {
    /// The guide, for titles.
    pub guide: &'a Guide,
    /// What is due now, longest overdue first.
    pub due: &'a [Review],
    /// How many reviews fall due on each of the next 14 days, today with what is overdue first.
    pub coming: &'a [(SystemTime, u32)],
    /// When the next one is due, where none is now.
    pub next: Option<SystemTime>,
    /// The modules.
    pub modules: &'a [AreaProgress],
    /// The focus areas.
    pub focus: &'a [AreaProgress],
    /// Mean scores, oldest first, and what each stands for.
    pub scores: (Span, &'a [(SystemTime, f64)]),
    /// The form's own word: one form makes one interview.
    pub key: &'a str,
    /// Now.
    pub now: SystemTime,
}

/// Renders the overview.
pub fn review_page(chrome: Chrome<'_>, view: &ReviewPage<'_>) -> String {
    let (span, scores) = view.scores;
    let by = if span == Span::Day { "day" } else { "week" };
    let main = html! {
        div class="page" {
            h1 { "Review" }
            (due(chrome, view))
            section class="part" {
                h2 { "Due in the next 14 days" }
                @if view.coming.iter().all(|(_, n)| *n == 0) { p class="muted" { "Nothing. Every answer that is graded or rated puts its question here." } }
                @else { (coming(view.coming)) }
            }
            section class="part" {
                h2 { "Scores over time" }
                @if scores.is_empty() { p class="muted" { "No answer was graded yet. " a href="/interview" { "Begin an interview" } "." } }
                @else { (over_time(&format!("Mean score by {by}"), span, scores)) }
            }
            section class="part" { h2 { "By module" } (progress("Module", view.modules, str::to_owned)) }
            @if !view.focus.is_empty() { section class="part" { h2 { "By focus area" } (progress("Focus area", view.focus, words)) } }
        }
    };
    let page = Page {
        title: "Review",
        tab: Some(Tab::Review),
        scripts: &[],
        class: "",
        context: None,
        companion: None,
        main,
    };
    document(chrome, page)
}

fn due(chrome: Chrome<'_>, view: &ReviewPage<'_>) -> Markup {
    let name = |review: &Review| {
        view.guide
            .question(&review.question)
            .map_or_else(|| review.question.to_string(), |question| question.text.clone())
    };
    html! {
        @if let Some(first) = view.due.first() {
            p { (count(view.due.len(), "question is", "questions are")) " due." }
            form class="row" method="post" action="/interview" {
                (csrf(chrome))
                input type="hidden" name="key" value=(view.key);
                input type="hidden" name="due" value="1";
                a class="button primary" href={ "/review/" (first.question) } { "Start the review" }
                button { "Be examined on what is due" }
            }
            details class="small" {
                summary class="muted" { "Which ones" }
                ul { @for review in view.due { li { a href={ "/review/" (review.question) } { (title(&name(review))) } } } }
            }
        } @else {
            p {
                "Nothing is due. "
                @if let Some(next) = view.next { "The next question comes " (until(next, view.now)) ". " }
                a href="/interview" { "Be examined" } " on something new."
            }
        }
    }
}

fn coming(days: &[(SystemTime, u32)]) -> Markup {
    let most = days.iter().map(|(_, n)| *n).max().unwrap_or(1).max(1);
    let label = |at: usize, date: SystemTime| if at == 0 { "Today".to_owned() } else { day(date) };
    let rows: Vec<Bar> = days
        .iter()
        .enumerate()
        .map(|(at, (date, n))| Bar { label: label(at, *date), value: f64::from(*n), text: n.to_string() })
        .collect();
    bars("Reviews due by day", ("Day", "Reviews"), &rows, f64::from(most))
}

fn progress(heading: &str, rows: &[AreaProgress], name: fn(&str) -> String) -> Markup {
    html! {
        div class="table" role="group" tabindex="0" aria-label={ "Progress, " (heading.to_lowercase()) } {
            table class="full progress" {
                thead { tr {
                    th scope="col" { (heading) }
                    th scope="col" class="num" { "Practised" }
                    th scope="col" class="bar" { span class="hush" { "Share" } }
                    th scope="col" class="num" { "Due" }
                    th scope="col" class="num" { "Latest score" }
                } }
                tbody { @for row in rows { (progress_row(row, &name(&row.title))) } }
            }
        }
    }
}

fn progress_row(row: &AreaProgress, name: &str) -> Markup {
    let share = format!("{} of {}", row.seen, row.total);
    html! {
        tr {
            td { a href=(row.href) { (name) } }
            td class="num" { (row.seen) "/" (row.total) }
            td class="bar" { meter min="0" max=(row.total.max(1)) value=(row.seen) aria-label={ (name) ": " (share) } { (share) } }
            td class="num" { (row.due) }
            td class="num" { @match row.score { Some(score) => { (percent(score)) } None => { "–" } } }
        }
    }
}
