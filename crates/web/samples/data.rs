//! An answer, its making, a grade.

use super::{Text, now};
use std::time::{Duration, SystemTime};
use viva_core::chat::{ChatMessage, Speaker};
use viva_core::conversation::{Conversation, TurnOutcome, TurnRecord};
use viva_core::guide::{Guide, SectionKind, Weight};
use viva_core::id::{Digest, QuestionId};
use viva_core::manifest::ModelIdentity;
use viva_core::search::{LegRank, Legs};
use viva_core::turn::{
    Answer, Candidate, Citation, Coverage, Degraded, DegradedReason, Depth, Fate, Feature, Generation,
    Grounding, Inspection, Mode, Timings, Understood, Usage,
};
use viva_web::pages::{Chrome, GradeView, PointView, SaidView, SourceView, Theme, Verdict};

pub(crate) fn days(n: u64) -> SystemTime {
    now() + Duration::from_secs(n * 86_400 + 60)
}

pub(crate) fn id(text: &str) -> QuestionId {
    QuestionId::new(text).unwrap()
}

pub(crate) fn chrome(theme: Theme) -> Chrome<'static> {
    Chrome { theme, csrf: "c5rf-token", path: "/", due: 7 }
}

const ANSWER: &str = "The **global interpreter lock** is a mutex that lets one thread at a time execute Python \
bytecode in a process [1]. It keeps reference counts consistent without a lock on every object, at the price of \
parallelism in CPU-bound code [1][2].\n\n**Why threads still help**\n\nThe lock is released around blocking I/O, so a \
thread that waits for a socket costs the others nothing [2]. Three consequences follow:\n\n- CPU-bound work does not get \
faster with more threads; use *processes* or a C extension that releases the lock [2, 3].\n- I/O-bound work does.\n- A \
single bytecode such as `x += 1` is **not** atomic [3].\n\n```python\nimport sys, threading\n\ncounter = 0\n\ndef \
add(n: int) -> None:\n    \"\"\"Not safe: read, add, write.\"\"\"\n    global counter\n    for _ in range(n):\n        \
counter += 1  # three steps\n\nprint(sys.getswitchinterval() > 0)\n```\n```output\nTrue\n```\n\n| Work | Threads | \
Processes |\n|---|---|---|\n| Downloads | faster | faster, more memory |\n| Image filters in pure Python | no gain | \
about n times |\n\nSee the [PEP 703 text](https://peps.python.org/pep-0703/) for the build without it.";

fn citation(n: u16, question: &str, section: SectionKind, quote: String) -> Citation {
    Citation { n, question: id(question), section, anchor: section.as_str().to_owned(), quote }
}

pub(crate) fn sources(guide: &Guide, t: Text<'_>) -> Vec<SourceView> {
    let first_sentence = |text: &str| text.split_inclusive(". ").next().unwrap_or(text).trim().to_owned();
    [("gil", SectionKind::ShortAnswer), ("gil", SectionKind::Explanation), ("gil", SectionKind::Pitfalls)]
        .into_iter()
        .zip(1..)
        .map(|((question, kind), n)| {
            let section = guide.question(&id(question)).and_then(|question| question.section(kind));
            let markdown =
                section.map_or_else(|| t("A lock. It is held."), |section| section.markdown.clone());
            let quote = first_sentence(markdown.trim_start_matches("- "));
            let mut source = SourceView::look_up(&citation(n, question, kind, t(&quote)), guide);
            source.title = t(&source.title);
            source.section = Some(t(&markdown));
            source
        })
        .collect()
}

pub(crate) fn answer(guide: &Guide, t: Text<'_>) -> Answer {
    Answer {
        id: "turn-1".into(),
        conversation: Some("conversation-1".into()),
        covered: true,
        mode: Mode::Extractive,
        degraded: None,
        query: Understood {
            original: t("and why does it exist?"),
            standalone: t("why does the GIL exist?"),
            reason: Some(t("pronoun carried over from “What is the GIL?”")),
        },
        depth: Depth::Standard,
        text: t(ANSWER),
        citations: sources(guide, t).into_iter().map(|source| source.citation).collect(),
        grounding: Grounding { unsupported: vec![t("It was added in 1992.")] },
        follow_ups: vec![
            t("Why do threads still help a web scraper?"),
            t("What changes with PEP 703?"),
            t("How does the GIL affect asyncio?"),
        ],
        nearest: Vec::new(),
        usage: Some(Usage { input_tokens: 2_310, output_tokens: 412 }),
        timings: Timings {
            understand: Duration::from_micros(120),
            embed: Duration::from_micros(4_400),
            search: Duration::from_micros(900),
            first_token: Duration::from_micros(7_900),
            total: Duration::from_micros(9_400),
        },
        revision: Digest([0xab; 32]),
        inspection: None,
    }
}

pub(crate) fn record(number: u32, asked: Option<String>, outcome: TurnOutcome) -> TurnRecord {
    TurnRecord {
        id: format!("turn-{number}"),
        conversation: "conversation-1".into(),
        number,
        asked,
        depth: Depth::Standard,
        began: now(),
        ended: Some(now()),
        outcome,
    }
}

pub(crate) fn inspection(t: Text<'_>) -> Inspection {
    let candidate = |(at, (question, anchor)): (usize, (&str, &str))| {
        let rank = |rank: usize, score: f32| Some(LegRank { rank: u32::try_from(rank).unwrap(), score });
        let dense = [1, 3, 2, 7, 5, 30, 4, 6, 9, 14, 8, 11][at % 12];
        let bm25 = [2, 1, 6, 3, 40, 4, 9, 5, 7, 10, 12, 8][at % 12];
        Candidate {
            question: id(question),
            anchor: anchor.into(),
            score: 0.031 - at as f32 * 0.0013,
            legs: Legs {
                dense: if at == 5 { None } else { rank(dense, 0.74 - dense as f32 * 0.011) },
                bm25: if at == 4 { None } else { rank(bm25, 14.2 - bm25 as f32 * 0.4) },
            },
            fate: match at {
                0..=2 => Fate::Kept { n: u16::try_from(at + 1).unwrap() },
                3..=6 => Fate::Dropped { reason: t("another part of the same section is evidence already") },
                _ => Fate::Dropped { reason: t("not one of the entries that answer") },
            },
        }
    };
    let places = [
        ("gil", "card"),
        ("gil", "short-answer"),
        ("why-gil-exists", "explanation"),
        ("threading-vs-multiprocessing", "explanation"),
        ("gil", "explanation"),
        ("race-condition", "pitfalls"),
        ("asyncio", "short-answer"),
        ("gil", "deeper"),
        ("processpoolexecutor", "explanation"),
        ("memory-management", "deeper"),
        ("threadpoolexecutor", "example"),
        ("deadlock", "card"),
    ];
    Inspection {
        model: ModelIdentity { name: "all-MiniLM-L6-v2".into(), file: Digest([1; 32]), dimension: 384 },
        candidates: places.into_iter().enumerate().map(candidate).collect(),
        coverage: Coverage {
            covered: true,
            probability: 0.97,
            threshold: 0.41,
            features: [
                ("best_dense_cosine", 0.72, 2.31),
                ("margin_to_second", 0.18, 0.66),
                ("rare_terms_found", 1.0, 1.05),
                ("question_length", 6.0, -0.12),
            ]
            .into_iter()
            .map(|(name, value, contribution)| Feature { name: name.into(), value, contribution })
            .collect(),
        },
        evidence_tokens: 812,
        evidence_budget: 1_600,
        generation: Some(Generation {
            model: t("llama-3.1-8b-instruct"),
            prompt_version: "answer-3".into(),
            prompt: vec![
                ChatMessage::new(Speaker::System, t("Answer only from the numbered evidence. Cite as [n].")),
                ChatMessage::new(
                    Speaker::User,
                    t("<evidence n=\"1\">A lock.</evidence>\n\nwhy does the GIL exist?"),
                ),
            ],
            stop: Some("end_turn".into()),
            dropped_markers: 1,
        }),
    }
}

pub(crate) fn conversations(t: Text<'_>) -> Vec<Conversation> {
    let titles = [
        "What is the GIL, and why does it exist?",
        "Design a URL shortener",
        "Decorators with arguments",
        "Generators against iterators",
        "How does RAG decide that a question is not covered?",
    ];
    let conversation = |(at, title): (usize, &str)| Conversation {
        id: format!("conversation-{}", at + 1),
        title: t(title),
        created: now(),
        updated: now(),
        turns: 3,
    };
    titles.into_iter().enumerate().map(conversation).collect()
}

pub(crate) fn grade(t: Text<'_>) -> GradeView {
    let written = "The GIL is a lock so only one thread runs Python code at once. It is there because of reference counting. Threads are useless in Python.";
    let point = |text: &str, weight, verdict, quote: Option<&str>, section: Option<SectionKind>| PointView {
        text: t(text),
        weight,
        verdict,
        quote: quote.map(t),
        section: section.map(|kind| (kind, kind.as_str().to_owned())),
    };
    GradeView {
        question: id("gil"),
        is_final: true,
        score: 0.62,
        points: vec![
            point(
                "Only one thread at a time executes Python bytecode in a process.",
                Weight::Essential,
                Verdict::Covered,
                Some("only one thread runs Python code at once"),
                None,
            ),
            point(
                "It protects reference counts and the interpreter's own state.",
                Weight::Essential,
                Verdict::Partial,
                Some("It is there because of reference counting"),
                Some(SectionKind::Explanation),
            ),
            point(
                "It is released around blocking I/O, so threads still help I/O-bound work.",
                Weight::Essential,
                Verdict::Contradicted,
                Some("Threads are useless in Python."),
                Some(SectionKind::Explanation),
            ),
            point(
                "CPU-bound work needs processes or code that releases it.",
                Weight::Expected,
                Verdict::Missing,
                None,
                Some(SectionKind::ShortAnswer),
            ),
            point(
                "PEP 703 builds make it optional.",
                Weight::Bonus,
                Verdict::Missing,
                None,
                Some(SectionKind::Deeper),
            ),
        ],
        grader: t("wording and meaning"),
        degraded: Some(Degraded {
            reason: DegradedReason::ModelTimeout,
            detail: t("The model did not begin within 20 s."),
        }),
        feedback: t("The answer covers 1 of 3 essential and 0 of 1 expected points."),
        said: vec![
            SaidView { follow_up: None, answer: t(written) },
            SaidView {
                follow_up: Some(t("What happens to the lock while a thread waits for a socket?")),
                answer: t("I am not sure; perhaps it is held."),
            },
        ],
        due: Some(days(3)),
    }
}
