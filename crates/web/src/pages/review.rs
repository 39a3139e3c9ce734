//! `/review`: what is due, and progress; `/review/{question}`: one card.

use super::chart::{Bar, bars, over_time};
use super::entry::points;
use super::grade::{GradeView, grade_card};
use super::layout::{Chrome, Page, Tab, csrf, document};
use super::text::{count, percent, title, until};
use crate::markdown::{self, Style};
use maud::{Markup, html};
use std::time::SystemTime;
use viva_core::examination::Review;
use viva_core::guide::{Guide, Question, SectionKind};

/// How far someone is with one module.
#[derive(Debug, Clone, PartialEq)]
pub struct ModuleProgress {
    /// Its title.
    pub title: String,
    /// Its id; empty for a focus area.
    pub id: String,
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
    /// How many reviews fall due on each of the next 14 days; the label is the day, `22 Nov`.
    pub coming: &'a [(String, u32)],
    /// When the next one is due, where none is now.
    pub next: Option<SystemTime>,
    /// The modules.
    pub modules: &'a [ModuleProgress],
    /// The focus areas.
    pub focus: &'a [ModuleProgress],
    /// Mean score by week, oldest first; the label is the week's first day.
    pub scores: &'a [(String, f64)],
    /// Now.
    pub now: SystemTime,
}

/// Renders the overview.
pub fn review_page(chrome: Chrome<'_>, view: &ReviewPage<'_>) -> String {
    let main = html! {
        div class="page" {
            h1 { "Review" }
            (due(view))
            section class="part" {
                h2 { "Due in the next 14 days" }
                @if view.coming.iter().all(|(_, n)| *n == 0) { p class="muted" { "Nothing yet. Every graded answer puts its question here." } }
                @else { (coming(view.coming)) }
            }
            section class="part" {
                h2 { "Scores over time" }
                @if view.scores.is_empty() { p class="muted" { "No answer was graded yet. " a href="/interview" { "Begin an interview" } "." } }
                @else { (over_time("Mean score by week", view.scores)) }
            }
            section class="part" { h2 { "By module" } (progress("Module", view.modules)) }
            @if !view.focus.is_empty() { section class="part" { h2 { "By focus area" } (progress("Focus area", view.focus)) } }
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

fn due(view: &ReviewPage<'_>) -> Markup {
    let name = |review: &Review| {
        view.guide
            .question(&review.question)
            .map_or_else(|| review.question.to_string(), |question| question.text.clone())
    };
    html! {
        @if let Some(first) = view.due.first() {
            p { (count(view.due.len(), "question is", "questions are")) " due." }
            div { a class="button primary" href={ "/review/" (first.question) } { "Start the review" } }
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

fn coming(days: &[(String, u32)]) -> Markup {
    let most = days.iter().map(|(_, n)| *n).max().unwrap_or(1).max(1);
    let rows: Vec<Bar> = days
        .iter()
        .map(|(day, n)| Bar { label: day.clone(), value: f64::from(*n), text: n.to_string() })
        .collect();
    bars("Reviews due by day", ("Day", "Reviews"), &rows, f64::from(most))
}

fn progress(heading: &str, rows: &[ModuleProgress]) -> Markup {
    html! {
        div class="table" role="group" tabindex="0" aria-label={ "Progress, " (heading.to_lowercase()) } {
            table class="full" {
                thead { tr {
                    th scope="col" { (heading) }
                    th scope="col" class="num" { "Practised" }
                    th scope="col" { span class="hush" { "Share" } }
                    th scope="col" class="num" { "Due" }
                    th scope="col" class="num" { "Latest score" }
                } }
                tbody { @for row in rows { tr {
                    td { @if row.id.is_empty() { (row.title) } @else { a href={ "/guide/" (row.id) } { (row.title) } } }
                    td class="num" { (row.seen) "/" (row.total) }
                    @let share = format!("{} of {}", row.seen, row.total);
                    td { meter min="0" max=(row.total.max(1)) value=(row.seen) aria-label={ (row.title) ": " (share) } { (share) } }
                    td class="num" { (row.due) }
                    td class="num" { @match row.score { Some(score) => { (percent(score)) } None => { "–" } } }
                } } }
            }
        }
    }
}

/// How a review went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rating {
    /// It was forgotten.
    Forgot,
    /// It came with effort.
    Effort,
    /// It came well.
    Good,
    /// It came at once.
    Easy,
}

impl Rating {
    /// All of them, worst first.
    pub const ALL: [Self; 4] = [Self::Forgot, Self::Effort, Self::Good, Self::Easy];

    /// The value of the form's field `rating`: the names of FSRS.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Forgot => "again",
            Self::Effort => "hard",
            Self::Good => "good",
            Self::Easy => "easy",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Forgot => "Forgot",
            Self::Effort => "With effort",
            Self::Good => "Good",
            Self::Easy => "Easy",
        }
    }
}

/// A rating with the date it leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RatingChoice {
    /// The rating.
    pub rating: Rating,
    /// When the question is due after it.
    pub due: SystemTime,
}

/// One review card.
#[derive(Debug, Clone)]
pub struct ReviewCardPage<'a> {
    /// The question.
    pub question: &'a Question,
    /// How many are left, this one included.
    pub left: usize,
    /// The four ratings with their dates.
    pub choices: &'a [RatingChoice],
    /// The grade, where an answer was given: it rates itself.
    pub grade: Option<GradeView>,
    /// Now.
    pub now: SystemTime,
}

/// Renders the card.
pub fn review_card_page(chrome: Chrome<'_>, view: &ReviewCardPage<'_>) -> String {
    let question = view.question;
    let main = html! {
        div class="card" data-card {
            p class="small muted" { (count(view.left, "question", "questions")) " left" }
            h1 tabindex="-1" { (title(&question.text)) }
            @if let Some(grade) = &view.grade {
                (grade_card(grade, view.now))
                div { a class="button primary" href="/review/next" { "Next question" } }
            } @else {
                p class="muted" { "Say the answer to yourself first, or write it and have it graded." }
                (shown_answer(chrome, view))
                (written_answer(chrome, question))
            }
        }
    };
    let page = Page {
        title: "Review",
        tab: Some(Tab::Review),
        scripts: &["drafts.js", "review.js"],
        class: "",
        context: None,
        companion: None,
        main,
    };
    document(chrome, page)
}

fn shown_answer(chrome: Chrome<'_>, view: &ReviewCardPage<'_>) -> Markup {
    let question = view.question;
    let section = question.section(SectionKind::ShortAnswer).or_else(|| question.sections.first());
    html! {
        details class="answer-shown" data-answer-shown {
            summary { "Show answer" }
            div class="stack" {
                @if let Some(section) = section {
                    div class="prose" { (markdown::render(&section.markdown, Style::default())) }
                }
                @if !question.key_points.is_empty() {
                    h2 class="small muted" { "A good answer says" }
                    (points(&question.key_points))
                }
                p { a href={ "/questions/" (question.id) } { "The whole entry" } }
                form method="post" action={ "/review/" (question.id) } {
                    (csrf(chrome))
                    div class="outcomes" role="group" aria-label="How did it go?" {
                        @for choice in view.choices {
                            button name="rating" value=(choice.rating.as_str()) {
                                strong { (choice.rating.name()) } span { "again " (until(choice.due, view.now)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn written_answer(chrome: Chrome<'_>, question: &Question) -> Markup {
    html! {
        @if !question.key_points.is_empty() {
            details {
                summary { "Write the answer and have it graded" }
                form class="stack" method="post" action={ "/review/" (question.id) } data-answer={ "review-" (question.id) } {
                    (csrf(chrome))
                    div class="field" {
                        label for="answer" { "Your answer" }
                        textarea class="answer-box" id="answer" name="answer" rows="8" required {}
                    }
                    div { button { "Grade it" } }
                }
            }
        }
    }
}
