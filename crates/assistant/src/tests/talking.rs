//! Turns that follow others.

use super::assistant_with;
use crate::fakes::{FakeLibrary, edition};
use crate::{Past, TurnRequest, Wish, can_deepen};
use futures::StreamExt;
use std::collections::HashSet;
use viva_core::search::Filter;
use viva_core::turn::{Answer, AnswerEvent, Depth, UserQuestion};

/// A conversation with the scripted index.
#[derive(Default)]
struct Talk {
    history: Vec<Past>,
}

impl Talk {
    async fn say(&mut self, message: &str) -> Answer {
        self.wish(Wish::Question(UserQuestion::new(message).unwrap()), Some(message)).await
    }

    async fn deeper(&mut self) -> Answer {
        self.wish(Wish::Deeper, None).await
    }

    async fn wish(&mut self, wish: Wish, asked: Option<&str>) -> Answer {
        let request = TurnRequest {
            id: None,
            conversation: Some("c1".into()),
            wish,
            depth: Depth::Standard,
            filter: Filter::default(),
            inspect: false,
            history: self.history.clone(),
        };
        let events: Vec<_> = assistant_with(FakeLibrary(Ok(edition()))).turn(request).collect().await;
        let Some(AnswerEvent::Done(answer)) = events.into_iter().last() else { panic!() };
        self.history.push(Past { asked: asked.map(str::to_owned), answer: (*answer).clone() });
        *answer
    }
}

fn cited(answer: &Answer) -> Vec<String> {
    answer.citations.iter().map(|c| format!("{}#{}", c.question, c.anchor)).collect()
}

#[tokio::test]
async fn a_pronoun_is_carried_over_and_shown() {
    let mut talk = Talk::default();
    talk.say("what is the gil").await;
    let answer = talk.say("why does it exist?").await;
    assert_eq!(answer.query.original, "why does it exist?");
    assert_eq!(answer.query.standalone, "why does the GIL exist?");
    assert_eq!(answer.query.reason.as_deref(), Some("pronoun carried over from `gil`"));
    assert!(answer.conversation.as_deref() == Some("c1"));
}

#[tokio::test]
async fn an_aspect_stays_with_the_entry_and_tells_what_was_not_told() {
    let mut talk = Talk::default();
    talk.say("what is the gil").await;
    let answer = talk.say("any pitfalls?").await;
    assert_eq!(cited(&answer)[0], "gil#pitfalls", "{}", answer.text);
    assert!(!answer.text.contains("The gil in short."), "{}", answer.text);
}

#[tokio::test]
async fn a_comparison_takes_the_other_side_from_before() {
    let mut talk = Talk::default();
    talk.say("locks").await;
    let answer = talk.say("how is that different from semaphores?").await;
    let entries: HashSet<&str> = answer.citations.iter().map(|c| c.question.as_str()).collect();
    assert_eq!(entries, HashSet::from(["locks", "semaphores"]), "{}", answer.query.standalone);
}

#[tokio::test]
async fn a_new_topic_is_left_alone() {
    let mut talk = Talk::default();
    talk.say("what is the gil").await;
    let answer = talk.say("what is the difference between a list and a tuple?").await;
    assert_eq!(answer.query.reason, None);
    assert_eq!(answer.citations[0].question.as_str(), "list-vs-tuple");
}

#[tokio::test]
async fn going_deeper_repeats_nothing_and_ends() {
    let mut talk = Talk::default();
    talk.say("what is the gil").await;
    let mut told: HashSet<String> = cited(&talk.history[0].answer).into_iter().collect();
    let mut steps = Vec::new();
    loop {
        let answer = if steps.is_empty() { talk.say("go deeper").await } else { talk.deeper().await };
        assert!(answer.covered && answer.query.reason.as_deref().unwrap().starts_with("continues `gil`"));
        let new = cited(&answer);
        if new.is_empty() {
            assert!(answer.text.contains("no more on “What is the GIL?”"), "{}", answer.text);
            break;
        }
        for section in &new {
            assert!(told.insert(section.clone()), "{section} was told before");
        }
        steps.push(new);
        assert!(steps.len() < 10);
    }
    let firsts: Vec<&str> = steps.iter().map(|step| step[0].as_str()).collect();
    assert_eq!(firsts, ["gil#pitfalls", "gil#follow-up-1", "locks#short-answer"], "{steps:?}");
}

#[tokio::test]
async fn there_must_be_something_to_go_deeper_into() {
    let mut talk = Talk::default();
    assert!(!can_deepen(&talk.history));
    talk.say("zebra giraffe elephant lion").await;
    assert!(!can_deepen(&talk.history));
    talk.say("what is the gil").await;
    assert!(can_deepen(&talk.history));
}
