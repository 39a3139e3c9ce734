//! Turns, answers, interviews with every field filled.

use crate::support::at;
use std::time::Duration;
use viva_core::chat::{ChatMessage, Speaker};
use viva_core::conversation::{Idempotency, NewTurn, TurnOutcome};
use viva_core::examination::{GradeRecord, InterviewStep, InterviewSummary, LoggedEvent, Review};
use viva_core::guide::SectionKind;
use viva_core::id::{Digest, ModuleId, QuestionId};
use viva_core::manifest::ModelIdentity;
use viva_core::search::{LegRank, Legs};
use viva_core::turn::{
    Answer, Candidate, Citation, Coverage, Degraded, DegradedReason, Depth, Failure, FailureKind, Fate,
    Feature, Generation, Grounding, Inspection, Mode, Nearest, Timings, Understood, Usage,
};

/// Text that is hard on quoting, on wildcards and on encodings.
pub(crate) const TEXT: &str = "50% of a_b \\ 'x' \"y\"; -- \u{1F980} Ünïcode\n\u{202e}\u{7f}{\"json\": [1]}";

pub(crate) fn question(name: &str) -> QuestionId {
    QuestionId::new(name).unwrap()
}

pub(crate) fn new_turn(conversation: &str, id: &str, asked: &str, millis: u64) -> NewTurn {
    NewTurn {
        id: id.to_owned(),
        conversation: conversation.to_owned(),
        asked: Some(asked.to_owned()),
        depth: Depth::Standard,
        at: at(millis),
        idempotency: None,
    }
}

pub(crate) fn keyed(mut turn: NewTurn, key: &str, body: &str) -> NewTurn {
    turn.idempotency = Some(Idempotency { key: key.to_owned(), body: body.to_owned() });
    turn
}

pub(crate) fn answered(answer: Answer) -> TurnOutcome {
    TurnOutcome::Answered(Box::new(answer))
}

/// An answer that uses everything that an answer can have, but for its inspection.
pub(crate) fn answer(turn: &str, text: &str) -> Answer {
    Answer {
        id: turn.to_owned(),
        conversation: Some("c1".to_owned()),
        covered: true,
        mode: Mode::Generated,
        degraded: Some(Degraded { reason: DegradedReason::ModelRateLimited, detail: TEXT.to_owned() }),
        query: Understood {
            original: "why?".to_owned(),
            standalone: "why the GIL?".to_owned(),
            reason: Some(TEXT.to_owned()),
        },
        depth: Depth::Deep,
        text: text.to_owned(),
        citations: vec![Citation {
            n: 65_535,
            question: question("gil"),
            section: SectionKind::ShortAnswer,
            anchor: "short-answer".to_owned(),
            quote: TEXT.to_owned(),
        }],
        grounding: Grounding { unsupported: vec![TEXT.to_owned(), "nul \0 inside".to_owned()] },
        follow_ups: vec!["And then?".to_owned()],
        nearest: vec![Nearest { question: question("asyncio"), title: "What is asyncio?".to_owned() }],
        usage: Some(Usage { input_tokens: u64::MAX, output_tokens: 7 }),
        timings: Timings {
            understand: Duration::from_nanos(1),
            embed: Duration::from_micros(4_400),
            search: Duration::from_nanos(700_001),
            first_token: Duration::ZERO,
            total: Duration::from_hours(1),
        },
        revision: Digest([0xA5; 32]),
        inspection: None,
    }
}

pub(crate) fn inspection() -> Inspection {
    let rank = |rank, score| Some(LegRank { rank, score });
    Inspection {
        model: ModelIdentity { name: "all-MiniLM-L6-v2".to_owned(), file: Digest([3; 32]), dimension: 384 },
        candidates: vec![
            Candidate {
                question: question("gil"),
                anchor: "card".to_owned(),
                score: 0.1,
                legs: Legs { dense: rank(1, 1.0 / 3.0), bm25: rank(u32::MAX, 1e-40) },
                fate: Fate::Kept { n: 1 },
            },
            Candidate {
                question: question("asyncio"),
                anchor: "explanation".to_owned(),
                score: f32::NEG_INFINITY,
                legs: Legs { dense: None, bm25: rank(2, f32::MAX) },
                fate: Fate::Dropped { reason: TEXT.to_owned() },
            },
        ],
        coverage: Coverage {
            covered: true,
            probability: 0.1 + 0.2,
            threshold: 1.0 / 3.0,
            features: vec![Feature { name: "top score".into(), value: -0.0, contribution: f64::INFINITY }],
        },
        evidence_tokens: 812,
        evidence_budget: usize::MAX >> 1,
        generation: Some(Generation {
            model: "m".to_owned(),
            prompt_version: "answer-3".to_owned(),
            prompt: [Speaker::System, Speaker::User, Speaker::Assistant]
                .map(|speaker| ChatMessage::new(speaker, TEXT))
                .to_vec(),
            stop: Some("length".to_owned()),
            dropped_markers: 3,
        }),
    }
}

pub(crate) fn failed(kind: FailureKind, partial: &str) -> TurnOutcome {
    TurnOutcome::Failed { failure: Failure { kind, detail: TEXT.to_owned() }, partial: partial.to_owned() }
}

pub(crate) fn event(number: u64) -> LoggedEvent {
    LoggedEvent {
        at: at(number),
        kind: "asked".to_owned(),
        body: format!("{{\"v\":1,\"number\":{number},\"text\":\"\\u0000 ü\"}}"),
    }
}

pub(crate) fn summary(id: &str, millis: u64) -> InterviewSummary {
    InterviewSummary {
        id: id.to_owned(),
        created: at(0),
        updated: at(millis),
        is_finished: millis % 2 == 1,
        body: format!("{{\"score\": {millis}}}"),
    }
}

pub(crate) fn review(name: &str, due: u64) -> Review {
    Review {
        question: question(name),
        due: at(due),
        last: at(1),
        stability: 1.0 / 3.0,
        difficulty: 9.999_999_999_999_998,
        repetitions: u32::MAX,
        lapses: 2,
        phase: 3,
        scheduled_days: 36_500,
    }
}

pub(crate) fn grade(name: &str, millis: u64, interview: Option<&str>) -> GradeRecord {
    GradeRecord {
        question: question(name),
        module: ModuleId::new("threading").unwrap(),
        at: at(millis),
        score: 0.1 + 0.2,
        interview: interview.map(str::to_owned),
    }
}

/// A step with `events` events that follows `seen`.
pub(crate) fn step(id: &str, seen: u32, events: u64) -> InterviewStep {
    let first = u64::from(seen) + 1;
    InterviewStep {
        seen,
        events: (first..first + events).map(event).collect(),
        summary: summary(id, first),
        reviews: Vec::new(),
        grades: Vec::new(),
    }
}
