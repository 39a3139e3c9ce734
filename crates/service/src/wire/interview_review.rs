//! The review schedule and progress.

use super::{finite, rfc3339};
use serde::Serialize;
use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};
use utoipa::ToSchema;
use viva_core::examination::Review;
use viva_core::guide::Guide;
use viva_interview::progress::{AreaProgress, DayProgress, Progress};

/// A question's place in the schedule.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReviewBody {
    question_id: String,
    question: String,
    module: String,
    /// When it should be asked again.
    #[schema(format = DateTime)]
    due_at: String,
    /// When it was asked last.
    #[schema(format = DateTime)]
    last_at: String,
    /// How often it was asked.
    repetitions: u32,
    /// How often it was forgotten.
    lapses: u32,
    /// Where its answer is read.
    url: String,
}

/// How far the owner has come.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProgressBody {
    /// How many grades there are.
    grades: usize,
    /// How many different questions were graded.
    questions: usize,
    /// Mean of each question's latest score; null without any.
    #[schema(required, minimum = 0, maximum = 1)]
    mean: Option<f64>,
    /// How many questions are due for review.
    due: usize,
    /// Those with a grade, by id.
    modules: Vec<AreaProgressBody>,
    /// Those with a grade, by id.
    focus: Vec<AreaProgressBody>,
    /// Those with a grade, in order.
    days: Vec<DayBody>,
}

/// Progress in a module or a focus area.
#[derive(Debug, Serialize, ToSchema)]
struct AreaProgressBody {
    id: String,
    /// How many of its questions were graded.
    graded: usize,
    /// How many the guide has.
    of: usize,
    /// Mean of their latest scores.
    #[schema(minimum = 0, maximum = 1)]
    mean: f64,
    /// How many are due for review.
    due: usize,
}

/// One day's grades.
#[derive(Debug, Serialize, ToSchema)]
struct DayBody {
    /// In UTC.
    #[schema(format = Date)]
    day: String,
    grades: usize,
    #[schema(minimum = 0, maximum = 1)]
    mean: f64,
}

impl ReviewBody {
    /// `None` where the guide no longer has the question: it cannot be asked.
    pub(crate) fn new(review: Review, guide: &Guide) -> Option<Self> {
        let Review {
            question: id,
            due,
            last,
            stability: _,
            difficulty: _,
            repetitions,
            lapses,
            phase: _,
            scheduled_days: _,
        } = review;
        let question = guide.question(&id)?;
        Some(Self {
            url: format!("/questions/{id}"),
            question_id: id.to_string(),
            question: question.text.clone(),
            module: question.module.to_string(),
            due_at: rfc3339(due),
            last_at: rfc3339(last),
            repetitions,
            lapses,
        })
    }
}

impl From<Progress> for ProgressBody {
    fn from(progress: Progress) -> Self {
        let Progress { grades, questions, mean, due, modules, focus, days } = progress;
        Self {
            grades,
            questions,
            mean: mean.map(finite),
            due,
            modules: areas(modules),
            focus: areas(focus),
            days: days.into_iter().map(Into::into).collect(),
        }
    }
}

fn areas(areas: BTreeMap<String, AreaProgress>) -> Vec<AreaProgressBody> {
    let area = |(id, area)| {
        let AreaProgress { graded, of, mean, due } = area;
        AreaProgressBody { id, graded, of, mean: finite(mean), due }
    };
    areas.into_iter().map(area).collect()
}

impl From<DayProgress> for DayBody {
    fn from(progress: DayProgress) -> Self {
        let DayProgress { day, grades, mean } = progress;
        let begins = Duration::from_hours(24) * u32::try_from(day).unwrap_or_default();
        let mut day = rfc3339(SystemTime::UNIX_EPOCH + begins);
        day.truncate("2026-01-31".len());
        Self { day, grades, mean: finite(mean) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_dates() {
        for (day, expected) in [(0, "1970-01-01"), (20_638, "2026-07-04")] {
            let body = DayBody::from(DayProgress { day, grades: 1, mean: 0.5 });
            assert_eq!(body.day, expected);
        }
    }
}
