//! A guide to be examined on.

use viva_core::guide::{
    FollowUp, Guide, KeyPoint, Level, Module, Question, QuestionKind, Section, SectionKind, Weight,
};
use viva_core::id::{Digest, FocusArea, ModuleId, QuestionId, Role};

/// All that there is to say about the GIL.
pub(in crate::tests) const GOOD: &str = "A lock allows only one thread at a time to execute bytecode. \
    It is released during blocking calls, so threads still help a scraper that waits for sockets. \
    The lock protects reference counts of objects.";
/// One point of it.
pub(in crate::tests) const PART: &str = "A lock allows only one thread at a time to execute bytecode.";

fn entry(id: &str, module: &str, level: Level, text: &str, points: &[(Weight, &str)]) -> Question {
    let section = |kind: SectionKind, markdown: String| Section {
        kind,
        anchor: kind.as_str().into(),
        heading: kind.as_str().into(),
        markdown,
    };
    let stated = points.iter().map(|(_, point)| *point).collect::<Vec<_>>().join(" ");
    Question {
        id: QuestionId::new(id).unwrap(),
        module: ModuleId::new(module).unwrap(),
        text: text.into(),
        kind: QuestionKind::Structured,
        level: Some(level),
        roles: vec![Role::new("python-developer").unwrap()],
        focus: vec![
            FocusArea::new(if module == "threads" { "concurrency" } else { "memory-management" }).unwrap(),
        ],
        aliases: vec![],
        related: vec![],
        sections: vec![
            section(SectionKind::ShortAnswer, stated),
            section(SectionKind::Pitfalls, "- Forgetting it.".into()),
        ],
        key_points: points
            .iter()
            .map(|(weight, point)| KeyPoint { weight: *weight, text: (*point).into() })
            .collect(),
        follow_ups: vec![FollowUp {
            question: "Why do they still help a scraper?".into(),
            answer: "It waits for sockets, and the lock is released during blocking calls.".into(),
        }],
        source: format!("{module}/{id}.md"),
    }
}

pub(in crate::tests) fn guide() -> Guide {
    use Level::{Junior, Mid, Senior};
    use Weight::{Bonus, Essential, Expected};
    let module = |number, id: &str, questions| Module {
        number,
        id: ModuleId::new(id).unwrap(),
        title: format!("On {id}"),
        summary: String::new(),
        prerequisites: vec![],
        questions,
    };
    let gil = [
        (Essential, "A lock allows only one thread at a time to execute bytecode."),
        (
            Essential,
            "It is released during blocking calls, so threads still help a scraper that waits for sockets.",
        ),
        (Expected, "It protects reference counts of objects."),
        (Bonus, "Sub-interpreters own separate ones."),
    ];
    let deadlock = [
        (Essential, "Several threads wait forever in a cycle, each holding what another wants."),
        (Expected, "A fixed global order of acquiring prevents it."),
    ];
    let queue = [(Essential, "Items are handed between producers and consumers safely.")];
    let counting = [
        (Essential, "An object vanishes immediately once nobody refers to it."),
        (Expected, "Cycles are found by a separate collector."),
    ];
    let weak = [(Essential, "A weak reference does not keep its target alive.")];
    let threads = vec![
        entry("gil", "threads", Mid, "What is the GIL?", &gil),
        entry("deadlock", "threads", Senior, "What is a deadlock?", &deadlock),
        entry("queue", "threads", Junior, "What is a queue good for?", &queue),
    ];
    let memory = vec![
        entry("reference-counting", "memory", Mid, "How does reference counting work?", &counting),
        entry("weakref", "memory", Senior, "What is a weakref?", &weak),
    ];
    Guide::new(Digest([7; 32]), vec![module(1, "threads", threads), module(2, "memory", memory)])
}
