//! Events as the store keeps them: JSON with a version, one mirror type for each domain type.
//!
//! A newer program reads what an older one wrote: a change of shape gets a new number and keeps the old reader. An older
//! program refuses what it does not know instead of guessing.

mod grade;
mod plan;

use crate::machine::{Event, Occurred};
use grade::{GradeRow, JudgementRow};
use plan::PlanRow;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use viva_core::examination::LoggedEvent;

/// The version that is written.
pub const LOG_VERSION: u32 = 1;

/// Why a stored event cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// Written by a newer program.
    #[error("event {number} (`{kind}`) has version {found}, this program reads up to {LOG_VERSION}")]
    Version {
        /// From 1.
        number: usize,
        /// Its kind.
        kind: String,
        /// Its version.
        found: u32,
    },
    /// Not of the shape that its kind has.
    #[error("event {number} (`{kind}`) cannot be read: {reason}")]
    Shape {
        /// From 1.
        number: usize,
        /// Its kind.
        kind: String,
        /// What is wrong.
        reason: String,
    },
}

#[derive(Serialize, Deserialize)]
struct Versioned<T> {
    v: u32,
    #[serde(flatten)]
    body: T,
}

#[derive(Serialize, Deserialize)]
struct Nothing {}

#[derive(Serialize, Deserialize)]
struct AskedRow {
    candidate: usize,
}

#[derive(Serialize, Deserialize)]
struct TextRow {
    text: String,
}

#[derive(Serialize, Deserialize)]
struct FollowUpRow {
    text: String,
    point: usize,
}

/// An event in the store's shape.
pub fn write(occurred: &Occurred) -> LoggedEvent {
    let (kind, body) = match &occurred.event {
        Event::Planned(plan) => ("planned", json(PlanRow::from(plan.as_ref()))),
        Event::Asked { candidate } => ("asked", json(AskedRow { candidate: *candidate })),
        Event::Answered { text } => ("answered", json(TextRow { text: text.clone() })),
        Event::Judged(judgement) => ("judged", json(JudgementRow::from(judgement.as_ref()))),
        Event::Hinted { text } => ("hinted", json(TextRow { text: text.clone() })),
        Event::FollowedUp { text, point } => {
            ("followed_up", json(FollowUpRow { text: text.clone(), point: *point }))
        }
        Event::Skipped => ("skipped", json(Nothing {})),
        Event::Revealed => ("revealed", json(Nothing {})),
        Event::Graded(grade) => ("graded", json(GradeRow::from(grade.as_ref()))),
        Event::Finished => ("finished", json(Nothing {})),
    };
    LoggedEvent { at: occurred.at, kind: kind.to_owned(), body }
}

/// Reads the events of an interview.
pub fn read(events: &[LoggedEvent]) -> Result<Vec<Occurred>, LogError> {
    events.iter().zip(1..).map(|(event, number)| read_one(event, number)).collect()
}

fn read_one(logged: &LoggedEvent, number: usize) -> Result<Occurred, LogError> {
    let wrong = |reason: String| LogError::Shape { number, kind: logged.kind.clone(), reason };
    let source = Source { logged, number };
    let event = match logged.kind.as_str() {
        "planned" => Event::Planned(Box::new(source.body::<PlanRow>()?.try_into().map_err(wrong)?)),
        "asked" => Event::Asked { candidate: source.body::<AskedRow>()?.candidate },
        "answered" => Event::Answered { text: source.body::<TextRow>()?.text },
        "judged" => Event::Judged(Box::new(source.body::<JudgementRow>()?.try_into().map_err(wrong)?)),
        "hinted" => Event::Hinted { text: source.body::<TextRow>()?.text },
        "followed_up" => {
            let FollowUpRow { text, point } = source.body()?;
            Event::FollowedUp { text, point }
        }
        "skipped" => source.body::<Nothing>().map(|_| Event::Skipped)?,
        "revealed" => source.body::<Nothing>().map(|_| Event::Revealed)?,
        "graded" => Event::Graded(Box::new(source.body::<GradeRow>()?.try_into().map_err(wrong)?)),
        "finished" => source.body::<Nothing>().map(|_| Event::Finished)?,
        _ => return Err(wrong("there is no such kind of event".to_owned())),
    };
    Ok(Occurred { at: logged.at, event })
}

struct Source<'a> {
    logged: &'a LoggedEvent,
    number: usize,
}

impl Source<'_> {
    fn body<T: DeserializeOwned>(&self) -> Result<T, LogError> {
        #[derive(Deserialize)]
        struct Version {
            v: u32,
        }
        let kind = self.logged.kind.clone();
        let wrong = |error: serde_json::Error| LogError::Shape {
            number: self.number,
            kind: self.logged.kind.clone(),
            reason: error.to_string(),
        };
        let Version { v: found } = serde_json::from_str(&self.logged.body).map_err(wrong)?;
        if found != LOG_VERSION {
            return Err(LogError::Version { number: self.number, kind, found });
        }
        let versioned: Versioned<T> = serde_json::from_str(&self.logged.body).map_err(wrong)?;
        Ok(versioned.body)
    }
}

fn json<T: Serialize>(body: T) -> String {
    // Rows hold strings, numbers and lists, which always have a JSON form; an empty object would be refused on reading.
    serde_json::to_string(&Versioned { v: LOG_VERSION, body }).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::played;

    #[test]
    fn every_event_comes_back_as_it_was() {
        let events = played();
        let logged: Vec<LoggedEvent> = events.iter().map(write).collect();
        assert_eq!(read(&logged).unwrap(), events);
        let kinds: std::collections::BTreeSet<&str> =
            logged.iter().map(|event| event.kind.as_str()).collect();
        assert_eq!(kinds.len(), 10, "every kind is among them: {kinds:?}");
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let logged: Vec<LoggedEvent> = played().iter().map(write).collect();
        let with = |kind: &str, body: &str| {
            let mut events = logged.clone();
            events[1] = LoggedEvent { at: events[1].at, kind: kind.to_owned(), body: body.to_owned() };
            read(&events).unwrap_err().to_string()
        };
        assert!(with("asked", r#"{"v":2,"candidate":0}"#).contains("version 2"));
        assert!(with("asked", r#"{"v":1}"#).starts_with("event 2 (`asked`)"));
        assert!(with("danced", r#"{"v":1}"#).contains("no such kind"));
        assert!(with("asked", "").contains("cannot be read"));
    }
}
