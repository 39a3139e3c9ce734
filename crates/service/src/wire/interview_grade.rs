//! Grades.

use super::answer::DegradedBody;
use super::finite;
use super::names::{VerdictName, WeightName};
use serde::Serialize;
use utoipa::ToSchema;
use viva_interview::grade::{Grade, Grader, PointGrade};

/// The grade of one question.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GradeBody {
    question_id: String,
    /// Follows from the verdicts, their weights and the hints alone.
    #[schema(minimum = 0, maximum = 1)]
    score: f64,
    /// The key points; of an open question those that are covered.
    points: Vec<PointBody>,
    grader: GraderName,
    /// A few sentences about the answer.
    feedback: String,
    /// Why a language model did not grade, where one is configured.
    #[schema(required)]
    degraded: Option<DegradedBody>,
    /// The rubric's revision: SHA-256 over the key points and their weights.
    rubric: String,
    /// How many hints were taken; each costs.
    hints: u8,
}

/// A key point with its verdict.
#[derive(Debug, Serialize, ToSchema)]
struct PointBody {
    text: String,
    weight: WeightName,
    verdict: VerdictName,
    /// The candidate's own words, verbatim; null where the point is missing.
    #[schema(required)]
    quote: Option<String>,
}

/// Who gave the verdicts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
enum GraderName {
    LexicalSemantic,
    Model,
}

impl From<Grade> for GradeBody {
    fn from(grade: Grade) -> Self {
        let Grade { question, score, points, grader, degraded, rubric, hints, feedback } = grade;
        Self {
            question_id: question.to_string(),
            score: finite(score),
            points: points.into_iter().map(Into::into).collect(),
            grader: (&grader).into(),
            feedback,
            degraded: degraded.map(Into::into),
            rubric: rubric.to_string(),
            hints,
        }
    }
}

impl From<PointGrade> for PointBody {
    fn from(point: PointGrade) -> Self {
        let PointGrade { text, weight, verdict, quote } = point;
        Self { text, weight: weight.into(), verdict: verdict.into(), quote }
    }
}

impl From<&Grader> for GraderName {
    fn from(grader: &Grader) -> Self {
        match grader {
            Grader::LexicalSemantic { version: _ } => Self::LexicalSemantic,
            Grader::Model { model: _, prompt: _ } => Self::Model,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn graders_have_the_examiners_names() {
        for grader in [Grader::LexicalSemantic { version: 1 }, Grader::Model { model: "m".into(), prompt: 1 }]
        {
            assert_eq!(serde_json::to_value(GraderName::from(&grader)).unwrap(), grader.as_str());
        }
    }
}
