//! `/interview`: set-up, one question at a time, feedback.

use super::grade::{GradeView, grade_card};
use super::layout::{Chrome, Page, Tab, csrf, document};
use super::notice::{FieldError, field_summary};
use super::text::{count, date, percent, title, words};
use maud::{Markup, html};
use std::time::SystemTime;
use viva_core::guide::Level;

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

/// What stands in the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetupChoice {
    /// How it is held.
    pub mode: InterviewMode,
    /// A role's id, or empty.
    pub role: String,
    /// A level's name, or empty.
    pub level: String,
    /// Module ids.
    pub modules: Vec<String>,
    /// Focus areas' ids.
    pub focus: Vec<String>,
    /// How many questions.
    pub questions: u32,
    /// How many follow-ups each may have.
    pub follow_ups_per_question: u32,
}

/// An interview in the list.
#[derive(Debug, Clone, PartialEq)]
pub struct InterviewRow {
    /// Its id.
    pub id: String,
    /// When it began.
    pub created: SystemTime,
    /// What it is about, in words.
    pub about: String,
    /// How many questions are done, and of how many.
    pub done: (u32, u32),
    /// Its score, once it has one.
    pub score: Option<f64>,
    /// Whether its report is final.
    pub is_finished: bool,
}

/// The page where an interview is set up or resumed.
#[derive(Debug, Clone)]
pub struct SetupPage<'a> {
    /// What stands in the form.
    pub choice: &'a SetupChoice,
    /// Roles, as ids.
    pub roles: &'a [String],
    /// Focus areas, as ids.
    pub focus: &'a [String],
    /// Modules: id and title.
    pub modules: &'a [(String, String)],
    /// Earlier interviews, latest first.
    pub interviews: &'a [InterviewRow],
    /// What was refused.
    pub errors: &'a [FieldError],
}

/// Renders the set-up.
pub fn setup_page(chrome: Chrome<'_>, view: &SetupPage<'_>) -> String {
    let main = html! {
        div class="page" {
            h1 { "Be examined" }
            p { "An interviewer's questions from the guide, one at a time. Each answer is graded by the key points that it makes." }
            (field_summary(view.errors))
            (setup_form(chrome, view))
            @if !view.interviews.is_empty() {
                section class="part" { h2 { "Your interviews" } (rows(view.interviews)) }
            }
        }
    };
    let page = Page {
        title: "Interview",
        tab: Some(Tab::Interview),
        scripts: &["interview.js"],
        class: "",
        context: None,
        companion: None,
        main,
    };
    document(chrome, page)
}

fn setup_form(chrome: Chrome<'_>, view: &SetupPage<'_>) -> Markup {
    let choice = view.choice;
    let levels: Vec<String> = Level::ALL.iter().map(ToString::to_string).collect();
    let select = |name: &str, label: &str, any: &str, chosen: &str, options: &[String]| {
        html! {
            div class="field" {
                label for=(name) { (label) }
                select id=(name) name=(name) {
                    option value="" { (any) }
                    @for option in options { option value=(option) selected[option == chosen] { (words(option)) } }
                }
            }
        }
    };
    let modes = [
        (InterviewMode::Practice, "Practice", "feedback and hints after each answer"),
        (InterviewMode::Live, "Live", "nothing is judged until the report"),
    ];
    html! {
        form class="stack" method="post" action="/interview" {
            (csrf(chrome))
            fieldset class="radios" {
                legend { "Mode" }
                @for (mode, name, what) in modes {
                    label { input type="radio" name="mode" value=(mode.as_str()) checked[mode == choice.mode]; (name) span class="hint" { (what) } }
                }
            }
            div class="filters" {
                (select("role", "Role", "Any role", &choice.role, view.roles))
                (select("level", "Level", "Any level", &choice.level, &levels))
                (number("questions", "Questions", choice.questions, 20))
                (number("follow_ups_per_question", "Follow-ups each", choice.follow_ups_per_question, 4))
            }
            (boxes("module", "Modules", view.modules, &choice.modules))
            (boxes("focus", "Focus areas", &view.focus.iter().map(|id| (id.clone(), words(id))).collect::<Vec<_>>(), &choice.focus))
            div { button class="primary" { "Begin the interview" } }
        }
    }
}

fn number(name: &str, label: &str, value: u32, most: u32) -> Markup {
    let least = u32::from(name == "questions");
    html! {
        div class="field" {
            label for=(name) { (label) }
            input type="number" id=(name) name=(name) value=(value) min=(least) max=(most) inputmode="numeric";
        }
    }
}

fn boxes(name: &str, label: &str, options: &[(String, String)], chosen: &[String]) -> Markup {
    html! {
        details id=(name) open[!chosen.is_empty()] {
            summary { strong class="small" { (label) } " " span class="hint" { @if chosen.is_empty() { "all" } @else { (chosen.len()) " chosen" } } }
            fieldset class="radios boxes" {
                legend class="hush" { (label) }
                @for (id, title) in options { label { input type="checkbox" name=(name) value=(id) checked[chosen.contains(id)]; (title) } }
            }
        }
    }
}

fn rows(interviews: &[InterviewRow]) -> Markup {
    html! {
        ul class="questions" {
            @for row in interviews {
                @let at = format!("/interview/{}", super::text::encode(&row.id));
                li {
                    a href=(if row.is_finished { format!("{at}/report") } else { at }) {
                        (if row.is_finished { "Report: " } else { "Resume: " }) (row.about)
                    }
                    span {
                        (row.done.0) " of " (row.done.1)
                        @if let Some(score) = row.score { " · " (percent(score)) }
                        " · " (date(row.created))
                    }
                }
            }
        }
    }
}

/// The question that waits for an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromptView {
    /// Its number, from 1.
    pub number: u32,
    /// Of how many.
    pub of: u32,
    /// For a follow-up: its number, and of at most how many.
    pub follow_up: Option<(u32, u32)>,
    /// What is asked.
    pub text: String,
    /// The hints that were given, in order.
    pub hints: Vec<String>,
    /// How many are left; 0 where there are none to be had.
    pub hints_left: u32,
    /// What was written before, where a form came back.
    pub draft: String,
}

/// What is said about the answer before, in practice mode.
#[derive(Debug, Clone)]
pub enum Feedback {
    /// It was graded.
    Graded(Box<GradeView>),
    /// The question was skipped: its text and id.
    Skipped {
        /// What was asked.
        text: String,
        /// The entry to read.
        question: String,
    },
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
    /// The question that waits; `None` when all are done.
    pub prompt: Option<PromptView>,
    /// What was refused.
    pub errors: &'a [FieldError],
    /// Now, for due dates.
    pub now: SystemTime,
}

/// Renders the interview.
pub fn interview_page(chrome: Chrome<'_>, view: &InterviewPage<'_>) -> String {
    let main = html! {
        div class="page" {
            @if let Some(feedback) = &view.feedback { (feedback_part(feedback, view)) }
            (field_summary(view.errors))
            @match &view.prompt {
                Some(prompt) => { (question(chrome, view, prompt)) }
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

fn feedback_part(feedback: &Feedback, view: &InterviewPage<'_>) -> Markup {
    html! {
        section class="part feedback" aria-labelledby="feedback" {
            @match feedback {
                Feedback::Graded(grade) => {
                    h2 id="feedback" tabindex="-1" { (title(&grade.text)) }
                    (grade_card(grade, view.now))
                }
                Feedback::Skipped { text, question } => {
                    h2 id="feedback" tabindex="-1" { (title(text)) }
                    p { span class="badge" { "○ Skipped" } " " a href={ "/questions/" (super::text::encode(question)) } { "Read the answer" } }
                }
            }
            @if view.prompt.is_some() { p { a href="#prompt" { "To the next question" } } }
        }
    }
}

fn question(chrome: Chrome<'_>, view: &InterviewPage<'_>, prompt: &PromptView) -> Markup {
    let at = format!("/interview/{}", super::text::encode(view.id));
    let is_long = prompt.text.chars().count() > 120;
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
            @let follow_up = prompt.follow_up.map_or(0, |(number, _)| number);
            form class="stack" method="post" action={ (at) "/answer" }
                data-answer={ (view.id) "-" (prompt.number) "-" (follow_up) } {
                (csrf(chrome))
                input type="hidden" name="number" value=(prompt.number);
                input type="hidden" name="follow_up" value=(follow_up);
                div class="field" {
                    label for="answer" { "Your answer" }
                    textarea class="answer-box" id="answer" name="answer" rows="8" required { (prompt.draft) }
                }
                div class="row end" {
                    div class="row" {
                        button class="primary" { "Submit" }
                        @if prompt.hints_left > 0 { button formaction={ (at) "/hint" } formnovalidate { "Hint (" (prompt.hints_left) " left)" } }
                        button formaction={ (at) "/skip" } formnovalidate { "Skip" }
                    }
                    p class="small muted" { span data-saved {} " " button class="link" type="button" data-timer hidden { "Show a timer" } }
                }
            }
        }
    }
}

fn finished(view: &InterviewPage<'_>) -> Markup {
    html! {
        section class="card" {
            h1 { "That was the last question" }
            p { "The report has every grade, the points that were missed, and where to read about them." }
            div { a class="button primary" href={ "/interview/" (super::text::encode(view.id)) "/report" } { "See the report" } }
        }
    }
}

/// How many questions an interview asked, in words.
pub(super) fn asked(questions: usize) -> String {
    count(questions, "question", "questions")
}
