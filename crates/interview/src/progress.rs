//! Progress over many interviews: pure functions over grades and the review schedule.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::{Duration, SystemTime};
use viva_core::examination::{GradeRecord, Review};
use viva_core::guide::Guide;
use viva_core::id::QuestionId;

const DAY: Duration = Duration::from_hours(24);

/// How far somebody has come.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Progress {
    /// How many grades there are.
    pub grades: usize,
    /// How many different questions were graded.
    pub questions: usize,
    /// Mean of each question's latest score; `None` without any.
    pub mean: Option<f64>,
    /// How many questions are due for review.
    pub due: usize,
    /// By module id, for those with a grade.
    pub modules: BTreeMap<String, AreaProgress>,
    /// By focus area, for those with a grade.
    pub focus: BTreeMap<String, AreaProgress>,
    /// Day by day, for those with a grade, ascending.
    pub days: Vec<DayProgress>,
}

/// Progress in a module or a focus area.
#[derive(Debug, Clone, PartialEq)]
pub struct AreaProgress {
    /// How many of its questions were graded.
    pub graded: usize,
    /// How many it has in the present guide.
    pub of: usize,
    /// Mean of their latest scores.
    pub mean: f64,
    /// How many are due for review.
    pub due: usize,
}

/// One day's grades.
#[derive(Debug, Clone, PartialEq)]
pub struct DayProgress {
    /// Days since 1970-01-01, UTC.
    pub day: u64,
    /// How many.
    pub grades: usize,
    /// Their mean score.
    pub mean: f64,
}

/// Sums up. Grades of questions that the guide no longer has count in the totals and in their module.
pub fn progress(guide: &Guide, grades: &[GradeRecord], reviews: &[Review], now: SystemTime) -> Progress {
    let mut latest: HashMap<&QuestionId, &GradeRecord> = HashMap::new();
    for grade in grades {
        let known = latest.entry(&grade.question).or_insert(grade);
        if grade.at >= known.at {
            *known = grade;
        }
    }
    let due: BTreeSet<&QuestionId> =
        reviews.iter().filter(|review| review.due <= now).map(|review| &review.question).collect();
    let mut modules: BTreeMap<String, Sums> = BTreeMap::new();
    let mut focus: BTreeMap<String, Sums> = BTreeMap::new();
    for (id, grade) in &latest {
        let areas = guide.question(id).map(|question| question.focus.as_slice()).unwrap_or_default();
        modules.entry(grade.module.to_string()).or_default().add(grade.score, due.contains(*id));
        for area in areas {
            focus.entry(area.to_string()).or_default().add(grade.score, due.contains(*id));
        }
    }
    for question in guide.questions().filter(|question| !question.key_points.is_empty()) {
        modules.entry(question.module.to_string()).or_default().of += 1;
        for area in &question.focus {
            focus.entry(area.to_string()).or_default().of += 1;
        }
    }
    let scores: Vec<f64> = latest.values().map(|grade| grade.score).collect();
    Progress {
        grades: grades.len(),
        questions: latest.len(),
        mean: mean(&scores),
        due: due.len(),
        modules: finish(modules),
        focus: finish(focus),
        days: days(grades),
    }
}

#[derive(Default)]
struct Sums {
    scores: Vec<f64>,
    of: usize,
    due: usize,
}

impl Sums {
    fn add(&mut self, score: f64, is_due: bool) {
        self.scores.push(score);
        self.due += usize::from(is_due);
    }
}

fn finish(areas: BTreeMap<String, Sums>) -> BTreeMap<String, AreaProgress> {
    let area = |(name, sums): (String, Sums)| {
        let mean = mean(&sums.scores)?;
        Some((name, AreaProgress { graded: sums.scores.len(), of: sums.of, mean, due: sums.due }))
    };
    areas.into_iter().filter_map(area).collect()
}

fn days(grades: &[GradeRecord]) -> Vec<DayProgress> {
    let mut by_day: BTreeMap<u64, Vec<f64>> = BTreeMap::new();
    for grade in grades {
        let since = grade.at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        by_day.entry(since.as_secs() / DAY.as_secs()).or_default().push(grade.score);
    }
    let day = |(day, scores): (u64, Vec<f64>)| {
        Some(DayProgress { day, grades: scores.len(), mean: mean(&scores)? })
    };
    by_day.into_iter().filter_map(day).collect()
}

pub(crate) fn mean(scores: &[f64]) -> Option<f64> {
    // Summed in order of size, so that the order of a hash map does not show in the last digit.
    let mut sorted = scores.to_vec();
    sorted.sort_by(f64::total_cmp);
    (!sorted.is_empty()).then(|| sorted.iter().sum::<f64>() / sorted.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::guide;
    use crate::review::{Recall, schedule};
    use viva_core::id::ModuleId;

    #[test]
    fn the_latest_grade_counts_and_areas_add_up() {
        let at = |days: u32| SystemTime::UNIX_EPOCH + DAY * days;
        let grade = |id: &str, module: &str, days: u32, score: f64| GradeRecord {
            question: QuestionId::new(id).unwrap(),
            module: ModuleId::new(module).unwrap(),
            at: at(days),
            score,
            interview: None,
        };
        let grades = [
            grade("gil", "threads", 10, 0.2),
            grade("deadlock", "threads", 10, 0.6),
            grade("gil", "threads", 12, 0.8),
            grade("gone", "old", 12, 0.4),
        ];
        let reviews = [schedule(&grades[0].question, None, Recall::Again, at(1))];
        let progress = progress(&guide(), &grades, &reviews, at(20));
        assert_eq!((progress.grades, progress.questions, progress.due), (4, 3, 1));
        assert!((progress.mean.unwrap() - 0.6).abs() < 1e-12);
        let threads = &progress.modules["threads"];
        assert_eq!((threads.graded, threads.of, threads.due), (2, 3, 1));
        assert!((threads.mean - 0.7).abs() < 1e-12);
        assert_eq!(progress.focus["python-internals"].graded, 1);
        assert!(!progress.modules.contains_key("memory"));
        let days: Vec<(u64, usize)> = progress.days.iter().map(|day| (day.day, day.grades)).collect();
        assert_eq!(days, [(10, 2), (12, 2)]);
    }
}
