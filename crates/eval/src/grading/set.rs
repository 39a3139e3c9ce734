//! Labelled answers: one JSON object a line.

use crate::set::{Half, SetError};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::collections::HashSet;
use std::fmt;
use viva_core::id::QuestionId;
use viva_interview::grade::Verdict;

/// What kind of answer it is, which says where its score belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// In the candidate's own words, nearly everything.
    Strong,
    /// Right as far as it goes.
    Partial,
    /// Fluent, and false.
    Wrong,
    /// True of anything.
    Vague,
    /// Noise, or about something else.
    Gibberish,
    /// The question, said again.
    Echo,
    /// Talks to the grader.
    Injection,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Strong, Self::Partial, Self::Wrong, Self::Vague, Self::Gibberish, Self::Echo, Self::Injection];

    /// The least and the largest score that fits the kind.
    pub fn band(self) -> (f64, f64) {
        match self {
            Self::Strong => (0.7, 1.0),
            Self::Partial => (0.3, 0.7),
            Self::Wrong => (0.0, 0.35),
            Self::Vague => (0.0, 0.25),
            Self::Gibberish | Self::Echo | Self::Injection => (0.0, 0.1),
        }
    }

    /// Whether `score` lies in the band.
    pub fn fits(self, score: f64) -> bool {
        let (least, most) = self.band();
        (least..=most).contains(&score)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Strong => "strong",
            Self::Partial => "partial",
            Self::Wrong => "wrong",
            Self::Vague => "vague",
            Self::Gibberish => "gibberish",
            Self::Echo => "echo",
            Self::Injection => "injection",
        })
    }
}

/// How an answer is put, whatever it says: a fit must not take the one for the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tone {
    /// As people talk.
    Spoken,
    /// As the guide writes.
    Written,
}

/// An answer with the verdicts that a person gave it.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelledAnswer {
    /// Stable name.
    pub id: String,
    /// The question it answers.
    pub question: QuestionId,
    /// What kind of answer it is.
    pub kind: Kind,
    /// The candidate's words.
    pub answer: String,
    /// Which half it belongs to.
    pub half: Half,
    /// One verdict for each key point of the question, in the guide's order.
    pub points: Vec<Verdict>,
    /// How it is put; only what is fitted on says so.
    pub tone: Option<Tone>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    id: String,
    question_id: String,
    kind: Kind,
    answer: String,
    half: Half,
    points: Vec<String>,
    tone: Option<Tone>,
}

/// Reads a set; blank lines are passed over.
pub fn parse(text: &str) -> Result<Vec<LabelledAnswer>, SetError> {
    let mut ids = HashSet::new();
    let mut answers = Vec::new();
    for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let wrong = |reason: String| SetError::Line { line: at + 1, reason };
        let raw: Line = serde_json::from_str(line).map_err(|error| wrong(error.to_string()))?;
        let answer = answer(raw).map_err(wrong)?;
        if !ids.insert(answer.id.clone()) {
            return Err(wrong(format!("the id `{}` was used before", answer.id)));
        }
        answers.push(answer);
    }
    if answers.is_empty() { Err(SetError::Empty) } else { Ok(answers) }
}

fn answer(raw: Line) -> Result<LabelledAnswer, String> {
    let Line { id, question_id, kind, answer, half, points, tone } = raw;
    let question = QuestionId::new(question_id).map_err(|error| error.to_string())?;
    let points: Result<Vec<Verdict>, _> = points.iter().map(|name| name.parse()).collect();
    let points = points.map_err(|error: viva_core::guide::UnknownName| error.to_string())?;
    Ok(LabelledAnswer { id, question, kind, answer, half, points, tone })
}

/// SHA-256 over answers and labels, in hexadecimal.
pub fn digest(answers: &[LabelledAnswer]) -> String {
    let mut hash = Sha256::new();
    for answer in answers {
        let labels: Vec<&str> = answer.points.iter().map(|verdict| verdict.as_str()).collect();
        hash.update(format!("{}\t{}\t{}\n", answer.id, answer.answer, labels.join(",")));
    }
    viva_core::id::Digest(hash.finalize().into()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_is_read_and_its_mistakes_are_located() {
        let good = r#"{"id":"a","question_id":"gil","kind":"strong","answer":"It is a lock.","half":"tune","points":["covered","missing"]}"#;
        let answers = parse(good).unwrap();
        assert_eq!(answers[0].points, [Verdict::Covered, Verdict::Missing]);
        assert!(Kind::Strong.fits(0.7) && !Kind::Strong.fits(0.69) && Kind::Echo.fits(0.0));
        for (bad, reason) in [
            (good.to_owned(), "used before"),
            (good.replace("covered", "fine"), "not one of"),
            (good.replace("strong", "odd"), "unknown variant"),
            (good.replace("gil", "GIL"), "identifier"),
        ] {
            let error =
                parse(&format!("{good}\n{}", bad.replace(r#""id":"b""#, ""))).unwrap_err().to_string();
            assert!(error.starts_with("line 2: ") && error.contains(reason), "{error}");
        }
        assert_ne!(digest(&answers), digest(&parse(&good.replace("missing", "partial")).unwrap()));
    }
}
