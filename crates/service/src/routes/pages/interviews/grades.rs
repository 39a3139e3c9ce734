//! Grades as pages show them.

use super::mode_of;
use std::time::SystemTime;
use viva_core::guide::{Guide, SectionKind};
use viva_core::id::QuestionId;
use viva_interview::examiner::Heard;
use viva_interview::feedback::summary;
use viva_interview::grade::{Grade, Grader, PointGrade, Verdict};
use viva_interview::machine::Closing;
use viva_interview::report::QuestionReport;
use viva_web::pages::{self, Feedback, GradeView, PointView, SaidView};

/// What grades refer to. An interview goes on while there is no guide.
#[derive(Clone, Copy)]
pub(in crate::routes::pages) struct Context<'a> {
    pub(in crate::routes::pages) guide: Option<&'a Guide>,
    /// The review schedule.
    pub(in crate::routes::pages) reviews: &'a [viva_core::examination::Review],
}

impl Context<'_> {
    fn due(&self, question: &QuestionId) -> Option<SystemTime> {
        self.reviews.iter().find(|review| review.question == *question).map(|review| review.due)
    }

    fn section(&self, question: &QuestionId, anchor: &str) -> Option<(SectionKind, String)> {
        let question = self.guide?.question(question)?;
        let section = question.sections.iter().find(|section| section.anchor == anchor)?;
        Some((section.kind, section.anchor.clone()))
    }

    /// The grade of a question, closed or open; `None` where nothing was said to it.
    pub(in crate::routes::pages) fn grade(
        &self,
        report: &QuestionReport,
        grade: &Grade,
        is_final: bool,
    ) -> Option<GradeView> {
        let said = said(report);
        if said.is_empty() {
            return None;
        }
        let feedback = if is_final { summary(&grade.points, grade.hints) } else { grade.feedback.clone() };
        Some(GradeView {
            question: grade.question.clone(),
            is_final,
            score: grade.score,
            points: grade.points.iter().map(|point| self.point(report, point)).collect(),
            grader: match &grade.grader {
                Grader::LexicalSemantic { version: _ } => "wording and meaning".to_owned(),
                Grader::Model { model, prompt: _ } => model.clone(),
            },
            degraded: grade.degraded.clone(),
            feedback,
            said,
            due: self.due(&grade.question).filter(|_| is_final),
        })
    }

    fn point(&self, report: &QuestionReport, point: &PointGrade) -> PointView {
        let PointGrade { text, weight, verdict, quote } = point.clone();
        let anchor = report.read_next.iter().find(|next| next.point == text).map(|next| next.anchor.as_str());
        PointView {
            section: anchor.and_then(|anchor| self.section(&report.question, anchor)),
            text,
            weight,
            verdict: match verdict {
                Verdict::Covered => pages::Verdict::Covered,
                Verdict::Partial => pages::Verdict::Partial,
                Verdict::Missing => pages::Verdict::Missing,
                Verdict::Contradicted => pages::Verdict::Contradicted,
            },
            quote,
        }
    }

    /// What is said about the question that was spoken to last.
    pub(super) fn feedback(&self, heard: &Heard) -> Feedback {
        let Heard { question: report, so_far, revealed } = heard;
        let graded = match (&report.grade, so_far) {
            (Some(grade), _) => self.grade(report, grade, true),
            (None, Some(grade)) => self.grade(report, grade, false),
            (None, None) => None,
        };
        Feedback {
            text: report.text.clone(),
            question: report.question.to_string(),
            closing: report.closing.map(closing_of),
            revealed: revealed.clone(),
            grade: graded.map(Box::new),
        }
    }
}

fn said(report: &QuestionReport) -> Vec<SaidView> {
    let answered = report.exchanges.iter().enumerate().filter_map(|(at, said)| {
        let follow_up = (at > 0).then(|| said.prompt.clone());
        Some(SaidView { follow_up, answer: said.answer.clone()? })
    });
    answered.collect()
}

pub(super) fn closing_of(closing: Closing) -> pages::Closing {
    match closing {
        Closing::Skipped => pages::Closing::Skipped,
        Closing::Revealed => pages::Closing::Revealed,
    }
}

/// The page's mode, and role and level as text.
pub(super) fn filters_of(
    mode: viva_interview::plan::InterviewMode,
    filters: &viva_interview::plan::Filters,
) -> (pages::InterviewMode, String, String) {
    let role = filters.role.as_ref().map(ToString::to_string).unwrap_or_default();
    let level = filters.level.map(|level| level.to_string()).unwrap_or_default();
    (mode_of(mode), role, level)
}
