//! Labelled queries: one JSON object a line.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::collections::HashSet;
use viva_core::guide::Guide;
use viva_core::id::QuestionId;
use viva_core::turn::UserQuestion;

/// One labelled query. Invariant: `query` is a valid question; `expect` is empty only where `covered` is false.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// Stable name.
    pub id: String,
    /// What is asked.
    pub query: UserQuestion,
    /// Any of these first is right (grade 2).
    pub expect: Vec<QuestionId>,
    /// These are acceptable (grade 1).
    pub also: Vec<QuestionId>,
    /// Whether the guide covers it.
    pub covered: bool,
    /// What kind of query it is.
    pub kind: String,
    /// The module of the expected question, if any.
    pub module: Option<String>,
    /// Which half it belongs to.
    pub half: Half,
}

/// What a case is used for. What is tuned on is never reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Half {
    /// For fitting and choosing.
    Tune,
    /// For the figures that are quoted.
    Report,
}

/// Why a set cannot be used; every message has the line.
#[derive(Debug, thiserror::Error)]
pub enum SetError {
    /// A line that is not a case.
    #[error("line {line}: {reason}")]
    Line {
        /// From 1.
        line: usize,
        /// What is wrong.
        reason: String,
    },
    /// No line at all.
    #[error("the set holds no query")]
    Empty,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    id: String,
    query: String,
    #[serde(default)]
    expect: Vec<String>,
    #[serde(default)]
    also: Vec<String>,
    covered: Option<bool>,
    kind: String,
    module: Option<String>,
    half: Half,
}

/// Reads a set; blank lines are passed over.
pub fn parse(text: &str) -> Result<Vec<Case>, SetError> {
    let mut ids = HashSet::new();
    let mut cases = Vec::new();
    for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let wrong = |reason: String| SetError::Line { line: at + 1, reason };
        let raw: Line = serde_json::from_str(line).map_err(|error| wrong(error.to_string()))?;
        let case = case(raw).map_err(wrong)?;
        if !ids.insert(case.id.clone()) {
            return Err(wrong(format!("the id `{}` was used before", case.id)));
        }
        cases.push(case);
    }
    if cases.is_empty() { Err(SetError::Empty) } else { Ok(cases) }
}

fn case(raw: Line) -> Result<Case, String> {
    let Line { id, query, expect, also, covered, kind, module, half } = raw;
    let ids = |names: Vec<String>| -> Result<Vec<QuestionId>, String> {
        names.into_iter().map(|name| QuestionId::new(name).map_err(|error| error.to_string())).collect()
    };
    let (expect, also) = (ids(expect)?, ids(also)?);
    let covered = covered.unwrap_or(!expect.is_empty());
    if covered == expect.is_empty() {
        return Err("a covered query has `expect`, one that is not covered has none".to_owned());
    }
    let query = UserQuestion::new(&query).map_err(|error| format!("`query` {error}"))?;
    Ok(Case { id, query, expect, also, covered, kind, module, half })
}

/// Ids that a set names and the guide lacks.
pub fn unknown_ids(cases: &[Case], guide: &Guide) -> Vec<QuestionId> {
    let mut unknown: Vec<QuestionId> = cases
        .iter()
        .flat_map(|case| &case.expect)
        .filter(|id| guide.question(id).is_none())
        .cloned()
        .collect();
    unknown.sort();
    unknown.dedup();
    unknown
}

/// SHA-256 over queries and labels, in hexadecimal.
pub fn digest(cases: &[Case]) -> String {
    let mut hash = Sha256::new();
    for case in cases {
        hash.update(format!("{}\t{}\t{}\n", case.id, case.query.as_str(), case.covered));
    }
    viva_core::id::Digest(hash.finalize().into()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_is_read_and_its_mistakes_are_located() {
        let good = r#"{"id":"a","query":"what","expect":["gil"],"kind":"terse","half":"tune"}"#;
        let cases = parse(&format!("{good}\n\n")).unwrap();
        assert!(cases[0].covered && cases[0].half == Half::Tune);
        for (bad, reason) in [
            (good.to_owned(), "used before"),
            (r#"{"id":"b","query":" ","expect":["gil"],"kind":"x","half":"tune"}"#.into(), "empty"),
            (r#"{"id":"b","query":"q","kind":"x","half":"tune","covered":true}"#.into(), "`expect`"),
            (r#"{"id":"b","query":"q","expect":["G"],"kind":"x","half":"tune"}"#.into(), "identifier"),
            ("{".into(), "EOF"),
        ] {
            let error = parse(&format!("{good}\n{bad}")).unwrap_err().to_string();
            assert!(error.starts_with("line 2: ") && error.contains(reason), "{error}");
        }
        assert!(matches!(parse("\n"), Err(SetError::Empty)));
    }
}
