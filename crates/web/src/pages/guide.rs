//! `/guide` and `/guide/{module}`: browsing.

use super::entry::question_row;
use super::layout::{Chrome, Page, Tab, csrf, document};
use super::text::{count, title, words};
use maud::{Markup, html};
use std::collections::HashMap;
use viva_core::guide::{Guide, Level, Module, Question};
use viva_core::id::ModuleId;

/// How far someone is with a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Questions that were asked at least once.
    pub seen: usize,
    /// Questions that are due for review.
    pub due: usize,
}

/// What the list is narrowed to; empty means any.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct GuideFilter<'a> {
    /// Words to be found.
    pub q: &'a str,
    /// A level's name.
    pub level: &'a str,
    /// A role's id.
    pub role: &'a str,
    /// A focus area's id.
    pub focus: &'a str,
}

impl GuideFilter<'_> {
    /// Whether it lets everything through.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What the filters offer: ids, in the order to be shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FilterChoice {
    /// Roles.
    pub roles: Vec<String>,
    /// Focus areas.
    pub focus: Vec<String>,
}

impl FilterChoice {
    /// The roles and focus areas that questions of `guide` have, by name.
    pub fn of(guide: &Guide) -> Self {
        let mut roles: Vec<String> =
            guide.questions().flat_map(|question| &question.roles).map(ToString::to_string).collect();
        let mut focus: Vec<String> =
            guide.questions().flat_map(|question| &question.focus).map(ToString::to_string).collect();
        for names in [&mut roles, &mut focus] {
            names.sort_unstable();
            names.dedup();
        }
        Self { roles, focus }
    }
}

/// What a search or a filter found.
#[derive(Debug, Clone)]
pub struct Results<'a> {
    /// The questions, best first.
    pub questions: Vec<&'a Question>,
    /// How many there are in all, where not all are shown.
    pub total: usize,
}

/// The guide's front page.
#[derive(Debug, Clone)]
pub struct GuidePage<'a> {
    /// The guide.
    pub guide: &'a Guide,
    /// What the list is narrowed to.
    pub filter: GuideFilter<'a>,
    /// What can be chosen.
    pub choice: &'a FilterChoice,
    /// What was found; `None` where nothing was asked for.
    pub results: Option<Results<'a>>,
    /// How far the user is, by module.
    pub progress: &'a HashMap<ModuleId, Progress>,
}

/// Renders the front page.
pub fn guide_page(chrome: Chrome<'_>, view: &GuidePage<'_>) -> String {
    let questions = view.guide.questions().count();
    let main = html! {
        div class="page" {
            h1 { "The guide" }
            p class="muted" {
                (count(questions, "question", "questions"))
                " in " (count(view.guide.modules().len(), "module", "modules"))
                ", revision " (view.guide.revision().short())
            }
            (filters(&view.filter, view.choice))
            div id="results" aria-live="polite" { @if let Some(results) = &view.results { (results_markup(results)) } }
            @if view.results.is_none() { (modules(view)) }
        }
    };
    let context = Some(module_list(view.guide, None, view.progress));
    let page = Page {
        title: "Guide",
        tab: Some(Tab::Guide),
        scripts: &["guide.js"],
        class: "",
        context,
        companion: None,
        main,
    };
    document(chrome, page)
}

/// The list of results alone: for the instant search, which asks for `/guide?…&fragment=results`.
pub fn results_block(results: &Results<'_>) -> String {
    results_markup(results).into_string()
}

fn filters(filter: &GuideFilter<'_>, choice: &FilterChoice) -> Markup {
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
    html! {
        form method="get" action="/guide" role="search" data-search {
            div class="field" {
                label for="q" { "Search the guide" }
                input type="search" id="q" name="q" value=(filter.q) autocomplete="off";
            }
            div class="filters" {
                (select("level", "Level", "Any level", filter.level, &levels))
                (select("role", "Role", "Any role", filter.role, &choice.roles))
                (select("focus", "Focus area", "Any focus area", filter.focus, &choice.focus))
                div class="row" { button { "Search" } @if !filter.is_empty() { a href="/guide" { "Clear" } } }
            }
        }
    }
}

fn results_markup(results: &Results<'_>) -> Markup {
    let shown = results.questions.len();
    html! {
        h2 class="small" {
            @if results.total > shown { "The first " (shown) " of " (results.total) " questions" }
            @else if shown == 0 { "No question matches" }
            @else { (count(shown, "question", "questions")) }
        }
        @if shown == 0 { p class="muted" { "Try fewer words or filters, or " a href="/" { "ask it as a question" } "." } }
        ul class="questions" { @for question in &results.questions { (question_row(question)) } }
    }
}

fn modules(view: &GuidePage<'_>) -> Markup {
    html! {
        ol class="modules" {
            @for module in view.guide.modules() {
                @let progress = view.progress.get(&module.id).copied().unwrap_or_default();
                li {
                    h2 { a href={ "/guide/" (module.id) } { (module.title) } }
                    @if !module.summary.is_empty() { p { (module.summary) } }
                    p class="facts" { (progress_facts(module, progress)) }
                }
            }
        }
    }
}

fn progress_facts(module: &Module, progress: Progress) -> Markup {
    html! {
        span { (count(module.questions.len(), "question", "questions")) }
        @if progress.seen > 0 { span { (progress.seen) " practised" } }
        @if progress.due > 0 { span { (progress.due) " due" } }
    }
}

fn module_list(guide: &Guide, open: Option<&ModuleId>, progress: &HashMap<ModuleId, Progress>) -> Markup {
    html! {
        nav aria-label="Modules" {
            h2 { "Modules" }
            ul class="side" {
                @for module in guide.modules() {
                    li {
                        a href={ "/guide/" (module.id) } aria-current=[(open == Some(&module.id)).then_some("page")] { (module.title) }
                        @let seen = progress.get(&module.id).map_or(0, |progress| progress.seen);
                        span class="count" {
                            @if seen > 0 { (seen) "/" }
                            (module.questions.len()) span class="hush" { " questions" }
                        }
                    }
                }
            }
        }
    }
}

/// One module.
#[derive(Debug, Clone, Copy)]
pub struct ModulePage<'a> {
    /// The guide.
    pub guide: &'a Guide,
    /// The module.
    pub module: &'a Module,
    /// How far the user is, by module.
    pub progress: &'a HashMap<ModuleId, Progress>,
}

/// Renders a module's page.
pub fn module_page(chrome: Chrome<'_>, view: &ModulePage<'_>) -> String {
    let ModulePage { guide, module, progress } = view;
    let before: Vec<&Module> = module.prerequisites.iter().filter_map(|id| guide.module(id)).collect();
    let main = html! {
        div class="page" {
            p class="crumbs" { a href="/guide" { "Guide" } }
            h1 { (title(&module.title)) }
            @if !module.summary.is_empty() { p { (module.summary) } }
            p class="facts" {
                (progress_facts(module, progress.get(&module.id).copied().unwrap_or_default()))
                @if !before.is_empty() {
                    span { "Worth knowing first: " @for (at, other) in before.iter().enumerate() {
                        @if at > 0 { ", " } a href={ "/guide/" (other.id) } { (other.title) }
                    } }
                }
            }
            form method="post" action="/interview" class="no-print" {
                (csrf(chrome))
                input type="hidden" name="module" value=(module.id);
                input type="hidden" name="mode" value="practice";
                button { "Examine me on this module" }
            }
            ul class="questions" { @for question in &module.questions { (question_row(question)) } }
        }
    };
    let context = Some(module_list(guide, Some(&module.id), progress));
    let page = Page {
        title: &module.title,
        tab: Some(Tab::Guide),
        scripts: &[],
        class: "",
        context,
        companion: None,
        main,
    };
    document(chrome, page)
}
