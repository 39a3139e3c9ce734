//! What the conversation is about, in words that can stand in a sentence.

use crate::history::History;
use regex::Regex;
use std::sync::LazyLock;
use viva_core::guide::Guide;
use viva_core::id::{ModuleId, QuestionId};

/// The topic of the last answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Topic {
    /// The entry that answered, where one did.
    pub(crate) entry: Option<QuestionId>,
    /// Its module.
    pub(crate) module: Option<ModuleId>,
    /// The other entries that answered with it, those related to it, and those that it is related to.
    pub(crate) near: Vec<QuestionId>,
    /// The entry's question, or the last question as searched.
    pub(crate) question: String,
    /// What that question is about, where it can be told: `the GIL`.
    pub(crate) noun: Option<String>,
}

/// The longest noun phrase, in words: longer ones are sentences.
const NOUN_WORDS: usize = 7;

/// Wordings of a question around the thing that it is about.
static FRAMES: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    [
        r"(?i)^what\s+(?:is|are|was|were)\s+(?:the\s+)?(?:difference|differences)\s+between\s+(?P<x>.+?)\s*\?*$",
        r"(?i)^how\s+(?:is|are|do|does)\s+(?P<x>.+?)\s+(?:differ|different)\b.*$",
        r"(?i)^what\s+(?:is|are|was|were)\s+(?P<x>.+?)(?:,?\s+and\s+(?:how|why|when|what|where|which)\b.*|\s+(?:used\s+for|good\s+for|for))?\s*\?*$",
        r"(?i)^what\s+(?:do|does)\s+(?P<x>.+?)\s+(?:do|mean|give|offer|add|solve|guarantee)\b.*$",
        r"(?i)^(?:how|why|when)\s+(?:do|does|did|is|are|was|were)\s+(?P<x>.+?)\s+(?:work|works|exist|exists|matter|matters|help|implemented|used|needed|built|made|scale|handled|slow|fast)\b.*$",
        r"(?i)^(?:explain|describe|compare|define)\s+(?P<x>.+?)\s*[.?]*$",
    ]
    .iter()
    .filter_map(|pattern| Regex::new(pattern).ok())
    .collect()
});

impl Topic {
    /// The topic of the last turn; `None` where there is none.
    pub(crate) fn of(history: History<'_>, guide: &Guide) -> Option<Self> {
        let last = history.0.last()?;
        let entries = if last.answer.covered { history.entries(guide) } else { Vec::new() };
        let Some(first) = entries.first() else {
            let question = last.answer.query.standalone.clone();
            return Some(Self {
                entry: None,
                module: None,
                near: Vec::new(),
                noun: noun(&question),
                question,
            });
        };
        let others = entries.iter().skip(1).map(|entry| entry.id.clone());
        let pointing = guide.questions().filter(|question| question.related.contains(&first.id));
        let near =
            others.chain(first.related.iter().cloned()).chain(pointing.map(|question| question.id.clone()));
        let near = near.collect();
        let noun = match &entries[..] {
            // A comparison is about both.
            [one, two] => noun(&one.text).zip(noun(&two.text)).map(|(one, two)| format!("{one} and {two}")),
            _ => noun(&first.text),
        };
        Some(Self {
            entry: Some(first.id.clone()),
            module: Some(first.module.clone()),
            near,
            question: first.text.clone(),
            noun,
        })
    }
}

/// The thing that a question is about.
pub(crate) fn noun(question: &str) -> Option<String> {
    let question = question.trim();
    let found = FRAMES
        .iter()
        .find_map(|frame| frame.captures(question).and_then(|found| found.name("x")))
        .map(|found| found.as_str().trim().trim_end_matches('?').to_owned());
    // A title such as "Locks" is a thing already.
    let bare = || {
        let is_question = question.ends_with('?')
            || [
                "how", "why", "when", "what", "which", "where", "who", "can", "does", "do", "is", "are",
                "design",
            ]
            .iter()
            .any(|word| {
                question.split_whitespace().next().is_some_and(|first| first.eq_ignore_ascii_case(word))
            });
        (!is_question).then(|| question.to_owned())
    };
    found.or_else(bare).filter(|noun| {
        let words = noun.split_whitespace().count();
        (1..=NOUN_WORDS).contains(&words)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_thing_that_a_question_is_about() {
        for (question, expected) in [
            ("What is the GIL?", Some("the GIL")),
            ("What are decorators used for?", Some("decorators")),
            ("What is a closure, and how does it capture variables?", Some("a closure")),
            ("What is the difference between a list and a tuple?", Some("a list and a tuple")),
            ("How does asyncio work?", Some("asyncio")),
            ("Why does the GIL exist?", Some("the GIL")),
            ("Explain RAG.", Some("RAG")),
            ("Locks", Some("Locks")),
            ("How do you find a memory leak in a long-running Python service?", None),
        ] {
            assert_eq!(noun(question).as_deref(), expected, "{question}");
        }
    }
}
