//! Modules and questions.

use super::names::{KindName, LevelName, SectionName, WeightName};
use super::url;
use serde::Serialize;
use std::fmt::Display;
use utoipa::ToSchema;
use viva_core::guide::{FollowUp, KeyPoint, Module, Question, Section, SectionKind};

/// A subject area.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ModuleBody {
    /// Place in the guide, from 1.
    number: u16,
    id: String,
    title: String,
    summary: String,
    /// Modules worth knowing first.
    prerequisites: Vec<String>,
    /// How many questions it has.
    questions: usize,
}

/// A question without its answer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct QuestionSummary {
    id: String,
    question: String,
    module: String,
    kind: KindName,
    /// Null for plain documents.
    #[schema(required)]
    level: Option<LevelName>,
    roles: Vec<String>,
    focus: Vec<String>,
    /// Where it is read.
    url: String,
}

/// A question with its answer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct QuestionBody {
    #[serde(flatten)]
    summary: QuestionSummary,
    /// Other wordings.
    aliases: Vec<String>,
    /// Where to read on.
    related: Vec<String>,
    /// The answer, in reading order.
    sections: Vec<SectionBody>,
    /// What a good answer states.
    key_points: Vec<KeyPointBody>,
    /// What an interviewer asks next.
    follow_ups: Vec<FollowUpBody>,
    /// The file it was read from, relative to the content folder.
    source: String,
}

/// One part of an answer.
#[derive(Debug, Serialize, ToSchema)]
struct SectionBody {
    section: SectionName,
    heading: String,
    /// Markdown.
    text: String,
    url: String,
}

/// A statement that a good answer makes.
#[derive(Debug, Serialize, ToSchema)]
struct KeyPointBody {
    weight: WeightName,
    text: String,
}

/// A follow-up question with its answer.
#[derive(Debug, Serialize, ToSchema)]
struct FollowUpBody {
    question: String,
    /// Markdown.
    answer: String,
    url: String,
}

impl From<&Module> for ModuleBody {
    fn from(module: &Module) -> Self {
        let Module { number, id, title, summary, prerequisites, questions } = module;
        Self {
            number: *number,
            id: id.to_string(),
            title: title.clone(),
            summary: summary.clone(),
            prerequisites: texts(prerequisites),
            questions: questions.len(),
        }
    }
}

impl From<&Question> for QuestionSummary {
    fn from(question: &Question) -> Self {
        Self {
            id: question.id.to_string(),
            question: question.text.clone(),
            module: question.module.to_string(),
            kind: question.kind.into(),
            level: question.level.map(Into::into),
            roles: texts(&question.roles),
            focus: texts(&question.focus),
            url: format!("/questions/{}", question.id),
        }
    }
}

impl From<&Question> for QuestionBody {
    fn from(question: &Question) -> Self {
        let Question {
            id,
            module: _,
            text: _,
            kind: _,
            level: _,
            roles: _,
            focus: _,
            aliases,
            related,
            sections,
            key_points,
            follow_ups,
            source,
        } = question;
        Self {
            summary: question.into(),
            aliases: aliases.clone(),
            related: texts(related),
            sections: sections.iter().map(|section| SectionBody::new(id, section)).collect(),
            key_points: key_points.iter().map(Into::into).collect(),
            follow_ups: follow_ups
                .iter()
                .zip(1..)
                .map(|(asked, n)| FollowUpBody::new(id, asked, n))
                .collect(),
            source: source.clone(),
        }
    }
}

impl SectionBody {
    fn new(question: &impl Display, section: &Section) -> Self {
        let Section { kind, anchor, heading, markdown } = section;
        let url = url(question, anchor);
        Self { section: (*kind).into(), heading: heading.clone(), text: markdown.clone(), url }
    }
}

impl From<&KeyPoint> for KeyPointBody {
    fn from(point: &KeyPoint) -> Self {
        let KeyPoint { weight, text } = point;
        Self { weight: (*weight).into(), text: text.clone() }
    }
}

impl FollowUpBody {
    fn new(question_id: &impl Display, follow_up: &FollowUp, n: usize) -> Self {
        let FollowUp { question, answer } = follow_up;
        let url = url(question_id, &follow_up_anchor(n));
        Self { question: question.clone(), answer: answer.clone(), url }
    }
}

/// The fragment of follow-up number `n`, as the index has it: the kind's name and the number.
pub(crate) fn follow_up_anchor(n: usize) -> String {
    format!("{}-{n}", SectionKind::FollowUp)
}

fn texts<T: Display>(names: &[T]) -> Vec<String> {
    names.iter().map(ToString::to_string).collect()
}
