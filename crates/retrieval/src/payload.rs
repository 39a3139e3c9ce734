//! The payload of a point: the one type that a build writes and opening an index reads.
//!
//! Reading goes field by field rather than through a derived `Deserialize`, because the error must name the
//! point and the field, and a derived one names neither a missing field's point nor its place.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use uuid::Uuid;
use viva_core::chunk::{Chunk, ChunkId, Origin};
use viva_core::guide::{Level, SectionKind};
use viva_core::id::{FocusArea, ModuleId, QuestionId, Role};
use viva_core::manifest::SCHEMA_VERSION;
use viva_core::ports::SearchError;

/// Names of the payload's fields that filters use; each has a keyword index.
pub(crate) mod field {
    pub(crate) const MODULE: &str = "module";
    pub(crate) const LEVEL: &str = "level";
    pub(crate) const ROLES: &str = "roles";
    pub(crate) const QUESTION: &str = "question";
    pub(crate) const KIND: &str = "kind";
    pub(crate) const INDEXED: [&str; 5] = [MODULE, LEVEL, ROLES, QUESTION, KIND];
}

/// The kind of a card; the other kinds are the names of sections.
const CARD: &str = "card";

/// What a point stores of its chunk.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Payload {
    schema: u32,
    question: String,
    module: String,
    kind: String,
    anchor: Option<String>,
    part: Option<u16>,
    text: String,
    passages: Vec<String>,
    level: Option<String>,
    roles: Vec<String>,
    focus: Vec<String>,
}

impl From<&Chunk> for Payload {
    fn from(chunk: &Chunk) -> Self {
        let Chunk { question, module, origin, text, passages, level, roles, focus } = chunk;
        let (kind, anchor, part) = match origin {
            Origin::Card => (CARD, None, None),
            Origin::Section { kind, anchor, part } => (kind.as_str(), Some(anchor.clone()), Some(*part)),
        };
        Self {
            schema: SCHEMA_VERSION,
            question: question.to_string(),
            module: module.to_string(),
            kind: kind.to_owned(),
            anchor,
            part,
            text: text.clone(),
            passages: passages.clone(),
            level: level.map(|level| level.as_str().to_owned()),
            roles: roles.iter().map(ToString::to_string).collect(),
            focus: focus.iter().map(ToString::to_string).collect(),
        }
    }
}

impl Payload {
    /// As a JSON object.
    pub(crate) fn into_json(self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }

    /// Reads the payload of `point` in `index`.
    pub(crate) fn read(
        index: &str,
        point: ChunkId,
        object: Map<String, Value>,
    ) -> Result<Chunk, SearchError> {
        Self::from_object(object).and_then(Chunk::try_from).map_err(|field| SearchError::Payload {
            index: index.to_owned(),
            point: Uuid::from_u128(point.0).to_string(),
            field,
        })
    }

    fn from_object(mut object: Map<String, Value>) -> Result<Self, &'static str> {
        let payload = Self {
            schema: take(&mut object, "schema")?,
            question: take(&mut object, field::QUESTION)?,
            module: take(&mut object, field::MODULE)?,
            kind: take(&mut object, field::KIND)?,
            anchor: take(&mut object, "anchor")?,
            part: take(&mut object, "part")?,
            text: take(&mut object, "text")?,
            passages: take(&mut object, "passages")?,
            level: take(&mut object, field::LEVEL)?,
            roles: take(&mut object, field::ROLES)?,
            focus: take(&mut object, "focus")?,
        };
        if payload.schema == SCHEMA_VERSION { Ok(payload) } else { Err("schema") }
    }
}

impl TryFrom<Payload> for Chunk {
    /// The field that cannot be read.
    type Error = &'static str;

    fn try_from(payload: Payload) -> Result<Self, &'static str> {
        let Payload {
            schema: _, // checked when it was read
            question,
            module,
            kind,
            anchor,
            part,
            text,
            passages,
            level,
            roles,
            focus,
        } = payload;
        let origin = if kind == CARD {
            Origin::Card
        } else {
            Origin::Section {
                kind: kind.parse::<SectionKind>().map_err(|_| field::KIND)?,
                anchor: anchor.ok_or("anchor")?,
                part: part.ok_or("part")?,
            }
        };
        Ok(Self {
            question: QuestionId::new(question).map_err(|_| field::QUESTION)?,
            module: ModuleId::new(module).map_err(|_| field::MODULE)?,
            origin,
            text,
            passages,
            level: level.map(|level| level.parse::<Level>()).transpose().map_err(|_| field::LEVEL)?,
            roles: all(roles, Role::new).ok_or(field::ROLES)?,
            focus: all(focus, FocusArea::new).ok_or("focus")?,
        })
    }
}

fn take<T: DeserializeOwned>(
    object: &mut Map<String, Value>,
    field: &'static str,
) -> Result<T, &'static str> {
    serde_json::from_value(object.remove(field).unwrap_or_default()).map_err(|_| field)
}

fn all<T, E>(texts: Vec<String>, parse: impl Fn(String) -> Result<T, E>) -> Option<Vec<T>> {
    texts.into_iter().map(|text| parse(text).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(origin: Origin) -> Chunk {
        Chunk {
            question: QuestionId::new("gil").unwrap(),
            module: ModuleId::new("threading").unwrap(),
            origin,
            text: "What is the GIL?\nglobal interpreter lock".to_owned(),
            passages: vec!["What is the GIL?".to_owned(), "global interpreter lock".to_owned()],
            level: Some(Level::Mid),
            roles: vec![Role::new("backend").unwrap(), Role::new("data").unwrap()],
            focus: vec![FocusArea::new("concurrency").unwrap()],
        }
    }

    fn object(chunk: &Chunk) -> Map<String, Value> {
        let Value::Object(object) = Payload::from(chunk).into_json() else { panic!("not an object") };
        object
    }

    #[test]
    fn what_was_written_is_read_back() {
        let section = Origin::Section { kind: SectionKind::Deeper, anchor: "deeper".to_owned(), part: 3 };
        for origin in [Origin::Card, section] {
            let chunk = chunk(origin);
            assert_eq!(Payload::read("index", ChunkId(7), object(&chunk)).unwrap(), chunk);
        }
    }

    #[test]
    fn an_unreadable_field_is_named_with_its_point() {
        let section = Origin::Section { kind: SectionKind::Text, anchor: "intro".to_owned(), part: 0 };
        let good = object(&chunk(section));
        let check = |field: &'static str, value: Value| {
            let mut bad = good.clone();
            bad.insert(field.to_owned(), value);
            let error = Payload::read("gen-1", ChunkId(7), bad).unwrap_err();
            let text = error.to_string();
            assert!(
                text.contains(field) && text.contains("gen-1") && text.contains("000000000007"),
                "{text}"
            );
        };
        check("question", Value::from("Not An Id"));
        check("module", Value::Null);
        check("kind", Value::from("sermon"));
        check("anchor", Value::Null);
        check("part", Value::from(-1));
        check("level", Value::from("wizard"));
        check("roles", Value::from("backend"));
        check("focus", Value::from(vec!["UPPER"]));
        check("text", Value::from(3));
        check("passages", Value::Null);
        check("schema", Value::from(SCHEMA_VERSION + 1));
    }
}
