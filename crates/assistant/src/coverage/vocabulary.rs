//! Which words the guide knows, and how much each tells.

use crate::words::{Memory, Words};
use std::collections::{HashMap, HashSet};
use viva_core::guide::{Guide, Question};
use viva_core::id::QuestionId;

/// Document frequencies of stems over the guide's questions, and the stems of each question.
pub(crate) struct Vocabulary {
    questions: f64,
    frequency: HashMap<String, u32>,
    stems: HashMap<QuestionId, HashSet<String>>,
    /// Stems of the question's wording and aliases alone.
    names: HashMap<QuestionId, HashSet<String>>,
    /// Stems of all wordings and aliases.
    all_names: HashSet<String>,
}

impl Vocabulary {
    pub(crate) fn of(guide: &Guide, words: &Words) -> Self {
        let mut frequency: HashMap<String, u32> = HashMap::new();
        let mut stems = HashMap::new();
        let mut names = HashMap::new();
        let mut memory = Memory::default();
        for question in guide.questions() {
            let name = words.distinct_stems(&naming_text(question), &mut memory);
            let mut all = words.distinct_stems(&answering_text(question), &mut memory);
            all.extend(name.iter().cloned());
            for stem in &all {
                *frequency.entry(stem.clone()).or_default() += 1;
            }
            stems.insert(question.id.clone(), all);
            names.insert(question.id.clone(), name);
        }
        let all_names = names.values().flatten().cloned().collect();
        Self { questions: stems.len() as f64, frequency, stems, names, all_names }
    }

    /// Inverse document frequency, as in BM25: positive, largest for a stem that the guide does not know.
    pub(crate) fn weight(&self, stem: &str) -> f64 {
        let frequency = f64::from(self.frequency.get(stem).copied().unwrap_or(0));
        (1.0 + (self.questions - frequency + 0.5) / (frequency + 0.5)).ln()
    }

    /// Whether the guide holds the stem at all.
    pub(crate) fn knows(&self, stem: &str) -> bool {
        self.frequency.contains_key(stem)
    }

    /// Whether any question is called by the stem.
    pub(crate) fn names_by(&self, stem: &str) -> bool {
        self.all_names.contains(stem)
    }

    /// Whether a question's entry holds the stem.
    pub(crate) fn entry_has(&self, question: &QuestionId, stem: &str) -> bool {
        self.stems.get(question).is_some_and(|stems| stems.contains(stem))
    }

    /// Whether a question's wording or aliases hold the stem.
    pub(crate) fn name_has(&self, question: &QuestionId, stem: &str) -> bool {
        self.names.get(question).is_some_and(|stems| stems.contains(stem))
    }
}

fn naming_text(question: &Question) -> String {
    let mut text = question.text.clone();
    for alias in &question.aliases {
        text.push('\n');
        text.push_str(alias);
    }
    text
}

fn answering_text(question: &Question) -> String {
    let mut text = String::new();
    for section in &question.sections {
        text.push_str(&section.markdown);
        text.push('\n');
    }
    for follow_up in &question.follow_ups {
        text.push_str(&follow_up.question);
        text.push('\n');
        text.push_str(&follow_up.answer);
        text.push('\n');
    }
    text
}
