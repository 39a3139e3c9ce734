//! What a fit learns from: labelled answers and the guide's own, held against their questions.

use super::measure::{MeasureError, sheet_of};
use super::set::{Kind, LabelledAnswer, Tone};
use futures::stream::{self, StreamExt, TryStreamExt};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use viva_core::guide::Weight;
use viva_core::id::QuestionId;
use viva_interview::grade::Verdict;
use viva_interview::grading::{Answer, Compared, SemanticGrader};
use viva_interview::sheet::Sheet;

/// Answers that are compared at the same time.
const IN_FLIGHT: usize = 4;

/// One answer with what is known about it.
pub(super) struct Example<'a> {
    pub(super) question: &'a QuestionId,
    /// `None` for the guide's own answer.
    pub(super) kind: Option<Kind>,
    pub(super) tone: Tone,
    pub(super) weights: Vec<Weight>,
    pub(super) labels: Vec<Verdict>,
    /// Whether weights are fitted on it; where not, it only has a say in the thresholds.
    pub(super) is_learnt: bool,
    /// `None` where no statement of the answer counts: then every point is missing.
    pub(super) compared: Option<Compared>,
}

/// The labelled answers, in order.
pub(super) async fn labelled<'a>(
    grader: &SemanticGrader,
    sheets: &HashMap<QuestionId, Sheet>,
    cases: &'a [LabelledAnswer],
) -> Result<Vec<Example<'a>>, MeasureError> {
    let examples = cases.iter().map(|case| async move {
        let sheet = sheet_of(sheets, case)?;
        let compared = grader.compared(sheet, Answer { text: &case.answer, told: &[] }).await?;
        Ok::<_, MeasureError>(Example {
            question: &case.question,
            kind: Some(case.kind),
            tone: case.tone.unwrap_or(Tone::Written),
            weights: sheet.points.iter().map(|point| point.weight).collect(),
            labels: case.points.clone(),
            is_learnt: true,
            compared,
        })
    });
    stream::iter(examples).buffered(IN_FLIGHT).try_collect().await
}

/// The guide's own answers, which cover every point. Those to questions that nobody labelled an answer to are not learnt
/// from: they are so many, and so alike, that little else would be.
pub(super) async fn own<'a>(
    grader: &SemanticGrader,
    sheets: &HashMap<QuestionId, Sheet>,
    texts: &'a [(&'a QuestionId, String)],
    labelled: &HashSet<&QuestionId>,
) -> Result<Vec<Example<'a>>, MeasureError> {
    let examples = texts.iter().filter_map(|(id, text)| Some((*id, text, sheets.get(*id)?))).map(
        |(question, text, sheet)| async move {
            let compared = grader.compared(sheet, Answer { text, told: &[] }).await?;
            Ok::<_, MeasureError>(Example {
                question,
                kind: None,
                tone: Tone::Written,
                weights: sheet.points.iter().map(|point| point.weight).collect(),
                labels: vec![Verdict::Covered; sheet.points.len()],
                is_learnt: labelled.contains(question),
                compared,
            })
        },
    );
    stream::iter(examples.collect::<Vec<_>>()).buffered(IN_FLIGHT).try_collect().await
}

/// Which of `count` folds each question belongs to: by the order of their names.
pub(super) fn folds<'a>(examples: &[Example<'a>], count: usize) -> BTreeMap<&'a QuestionId, usize> {
    let questions: BTreeSet<&QuestionId> = examples.iter().map(|example| example.question).collect();
    questions.into_iter().enumerate().map(|(at, question)| (question, at % count)).collect()
}
