use super::*;
use crate::fixtures::guide;
use viva_core::id::QuestionId;

fn request(questions: u8, seed: u64) -> PlanRequest {
    PlanRequest { mode: InterviewMode::Practice, filters: Filters::default(), questions, follow_ups: 2, seed }
}

fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000)
}

fn review(id: &str, last_days_ago: u64, due_in_days: i64) -> Review {
    let day = |days: u64| Duration::from_secs(days * 24 * 3600);
    Review {
        question: QuestionId::new(id).unwrap(),
        due: if due_in_days < 0 {
            now() - day(due_in_days.unsigned_abs())
        } else {
            now() + day(due_in_days as u64)
        },
        last: now() - day(last_days_ago),
        stability: 3.0,
        difficulty: 5.0,
        repetitions: 1,
        lapses: 0,
        phase: 2,
        scheduled_days: 3,
    }
}

fn draw(request: &PlanRequest, reviews: &[Review]) -> Result<Plan, PlanError> {
    let guide = guide();
    Plan::draw(&guide, &Vocabulary::of(&guide), request, reviews, now())
}

fn asked(plan: &Plan, score: f64) -> Vec<&str> {
    let mut asked = Vec::new();
    let mut scores = Vec::new();
    while let Some(next) = plan.next(&asked, &scores) {
        asked.push(next);
        scores.push(score);
    }
    asked.iter().map(|at| plan.candidates[*at].sheet.question.as_str()).collect()
}

#[test]
fn the_same_seed_gives_the_same_plan_and_topics_take_turns() {
    let plan = draw(&request(4, 7), &[]).unwrap();
    assert_eq!(plan, draw(&request(4, 7), &[]).unwrap());
    assert_eq!(plan.topics, [0, 1, 0, 1]);
    let orders: std::collections::BTreeSet<String> =
        (0..20).map(|seed| asked(&draw(&request(4, seed), &[]).unwrap(), 0.5).join(" ")).collect();
    assert!(orders.len() > 3, "{orders:?}");
    let ids = asked(&plan, 0.5);
    let distinct: std::collections::BTreeSet<&&str> = ids.iter().collect();
    assert_eq!((ids.len(), distinct.len()), (4, 4));
}

#[test]
fn difficulty_follows_the_grades() {
    for seed in 0..10 {
        let plan = draw(&request(2, seed), &[]).unwrap();
        let level = |scores: &[f64]| {
            let first = plan.next(&[], &[]).unwrap();
            plan.candidates[plan.next(&[first], scores).unwrap()].sheet.level.unwrap()
        };
        assert_eq!(plan.target(&[1.0, 1.0]), 2);
        assert_eq!(plan.target(&[0.1]), 0);
        assert_eq!(plan.target(&[0.5, 0.6]), 1);
        assert_eq!(level(&[0.0]), Level::Junior, "seed {seed}");
    }
}

#[test]
fn what_was_asked_lately_waits_and_what_is_due_goes_first() {
    let reviews = [review("weakref", 2, 5), review("del", 3, -1), review("gil", 30, 60)];
    for seed in 0..20 {
        let plan = draw(&request(2, seed), &reviews).unwrap();
        let ids = asked(&plan, 0.5);
        assert_eq!(ids[0], "del", "seed {seed}");
        assert!(!ids.contains(&"weakref"), "seed {seed}: {ids:?}");
    }
    let all = asked(&draw(&request(6, 1), &reviews).unwrap(), 0.5).len();
    assert_eq!(all, 6, "what was asked lately is still better than nothing");
}

#[test]
fn filters_hold_and_a_filter_without_a_match_says_what_there_is() {
    let mut wanted = request(5, 1);
    wanted.filters.level = Some(Level::Senior);
    let plan = draw(&wanted, &[]).unwrap();
    assert_eq!(plan.questions(), 2, "only two are senior");
    assert!(plan.candidates.iter().all(|candidate| candidate.sheet.level == Some(Level::Senior)));
    wanted.filters.modules = vec![ModuleId::new("threads").unwrap()];
    assert_eq!(asked(&draw(&wanted, &[]).unwrap(), 0.5), ["deadlock"]);
    wanted.filters.focus = vec![FocusArea::new("memory-management").unwrap()];
    let error = draw(&wanted, &[]).unwrap_err();
    let PlanError::NothingMatches { available } = &error else { panic!("{error}") };
    assert_eq!(available.modules["memory"], 3);
    assert_eq!(available.levels["senior"], 2);
    assert!(
        error.to_string().contains("threads (3)") && error.to_string().contains("python-developer (6)"),
        "{error}"
    );
}

#[test]
fn numbers_out_of_range_name_their_field() {
    for (questions, follow_ups, field) in
        [(0, 2, "questions"), (51, 2, "questions"), (5, 6, "follow_ups_per_question")]
    {
        let error = draw(&PlanRequest { follow_ups, ..request(questions, 1) }, &[]).unwrap_err();
        assert!(error.to_string().contains(field), "{error}");
    }
}

#[test]
fn a_review_asks_what_is_due_and_nothing_else() {
    let guide = guide();
    let vocabulary = Vocabulary::of(&guide);
    let due = [review("del", 3, -1), review("gil", 9, -4), review("gone", 9, -9)];
    let plan = Plan::review(&guide, &vocabulary, &request(10, 1), &due).unwrap();
    assert_eq!(asked(&plan, 1.0), ["gil", "del"]);
    assert_eq!(Plan::review(&guide, &vocabulary, &request(10, 1), &[]), Err(PlanError::NothingDue));
}
