//! What every page has: the head, the bar at the top, three columns, the keys.

use crate::assets::path_of;
use maud::{DOCTYPE, Markup, html};

/// What every page needs to know.
#[derive(Debug, Clone, Copy)]
pub struct Chrome<'a> {
    /// The theme that the `theme` cookie names.
    pub theme: Theme,
    /// The token that every form sends back in its field `csrf`.
    pub csrf: &'a str,
    /// The path and query of this page: where the theme switch returns to.
    pub path: &'a str,
    /// How many reviews are due.
    pub due: usize,
}

/// Which colours are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// As the system says.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// The name in the cookie and in the form.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The theme of that name; the system's for any other text, since a cookie may hold anything.
    pub fn from_cookie(text: &str) -> Self {
        Self::ALL.into_iter().find(|theme| theme.as_str() == text).unwrap_or_default()
    }
}

/// The parts that the bar at the top leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    /// Asking.
    Ask,
    /// Being examined.
    Interview,
    /// Browsing.
    Guide,
    /// What is due, and progress.
    Review,
    /// How the service is.
    Status,
}

const TABS: [(Tab, &str, &str); 5] = [
    (Tab::Ask, "/", "Ask"),
    (Tab::Interview, "/interview", "Interview"),
    (Tab::Guide, "/guide", "Guide"),
    (Tab::Review, "/review", "Review"),
    (Tab::Status, "/status", "Status"),
];

/// One page's own parts.
pub(super) struct Page<'a> {
    pub(super) title: &'a str,
    pub(super) tab: Option<Tab>,
    /// Modules beside `app.js`.
    pub(super) scripts: &'a [&'static str],
    /// A class on the column in the middle.
    pub(super) class: &'static str,
    /// What stands beside the content; with neither, the content is wider.
    pub(super) context: Option<Markup>,
    pub(super) companion: Option<Markup>,
    pub(super) main: Markup,
}

/// The whole document.
pub(super) fn document(chrome: Chrome<'_>, page: Page<'_>) -> String {
    let theme = (chrome.theme != Theme::System).then_some(chrome.theme.as_str());
    let is_solo = page.context.is_none() && page.companion.is_none();
    let document = html! {
        (DOCTYPE)
        html lang="en" data-theme=[theme] {
            head {
                meta charset="utf-8";
                title { (page.title) " · Viva" }
                meta name="viewport" content="width=device-width, initial-scale=1, interactive-widget=resizes-content";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="same-origin";
                link rel="icon" href=(path_of("favicon.svg")) type="image/svg+xml";
                link rel="stylesheet" href=(path_of("viva.css"));
                script type="module" src=(path_of("app.js")) {}
                @for script in page.scripts { script type="module" src=(path_of(script)) {} }
            }
            body {
                a class="skip" href="#main" { "Skip to content" }
                (top(chrome, page.tab))
                div class=(if is_solo { "grid solo" } else { "grid" }) {
                    main id="main" tabindex="-1" class=(page.class) { (page.main) }
                    @if let Some(context) = page.context { aside class="context" aria-label="Context" { div { (context) } } }
                    @if !is_solo {
                        aside class="companion" aria-label="Companion" { @if let Some(companion) = page.companion { (companion) } }
                    }
                }
                (foot())
                (help())
            }
        }
    };
    document.into_string()
}

fn top(chrome: Chrome<'_>, here: Option<Tab>) -> Markup {
    html! {
        header class="top" {
            div {
                a class="brand" href="/" { "Viva" }
                nav aria-label="Main" {
                    ul {
                        @for (tab, href, name) in TABS {
                            li {
                                a href=(href) aria-current=[(here == Some(tab)).then_some("page")] {
                                    (name)
                                    @if tab == Tab::Review && chrome.due > 0 { " (" (chrome.due) span class="hush" { " due" } ")" }
                                }
                            }
                        }
                    }
                }
                div class="tools" {
                    details class="menu" {
                        summary { "Theme" }
                        form method="post" action="/theme" data-theme-form {
                            (csrf(chrome))
                            input type="hidden" name="back" value=(chrome.path);
                            @for theme in Theme::ALL {
                                button name="theme" value=(theme.as_str()) aria-pressed=(chrome.theme == theme) {
                                    (super::text::words(theme.as_str()))
                                }
                            }
                        }
                    }
                    button class="link" type="button" popovertarget="help" aria-label="Help and keyboard shortcuts" { "Help" }
                }
            }
        }
    }
}

/// The hidden field that proves a form to be ours.
pub(super) fn csrf(chrome: Chrome<'_>) -> Markup {
    html! { input type="hidden" name="csrf" value=(chrome.csrf); }
}

fn foot() -> Markup {
    html! {
        footer class="foot" {
            div {
                span { "Answers quote the guide; every number leads to its source." }
                a href="/questions/viva-rag-walkthrough" { "How Viva works" }
                a href="/openapi.json" { "API" }
            }
        }
    }
}

/// The keys, as a popover: it opens without a script.
fn help() -> Markup {
    let keys = [
        ("/", "Go to the question box"),
        ("?", "Open and close this list"),
        ("Esc", "Close what is open, otherwise stop the answer"),
        ("Enter", "Send the question; Shift + Enter breaks the line"),
        ("Ctrl + Enter", "Submit an interview answer"),
        ("Space", "On a review card: show the answer"),
        ("1 to 4", "On a review card: how it went"),
    ];
    html! {
        div id="help" class="help" popover role="dialog" aria-labelledby="help-title" {
            h2 id="help-title" { "Keyboard shortcuts" }
            dl { @for (key, what) in keys { dt { kbd { (key) } } dd { (what) } } }
            div class="row end" {
                label class="row" { input type="checkbox" checked data-keys-switch; "Shortcuts on" }
                button type="button" popovertarget="help" popovertargetaction="hide" { "Close" }
            }
        }
    }
}
