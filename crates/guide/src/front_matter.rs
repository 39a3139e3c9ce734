//! The YAML block at the head of a structured entry.
//!
//! Grammar: the file's first line is `---`, the block ends at the next line that is `---`.

use crate::diagnostic::{Diagnostic, Placed, Position};
use crate::names::suggestion;
use crate::source::Source;
use crate::yaml;
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde_saphyr::Spanned;
use std::collections::HashSet;
use std::fmt;
use std::ops::Range;

/// Every key of an entry's front matter; all of them are required.
pub(crate) const KEYS: [&str; 6] = ["question", "level", "roles", "focus", "aliases", "related"];

/// Lines before the block: the opening `---`.
const LINES_BEFORE: u32 = 1;

/// The values as written, each with its place.
#[derive(Debug, Default)]
pub(crate) struct FrontMatter {
    pub(crate) question: Option<Placed<String>>,
    pub(crate) level: Option<Placed<String>>,
    pub(crate) roles: Vec<Placed<String>>,
    pub(crate) focus: Vec<Placed<String>>,
    pub(crate) aliases: Vec<Placed<String>>,
    pub(crate) related: Vec<Placed<String>>,
}

/// Where the block of a file is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Block {
    /// The file does not begin with `---`.
    Missing,
    /// It does, and there is no second `---`.
    Unclosed,
    Found {
        yaml: Range<usize>,
        /// Where the text below the block begins.
        body: usize,
    },
}

/// Finds the block of `text`.
pub(crate) fn find(text: &str) -> Block {
    let mut lines = text.split_inclusive('\n');
    let Some(first) = lines.next().filter(|line| line.trim_end() == "---") else {
        return Block::Missing;
    };
    let start = first.len();
    let mut at = start;
    for line in lines {
        if line.trim_end() == "---" {
            return Block::Found { yaml: start..at, body: at + line.len() };
        }
        at += line.len();
    }
    Block::Unclosed
}

/// Reads the block. Unknown and missing keys are reported and the rest is kept; `None` where it is no
/// YAML mapping of the right shape, which is reported.
pub(crate) fn parse(
    source: &Source,
    yaml: Range<usize>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<FrontMatter> {
    let raw: Raw = match yaml::parse(&source.text[yaml], LINES_BEFORE) {
        Ok(raw) => raw,
        Err(error) => {
            let message =
                format!("the front matter cannot be read, so the entry is skipped: {}", error.message);
            diagnostics.push(source.file.error(error.at, "front-matter", message));
            return None;
        }
    };
    let Raw { question, level, roles, focus, aliases, related, unknown, present } = raw;
    for key in unknown {
        let key = yaml::placed(key, LINES_BEFORE);
        let message = format!(
            "`{}` is not a key of the front matter ({}){}",
            key.value,
            KEYS.join(", "),
            suggestion(&key.value, KEYS)
        );
        diagnostics.push(source.file.error(key.at, "unknown-key", message));
    }
    for key in KEYS.iter().filter(|key| !present.contains(**key)) {
        let message = format!("the front matter has no `{key}`: add it");
        diagnostics.push(source.file.error(Position::START, "missing-key", message));
    }
    let list = |list| yaml::placed_list(list, LINES_BEFORE);
    Some(FrontMatter {
        question: question.map(|value| yaml::placed(value, LINES_BEFORE)),
        level: level.map(|value| yaml::placed(value, LINES_BEFORE)),
        roles: list(roles),
        focus: list(focus),
        aliases: list(aliases),
        related: list(related),
    })
}

/// Whether a mapping that may belong to anybody has a key `question`: then it is meant as an entry.
pub(crate) fn has_question(yaml: &str) -> bool {
    yaml.lines().any(|line| line.split_once(':').is_some_and(|(key, _)| key.trim_end() == "question"))
}

/// The `title` of somebody else's front matter (static site generators, note keepers).
pub(crate) fn foreign_title(yaml: &str) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Foreign {
        title: Option<String>,
    }
    let foreign: Foreign = yaml::parse(yaml, LINES_BEFORE).ok()?;
    foreign.title.map(|title| title.trim().to_owned()).filter(|title| !title.is_empty())
}

type List = Option<Vec<Spanned<String>>>;

/// The mapping as it is in the file. Written by hand instead of derived with `deny_unknown_fields`,
/// which stops at the first unknown key and so hides the others.
#[derive(Default)]
struct Raw {
    question: Option<Spanned<String>>,
    level: Option<Spanned<String>>,
    roles: List,
    focus: List,
    aliases: List,
    related: List,
    unknown: Vec<Spanned<String>>,
    present: HashSet<String>,
}

impl<'de> serde::Deserialize<'de> for Raw {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a mapping of keys to values")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Raw, A::Error> {
        let mut raw = Raw::default();
        while let Some(key) = map.next_key::<Spanned<String>>()? {
            match key.value.as_str() {
                "question" => raw.question = Some(map.next_value()?),
                "level" => raw.level = Some(map.next_value()?),
                "roles" => raw.roles = map.next_value()?,
                "focus" => raw.focus = map.next_value()?,
                "aliases" => raw.aliases = map.next_value()?,
                "related" => raw.related = map.next_value()?,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                    raw.unknown.push(key);
                    continue;
                }
            }
            raw.present.insert(key.value);
        }
        Ok(raw)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::FileRef;

    fn check(text: &str, expected: &[&str]) -> Option<FrontMatter> {
        let source = Source::new(FileRef::new(0, "a.md"), text.to_owned());
        let Block::Found { yaml, .. } = find(&source.text) else { panic!("no front matter") };
        let mut diagnostics = Vec::new();
        let front = parse(&source, yaml, &mut diagnostics);
        assert_eq!(diagnostics.iter().map(ToString::to_string).collect::<Vec<_>>(), expected);
        front
    }

    #[test]
    fn values_keep_their_places() {
        let front = check(
            "---\nquestion: What?\nlevel: mid\nroles: [a]\nfocus: []\naliases:\n  - äh, 404\n  - 404\nrelated:\n---\n",
            &[],
        )
        .unwrap();
        assert_eq!(front.question.unwrap().value, "What?");
        assert_eq!(front.aliases[1].value, "404");
        assert_eq!(front.aliases[1].at, Position { line: 8, column: 5 });
        assert!(front.related.is_empty());
    }

    #[test]
    fn every_unknown_and_missing_key_is_named() {
        check(
            "---\nquestion: What?\nlevle: mid\nroles: [a]\nfocus: []\nrelated: [b]\nzz: {a: [1]}\n---\n",
            &[
                "a.md:3:1: error: unknown-key: `levle` is not a key of the front matter (question, level, roles, focus, aliases, related); did you mean `level`?",
                "a.md:7:1: error: unknown-key: `zz` is not a key of the front matter (question, level, roles, focus, aliases, related)",
                "a.md:1:1: error: missing-key: the front matter has no `level`: add it",
                "a.md:1:1: error: missing-key: the front matter has no `aliases`: add it",
            ],
        );
    }

    #[test]
    fn broken_yaml_is_reported_where_it_breaks() {
        let front = check(
            "---\nquestion: a: b\n---\n",
            &[
                "a.md:2:12: error: front-matter: the front matter cannot be read, so the entry is skipped: mapping values are not allowed in this context",
            ],
        );
        assert!(front.is_none());
    }

    #[test]
    fn the_block_is_found_or_not() {
        assert_eq!(find("# Title\n---\n"), Block::Missing);
        assert_eq!(find("---\nquestion: x\n"), Block::Unclosed);
        assert_eq!(find("---\na: 1\n--- \nbody"), Block::Found { yaml: 4..9, body: 14 });
    }
}
