//! "Go deeper": what the guide has beyond what was said.
//!
//! First what is left of the entries that the topic began with, then their follow-up questions, then related entries, one
//! at a time. Nothing is said twice; when nothing is left, that is said.

use crate::evidence::{Evidence, Limits, add};
use crate::history::History;
use viva_core::guide::{Guide, Question, QuestionKind, SectionKind};

/// Sections that are told together, in order.
const STAGES: [&[SectionKind]; 2] = [
    &[SectionKind::ShortAnswer, SectionKind::Explanation, SectionKind::Example],
    &[SectionKind::Pitfalls, SectionKind::Deeper],
];
/// How many follow-up questions are answered at once, and sections of a plain document told.
const AT_ONCE: usize = 3;

/// The next evidence on the topic; without sources where there is no more. `None` where there is no topic.
pub(crate) fn next(guide: &Guide, history: History<'_>, limits: &Limits<'_>) -> Option<Evidence> {
    let root = history.root_entries(guide);
    if root.is_empty() {
        return None;
    }
    let told = history.told();
    let is_told =
        |question: &Question, anchor: &str| told.contains(&(question.id.clone(), anchor.to_owned()));
    let mut evidence = Evidence::empty(limits.budget);
    evidence.entries = root.iter().map(|entry| entry.id.clone()).collect();
    for stage in STAGES {
        for entry in &root {
            let sections = entry.sections.iter().filter(|section| stage.contains(&section.kind));
            for section in sections.filter(|section| !is_told(entry, &section.anchor)) {
                add(&mut evidence, entry, section.kind, &section.anchor, &section.markdown, limits);
            }
        }
        if !evidence.sources.is_empty() {
            return Some(evidence);
        }
    }
    for entry in &root {
        let plain = entry.sections.iter().filter(|section| section.kind == SectionKind::Text);
        for section in plain.filter(|section| !is_told(entry, &section.anchor)).take(AT_ONCE) {
            add(&mut evidence, entry, section.kind, &section.anchor, &section.markdown, limits);
        }
        for (position, follow_up) in entry.follow_ups.iter().enumerate() {
            let anchor = format!("follow-up-{}", position + 1);
            if evidence.sources.len() < AT_ONCE && !is_told(entry, &anchor) {
                evidence.lead(&follow_up.question);
                add(&mut evidence, entry, SectionKind::FollowUp, &anchor, &follow_up.answer, limits);
            }
        }
    }
    if !evidence.sources.is_empty() {
        return Some(evidence);
    }
    let related = root.iter().flat_map(|entry| &entry.related).filter_map(|id| guide.question(id));
    if let Some(entry) = { related }.find(|entry| told.iter().all(|(question, _)| *question != entry.id)) {
        evidence.entries = vec![entry.id.clone()];
        let first: &[SectionKind] = match entry.kind {
            QuestionKind::Structured => &STAGES[0][..2],
            QuestionKind::Plain => &[SectionKind::Text],
        };
        for section in entry.sections.iter().filter(|section| first.contains(&section.kind)).take(AT_ONCE) {
            add(&mut evidence, entry, section.kind, &section.anchor, &section.markdown, limits);
        }
    }
    Some(evidence)
}

/// The statement that there is no more.
pub(crate) fn exhausted(titles: &[&str]) -> String {
    let topic = titles.iter().map(|title| format!("“{title}”")).collect::<Vec<_>>().join(" and ");
    format!(
        "The guide has no more on {topic}: its entry, its follow-up questions and its related entries have all been said."
    )
}
