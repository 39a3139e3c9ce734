//! A user's message, and the events and answer it leads to.
//!
//! ```text
//! Ask -> Understood -> QueryVectors -> Vec<Hit> -> Evidence | NotCovered -> AnswerEvent* -> Answer
//! ```

use crate::chat::ChatMessage;
use crate::guide::SectionKind;
use crate::id::{Digest, QuestionId};
use crate::manifest::ModelIdentity;
use crate::search::{Filter, Legs};
use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use crate::guide::UnknownName;

/// The longest question, in characters (`reliability.md`, Limits).
pub const MAX_QUESTION_CHARS: usize = 32_000;

/// What a user asks.
///
/// Invariant: trimmed, at least one letter or digit or symbol, at most [`MAX_QUESTION_CHARS`] characters, no control
/// characters but line breaks and tabs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserQuestion(String);

/// Why a text is not a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidQuestion {
    /// Nothing but white space.
    #[error("must not be empty")]
    Empty,
    /// Longer than [`MAX_QUESTION_CHARS`].
    #[error("must be at most {MAX_QUESTION_CHARS} characters, has {chars}")]
    TooLong {
        /// How many characters it has.
        chars: usize,
    },
    /// Holds a character that no keyboard writes.
    #[error("must not contain control characters (found U+{code:04X})")]
    Control {
        /// The first such character.
        code: u32,
    },
}

impl UserQuestion {
    /// Trims and checks `text`; carriage returns before line feeds are dropped.
    pub fn new(text: &str) -> Result<Self, InvalidQuestion> {
        let text = text.replace("\r\n", "\n");
        let text = text.trim();
        if text.is_empty() {
            return Err(InvalidQuestion::Empty);
        }
        let chars = text.chars().count();
        if chars > MAX_QUESTION_CHARS {
            return Err(InvalidQuestion::TooLong { chars });
        }
        if let Some(c) = text.chars().find(|c| c.is_control() && *c != '\n' && *c != '\t') {
            return Err(InvalidQuestion::Control { code: u32::from(c) });
        }
        Ok(Self(text.to_owned()))
    }

    /// The question as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One question to be answered, without memory of others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// What is asked.
    pub question: UserQuestion,
    /// How much of the answer is wanted.
    pub depth: Depth,
    /// Where to look.
    pub filter: Filter,
    /// Whether the answer should carry an [`Inspection`].
    pub inspect: bool,
}

/// How much of the guide's answer is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Hash)]
pub enum Depth {
    /// The short answer.
    Brief,
    /// What an interviewer expects.
    #[default]
    Standard,
    /// Everything.
    Deep,
}

impl Depth {
    /// All of them, ascending.
    pub const ALL: [Self; 3] = [Self::Brief, Self::Standard, Self::Deep];

    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Brief => "brief",
            Self::Standard => "standard",
            Self::Deep => "deep",
        }
    }
}

impl fmt::Display for Depth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Depth {
    type Err = UnknownName;
    fn from_str(text: &str) -> Result<Self, UnknownName> {
        Self::ALL
            .into_iter()
            .find(|depth| depth.as_str() == text)
            .ok_or_else(|| UnknownName::new(text, &Self::ALL.map(Self::as_str)))
    }
}

/// How an answer was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// From the guide's own text.
    Extractive,
    /// Written by a language model from evidence.
    Generated,
}

impl Mode {
    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Extractive => "extractive",
            Self::Generated => "generated",
        }
    }
}

/// A question as it is searched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Understood {
    /// As asked.
    pub original: String,
    /// Complete in itself.
    pub standalone: String,
    /// Why `standalone` differs, where it does.
    pub reason: Option<String>,
}

/// A numbered piece of evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The number that `[n]` refers to, from 1.
    pub n: u16,
    /// The question it stands in.
    pub question: QuestionId,
    /// That question's text.
    pub title: String,
    /// Which section.
    pub section: SectionKind,
    /// That section's fragment.
    pub anchor: String,
    /// The evidence, verbatim.
    pub text: String,
}

/// A marker `[n]` in an answer, resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Citation {
    /// The number of the marker.
    pub n: u16,
    /// The question cited.
    pub question: QuestionId,
    /// The section cited.
    pub section: SectionKind,
    /// That section's fragment.
    pub anchor: String,
    /// Verbatim from that section.
    pub quote: String,
}

/// What the check of an answer against its evidence found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Grounding {
    /// Sentences whose numbers or identifiers stand in no cited evidence.
    pub unsupported: Vec<String>,
}

/// A topic that the guide does cover, offered where it does not cover the question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nearest {
    /// The question's id.
    pub question: QuestionId,
    /// The question's text.
    pub title: String,
}

/// Why an answer is extractive although a model is configured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Degraded {
    /// The stable word for programs.
    pub reason: DegradedReason,
    /// The sentence for people.
    pub detail: String,
}

/// The kinds of degradation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DegradedReason {
    /// The model could not be reached, or answered with an error of its own.
    ModelUnavailable,
    /// The model did not begin in time.
    ModelTimeout,
    /// The model asked to be left alone for a while.
    ModelRateLimited,
    /// The model refused the request.
    ModelRejected,
    /// Today's tokens are spent.
    Budget,
}

impl DegradedReason {
    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ModelUnavailable => "model_unavailable",
            Self::ModelTimeout => "model_timeout",
            Self::ModelRateLimited => "model_rate_limited",
            Self::ModelRejected => "model_rejected",
            Self::Budget => "budget",
        }
    }
}

/// Tokens that a model counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// Read by the model.
    pub input_tokens: u64,
    /// Written by the model.
    pub output_tokens: u64,
}

/// How long the stages of a turn took.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Timings {
    /// Making the question complete.
    pub understand: Duration,
    /// Encoding it.
    pub embed: Duration,
    /// Searching.
    pub search: Duration,
    /// From the start to the first piece of text.
    pub first_token: Duration,
    /// From the start to the end.
    pub total: Duration,
}

/// One step of an answer. Invariant of every stream: it ends with exactly one [`AnswerEvent::Done`] or
/// [`AnswerEvent::Failed`], and nothing follows.
#[derive(Debug, Clone, PartialEq)]
pub enum AnswerEvent {
    /// First of all: which turn this is.
    Meta {
        /// The turn's id.
        id: String,
        /// The conversation it belongs to, if any.
        conversation: Option<String>,
        /// The guide's revision that answers.
        revision: Digest,
        /// The depth asked for.
        depth: Depth,
    },
    /// The question as understood.
    Query(Understood),
    /// The evidence that the answer may cite. Comes again, before any text, where another list takes its place: a model
    /// that fails before it said anything leaves the answer to the guide's own text.
    Sources(Vec<Source>),
    /// A piece of the answer's Markdown.
    Delta(String),
    /// The first use of a marker.
    Citation(Citation),
    /// The grounding check.
    Grounding(Grounding),
    /// What is worth asking next.
    FollowUps(Vec<String>),
    /// The whole answer; the stream ends.
    Done(Box<Answer>),
    /// No answer, or only a part; the stream ends.
    Failed(Failure),
}

/// A complete answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The turn's id.
    pub id: String,
    /// The conversation it belongs to, if any.
    pub conversation: Option<String>,
    /// Whether the guide covers the question.
    pub covered: bool,
    /// How the answer was made.
    pub mode: Mode,
    /// Why it was not made as configured.
    pub degraded: Option<Degraded>,
    /// The question as understood.
    pub query: Understood,
    /// The depth given.
    pub depth: Depth,
    /// Markdown with `[n]` markers; the concatenation of all [`AnswerEvent::Delta`]s.
    pub text: String,
    /// The markers, resolved, by number.
    pub citations: Vec<Citation>,
    /// The check against the evidence.
    pub grounding: Grounding,
    /// Two or three questions worth asking next.
    pub follow_ups: Vec<String>,
    /// Where the question is not covered: up to three questions that are.
    pub nearest: Vec<Nearest>,
    /// What a model counted, where one was used.
    pub usage: Option<Usage>,
    /// How long it took.
    pub timings: Timings,
    /// The guide's revision that answered.
    pub revision: Digest,
    /// How it came about, where asked for.
    pub inspection: Option<Inspection>,
}

/// How an answer came about.
#[derive(Debug, Clone, PartialEq)]
pub struct Inspection {
    /// The encoder of the dense leg.
    pub model: ModelIdentity,
    /// Every candidate of the search, best first, and what became of it.
    pub candidates: Vec<Candidate>,
    /// The verdict whether the guide covers the question, with its features.
    pub coverage: Coverage,
    /// Tokens of the evidence that was kept.
    pub evidence_tokens: usize,
    /// The most tokens that evidence may have.
    pub evidence_budget: usize,
    /// What a model was sent, where one was used.
    pub generation: Option<Generation>,
}

/// What a model was sent, and what it did with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generation {
    /// The model's name.
    pub model: String,
    /// Which version of the prompt's text.
    pub prompt_version: String,
    /// The prompt, exactly as sent.
    pub prompt: Vec<ChatMessage>,
    /// Why the model stopped, where it did.
    pub stop: Option<String>,
    /// Markers that named no evidence and were taken out.
    pub dropped_markers: u32,
}

/// One candidate of the search.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// The question.
    pub question: QuestionId,
    /// The section's fragment, or `card`.
    pub anchor: String,
    /// The fused score.
    pub score: f32,
    /// Ranks and scores in the legs.
    pub legs: Legs,
    /// What became of it.
    pub fate: Fate,
}

/// What became of a candidate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It is evidence number `n`.
    Kept {
        /// Its number.
        n: u16,
    },
    /// It was left out.
    Dropped {
        /// Why, in words.
        reason: String,
    },
}

/// The verdict whether the guide covers a question.
#[derive(Debug, Clone, PartialEq)]
pub struct Coverage {
    /// Whether it does.
    pub covered: bool,
    /// Estimated probability that it does, 0 to 1.
    pub probability: f64,
    /// The least probability that counts as covered.
    pub threshold: f64,
    /// What the estimate is made of.
    pub features: Vec<Feature>,
}

/// One ingredient of the coverage verdict.
#[derive(Debug, Clone, PartialEq)]
pub struct Feature {
    /// Its name.
    pub name: Cow<'static, str>,
    /// Its value.
    pub value: f64,
    /// What it adds to the log-odds.
    pub contribution: f64,
}

/// Why there is no answer, or only a part of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What the caller can do about it.
    pub kind: FailureKind,
    /// The sentence for people; free of internal detail.
    pub detail: String,
}

/// The kinds of failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// The index or the encoder cannot answer now; try again.
    Unavailable,
    /// The search or the model took too long.
    Timeout,
    /// The stream of the model broke after it had begun.
    Interrupted,
    /// The process is ending.
    ShuttingDown,
    /// A mistake of ours.
    Internal,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_trimmed_and_bounded() {
        assert_eq!(UserQuestion::new("  what is a thread?\r\n ").unwrap().as_str(), "what is a thread?");
        assert_eq!(UserQuestion::new(" \n\t "), Err(InvalidQuestion::Empty));
        let long = "ä".repeat(MAX_QUESTION_CHARS + 1);
        assert_eq!(UserQuestion::new(&long), Err(InvalidQuestion::TooLong { chars: MAX_QUESTION_CHARS + 1 }));
        assert!(UserQuestion::new(&long[..MAX_QUESTION_CHARS * 2]).is_ok());
        assert_eq!(UserQuestion::new("a\0b"), Err(InvalidQuestion::Control { code: 0 }));
        assert!(UserQuestion::new("def f():\n\treturn 1").is_ok());
    }
}
