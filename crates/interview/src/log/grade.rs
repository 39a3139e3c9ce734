//! Grades and judgements in the store's shape.

use crate::grade::{Finding, Grade, Grader, Judgement, PointGrade, Verdict};
use serde::{Deserialize, Serialize};
use viva_core::guide::Weight;
use viva_core::id::{Digest, QuestionId};
use viva_core::turn::{Degraded, DegradedReason};

#[derive(Serialize, Deserialize)]
struct FindingRow {
    verdict: String,
    quote: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "kebab-case")]
enum GraderRow {
    LexicalSemantic { version: u32 },
    Model { model: String, prompt: u32 },
}

#[derive(Serialize, Deserialize)]
struct DegradedRow {
    reason: String,
    detail: String,
}

#[derive(Serialize, Deserialize)]
pub(super) struct JudgementRow {
    findings: Vec<FindingRow>,
    grader: GraderRow,
    degraded: Option<DegradedRow>,
    is_empty: bool,
}

#[derive(Serialize, Deserialize)]
struct PointRow {
    text: String,
    weight: String,
    verdict: String,
    quote: Option<String>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct GradeRow {
    question: String,
    score: f64,
    points: Vec<PointRow>,
    grader: GraderRow,
    degraded: Option<DegradedRow>,
    rubric: String,
    hints: u8,
    feedback: String,
}

impl From<&Judgement> for JudgementRow {
    fn from(judgement: &Judgement) -> Self {
        let Judgement { findings, grader, degraded, is_empty } = judgement;
        let finding = |Finding { verdict, quote }: &Finding| FindingRow {
            verdict: verdict.as_str().to_owned(),
            quote: quote.clone(),
        };
        Self {
            findings: findings.iter().map(finding).collect(),
            grader: grader.into(),
            degraded: degraded.as_ref().map(DegradedRow::from),
            is_empty: *is_empty,
        }
    }
}

impl TryFrom<JudgementRow> for Judgement {
    type Error = String;
    fn try_from(row: JudgementRow) -> Result<Self, String> {
        let JudgementRow { findings, grader, degraded, is_empty } = row;
        let finding = |FindingRow { verdict, quote }: FindingRow| {
            Ok(Finding { verdict: parse::<Verdict, _>(&verdict)?, quote })
        };
        Ok(Self {
            findings: findings.into_iter().map(finding).collect::<Result<_, String>>()?,
            grader: grader.into(),
            degraded: degraded.map(Degraded::try_from).transpose()?,
            is_empty,
        })
    }
}

impl From<&Grade> for GradeRow {
    fn from(grade: &Grade) -> Self {
        let Grade { question, score, points, grader, degraded, rubric, hints, feedback } = grade;
        let point = |PointGrade { text, weight, verdict, quote }: &PointGrade| PointRow {
            text: text.clone(),
            weight: weight.as_str().to_owned(),
            verdict: verdict.as_str().to_owned(),
            quote: quote.clone(),
        };
        Self {
            question: question.to_string(),
            score: *score,
            points: points.iter().map(point).collect(),
            grader: grader.into(),
            degraded: degraded.as_ref().map(DegradedRow::from),
            rubric: rubric.to_string(),
            hints: *hints,
            feedback: feedback.clone(),
        }
    }
}

impl TryFrom<GradeRow> for Grade {
    type Error = String;
    fn try_from(row: GradeRow) -> Result<Self, String> {
        let GradeRow { question, score, points, grader, degraded, rubric, hints, feedback } = row;
        let point = |PointRow { text, weight, verdict, quote }: PointRow| {
            Ok(PointGrade { text, weight: parse::<Weight, _>(&weight)?, verdict: parse(&verdict)?, quote })
        };
        if !(0.0..=1.0).contains(&score) {
            return Err(format!("a score of {score}"));
        }
        Ok(Self {
            question: QuestionId::new(question).map_err(|error| error.to_string())?,
            score,
            points: points.into_iter().map(point).collect::<Result<_, String>>()?,
            grader: grader.into(),
            degraded: degraded.map(Degraded::try_from).transpose()?,
            rubric: Digest::from_hex(&rubric).ok_or("`rubric` is not a digest")?,
            hints,
            feedback,
        })
    }
}

impl From<&Grader> for GraderRow {
    fn from(grader: &Grader) -> Self {
        match grader {
            Grader::LexicalSemantic { version } => Self::LexicalSemantic { version: *version },
            Grader::Model { model, prompt } => Self::Model { model: model.clone(), prompt: *prompt },
        }
    }
}

impl From<GraderRow> for Grader {
    fn from(row: GraderRow) -> Self {
        match row {
            GraderRow::LexicalSemantic { version } => Self::LexicalSemantic { version },
            GraderRow::Model { model, prompt } => Self::Model { model, prompt },
        }
    }
}

impl From<&Degraded> for DegradedRow {
    fn from(degraded: &Degraded) -> Self {
        let Degraded { reason, detail } = degraded;
        Self { reason: reason.as_str().to_owned(), detail: detail.clone() }
    }
}

impl TryFrom<DegradedRow> for Degraded {
    type Error = String;
    fn try_from(row: DegradedRow) -> Result<Self, String> {
        let DegradedRow { reason, detail } = row;
        let all = [
            DegradedReason::ModelUnavailable,
            DegradedReason::ModelTimeout,
            DegradedReason::ModelRateLimited,
            DegradedReason::ModelRejected,
            DegradedReason::Budget,
        ];
        let known = all.into_iter().find(|known| known.as_str() == reason);
        Ok(Self { reason: known.ok_or_else(|| format!("`{reason}` is no reason"))?, detail })
    }
}

/// Parses a name of a closed list.
pub(super) fn parse<T: std::str::FromStr<Err = E>, E: std::fmt::Display>(name: &str) -> Result<T, String> {
    name.parse().map_err(|error: E| error.to_string())
}
