//! Interviews in front of pages that may be old, and the review schedule by hand.

use super::*;
use crate::machine::Closing;
use crate::review::Recall;
use std::time::Duration;

fn place(number: usize, follow_up: usize) -> Place {
    Place { number, follow_up }
}

fn answer(text: &str) -> Action {
    Action::Answer(text.to_owned())
}

fn gil() -> QuestionId {
    QuestionId::new("gil").unwrap()
}

const PART: &str = "It is a lock which allows only one thread at a time to execute Python bytecode.";

#[tokio::test]
async fn an_answer_counts_for_the_prompt_it_names_and_once() {
    let bench = bench();
    let owner = ada();
    let begun = bench.examiner.start(&owner, about_gil(InterviewMode::Practice)).await.unwrap();
    let act = |at: Place, action: Action| bench.examiner.act(&owner, &begun.id, at, action);
    let half = act(place(1, 0), answer(PART)).await.unwrap();
    let prompt = half.interview.prompt.clone().unwrap();
    assert_eq!((prompt.number, prompt.follow_up), (1, 1));
    let heard = half.heard.clone().unwrap();
    assert_eq!(heard.so_far.as_ref().unwrap().points.len(), 1, "what is open is not given away");
    assert!(heard.question.read_next.is_empty() && heard.question.grade.is_none());
    assert_eq!(act(place(1, 0), answer(PART)).await.unwrap(), half, "the same form again");
    for late in [answer(GOOD), Action::Skip, Action::Reveal, Action::Hint { seen: 0 }] {
        let error = act(place(1, 0), late.clone()).await.unwrap_err();
        assert!(matches!(error, ExaminerError::Busy), "{late:?}: {error}");
    }
    for nowhere in [place(0, 0), place(1, 2), place(2, 0), place(usize::MAX, usize::MAX)] {
        assert!(matches!(act(nowhere, answer(GOOD)).await, Err(ExaminerError::Busy)), "{nowhere:?}");
    }
    let done = act(place(1, 1), answer(GOOD)).await.unwrap();
    assert!(done.interview.is_finished && done.heard.unwrap().question.grade.unwrap().score > 0.9);
    let over = act(place(1, 1), answer("And more.")).await.unwrap_err();
    assert!(matches!(over, ExaminerError::Refused(Refusal::Finished)));
    assert_eq!(bench.examiner.sitting(&owner, &begun.id).await.unwrap().interview.grades.len(), 1);
}

#[tokio::test]
async fn a_hint_asked_for_twice_by_one_form_is_one_hint() {
    let bench = bench();
    let owner = ada();
    let begun = bench.examiner.start(&owner, about_gil(InterviewMode::Practice)).await.unwrap();
    assert_eq!(begun.prompt.as_ref().unwrap().hints_left, 3);
    for (seen, given) in [(0, 1), (0, 1), (1, 2), (1, 2), (2, 3)] {
        let action = Action::Hint { seen };
        let sitting = bench.examiner.act(&owner, &begun.id, place(1, 0), action).await.unwrap();
        let prompt = sitting.interview.prompt.unwrap();
        assert_eq!((prompt.hints.len(), prompt.hints_left), (given, 3 - given));
    }
    let limit = bench.examiner.act(&owner, &begun.id, place(1, 0), Action::Hint { seen: 3 }).await;
    assert!(matches!(limit, Err(ExaminerError::Refused(Refusal::HintLimit))));
}

#[tokio::test]
async fn what_was_heard_is_said_in_practice_and_not_in_a_live_interview() {
    let bench = bench();
    let owner = ada();
    let begun = bench.examiner.start(&owner, request(InterviewMode::Practice, 3)).await.unwrap();
    let act = |number, action| bench.examiner.act(&owner, &begun.id, place(number, 0), action);
    assert_eq!(bench.examiner.sitting(&owner, &begun.id).await.unwrap().heard, None);
    let skipped = act(1, Action::Skip).await.unwrap().heard.unwrap();
    assert_eq!((skipped.question.number, skipped.question.closing), (1, Some(Closing::Skipped)));
    assert_eq!(act(1, Action::Skip).await.unwrap().heard, Some(skipped), "the same form again");
    let revealed = act(2, Action::Reveal).await.unwrap().heard.unwrap();
    assert_eq!(revealed.question.number, 2);
    assert!(!revealed.revealed.unwrap().is_empty());
    let over = act(1, Action::Finish).await.unwrap();
    assert!(over.interview.is_finished && over.heard.is_none(), "an open question has nothing to say");
    let live = bench.examiner.start(&owner, about_gil(InterviewMode::Live)).await.unwrap();
    assert_eq!(live.prompt.unwrap().hints_left, 0);
    let heard = bench.examiner.act(&owner, &live.id, place(1, 0), answer(PART)).await.unwrap();
    assert_eq!((heard.heard, heard.interview.is_finished), (None, false));
}

#[tokio::test]
async fn one_request_makes_one_interview_and_one_question_can_be_asked_for() {
    let bench = bench();
    let owner = ada();
    let topic = Topic::Question { question: gil(), mode: InterviewMode::Practice, follow_ups: 0 };
    let begun = bench.examiner.start_as(&owner, "form-1", topic.clone()).await.unwrap();
    let prompt = begun.prompt.clone().unwrap();
    assert_eq!((begun.of, prompt.question, prompt.follow_ups), (1, gil(), 0));
    assert_eq!(bench.examiner.start_as(&owner, "form-1", topic.clone()).await.unwrap(), begun);
    let (one, two) = futures::join!(
        bench.examiner.start_as(&owner, "form-2", topic.clone()),
        bench.examiner.start_as(&owner, "form-2", Topic::Drawn(request(InterviewMode::Live, 2)))
    );
    assert_eq!(one.unwrap().mode, two.unwrap().mode);
    let listed = bench.examiner.list(&owner, None, 9).await.unwrap();
    assert_eq!((listed.len(), listed[0].about.as_deref()), (2, Some("What is the GIL?")));
    let other = bench.examiner.start_as(&Owner("bob".into()), "form-1", topic).await.unwrap();
    assert_ne!(other.started, begun.started, "another owner's ids are his own");
    for (question, follow_ups) in [(QuestionId::new("unknown").unwrap(), 0), (gil(), 6)] {
        let topic = Topic::Question { question, mode: InterviewMode::Live, follow_ups };
        bench.examiner.start_as(&owner, "form-3", topic).await.unwrap_err();
    }
}

#[tokio::test]
async fn a_question_is_rated_by_hand_once_for_each_look() {
    let bench = bench();
    let owner = ada();
    let card = bench.examiner.card(&owner, &gil()).await.unwrap();
    assert_eq!((card.seen(), card.is_due, &card.review), (0, false, &None));
    let rated = bench.examiner.rate(&owner, &gil(), card.seen(), Recall::Good).await.unwrap().unwrap();
    let previewed = card.choices.iter().find(|(recall, _)| *recall == Recall::Good).unwrap().1;
    let apart = rated.due.duration_since(previewed).unwrap();
    assert!(apart <= Duration::from_mins(5), "as previewed, but for the minutes in between: {apart:?}");
    assert_eq!(bench.examiner.rate(&owner, &gil(), card.seen(), Recall::Easy).await.unwrap(), None);
    assert_eq!(bench.examiner.reviews(&owner).await.unwrap(), std::slice::from_ref(&rated));
    bench.clock.advance(60 * 24 * 40);
    let again = bench.examiner.card(&owner, &gil()).await.unwrap();
    assert_eq!((again.seen(), again.is_due), (1, true));
    assert!(bench.store.grades.lock().unwrap().is_empty(), "a rating is no grade");
    let unknown = QuestionId::new("unknown").unwrap();
    for refused in [
        bench.examiner.card(&owner, &unknown).await.map(drop),
        bench.examiner.rate(&owner, &unknown, 0, Recall::Easy).await.map(drop),
    ] {
        assert!(matches!(refused, Err(ExaminerError::UnknownQuestion(_))));
    }
}
