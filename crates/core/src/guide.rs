//! The guide: modules, questions, sections, key points.

use crate::id::{Digest, FocusArea, ModuleId, QuestionId, Role};
use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

/// All modules of the content folder, in one revision.
///
/// Invariant: question ids are unique; [`Guide::question`] finds every question.
#[derive(Debug, Clone)]
pub struct Guide {
    revision: Digest,
    modules: Vec<Module>,
    positions: HashMap<QuestionId, (usize, usize)>,
}

impl Guide {
    /// Puts modules together. Of two questions with one id the first is kept and the other dropped:
    /// the reader of the content folder has reported it before.
    pub fn new(revision: Digest, mut modules: Vec<Module>) -> Self {
        let mut positions = HashMap::new();
        for (m, module) in modules.iter_mut().enumerate() {
            let mut at = 0;
            module.questions.retain(|question| {
                let is_new = !positions.contains_key(&question.id);
                if is_new {
                    positions.insert(question.id.clone(), (m, at));
                    at += 1;
                }
                is_new
            });
        }
        Self { revision, modules, positions }
    }

    /// Digest of everything that the guide says; equal content gives an equal revision.
    pub fn revision(&self) -> Digest {
        self.revision
    }

    /// The modules, by number.
    pub fn modules(&self) -> &[Module] {
        &self.modules
    }

    /// The module named `id`.
    pub fn module(&self, id: &ModuleId) -> Option<&Module> {
        self.modules.iter().find(|module| module.id == *id)
    }

    /// The question named `id`.
    pub fn question(&self, id: &QuestionId) -> Option<&Question> {
        let (m, q) = self.positions.get(id)?;
        self.modules.get(*m)?.questions.get(*q)
    }

    /// Every question, module by module.
    pub fn questions(&self) -> impl Iterator<Item = &Question> {
        self.modules.iter().flat_map(|module| &module.questions)
    }
}

/// One of the guide's subject areas, or a folder of plain documents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Module {
    /// Place in the guide, from 1; plain documents come last.
    pub number: u16,
    /// Stable name.
    pub id: ModuleId,
    /// Name for people.
    pub title: String,
    /// What it covers, in two sentences; may be empty for plain documents.
    pub summary: String,
    /// Modules worth knowing first.
    pub prerequisites: Vec<ModuleId>,
    /// Its questions, in reading order.
    pub questions: Vec<Question>,
}

/// One entry of the guide: a question with its answer, its key points and its follow-ups.
///
/// A plain document is an entry too: its title is the question, its headings are the sections, and
/// what only a structured entry can have (level, key points …) is absent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Stable name.
    pub id: QuestionId,
    /// The module it belongs to.
    pub module: ModuleId,
    /// The question as an interviewer asks it.
    pub text: String,
    /// Whether it is a structured entry or a plain document.
    pub kind: QuestionKind,
    /// Who is asked it; absent for plain documents.
    pub level: Option<Level>,
    /// Roles whose interviews ask it.
    pub roles: Vec<Role>,
    /// Focus areas it belongs to.
    pub focus: Vec<FocusArea>,
    /// What people type who do not know its name.
    pub aliases: Vec<String>,
    /// Where to read on.
    pub related: Vec<QuestionId>,
    /// The answer, in reading order; follow-ups are not among them.
    pub sections: Vec<Section>,
    /// What a good answer states.
    pub key_points: Vec<KeyPoint>,
    /// What an interviewer asks next, each with its answer.
    pub follow_ups: Vec<FollowUp>,
    /// The file it was read from, relative to the content folder.
    pub source: String,
}

impl Question {
    /// The first section of a kind.
    pub fn section(&self, kind: SectionKind) -> Option<&Section> {
        self.sections.iter().find(|section| section.kind == kind)
    }
}

/// Where a [`Question`] came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum QuestionKind {
    /// An entry in the guide's own format.
    Structured,
    /// An entry read from a `Q1.` text file, or a Markdown file without front matter.
    Plain,
}

/// One part of a question's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Which part.
    pub kind: SectionKind,
    /// The fragment of its address, unique within the question: `explanation`, or a heading's slug.
    pub anchor: String,
    /// The heading as written.
    pub heading: String,
    /// The text below the heading, byte for byte as in the file, without surrounding blank lines.
    pub markdown: String,
}

/// The parts that an answer is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SectionKind {
    /// Two to four sentences.
    ShortAnswer,
    /// The reasoning.
    Explanation,
    /// Code that runs.
    Example,
    /// What people get wrong.
    Pitfalls,
    /// What separates a senior answer.
    Deeper,
    /// A follow-up question with its answer.
    FollowUp,
    /// A section of a plain document.
    Text,
}

impl SectionKind {
    /// All of them, in reading order.
    pub const ALL: [Self; 7] = [
        Self::ShortAnswer,
        Self::Explanation,
        Self::Example,
        Self::Pitfalls,
        Self::Deeper,
        Self::FollowUp,
        Self::Text,
    ];

    /// The name on the wire and in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ShortAnswer => "short-answer",
            Self::Explanation => "explanation",
            Self::Example => "example",
            Self::Pitfalls => "pitfalls",
            Self::Deeper => "deeper",
            Self::FollowUp => "follow-up",
            Self::Text => "text",
        }
    }
}

impl fmt::Display for SectionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for SectionKind {
    type Err = UnknownName;
    fn from_str(text: &str) -> Result<Self, UnknownName> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| UnknownName::new(text, &Self::ALL.map(Self::as_str)))
    }
}

/// Seniority that a question belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// First job.
    Junior,
    /// Works alone.
    Mid,
    /// Leads a design.
    Senior,
    /// Answers for a system.
    Principal,
}

impl Level {
    /// All of them, ascending.
    pub const ALL: [Self; 4] = [Self::Junior, Self::Mid, Self::Senior, Self::Principal];

    /// The name on the wire and in front matter.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Junior => "junior",
            Self::Mid => "mid",
            Self::Senior => "senior",
            Self::Principal => "principal",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Level {
    type Err = UnknownName;
    fn from_str(text: &str) -> Result<Self, UnknownName> {
        Self::ALL
            .into_iter()
            .find(|level| level.as_str() == text)
            .ok_or_else(|| UnknownName::new(text, &Self::ALL.map(Self::as_str)))
    }
}

/// One statement that a good answer makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyPoint {
    /// How much it counts.
    pub weight: Weight,
    /// The statement.
    pub text: String,
}

/// How much a key point counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Weight {
    /// Without it the answer fails.
    Essential,
    /// A good answer has it.
    Expected,
    /// A pleasant surprise.
    Bonus,
}

impl Weight {
    /// All of them, heaviest first.
    pub const ALL: [Self; 3] = [Self::Essential, Self::Expected, Self::Bonus];

    /// The name on the wire and in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Essential => "essential",
            Self::Expected => "expected",
            Self::Bonus => "bonus",
        }
    }
}

impl FromStr for Weight {
    type Err = UnknownName;
    fn from_str(text: &str) -> Result<Self, UnknownName> {
        Self::ALL
            .into_iter()
            .find(|weight| weight.as_str() == text)
            .ok_or_else(|| UnknownName::new(text, &Self::ALL.map(Self::as_str)))
    }
}

/// What an interviewer asks next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FollowUp {
    /// The question.
    pub question: String,
    /// Its answer, Markdown.
    pub answer: String,
}

/// A word that is not one of a closed list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{found}` is not one of {}", known.join(", "))]
pub struct UnknownName {
    /// What was written.
    pub found: String,
    /// What may be.
    pub known: Vec<&'static str>,
}

impl UnknownName {
    /// Reports `found` against the list of what is `known`.
    pub fn new(found: &str, known: &[&'static str]) -> Self {
        Self { found: found.to_owned(), known: known.to_vec() }
    }
}
