//! `/interview`: what the next interview is to be, and the earlier ones.

use super::interview::InterviewMode;
use super::layout::{Chrome, Page, Tab, csrf, document};
use super::notice::{Advice, FieldError, error_box, field_summary};
use super::text::{date, percent, words};
use maud::{Markup, html};
use std::time::SystemTime;

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
    /// How many questions, as written.
    pub questions: String,
    /// How many follow-ups each may have, as written.
    pub follow_ups_per_question: String,
}

/// One thing that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetupOption {
    /// Its id.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// How many questions there are for it.
    pub count: usize,
}

impl SetupOption {
    /// One whose name is its id as words.
    pub fn slug(id: &str, count: usize) -> Self {
        Self { id: id.to_owned(), name: words(id), count }
    }
}

/// An interview in the list.
#[derive(Debug, Clone, PartialEq)]
pub struct InterviewRow {
    /// Its id.
    pub id: String,
    /// When it began.
    pub created: SystemTime,
    /// The one question that it is about, where it is about one.
    pub question: Option<String>,
    /// What was asked for, in names for people.
    pub about: Vec<String>,
    /// How it is held.
    pub mode: InterviewMode,
    /// How many questions are done, and of how many.
    pub done: (usize, usize),
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
    /// The form's own word: one form makes one interview.
    pub key: &'a str,
    /// Roles.
    pub roles: &'a [SetupOption],
    /// Levels, ascending.
    pub levels: &'a [SetupOption],
    /// Modules, in the guide's order.
    pub modules: &'a [SetupOption],
    /// Focus areas.
    pub focus: &'a [SetupOption],
    /// The most questions, and the most follow-ups to each.
    pub most: (u8, u8),
    /// Earlier interviews, latest first.
    pub interviews: &'a [InterviewRow],
    /// What was refused.
    pub errors: &'a [FieldError],
    /// Why it could not begin.
    pub problem: Option<Advice<'a>>,
}

/// Renders the set-up.
pub fn setup_page(chrome: Chrome<'_>, view: &SetupPage<'_>) -> String {
    let (done, open): (Vec<&InterviewRow>, Vec<&InterviewRow>) =
        view.interviews.iter().partition(|row| row.is_finished);
    let main = html! {
        div class="page" {
            h1 { "Be examined" }
            p { "An interviewer’s questions from the guide, one at a time. Each answer is graded by the key points that it makes." }
            @if let Some(problem) = &view.problem { (error_box(problem)) }
            (field_summary(view.errors))
            @if !open.is_empty() { section class="part" { h2 { "Not finished yet" } (rows(&open)) } }
            (setup_form(chrome, view, !open.is_empty()))
            @if !done.is_empty() { section class="part" { h2 { "Earlier interviews" } (rows(&done)) } }
        }
    };
    let page = Page {
        title: "Interview",
        tab: Some(Tab::Interview),
        scripts: &[],
        class: "",
        context: None,
        companion: None,
        main,
    };
    document(chrome, page)
}

fn setup_form(chrome: Chrome<'_>, view: &SetupPage<'_>, has_others: bool) -> Markup {
    let choice = view.choice;
    let modes = [
        (InterviewMode::Practice, "Practice", "feedback and hints after each answer"),
        (InterviewMode::Live, "Live", "nothing is judged until the report"),
    ];
    html! {
        section class=[has_others.then_some("part")] {
            @if has_others { h2 { "A new one" } }
            form class="stack" method="post" action="/interview" {
                (csrf(chrome))
                input type="hidden" name="key" value=(view.key);
                fieldset class="radios" id="mode" {
                    legend { "Mode" }
                    @for (mode, name, what) in modes {
                        label { input type="radio" name="mode" value=(mode.as_str()) checked[mode == choice.mode]; (name) span class="hint" { (what) } }
                    }
                }
                div class="filters wide" {
                    (select(("role", "Role", "Any role"), &choice.role, view.roles))
                    (select(("level", "Level", "Any level"), &choice.level, view.levels))
                    (number("questions", "Questions", &choice.questions, (1, view.most.0)))
                    (number("follow_ups_per_question", "Follow-ups each", &choice.follow_ups_per_question, (0, view.most.1)))
                }
                (boxes("module", "Modules", view.modules, &choice.modules))
                (boxes("focus", "Focus areas", view.focus, &choice.focus))
                div { button class="primary" { "Begin the interview" } }
            }
        }
    }
}

fn select((name, label, any): (&str, &str, &str), chosen: &str, options: &[SetupOption]) -> Markup {
    html! {
        div class="field" {
            label for=(name) { (label) }
            select id=(name) name=(name) {
                option value="" { (any) }
                @for option in options {
                    option value=(option.id) selected[option.id == chosen] { (option.name) " (" (option.count) ")" }
                }
            }
        }
    }
}

fn number(name: &str, label: &str, value: &str, (least, most): (u8, u8)) -> Markup {
    html! {
        div class="field" {
            label for=(name) { (label) }
            input type="number" id=(name) name=(name) value=(value) min=(least) max=(most) inputmode="numeric" required;
        }
    }
}

fn boxes(name: &str, label: &str, options: &[SetupOption], chosen: &[String]) -> Markup {
    html! {
        details id=(name) open[!chosen.is_empty()] {
            summary { strong class="small" { (label) } " " span class="hint" { @if chosen.is_empty() { "all" } @else { (chosen.len()) " chosen" } } }
            fieldset class="radios boxes" {
                legend class="hush" { (label) }
                @for option in options {
                    label {
                        input type="checkbox" name=(name) value=(option.id) checked[chosen.contains(&option.id)];
                        span { (option.name) " " span class="hint" { "(" (option.count) ")" } }
                    }
                }
            }
        }
    }
}

fn rows(interviews: &[&InterviewRow]) -> Markup {
    html! {
        ul class="questions" {
            @for row in interviews {
                @let at = format!("/interview/{}", super::text::encode(&row.id));
                li {
                    a href=(if row.is_finished { format!("{at}/report") } else { at }) {
                        (if row.is_finished { "Report: " } else { "Resume: " }) (about(row))
                    }
                    span {
                        @if row.mode == InterviewMode::Live { "live · " }
                        (row.done.0) " of " (row.done.1)
                        @if let Some(score) = row.score { " · " (percent(score)) }
                        " · " (date(row.created))
                    }
                }
            }
        }
    }
}

fn about(row: &InterviewRow) -> Markup {
    html! {
        @match &row.question {
            Some(question) => { (super::text::title(question)) }
            None if row.about.is_empty() => { "the whole guide" }
            None => { @for (at, name) in row.about.iter().enumerate() { @if at > 0 { ", " } (super::text::title(name)) } }
        }
    }
}
