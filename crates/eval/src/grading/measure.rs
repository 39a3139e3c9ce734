//! Grades labelled answers, and the guide's own.

use super::set::LabelledAnswer;
use futures::stream::{self, StreamExt, TryStreamExt};
use std::collections::HashMap;
use viva_core::guide::{Guide, Question, SectionKind};
use viva_core::id::QuestionId;
use viva_core::ports::EmbedError;
use viva_interview::Vocabulary;
use viva_interview::grade::{Verdict, score};
use viva_interview::grading::{Answer, SemanticGrader};
use viva_interview::sheet::Sheet;

/// Answers that are graded at the same time.
const IN_FLIGHT: usize = 4;

/// Why a set could not be graded.
#[derive(Debug, thiserror::Error)]
pub enum MeasureError {
    /// The guide has no such question, or one without key points.
    #[error("answer `{id}` is about `{question}`, which the guide does not ask")]
    UnknownQuestion {
        /// The answer.
        id: String,
        /// The question.
        question: QuestionId,
    },
    /// The labels do not fit the question's key points.
    #[error("answer `{id}` has {labels} labels, its question has {points} key points")]
    Labels {
        /// The answer.
        id: String,
        /// How many labels.
        labels: usize,
        /// How many key points.
        points: usize,
    },
    /// The encoder failed.
    #[error(transparent)]
    Embed(#[from] EmbedError),
}

/// What the grader made of an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Graded {
    /// 0 to 1.
    pub score: f64,
    /// One for each key point.
    pub verdicts: Vec<Verdict>,
}

/// The sheet of every question that can be asked.
pub fn sheets(guide: &Guide) -> HashMap<QuestionId, Sheet> {
    let vocabulary = Vocabulary::of(guide);
    let sheets = guide.questions().filter_map(|question| Sheet::new(question, &vocabulary));
    sheets.map(|sheet| (sheet.question.clone(), sheet)).collect()
}

/// The sheet of each answer, checked against its labels.
pub(super) fn sheet_of<'a>(
    sheets: &'a HashMap<QuestionId, Sheet>,
    case: &LabelledAnswer,
) -> Result<&'a Sheet, MeasureError> {
    let sheet = sheets.get(&case.question).ok_or_else(|| MeasureError::UnknownQuestion {
        id: case.id.clone(),
        question: case.question.clone(),
    })?;
    let (labels, points) = (case.points.len(), sheet.points.len());
    if labels == points {
        Ok(sheet)
    } else {
        Err(MeasureError::Labels { id: case.id.clone(), labels, points })
    }
}

/// Grades every answer, in order.
#[expect(clippy::implicit_hasher, reason = "the sheets are made here, with the one hasher there is")]
pub async fn grade_all(
    grader: &SemanticGrader,
    rubrics: &HashMap<QuestionId, Sheet>,
    cases: &[LabelledAnswer],
    progress: &(dyn Fn() + Sync),
) -> Result<Vec<Graded>, MeasureError> {
    let all = cases.iter().map(|case| async move {
        let sheet = sheet_of(rubrics, case)?;
        let outcome = grade(grader, sheet, &case.answer).await?;
        progress();
        Ok(outcome)
    });
    stream::iter(all).buffered(IN_FLIGHT).try_collect().await
}

/// Grades the guide's own short answer and explanation of each question.
#[expect(clippy::implicit_hasher, reason = "the sheets are made here, with the one hasher there is")]
pub async fn own_answers(
    grader: &SemanticGrader,
    guide: &Guide,
    rubrics: &HashMap<QuestionId, Sheet>,
    progress: &(dyn Fn() + Sync),
) -> Result<Vec<(QuestionId, Graded)>, MeasureError> {
    let all = guide.questions().filter_map(|question| Some((question, rubrics.get(&question.id)?))).map(
        |(question, sheet)| async move {
            let outcome = grade(grader, sheet, &own_answer(question)).await?;
            progress();
            Ok((question.id.clone(), outcome))
        },
    );
    stream::iter(all.collect::<Vec<_>>()).buffered(IN_FLIGHT).try_collect().await
}

/// What the guide answers: the short answer and the explanation.
pub(super) fn own_answer(question: &Question) -> String {
    let text = |kind| question.section(kind).map_or("", |section| section.markdown.as_str());
    format!("{}\n\n{}", text(SectionKind::ShortAnswer), text(SectionKind::Explanation))
}

async fn grade(grader: &SemanticGrader, sheet: &Sheet, answer: &str) -> Result<Graded, EmbedError> {
    let judgement = grader.judge(sheet, Answer { text: answer, told: &[] }).await?;
    let verdicts: Vec<Verdict> = judgement.findings.iter().map(|finding| finding.verdict).collect();
    let weighed = sheet.points.iter().map(|point| point.weight).zip(verdicts.iter().copied());
    Ok(Graded { score: score(weighed, 0), verdicts })
}
