//! The guide as it is stored with an index: mirrors of the domain types in JSON.
//!
//! It is kept as one text with its digest, in a file (embedded) or cut into pages (served), rather than spread over
//! the points of its chunks: any replica then has exactly the bytes that were ingested, and can tell.

use crate::manifest_record::RecordError;
use serde::{Deserialize, Serialize};
use viva_core::guide::{FollowUp, Guide, KeyPoint, Level, Module, Question, QuestionKind, Section};
use viva_core::id::{Digest, FocusArea, ModuleId, QuestionId, Role};
use viva_core::ports::BoxError;

/// The guide as JSON text; equal guides give equal texts.
pub(crate) fn write_guide(guide: &Guide) -> String {
    let modules = guide.modules().iter().map(ModuleRecord::from).collect();
    let record = GuideRecord { revision: guide.revision().to_string(), modules };
    serde_json::to_string(&record).unwrap_or_default()
}

/// Reads the text of [`write_guide`].
pub(crate) fn read_guide(text: &str) -> Result<Guide, RecordError> {
    let unreadable = |error: BoxError| RecordError::Unreadable("guide", Some(error));
    let GuideRecord { revision, modules } =
        serde_json::from_str(text).map_err(|error| unreadable(error.into()))?;
    let revision = Digest::from_hex(&revision).ok_or(RecordError::Unreadable("guide", None))?;
    let modules: Result<Vec<Module>, BoxError> = modules.into_iter().map(Module::try_from).collect();
    Ok(Guide::new(revision, modules.map_err(unreadable)?))
}

#[derive(Serialize, Deserialize)]
struct GuideRecord {
    revision: String,
    modules: Vec<ModuleRecord>,
}

#[derive(Serialize, Deserialize)]
struct ModuleRecord {
    number: u16,
    id: String,
    title: String,
    summary: String,
    prerequisites: Vec<String>,
    questions: Vec<QuestionRecord>,
}

#[derive(Serialize, Deserialize)]
struct QuestionRecord {
    id: String,
    module: String,
    text: String,
    plain: bool,
    level: Option<String>,
    roles: Vec<String>,
    focus: Vec<String>,
    aliases: Vec<String>,
    related: Vec<String>,
    sections: Vec<SectionRecord>,
    key_points: Vec<KeyPointRecord>,
    follow_ups: Vec<FollowUpRecord>,
    source: String,
}

#[derive(Serialize, Deserialize)]
struct SectionRecord {
    kind: String,
    anchor: String,
    heading: String,
    markdown: String,
}

#[derive(Serialize, Deserialize)]
struct KeyPointRecord {
    weight: String,
    text: String,
}

#[derive(Serialize, Deserialize)]
struct FollowUpRecord {
    question: String,
    answer: String,
}

fn texts<T: ToString>(items: &[T]) -> Vec<String> {
    items.iter().map(ToString::to_string).collect()
}

fn parsed<T, E: Into<BoxError>>(
    texts: Vec<String>,
    parse: impl Fn(String) -> Result<T, E>,
) -> Result<Vec<T>, BoxError> {
    texts.into_iter().map(|text| parse(text).map_err(Into::into)).collect()
}

impl From<&Module> for ModuleRecord {
    fn from(module: &Module) -> Self {
        let Module { number, id, title, summary, prerequisites, questions } = module;
        Self {
            number: *number,
            id: id.to_string(),
            title: title.clone(),
            summary: summary.clone(),
            prerequisites: texts(prerequisites),
            questions: questions.iter().map(QuestionRecord::from).collect(),
        }
    }
}

impl TryFrom<ModuleRecord> for Module {
    type Error = BoxError;

    fn try_from(record: ModuleRecord) -> Result<Self, BoxError> {
        let ModuleRecord { number, id, title, summary, prerequisites, questions } = record;
        Ok(Self {
            number,
            id: ModuleId::new(id)?,
            title,
            summary,
            prerequisites: parsed(prerequisites, ModuleId::new)?,
            questions: questions.into_iter().map(Question::try_from).collect::<Result<_, _>>()?,
        })
    }
}

impl From<&Question> for QuestionRecord {
    fn from(question: &Question) -> Self {
        let Question {
            id,
            module,
            text,
            kind,
            level,
            roles,
            focus,
            aliases,
            related,
            sections,
            key_points,
            follow_ups,
            source,
        } = question;
        Self {
            id: id.to_string(),
            module: module.to_string(),
            text: text.clone(),
            plain: *kind == QuestionKind::Plain,
            level: level.map(|level| level.to_string()),
            roles: texts(roles),
            focus: texts(focus),
            aliases: aliases.clone(),
            related: texts(related),
            sections: sections.iter().map(SectionRecord::from).collect(),
            key_points: key_points.iter().map(KeyPointRecord::from).collect(),
            follow_ups: follow_ups.iter().map(FollowUpRecord::from).collect(),
            source: source.clone(),
        }
    }
}

impl TryFrom<QuestionRecord> for Question {
    type Error = BoxError;

    fn try_from(record: QuestionRecord) -> Result<Self, BoxError> {
        let QuestionRecord {
            id,
            module,
            text,
            plain,
            level,
            roles,
            focus,
            aliases,
            related,
            sections,
            key_points,
            follow_ups,
            source,
        } = record;
        Ok(Self {
            id: QuestionId::new(id)?,
            module: ModuleId::new(module)?,
            text,
            kind: if plain { QuestionKind::Plain } else { QuestionKind::Structured },
            level: level.map(|level| level.parse::<Level>()).transpose()?,
            roles: parsed(roles, Role::new)?,
            focus: parsed(focus, FocusArea::new)?,
            aliases,
            related: parsed(related, QuestionId::new)?,
            sections: sections.into_iter().map(Section::try_from).collect::<Result<_, _>>()?,
            key_points: key_points.into_iter().map(KeyPoint::try_from).collect::<Result<_, _>>()?,
            follow_ups: follow_ups.into_iter().map(FollowUp::from).collect(),
            source,
        })
    }
}

impl From<&Section> for SectionRecord {
    fn from(section: &Section) -> Self {
        let Section { kind, anchor, heading, markdown } = section;
        Self {
            kind: kind.to_string(),
            anchor: anchor.clone(),
            heading: heading.clone(),
            markdown: markdown.clone(),
        }
    }
}

impl TryFrom<SectionRecord> for Section {
    type Error = BoxError;

    fn try_from(record: SectionRecord) -> Result<Self, BoxError> {
        let SectionRecord { kind, anchor, heading, markdown } = record;
        Ok(Self { kind: kind.parse()?, anchor, heading, markdown })
    }
}

impl From<&KeyPoint> for KeyPointRecord {
    fn from(point: &KeyPoint) -> Self {
        let KeyPoint { weight, text } = point;
        Self { weight: weight.as_str().to_owned(), text: text.clone() }
    }
}

impl TryFrom<KeyPointRecord> for KeyPoint {
    type Error = BoxError;

    fn try_from(record: KeyPointRecord) -> Result<Self, BoxError> {
        let KeyPointRecord { weight, text } = record;
        Ok(Self { weight: weight.parse()?, text })
    }
}

impl From<&FollowUp> for FollowUpRecord {
    fn from(follow_up: &FollowUp) -> Self {
        let FollowUp { question, answer } = follow_up;
        Self { question: question.clone(), answer: answer.clone() }
    }
}

impl From<FollowUpRecord> for FollowUp {
    fn from(record: FollowUpRecord) -> Self {
        let FollowUpRecord { question, answer } = record;
        Self { question, answer }
    }
}
