//! The turns before this one, as far as they matter to it.

use crate::generate::prompt::Exchange;
use std::collections::HashSet;
use viva_core::guide::{Guide, Question};
use viva_core::id::QuestionId;
use viva_core::turn::Answer;

/// An earlier turn that was answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Past {
    /// What was asked, as typed; `None` where the user went deeper.
    pub asked: Option<String>,
    /// The answer.
    pub answer: Answer,
}

/// Earlier turns, oldest first.
#[derive(Debug, Clone, Copy)]
pub(crate) struct History<'a>(pub(crate) &'a [Past]);

impl<'a> History<'a> {
    /// The last turn that the guide covered.
    pub(crate) fn last_covered(self) -> Option<&'a Past> {
        self.0.iter().rev().find(|past| past.answer.covered)
    }

    /// The entries that the last covered turn was answered from.
    pub(crate) fn entries(self, guide: &'a Guide) -> Vec<&'a Question> {
        self.last_covered().map(|past| entries_of(&past.answer, guide)).unwrap_or_default()
    }

    /// The entries that the present topic began with: going deeper leads to related ones, and back.
    pub(crate) fn root_entries(self, guide: &'a Guide) -> Vec<&'a Question> {
        let covered: Vec<&Past> = self.0.iter().filter(|past| past.answer.covered).collect();
        let root =
            covered.iter().rev().find(|past| past.asked.is_some() && !past.answer.citations.is_empty());
        root.map(|past| entries_of(&past.answer, guide)).unwrap_or_default()
    }

    /// Sections that were cited: what was said already.
    pub(crate) fn told(self) -> HashSet<(QuestionId, String)> {
        let citations = self.0.iter().flat_map(|past| &past.answer.citations);
        citations.map(|citation| (citation.question.clone(), citation.anchor.clone())).collect()
    }

    /// What a model is told of it.
    pub(crate) fn exchanges(self) -> Vec<Exchange> {
        self.0
            .iter()
            .map(|past| Exchange {
                asked: past.answer.query.standalone.clone(),
                answered: past.answer.text.clone(),
            })
            .collect()
    }
}

fn entries_of<'a>(answer: &Answer, guide: &'a Guide) -> Vec<&'a Question> {
    let mut entries: Vec<&Question> = Vec::new();
    for citation in &answer.citations {
        if let Some(question) = guide.question(&citation.question)
            && entries.iter().all(|entry| entry.id != question.id)
        {
            entries.push(question);
        }
    }
    entries
}
