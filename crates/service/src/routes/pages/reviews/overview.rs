//! `GET /review`: what is due, and progress.

use crate::error::ApiError;
use crate::pages::{Page, Refused, Visit, due, is_known, query_fields, see_other};
use crate::state::App;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use viva_core::examination::Review;
use viva_core::guide::{Guide, Question};
use viva_core::id::{FocusArea, QuestionId};
use viva_interview::progress::{DayProgress, Progress};
use viva_interview::sheet::can_be_asked;
use viva_web::pages::{AreaProgress, ReviewPage, Span, review_page};

const DAY: Duration = Duration::from_hours(24);
/// How far the page looks ahead.
const DAYS_AHEAD: usize = 14;
/// Scores over more than so many days are told by week.
const BY_DAY_UP_TO: u64 = 21;

/// What is due, and progress, as a page
///
/// With `next=1` to the first card that is due.
#[utoipa::path(
    get, path = "/review", tag = "pages",
    params(("next" = Option<String>, Query, description = "Whether the first card that is due is wanted")),
    responses((status = 303, description = "To the next card, or here where none is due"), Page, Refused),
    security((), ("bearer" = []), ("x_api_key" = [])),
)]
pub(crate) async fn overview(
    State(app): State<Arc<App>>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let due = due(&app, &visit.owner).await?;
    if query_fields(query.as_deref()).filled("next").is_some() {
        let card = due.first().map(|first| format!("/review/{}", first.question));
        return Ok(see_other(&card.unwrap_or_else(|| "/review".to_owned())));
    }
    let edition = app.edition()?;
    let guide = &*edition.guide;
    let examiner = &app.state.examiner;
    let now = app.state.clock.now();
    let mut reviews = examiner.reviews(&visit.owner).await?;
    reviews.retain(|review| is_known(guide, review));
    let progress = examiner.progress(&visit.owner).await?;
    let areas = Areas { guide, reviews: &reviews, progress: &progress, now };
    let (span, scores) = scores(&progress.days);
    let view = ReviewPage {
        guide,
        due: &due,
        coming: &coming(&reviews, now),
        next: reviews.iter().map(|review| review.due).filter(|due| *due > now).min(),
        modules: &areas.modules(),
        focus: &areas.focus(),
        scores: (span, &scores),
        key: &app.state.ids.fresh(),
        now,
    };
    Ok(visit.page(review_page(visit.chrome(), &view)))
}

/// How many reviews fall due on each of the next days; what is overdue counts today.
fn coming(reviews: &[Review], now: SystemTime) -> Vec<(SystemTime, u32)> {
    let today = day_of(now);
    let mut counts = [0; DAYS_AHEAD];
    for review in reviews {
        let ahead = day_of(review.due).saturating_sub(today);
        if let Some(count) = usize::try_from(ahead).ok().and_then(|ahead| counts.get_mut(ahead)) {
            *count += 1;
        }
    }
    (today..).map(begin_of).zip(counts).collect()
}

/// Days since 1970-01-01, UTC.
fn day_of(at: SystemTime) -> u64 {
    at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs() / DAY.as_secs()
}

fn begin_of(day: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + DAY * u32::try_from(day).unwrap_or_default()
}

/// Mean scores by day, or by week (from Monday) where there are more than a few weeks of them.
fn scores(days: &[DayProgress]) -> (Span, Vec<(SystemTime, f64)>) {
    let whole = days.first().zip(days.last()).map_or(0, |(first, last)| last.day - first.day);
    let is_short = whole <= BY_DAY_UP_TO;
    // 1970-01-01 was a Thursday.
    let monday = |day: u64| (day + 3) / 7 * 7 - 3;
    let mut sums: BTreeMap<u64, (f64, f64)> = BTreeMap::new();
    for DayProgress { day, grades, mean } in days {
        let (sum, count) = sums.entry(if is_short { *day } else { monday(*day) }).or_default();
        *sum += mean * *grades as f64;
        *count += *grades as f64;
    }
    let means = sums.into_iter().map(|(day, (sum, count))| (begin_of(day), sum / count)).collect();
    (if is_short { Span::Day } else { Span::Week }, means)
}

/// What progress is made of.
struct Areas<'a> {
    guide: &'a Guide,
    reviews: &'a [Review],
    progress: &'a Progress,
    now: SystemTime,
}

impl Areas<'_> {
    fn modules(&self) -> Vec<AreaProgress> {
        let row = |module: &viva_core::guide::Module| {
            let score = self.progress.modules.get(module.id.as_str()).map(|area| area.mean);
            self.area(&module.title, format!("/guide/{}", module.id), score, module.questions.iter())
        };
        self.guide.modules().iter().map(row).filter(|row| row.total > 0).collect()
    }

    /// Those that something was practised of: there are many.
    fn focus(&self) -> Vec<AreaProgress> {
        let names: BTreeSet<&FocusArea> =
            self.guide.questions().flat_map(|question| &question.focus).collect();
        let row = |name: &FocusArea| {
            let score = self.progress.focus.get(name.as_str()).map(|area| area.mean);
            let questions = self.guide.questions().filter(|question| question.focus.contains(name));
            self.area(name.as_str(), format!("/guide?focus={name}"), score, questions)
        };
        names.into_iter().map(row).filter(|row| row.seen > 0).collect()
    }

    fn area<'q>(
        &self,
        title: &str,
        href: String,
        score: Option<f64>,
        questions: impl Iterator<Item = &'q Question>,
    ) -> AreaProgress {
        let ids: BTreeSet<&QuestionId> =
            questions.filter(|question| can_be_asked(question)).map(|question| &question.id).collect();
        let seen: Vec<&Review> =
            self.reviews.iter().filter(|review| ids.contains(&review.question)).collect();
        AreaProgress {
            title: title.to_owned(),
            href,
            seen: seen.len(),
            total: ids.len(),
            due: seen.iter().filter(|review| review.due <= self.now).count(),
            score,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: u64, grades: usize, mean: f64) -> DayProgress {
        DayProgress { day, grades, mean }
    }

    #[test]
    fn scores_are_told_by_day_and_later_by_week() {
        let (span, points) = scores(&[day(20_000, 1, 0.5), day(20_021, 2, 1.0)]);
        assert_eq!((span, points.len()), (Span::Day, 2));
        // Day 4 was a Monday.
        let (span, points) = scores(&[day(4, 1, 0.2), day(10, 3, 0.6), day(11, 1, 1.0), day(40, 1, 0.0)]);
        assert_eq!(span, Span::Week);
        let days: Vec<u64> = points.iter().map(|(at, _)| day_of(*at)).collect();
        assert_eq!(days, [4, 11, 39]);
        assert!((points[0].1 - 0.5).abs() < 1e-12, "weighed by how many grades there were: {points:?}");
        assert_eq!(scores(&[]), (Span::Day, vec![]));
    }

    #[test]
    fn what_is_overdue_counts_today_and_what_is_far_off_not_at_all() {
        let due = |day: u64| Review {
            question: QuestionId::new("gil").unwrap(),
            due: begin_of(day) + DAY / 2,
            last: begin_of(0),
            stability: 1.0,
            difficulty: 5.0,
            repetitions: 1,
            lapses: 0,
            phase: 2,
            scheduled_days: 1,
        };
        let reviews = [due(10), due(20), due(33), due(34)];
        let found = coming(&reviews, begin_of(20) + DAY / 4);
        let counts: Vec<u32> = found.iter().map(|(_, count)| *count).collect();
        assert_eq!((counts.len(), counts[0], counts[13], counts.iter().sum::<u32>()), (14, 2, 1, 3));
        assert_eq!(day_of(found[13].0), 33);
    }
}
