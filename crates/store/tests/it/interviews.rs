//! Interviews, the review schedule and grades.

use crate::sample::{event, grade, question, review, step, summary};
use crate::support::{Kit, at, on_both, owner};
use viva_core::examination::InterviewStep;
use viva_core::ports::{Appended, InterviewStore, StoreError};

on_both!(
    steps_are_kept_in_order,
    one_of_two_writers_is_refused,
    a_step_is_written_whole_or_not_at_all,
    interviews_are_listed_latest_first,
    the_schedule_is_by_due_date,
    grades_are_by_time,
    overlapping_steps_do_not_wait_for_each_other,
);

async fn steps_are_kept_in_order(kit: &Kit) {
    let who = owner("ada");
    assert_eq!(kit.store.events(&who, "i1").await.unwrap(), None);
    assert_eq!(kit.store.append(&who, &step("i1", 0, 0)).await.unwrap(), Appended::Written);
    assert_eq!(kit.store.events(&who, "i1").await.unwrap(), Some(vec![]));
    for (seen, events) in [(0, 3), (3, 1), (4, 12)] {
        assert_eq!(kit.store.append(&who, &step("i1", seen, events)).await.unwrap(), Appended::Written);
    }
    let another = kit.another().await;
    let events: Vec<_> = (1..=16).map(event).collect();
    assert_eq!(another.events(&who, "i1").await.unwrap(), Some(events));
    assert_eq!(another.interviews(&who, None, 9).await.unwrap(), [summary("i1", 5)]);
    another.close().await;
}

async fn one_of_two_writers_is_refused(kit: &Kit) {
    let who = owner("ada");
    kit.store.append(&who, &step("i1", 0, 2)).await.unwrap();
    for seen in [0, 1, 3] {
        assert_eq!(kit.store.append(&who, &step("i1", seen, 1)).await.unwrap(), Appended::Conflict, "{seen}");
    }
    assert_eq!(kit.store.append(&who, &step("unknown", 1, 1)).await.unwrap(), Appended::Conflict);
    for seen in 2..30 {
        let mut twins = tokio::task::JoinSet::new();
        for _ in 0..3 {
            let (store, who) = (kit.store.clone(), who.clone());
            twins.spawn(async move { store.append(&who, &step("i1", seen, 1)).await.unwrap() });
        }
        let written = twins.join_all().await;
        assert_eq!(written.iter().filter(|one| **one == Appended::Written).count(), 1, "{written:?}");
    }
    assert_eq!(kit.store.events(&who, "i1").await.unwrap().unwrap().len(), 30);
}

async fn a_step_is_written_whole_or_not_at_all(kit: &Kit) {
    let who = owner("ada");
    kit.store.append(&who, &step("i1", 0, 2)).await.unwrap();
    let bad = InterviewStep {
        reviews: vec![review("gil", 5)],
        grades: vec![
            grade("gil", 5, None),
            viva_core::examination::GradeRecord { score: f64::NAN, ..grade("asyncio", 6, None) },
        ],
        ..step("i1", 2, 3)
    };
    assert!(matches!(kit.store.append(&who, &bad).await, Err(StoreError::Failed(_))));
    assert_eq!(kit.store.events(&who, "i1").await.unwrap().unwrap().len(), 2);
    assert_eq!(kit.store.interviews(&who, None, 9).await.unwrap(), [summary("i1", 1)]);
    assert_eq!(kit.store.reviews(&who).await.unwrap(), []);
    assert_eq!(kit.store.grades(&who, at(0)).await.unwrap(), []);
    assert_eq!(kit.store.append(&who, &step("i1", 2, 1)).await.unwrap(), Appended::Written);
}

async fn interviews_are_listed_latest_first(kit: &Kit) {
    let who = owner("ada");
    for (id, millis) in [("i1", 5), ("i2", 7), ("i3", 7), ("i4", 1)] {
        let step = InterviewStep { summary: summary(id, millis), ..step(id, 0, 1) };
        kit.store.append(&who, &step).await.unwrap();
    }
    let names = async |after: Option<&str>, limit| {
        let page = kit.store.interviews(&who, after, limit).await.unwrap();
        page.into_iter().map(|interview| interview.id).collect::<Vec<_>>()
    };
    assert_eq!(names(None, 9).await, ["i3", "i2", "i1", "i4"]);
    assert_eq!(names(None, 1).await, ["i3"]);
    assert_eq!(names(Some("i3"), 2).await, ["i2", "i1"]);
    assert_eq!(names(Some("i4"), 2).await, [""; 0]);
    assert_eq!(names(Some("unknown"), 2).await, [""; 0]);
}

async fn the_schedule_is_by_due_date(kit: &Kit) {
    let who = owner("ada");
    for (name, due) in [("gil", 30), ("asyncio", 10), ("zip", 20), ("abc", 20)] {
        kit.store.schedule(&who, &review(name, due), None).await.unwrap();
    }
    kit.store.schedule(&who, &review("asyncio", 40), Some(&grade("asyncio", 3, None))).await.unwrap();
    let schedule = [review("abc", 20), review("zip", 20), review("gil", 30), review("asyncio", 40)];
    assert_eq!(kit.store.reviews(&who).await.unwrap(), schedule);
    assert_eq!(kit.store.review(&who, &question("zip")).await.unwrap(), Some(review("zip", 20)));
    assert_eq!(kit.store.review(&who, &question("unknown")).await.unwrap(), None);
    assert_eq!(kit.store.grades(&who, at(0)).await.unwrap(), [grade("asyncio", 3, None)]);
    let infinite = viva_core::examination::Review { stability: f64::INFINITY, ..review("gil", 1) };
    assert!(matches!(kit.store.schedule(&who, &infinite, None).await, Err(StoreError::Failed(_))));
}

async fn grades_are_by_time(kit: &Kit) {
    let who = owner("ada");
    let grades = [grade("b", 20, Some("i1")), grade("a", 20, None), grade("c", 10, Some("i1"))];
    let step = InterviewStep { grades: grades.to_vec(), ..step("i1", 0, 1) };
    kit.store.append(&who, &step).await.unwrap();
    let [b, a, c] = grades;
    assert_eq!(kit.store.grades(&who, at(0)).await.unwrap(), [c, b.clone(), a.clone()]);
    assert_eq!(kit.store.grades(&who, at(20)).await.unwrap(), [b, a]);
    assert_eq!(kit.store.grades(&who, at(21)).await.unwrap(), []);
}

async fn overlapping_steps_do_not_wait_for_each_other(kit: &Kit) {
    let who = owner("ada");
    let mut tasks = tokio::task::JoinSet::new();
    for writer in 0..4 {
        let (store, who) = (kit.store.clone(), who.clone());
        tasks.spawn(async move {
            for round in 0..25 {
                let mut reviews: Vec<_> = ["a", "b", "c", "d", "e"].map(|name| review(name, round)).to_vec();
                reviews.rotate_left((writer + round as usize) % 5);
                let step = InterviewStep { reviews, ..step(&format!("i{writer}"), round as u32, 1) };
                assert_eq!(store.append(&who, &step).await.unwrap(), Appended::Written);
            }
        });
    }
    tasks.join_all().await;
    assert_eq!(kit.store.reviews(&who).await.unwrap().len(), 5);
}
