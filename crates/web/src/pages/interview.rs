//! `/interview/{id}`: one question at a time, feedback.

use super::grade::{GradeView, grade_card};
use super::layout::{Chrome, Page, Tab, csrf, document};
use super::notice::{FieldError, field_summary};
use super::text::{count, encode, title};
use crate::markdown::{self, Style};
use maud::{Markup, html};
use std::time::{Duration, SystemTime};

/// How an interview is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum InterviewMode {
    /// Coaching after each answer.
    #[default]
    Practice,
    /// Silence until the report.
    Live,
}

impl InterviewMode {
    /// The name in forms and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Practice => "practice",
            Self::Live => "live",
        }
    }
}

/// How a question was closed without an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closing {
    /// It was passed.
    Skipped,
    /// The answer was shown.
    Revealed,
}

impl Closing {
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Skipped => "Skipped",
            Self::Revealed => "Answer shown",
        }
    }
}

/// The question that waits for an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromptView {
    /// Its number, from 1.
    pub number: usize,
    /// Of how many.
    pub of: usize,
    /// For a follow-up: its number, and of at most how many.
    pub follow_up: Option<(usize, usize)>,
    /// What is asked.
    pub text: String,
    /// The hints that were given, in order.
    pub hints: Vec<String>,
    /// How many are left; 0 where there are none to be had.
    pub hints_left: usize,
    /// How long it has been open.
    pub open_for: Duration,
    /// What was written before, where a form came back.
    pub draft: String,
}

/// What is said in practice mode about the question before, or about what was said so far to the open one.
#[derive(Debug, Clone)]
pub struct Feedback {
    /// The question's text.
    pub text: String,
    /// The entry's id.
    pub question: String,
    /// How it was closed, where that was not by an answer.
    pub closing: Option<Closing>,
    /// The guide's answer, Markdown, where it was shown.
    pub revealed: Option<String>,
    /// The grade, where something was said.
    pub grade: Option<Box<GradeView>>,
}

/// What was written and not taken, because the interview has gone on meanwhile.
#[derive(Debug, Clone, Copy)]
pub struct Unsent<'a> {
    /// What happened, as a heading.
    pub title: &'a str,
    /// Why, and what to do.
    pub detail: &'a str,
    /// The words; may be empty.
    pub text: &'a str,
}

/// An interview in progress.
#[derive(Debug, Clone)]
pub struct InterviewPage<'a> {
    /// Its id.
    pub id: &'a str,
    /// How it is held.
    pub mode: InterviewMode,
    /// What is said about the answer before; absent in live mode.
    pub feedback: Option<Feedback>,
    /// The question that waits; `None` when all are done, and while an answer is being graded.
    pub prompt: Option<PromptView>,
    /// Whether an answer is being graded at this moment.
    pub is_grading: bool,
    /// What was refused.
    pub errors: &'a [FieldError],
    /// What was not taken.
    pub unsent: Option<Unsent<'a>>,
    /// Now, for due dates.
    pub now: SystemTime,
}

/// Renders the interview.
pub fn interview_page(chrome: Chrome<'_>, view: &InterviewPage<'_>) -> String {
    let main = html! {
        div class="page" {
            @if let Some(unsent) = &view.unsent { (not_taken(unsent)) }
            (field_summary(view.errors))
            @if let Some(feedback) = &view.feedback { (feedback_part(feedback, view)) }
            @match &view.prompt {
                Some(prompt) => { (question(chrome, view, prompt)) }
                None if view.is_grading => { (grading(view)) }
                None => { (finished(view)) }
            }
        }
    };
    let page = Page {
        title: "Interview",
        tab: Some(Tab::Interview),
        scripts: &["drafts.js", "interview.js"],
        class: "interview",
        context: None,
        companion: None,
        main,
    };
    document(chrome, page)
}

fn not_taken(unsent: &Unsent<'_>) -> Markup {
    html! {
        section class="notice error" role="alert" {
            h2 { (unsent.title) }
            p { (unsent.detail) }
            @if !unsent.text.is_empty() {
                div class="field" {
                    label for="unsent" { "What you wrote" }
                    textarea id="unsent" rows="5" readonly { (unsent.text) }
                }
            }
        }
    }
}

fn feedback_part(feedback: &Feedback, view: &InterviewPage<'_>) -> Markup {
    html! {
        section class="part feedback" aria-labelledby="feedback" {
            h2 id="feedback" tabindex="-1" { (title(&feedback.text)) }
            @if let Some(closing) = feedback.closing {
                p { span class="badge" { "○ " (closing.words()) } " " a href={ "/questions/" (encode(&feedback.question)) } { "Read the entry" } }
            }
            @if let Some(answer) = &feedback.revealed { div class="prose" { (markdown::render(answer, Style::default())) } }
            @if let Some(grade) = &feedback.grade { (grade_card(grade, view.now)) }
            @if let Some(prompt) = &view.prompt {
                p { a href="#prompt" { "To the " (if prompt.follow_up.is_some() { "follow-up" } else { "next question" }) } }
            }
        }
    }
}

fn question(chrome: Chrome<'_>, view: &InterviewPage<'_>, prompt: &PromptView) -> Markup {
    let is_long = prompt.text.chars().count() > 120;
    let follow_up = prompt.follow_up.map_or(0, |(number, _)| number);
    html! {
        section class="card" aria-labelledby="prompt" {
            p class="small muted" {
                "Question " (prompt.number) " of " (prompt.of)
                @if let Some((number, of)) = prompt.follow_up { " · follow-up " (number) " of " (of) }
                " · " (view.mode.as_str())
            }
            h1 id="prompt" class=[is_long.then_some("long")] { (title(&prompt.text)) }
            @if view.mode == InterviewMode::Live { p class="small muted" { "Nothing is judged until the report." } }
            @for hint in &prompt.hints { p class="notice" { strong { "Hint" } (hint) } }
            form class="stack" method="post" action={ "/interview/" (encode(view.id)) }
                data-answer={ (view.id) "-" (prompt.number) "-" (follow_up) } data-drafts={ (view.id) "-" } {
                (csrf(chrome))
                input type="hidden" name="number" value=(prompt.number);
                input type="hidden" name="follow_up" value=(follow_up);
                input type="hidden" name="hints" value=(prompt.hints.len());
                div class="field" {
                    label for="answer" { "Your answer" }
                    textarea class="answer-box" id="answer" name="answer" rows="8" maxlength="20000" required { (prompt.draft) }
                }
                (actions(prompt))
                (ways_out(view.mode))
            }
        }
    }
}

fn actions(prompt: &PromptView) -> Markup {
    html! {
        div class="row end" {
            div class="row" {
                button class="primary" name="action" value="answer" { "Submit" }
                @if prompt.hints_left > 0 {
                    button name="action" value="hint" formnovalidate { "Hint (" (prompt.hints_left) " left)" }
                }
                button name="action" value="skip" formnovalidate { "Skip" }
                button name="action" value="unknown" formnovalidate { "I don’t know" }
            }
            p class="small muted" {
                span data-saved {} " "
                button class="link" type="button" data-timer=(prompt.open_for.as_secs()) hidden { "Show a timer" }
            }
        }
    }
}

/// What ends a question or the interview: folded, since it cannot be undone.
fn ways_out(mode: InterviewMode) -> Markup {
    html! {
        details class="small" {
            summary class="muted" { @if mode == InterviewMode::Practice { "Show the answer, or end here" } @else { "End here" } }
            div class="stack ways-out" {
                @if mode == InterviewMode::Practice {
                    div class="row" {
                        button name="action" value="reveal" formnovalidate { "Show the answer" }
                        span class="hint" { "The question closes with what was said so far." }
                    }
                }
                div class="row" {
                    button name="action" value="finish" formnovalidate { "End the interview" }
                    span class="hint" { "The report covers what was answered until now." }
                }
            }
        }
    }
}

fn grading(view: &InterviewPage<'_>) -> Markup {
    html! {
        section class="card" data-grading {
            h1 { "Your answer is being graded" }
            p { "It is kept. This takes a moment, a little longer with a language model." }
            div { a class="button primary" href={ "/interview/" (encode(view.id)) } { "Look again" } }
        }
    }
}

fn finished(view: &InterviewPage<'_>) -> Markup {
    html! {
        section class="card" {
            h1 { "The interview is over" }
            p { "The report has every grade, the points that were missed, and where to read about them." }
            div { a class="button primary" href={ "/interview/" (encode(view.id)) "/report" } { "See the report" } }
        }
    }
}

/// How many questions an interview asked, in words.
pub(super) fn asked(questions: usize) -> String {
    count(questions, "question", "questions")
}
