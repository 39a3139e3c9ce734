//! A message and what came before -> what is to be searched.

use crate::assistant::Assistant;
use crate::follow_up::{Known, Lent, Reading, Topic, complete, read};
use crate::history::History;
use viva_core::guide::Guide;
use viva_core::turn::{Understood, UserQuestion};

/// A message as it is to be answered.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Meaning {
    /// A question that is complete in itself, and what was talked about before, if anything.
    Complete(Understood, Option<Topic>),
    /// One that leans on the last answer.
    Leaning(Box<Leaning>),
    /// More on the topic of the last answer.
    Deeper(Understood),
}

/// A leaning message.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Leaning {
    /// Completed.
    pub(crate) query: Understood,
    /// As typed, its spelling mended.
    pub(crate) typed: Understood,
    pub(crate) how: Lent,
    pub(crate) topic: Topic,
}

impl Meaning {
    pub(crate) fn query(&self) -> &Understood {
        match self {
            Self::Complete(query, _) | Self::Deeper(query) => query,
            Self::Leaning(leaning) => &leaning.query,
        }
    }
}

impl Assistant {
    /// What a message means after `history`.
    pub(crate) fn meaning(&self, guide: &Guide, question: &UserQuestion, history: History<'_>) -> Meaning {
        let typed = self.understand(guide, question);
        let Some(topic) = Topic::of(history, guide) else { return Meaning::Complete(typed, None) };
        let knowledge = self.knowledge(guide);
        let names_an_entry = |stems: &[String]| {
            guide.questions().any(|q| stems.iter().all(|s| knowledge.vocabulary.name_has(&q.id, s)))
        };
        match read(&typed.standalone, &self.words, &Known { names_an_entry: &names_an_entry }) {
            Reading::Complete => Meaning::Complete(typed, Some(topic)),
            Reading::Deeper if history.root_entries(guide).is_empty() => {
                Meaning::Complete(typed, Some(topic))
            }
            Reading::Deeper => deeper(guide, question.as_str(), history),
            Reading::Leaning(how) => {
                let completed = complete(&typed.standalone, how.lean, &topic);
                let reason = match &typed.reason {
                    Some(mended) => format!("{}; {mended}", completed.reason),
                    None => completed.reason,
                };
                let query = Understood {
                    original: typed.original.clone(),
                    standalone: completed.text,
                    reason: Some(reason),
                };
                Meaning::Leaning(Box::new(Leaning { query, typed, how, topic }))
            }
        }
    }
}

/// "Go deeper", said or pressed.
pub(crate) fn deeper(guide: &Guide, original: &str, history: History<'_>) -> Meaning {
    let entries = history.root_entries(guide);
    let titles: Vec<&str> = entries.iter().map(|entry| entry.text.as_str()).collect();
    let ids: Vec<String> = entries.iter().map(|entry| format!("`{}`", entry.id)).collect();
    Meaning::Deeper(Understood {
        original: original.to_owned(),
        standalone: format!("Deeper: {}", titles.join(" / ")),
        reason: Some(format!("continues {}", ids.join(" and "))),
    })
}
