//! `/review/{question}`: one card.

use super::entry::points;
use super::grade::{GradeView, grade_card};
use super::layout::{Chrome, Page, Tab, csrf, document};
use super::notice::{FieldError, field_summary};
use super::text::{count, day, title, until};
use crate::markdown::{self, Style};
use maud::{Markup, html};
use std::time::SystemTime;
use viva_core::guide::{Question, SectionKind};

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

/// Where a card stands in the schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is due, one of so many.
    Due {
        /// How many are left, this one included.
        left: usize,
    },
    /// It is due later, and looked at before.
    Early(SystemTime),
    /// It was never asked.
    New,
}

/// One review card.
#[derive(Debug, Clone)]
pub struct ReviewCardPage<'a> {
    /// The question.
    pub question: &'a Question,
    /// Where it stands.
    pub standing: Standing,
    /// How often it was asked: a form that was sent twice rates once.
    pub seen: u32,
    /// The form's own word: one written answer is graded once.
    pub key: &'a str,
    /// The four ratings with their dates.
    pub choices: &'a [RatingChoice],
    /// What was written before, where a form came back.
    pub draft: &'a str,
    /// What was refused.
    pub errors: &'a [FieldError],
    /// Now.
    pub now: SystemTime,
}

/// Renders the card.
pub fn review_card_page(chrome: Chrome<'_>, view: &ReviewCardPage<'_>) -> String {
    let question = view.question;
    card(
        chrome,
        html! {
            p class="small muted" { (standing(view)) }
            h1 tabindex="-1" { (title(&question.text)) }
            (field_summary(view.errors))
            p class="muted" { "Say the answer to yourself first, or write it and have it graded." }
            (shown_answer(chrome, view))
            (written_answer(chrome, view))
        },
    )
}

/// A card whose written answer was graded: it has rated itself.
#[derive(Debug, Clone)]
pub struct GradedCardPage<'a> {
    /// The question.
    pub question: &'a Question,
    /// The grade.
    pub grade: &'a GradeView,
    /// How many are due now.
    pub left: usize,
    /// Now.
    pub now: SystemTime,
}

/// Renders the graded card.
pub fn graded_card_page(chrome: Chrome<'_>, view: &GradedCardPage<'_>) -> String {
    let question = view.question;
    card(
        chrome,
        html! {
            p class="small muted" { "Graded and planned again" @if view.left > 0 { " · " (count(view.left, "question", "questions")) " left" } }
            h1 tabindex="-1" data-taken={ "review-" (question.id) } { (title(&question.text)) }
            (grade_card(view.grade, view.now))
            div class="row" {
                @if view.left > 0 { a class="button primary" href="/review?next=1" { "Next question" } }
                @else { a class="button primary" href="/review" { "To the overview" } }
                a class="button" href={ "/questions/" (question.id) } { "Read the entry" }
            }
        },
    )
}

fn card(chrome: Chrome<'_>, content: Markup) -> String {
    let page = Page {
        title: "Review",
        tab: Some(Tab::Review),
        scripts: &["drafts.js", "review.js"],
        class: "",
        context: None,
        companion: None,
        main: html! { div class="card" data-card { (content) } },
    };
    document(chrome, page)
}

fn standing(view: &ReviewCardPage<'_>) -> String {
    match view.standing {
        Standing::Due { left } => format!("{} left", count(left, "question", "questions")),
        Standing::Early(due) => format!("Practice · due only {}", until(due, view.now)),
        Standing::New => "Practice · not asked before".to_owned(),
    }
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
                    input type="hidden" name="seen" value=(view.seen);
                    div class="outcomes" role="group" aria-label="How did it go?" {
                        @for choice in view.choices {
                            button name="rating" value=(choice.rating.as_str()) {
                                strong { (choice.rating.name()) } span { (until(choice.due, view.now)) ", " (day(choice.due)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn written_answer(chrome: Chrome<'_>, view: &ReviewCardPage<'_>) -> Markup {
    let question = view.question;
    html! {
        details open[!view.draft.is_empty() || !view.errors.is_empty()] {
            summary { "Write the answer and have it graded" }
            form class="stack" method="post" action={ "/review/" (question.id) } data-answer={ "review-" (question.id) } {
                (csrf(chrome))
                input type="hidden" name="seen" value=(view.seen);
                input type="hidden" name="key" value=(view.key);
                div class="field" {
                    label for="answer" { "Your answer" }
                    textarea class="answer-box" id="answer" name="answer" rows="8" maxlength="20000" required { (view.draft) }
                }
                div { button { "Grade it" } }
            }
        }
    }
}
