//! A guide of two questions.

use super::Text;
use super::data::id;
use viva_core::guide::{
    FollowUp, Guide, KeyPoint, Level, Module, Question, QuestionKind, Section, SectionKind, Weight,
};
use viva_core::id::{Digest, ModuleId};

/// A guide whose texts went through `t`: for tests.
pub(crate) fn small_guide(t: Text<'_>) -> Guide {
    let module = ModuleId::new("threading").unwrap();
    let section = |kind: SectionKind| Section {
        kind,
        anchor: kind.as_str().into(),
        heading: t("Heading"),
        markdown: t("A lock. It is held."),
    };
    let question = |name: &str| Question {
        id: id(name),
        module: module.clone(),
        text: t("What is the GIL?"),
        kind: QuestionKind::Structured,
        level: Some(Level::Mid),
        roles: Vec::new(),
        focus: Vec::new(),
        aliases: vec![t("lock")],
        related: vec![id("rag")],
        sections: [
            SectionKind::ShortAnswer,
            SectionKind::Explanation,
            SectionKind::Pitfalls,
            SectionKind::Text,
        ]
        .map(section)
        .into(),
        key_points: vec![KeyPoint { weight: Weight::Essential, text: t("One thread at a time.") }],
        follow_ups: vec![FollowUp { question: t("Why?"), answer: t("Because.") }],
        source: t("09-threading/gil.md"),
    };
    let questions = vec![question("gil"), question("rag")];
    let module = Module {
        number: 1,
        id: module.clone(),
        title: t("Threading"),
        summary: t("About locks."),
        prerequisites: vec![module.clone()],
        questions,
    };
    Guide::new(Digest([7; 32]), vec![module])
}
