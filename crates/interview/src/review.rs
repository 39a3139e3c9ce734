//! Spaced repetition: when a question should be asked again, by FSRS (the `rs-fsrs` crate, FSRS-5 with its published
//! default parameters, 90 % retention).
//!
//! Steps within a day are left out: an interview is held once in a while, not drilled by the minute.

use rs_fsrs::{Card, FSRS, Parameters, Rating, State};
use std::time::SystemTime;
use viva_core::examination::Review;
use viva_core::id::QuestionId;

/// How well a question was recalled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Recall {
    /// Not: below 0.4.
    Again,
    /// With effort: below 0.7, or with two or more hints.
    Hard,
    /// Well: below 0.9, or with a hint.
    Good,
    /// At once: 0.9 or more, without a hint.
    Easy,
}

impl Recall {
    /// All of them, worst first.
    pub const ALL: [Self; 4] = [Self::Again, Self::Hard, Self::Good, Self::Easy];
}

/// The rating that follows from a grade.
pub fn recall(score: f64, hints: u8) -> Recall {
    if score < 0.4 {
        Recall::Again
    } else if score < 0.7 || hints >= 2 {
        Recall::Hard
    } else if score < 0.9 || hints == 1 {
        Recall::Good
    } else {
        Recall::Easy
    }
}

/// The question's place in the schedule after it was asked at `now`.
pub fn schedule(question: &QuestionId, before: Option<&Review>, recall: Recall, now: SystemTime) -> Review {
    let rating = match recall {
        Recall::Again => Rating::Again,
        Recall::Hard => Rating::Hard,
        Recall::Good => Rating::Good,
        Recall::Easy => Rating::Easy,
    };
    let parameters = Parameters { enable_short_term: false, enable_fuzz: false, ..Parameters::default() };
    // A clock that was set back must not make time negative.
    let now = before.map_or(now, |review| now.max(review.last));
    let card = before.map_or_else(|| new_card(now), card);
    let Card {
        due,
        stability,
        difficulty,
        elapsed_days: _,
        scheduled_days,
        reps,
        lapses,
        state,
        last_review,
    } = FSRS::new(parameters).next(card, now.into(), rating).card;
    let count = |value: i32| u32::try_from(value).unwrap_or(0);
    Review {
        question: question.clone(),
        due: due.into(),
        last: last_review.into(),
        stability,
        difficulty,
        repetitions: count(reps),
        lapses: count(lapses),
        phase: state as u8,
        scheduled_days: u32::try_from(scheduled_days).unwrap_or(0),
    }
}

/// When the question would come again after each rating, were it given at `now`.
pub fn choices(
    question: &QuestionId,
    before: Option<&Review>,
    now: SystemTime,
) -> [(Recall, SystemTime); Recall::ALL.len()] {
    Recall::ALL.map(|recall| (recall, schedule(question, before, recall, now).due))
}

fn new_card(now: SystemTime) -> Card {
    Card { due: now.into(), last_review: now.into(), ..Card::default() }
}

fn card(review: &Review) -> Card {
    let Review { question: _, due, last, stability, difficulty, repetitions, lapses, phase, scheduled_days } =
        review;
    let count = |value: u32| i32::try_from(value).unwrap_or(i32::MAX);
    Card {
        due: (*due).into(),
        stability: *stability,
        difficulty: *difficulty,
        elapsed_days: 0,
        scheduled_days: i64::from(*scheduled_days),
        reps: count(*repetitions),
        lapses: count(*lapses),
        state: match phase {
            0 => State::New,
            1 => State::Learning,
            2 => State::Review,
            _ => State::Relearning,
        },
        last_review: (*last).into(),
    }
}

/// What is due at `now`, the longest overdue first.
pub fn due(reviews: &[Review], now: SystemTime) -> Vec<Review> {
    let mut due: Vec<Review> = reviews.iter().filter(|review| review.due <= now).cloned().collect();
    due.sort_by(|a, b| a.due.cmp(&b.due).then_with(|| a.question.cmp(&b.question)));
    due
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn day(n: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000 + n * 24 * 3600)
    }

    #[test]
    fn ratings_follow_score_and_hints() {
        for (score, hints, rating) in [
            (0.0, 0, Recall::Again),
            (0.39, 0, Recall::Again),
            (0.4, 0, Recall::Hard),
            (0.7, 0, Recall::Good),
            (0.95, 2, Recall::Hard),
            (0.95, 1, Recall::Good),
            (0.9, 0, Recall::Easy),
        ] {
            assert_eq!(recall(score, hints), rating, "{score} with {hints}");
        }
    }

    #[test]
    fn good_answers_come_back_later_each_time_and_bad_ones_soon() {
        let id = QuestionId::new("gil").unwrap();
        let first = schedule(&id, None, Recall::Good, day(0));
        assert_eq!((first.repetitions, first.lapses, first.last), (1, 0, day(0)));
        let second = schedule(&id, Some(&first), Recall::Good, first.due);
        assert!(
            second.scheduled_days > first.scheduled_days && second.stability > first.stability,
            "{second:?}"
        );
        let lapse = schedule(&id, Some(&second), Recall::Again, second.due);
        assert!(lapse.scheduled_days < second.scheduled_days && lapse.lapses == 1, "{lapse:?}");
        let days: Vec<u32> = [Recall::Again, Recall::Hard, Recall::Good, Recall::Easy]
            .map(|recall| schedule(&id, Some(&second), recall, second.due).scheduled_days)
            .to_vec();
        assert!(days.is_sorted() && days[0] >= 1, "{days:?}");
    }

    #[test]
    fn a_preview_is_what_the_rating_leads_to() {
        let id = QuestionId::new("gil").unwrap();
        let first = schedule(&id, None, Recall::Good, day(0));
        for before in [None, Some(&first)] {
            let choices = choices(&id, before, day(5));
            assert!(choices.is_sorted_by_key(|(_, due)| *due) && choices[0].1 < choices[3].1, "{choices:?}");
            for (recall, due) in choices {
                assert_eq!(schedule(&id, before, recall, day(5)).due, due, "{recall:?}");
            }
        }
    }

    #[test]
    fn a_clock_set_back_does_no_harm() {
        let id = QuestionId::new("gil").unwrap();
        let first = schedule(&id, None, Recall::Easy, day(100));
        let second = schedule(&id, Some(&first), Recall::Good, day(1));
        assert!(second.stability.is_finite() && second.due > day(100), "{second:?}");
    }

    #[test]
    fn the_longest_overdue_is_first() {
        let review = |id: &str, at: u64| Review {
            due: day(at),
            ..schedule(&QuestionId::new(id).unwrap(), None, Recall::Good, day(0))
        };
        let reviews = [review("a", 9), review("b", 3), review("c", 5)];
        let ids: Vec<String> = due(&reviews, day(5)).into_iter().map(|r| r.question.to_string()).collect();
        assert_eq!(ids, ["b", "c"]);
    }
}
