//! The rules between entries: what they name, and what none may share.

use super::prose::{self, Sentence};
use crate::diagnostic::{Diagnostic, excerpt};
use crate::entry::Layout;
use crate::names::suggestion;
use crate::read::Reading;
use std::collections::HashMap;
use viva_core::id::QuestionId;

/// `related` names other entries that exist.
pub(super) fn related(reading: &Reading, diagnostics: &mut Vec<Diagnostic>) {
    for layout in &reading.layouts {
        for related in &layout.front.related {
            let file = &layout.source.file;
            if related.value == layout.id.as_str() {
                diagnostics.push(file.error(related.at, "related-self", "an entry is not related to itself"));
                continue;
            }
            let Ok(id) = QuestionId::new(related.value.as_str()) else { continue };
            if reading.guide.question(&id).is_none() {
                let near = suggestion(&related.value, reading.layouts.iter().map(|other| other.id.as_str()));
                let message = format!("there is no entry `{id}`{near}");
                diagnostics.push(file.error(related.at, "unknown-related", message));
            }
        }
    }
}

/// From every entry every other can be reached over `related`, in either direction.
pub(super) fn connected(reading: &Reading, diagnostics: &mut Vec<Diagnostic>) {
    let layouts = &reading.layouts;
    let places: HashMap<&str, usize> = layouts.iter().enumerate().map(|(i, l)| (l.id.as_str(), i)).collect();
    let mut islands = Islands::new(layouts.len());
    for (index, layout) in layouts.iter().enumerate() {
        for related in layout.front.related.iter().filter_map(|related| places.get(related.value.as_str())) {
            islands.join(index, *related);
        }
    }
    let mut members: HashMap<usize, Vec<usize>> = HashMap::new();
    for index in 0..layouts.len() {
        members.entry(islands.root(index)).or_default().push(index);
    }
    let mut islands: Vec<_> = members.into_values().collect();
    islands.sort_by_key(|members| (std::cmp::Reverse(members.len()), members.first().copied()));
    for island in islands.iter().skip(1) {
        const MOST_NAMED: usize = 5;
        let Some(first) = island.first().and_then(|index| layouts.get(*index)) else { continue };
        let names: Vec<_> = island.iter().take(MOST_NAMED).map(|index| layouts[*index].id.as_str()).collect();
        let more = if island.len() > MOST_NAMED { " …" } else { "" };
        let message = format!(
            "no `related` leads from {}{more} to the rest of the guide: link one of them",
            names.join(", ")
        );
        let at = first.front.related.first().map_or(crate::diagnostic::Position::START, |first| first.at);
        diagnostics.push(first.source.file.warning(at, "related-island", message));
    }
}

/// Disjoint sets with path halving.
struct Islands(Vec<usize>);

impl Islands {
    fn new(size: usize) -> Self {
        Self((0..size).collect())
    }

    fn root(&mut self, mut at: usize) -> usize {
        while self.0[at] != at {
            self.0[at] = self.0[self.0[at]];
            at = self.0[at];
        }
        at
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        self.0[a] = b;
    }
}

/// No alias leads to two entries.
pub(super) fn aliases(reading: &Reading, diagnostics: &mut Vec<Diagnostic>) {
    let mut owners: HashMap<String, &QuestionId> = HashMap::new();
    for layout in &reading.layouts {
        for alias in &layout.front.aliases {
            let owner = owners.entry(alias.value.trim().to_lowercase()).or_insert(&layout.id);
            if **owner != layout.id {
                let message = format!(
                    "`{}` is an alias of `{owner}` too: an alias leads to one entry",
                    excerpt(&alias.value)
                );
                diagnostics.push(layout.source.file.error(alias.at, "shared-alias", message));
            }
        }
    }
}

/// No long sentence stands in two entries.
pub(super) fn sentences(reading: &Reading, diagnostics: &mut Vec<Diagnostic>) {
    let mut owners: HashMap<String, (&Layout, Option<String>)> = HashMap::new();
    for layout in &reading.layouts {
        for Sentence { words, offset, lead } in prose::sentences(layout) {
            let (owner, owner_lead) = owners.entry(words.clone()).or_insert_with(|| (layout, lead.clone()));
            if owner.id == layout.id {
                continue;
            }
            let message = format!("the sentence stands in `{}` too: {}", owner.id, excerpt(&words));
            let at = layout.source.position(offset);
            let file = &layout.source.file;
            // Below two different headings it may be the same formula for different things.
            diagnostics.push(if *owner_lead == lead {
                file.error(at, "repeated-sentence", message)
            } else {
                file.warning(at, "repeated-sentence", message)
            });
        }
    }
}
