//! The events of a turn that has ended, from its record.

use super::TurnEvents;
use futures::StreamExt;
use futures::stream;
use viva_core::conversation::{TurnOutcome, TurnRecord};
use viva_core::turn::{AnswerEvent, Inspection};

/// The record as events, behind the first `after`. They are fewer than when the turn was answered: what was said comes in
/// one piece, which stands at the end of those before, so that a client that had seen some of them starts over with it.
pub(super) fn events(record: TurnRecord, inspection: Option<Inspection>, after: usize) -> TurnEvents {
    let events = match record.outcome {
        TurnOutcome::Running => Vec::new(),
        TurnOutcome::Failed { failure, .. } => vec![AnswerEvent::Failed(failure)],
        TurnOutcome::Answered(mut answer) => {
            answer.inspection = inspection;
            let mut events = vec![
                AnswerEvent::Meta {
                    id: answer.id.clone(),
                    conversation: answer.conversation.clone(),
                    revision: answer.revision,
                    depth: answer.depth,
                },
                AnswerEvent::Query(answer.query.clone()),
                AnswerEvent::Delta(answer.text.clone()),
            ];
            events.extend(answer.citations.iter().cloned().map(AnswerEvent::Citation));
            events.push(AnswerEvent::Grounding(answer.grounding.clone()));
            events.push(AnswerEvent::FollowUps(answer.follow_ups.clone()));
            events.push(AnswerEvent::Done(answer));
            // Somebody who has seen the beginning needs the whole, which `done` has.
            if after > 0 { events.split_off(events.len() - 1) } else { events }
        }
    };
    stream::iter(events.into_iter().enumerate().map(move |(at, event)| (after + at + 1, event))).boxed()
}
