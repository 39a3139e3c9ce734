//! Filters by module, level, role and focus area: words that the guide must know.

use super::Rules;
use std::collections::BTreeSet;
use std::fmt::Display;
use viva_core::guide::{Guide, Level};
use viva_core::id::{FocusArea, ModuleId, Role};
use viva_core::search::Filter;

/// The filters as written; empty means absent, as a form sends it.
pub(crate) struct AskedFilter<'a> {
    pub(crate) module: Option<&'a str>,
    pub(crate) level: Option<&'a str>,
    pub(crate) role: Option<&'a str>,
}

/// The filters as the guide knows them. A word that the guide does not know would silently find nothing, so it is
/// refused, and the refusal names those there are.
pub(crate) fn checked(asked: &AskedFilter<'_>, guide: &Guide, rules: &mut Rules) -> Filter {
    let AskedFilter { module, level, role } = *asked;
    let filled = |text: Option<&'_ str>| text.map(str::to_owned).filter(|text| !text.is_empty());
    Filter {
        module: filled(module).and_then(|text| rules.keep("module", module_of(&text, guide))),
        level: filled(level).and_then(|text| rules.keep("level", level_of(&text))),
        role: filled(role).and_then(|text| rules.keep("role", role_of(&text, guide))),
        questions: Vec::new(),
    }
}

fn module_of(text: &str, guide: &Guide) -> Result<ModuleId, String> {
    let known = || guide.modules().iter().map(|module| &module.id);
    known().find(|id| id.as_str() == text).cloned().ok_or_else(|| one_of(known()))
}

fn level_of(text: &str) -> Result<Level, String> {
    text.parse().map_err(|_| one_of(Level::ALL))
}

fn role_of(text: &str, guide: &Guide) -> Result<Role, String> {
    let known: BTreeSet<&Role> = guide.questions().flat_map(|question| &question.roles).collect();
    known.iter().find(|role| role.as_str() == text).map(|role| (*role).clone()).ok_or_else(|| one_of(known))
}

/// The focus area that is called so.
pub(crate) fn focus_of(text: &str, guide: &Guide) -> Result<FocusArea, String> {
    let known: BTreeSet<&FocusArea> = guide.questions().flat_map(|question| &question.focus).collect();
    known
        .iter()
        .find(|focus| focus.as_str() == text)
        .map(|focus| (*focus).clone())
        .ok_or_else(|| one_of(known))
}

fn one_of<T: Display>(known: impl IntoIterator<Item = T>) -> String {
    let known: Vec<String> = known.into_iter().map(|name| name.to_string()).collect();
    if known.is_empty() {
        "absent: the guide names none".to_owned()
    } else {
        format!("one of {}", known.join(", "))
    }
}
