//! The rules that an entry keeps or breaks by itself.

use super::prose;
use crate::diagnostic::{Diagnostic, Position};
use crate::entry::{Layout, PARTS, Part, follow_up_places};
use crate::examples::blocks::PythonBlock;
use crate::names::suggestion;
use crate::syllabus::Syllabus;
use std::collections::HashSet;
use std::ops::RangeInclusive;
use viva_core::guide::{Question, SectionKind, Weight};

/// Modules whose entries have shapes of their own.
const SYSTEM_DESIGN: &str = "system-design";
const CODING_CHALLENGES: &str = "coding-challenges";

/// Checks one entry; `blocks` are its Python blocks.
pub(super) fn check(
    question: &Question,
    layout: &Layout,
    blocks: &[PythonBlock],
    syllabus: Option<&Syllabus>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut checker = Checker { question, layout, diagnostics };
    checker.front_matter(syllabus);
    checker.section_order();
    checker.section_presence();
    checker.inner_headings();
    checker.key_points();
    checker.follow_ups();
    checker.lengths();
    checker.paraphrases();
    checker.shape(blocks);
}

struct Checker<'a> {
    question: &'a Question,
    layout: &'a Layout,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl Checker<'_> {
    fn error(&mut self, at: Position, rule: &'static str, message: impl AsRef<str>) {
        self.diagnostics.push(self.layout.source.file.error(at, rule, message));
    }

    fn warning(&mut self, at: Position, rule: &'static str, message: impl AsRef<str>) {
        self.diagnostics.push(self.layout.source.file.warning(at, rule, message));
    }

    fn front_matter(&mut self, syllabus: Option<&Syllabus>) {
        const ALIASES: RangeInclusive<usize> = 6..=12;
        const RELATED: RangeInclusive<usize> = 3..=6;
        let layout = self.layout;
        let front = &layout.front;
        if let Some(text) = front.question.as_ref().filter(|text| text.value.trim().is_empty()) {
            self.error(text.at, "missing-key", "the question is empty: write it as an interviewer asks it");
        }
        if front.roles.is_empty() {
            self.error(Position::START, "missing-key", "`roles` is empty: name those that are asked this");
        }
        if let Some(syllabus) = syllabus {
            for (names, known, rule, what) in [
                (&front.roles, &syllabus.roles, "unknown-role", "role"),
                (&front.focus, &syllabus.focus, "unknown-focus", "focus area"),
            ] {
                for name in names.iter().filter(|name| !known.contains(&name.value)) {
                    let near = suggestion(&name.value, known.iter().map(String::as_str));
                    let message = format!("`{}` is no {what} of the syllabus{near}", name.value);
                    self.error(name.at, rule, message);
                }
            }
        }
        for (list, wanted, rule) in
            [(&front.aliases, ALIASES, "alias-count"), (&front.related, RELATED, "related-count")]
        {
            if !wanted.contains(&list.len()) {
                let at = list.first().map_or(Position::START, |first| first.at);
                let (found, least, most) = (list.len(), wanted.start(), wanted.end());
                self.warning(at, rule, format!("{found} given, {least} to {most} wanted"));
            }
        }
        let mut seen = HashSet::new();
        for alias in &front.aliases {
            if !seen.insert(alias.value.trim().to_lowercase()) {
                self.warning(alias.at, "duplicate-alias", format!("`{}` is given twice", alias.value));
            }
        }
    }

    /// Sections stand in the order of [`PARTS`], each once.
    fn section_order(&mut self) {
        let layout = self.layout;
        let mut last: Option<usize> = None;
        for section in &layout.sections {
            let Some(part) = section.part else { continue };
            let place = PARTS.iter().position(|(_, known)| *known == part);
            if place <= last {
                let is_first = layout.section(part).is_some_and(|first| first.at == section.at);
                let (rule, message) = if is_first {
                    ("section-order", format!("`{}` stands too late: move it up", section.title))
                } else {
                    ("duplicate-section", format!("there are two sections `{}`: join them", section.title))
                };
                self.error(section.at, rule, message);
            } else {
                last = place;
            }
            if section.text.is_empty() {
                let message = format!("`{}` is empty: write it or drop the heading", section.title);
                self.error(section.at, "empty-section", message);
            }
        }
        let end = layout.source.text.len();
        let first = layout.sections.first().map_or(end, |first| layout.source.line_start(first.at.line));
        let before = &layout.source.text[layout.body..first.max(layout.body)];
        if !before.trim().is_empty() {
            let at = layout.source.position(layout.body + before.len() - before.trim_start().len());
            self.warning(at, "text-before-sections", "this text is in no section and is not read: move it");
        }
    }

    fn section_presence(&mut self) {
        let layout = self.layout;
        for (title, part) in PARTS {
            let may_be_missing = part == Part::Section(SectionKind::Example);
            if !may_be_missing && layout.section(part).is_none() {
                let message = format!("the entry has no section `## {title}`: write it");
                self.error(Position::START, "missing-section", message);
            }
        }
    }

    fn inner_headings(&mut self) {
        let layout = self.layout;
        let follow_ups = layout.section(Part::FollowUps).map(|section| section.text.clone());
        for heading in &layout.inner_headings {
            let belongs = heading.level == 3
                && follow_ups.as_ref().is_some_and(|range| range.contains(&heading.range.start));
            if !belongs {
                let at = layout.source.position(heading.range.start);
                let message = "only `### ` in Follow-ups may stand inside a section; use a bold lead-in";
                self.warning(at, "heading-inside-section", message);
            }
        }
    }

    fn key_points(&mut self) {
        const LEAST: usize = 4;
        const LEAST_ESSENTIAL: usize = 2;
        let Some(section) = self.layout.section(Part::KeyPoints) else { return };
        let points = &self.question.key_points;
        let essential = points.iter().filter(|point| point.weight == Weight::Essential).count();
        if points.len() < LEAST || essential < LEAST_ESSENTIAL {
            let message = format!(
                "{} key points, {essential} of them essential: at least {LEAST} and {LEAST_ESSENTIAL} are wanted",
                points.len()
            );
            self.error(section.at, "key-point-count", message);
        }
    }

    fn follow_ups(&mut self) {
        const LEAST: usize = 3;
        let layout = self.layout;
        let Some(section) = layout.section(Part::FollowUps) else { return };
        let places = follow_up_places(layout, section);
        if places.len() < LEAST {
            let message = format!("{} follow-ups: at least {LEAST} are wanted", places.len());
            self.error(section.at, "follow-up-count", message);
        }
        for (heading, answer) in &places {
            if answer.is_empty() {
                let at = layout.source.position(heading.range.start);
                self.error(
                    at,
                    "empty-follow-up",
                    "the follow-up has no answer: give it two to five sentences",
                );
            }
        }
        let first = places.first().map_or(section.text.end, |(heading, _)| heading.range.start);
        if section.text.start < first && !places.is_empty() {
            let at = layout.source.position(section.text.start);
            self.warning(
                at,
                "text-before-follow-ups",
                "this text is in no follow-up and is not read: move it",
            );
        }
    }

    fn lengths(&mut self) {
        let module = self.question.module.as_str();
        let long = module == SYSTEM_DESIGN || module == CODING_CHALLENGES;
        let ranges = if long { [60..=700, 60..=700] } else { [120..=350, 100..=350] };
        for (kind, wanted) in [SectionKind::Explanation, SectionKind::Deeper].into_iter().zip(ranges) {
            let Some(section) = self.layout.section(Part::Section(kind)) else { continue };
            let words = prose::count_words(self.layout, &section.text);
            if !wanted.contains(&words) {
                let (least, most) = (wanted.start(), wanted.end());
                let message = format!("{words} words, {least} to {most} wanted");
                self.warning(section.at, "word-count", message);
            }
        }
        let Some(section) = self.layout.section(Part::Section(SectionKind::ShortAnswer)) else { return };
        let (all, real) = prose::count_sentences(self.layout, &section.text);
        let message = format!("{real} sentences, 2 to 4 wanted");
        if !(2..=5).contains(&all) {
            self.error(section.at, "short-answer-length", message);
        } else if !(2..=4).contains(&real) {
            self.warning(section.at, "short-answer-length", message);
        }
    }

    /// Sections that say the same in the same words.
    fn paraphrases(&mut self) {
        // Of a hundred good entries no pair of sections went beyond 0.02 and 0.25.
        const MOST_SHARED_RUNS: f64 = 0.1;
        const MOST_SHARED_WORDS: f64 = 0.4;
        let layout = self.layout;
        let kinds =
            [SectionKind::ShortAnswer, SectionKind::Explanation, SectionKind::Pitfalls, SectionKind::Deeper];
        let present = kinds.iter().filter_map(|kind| layout.section(Part::Section(*kind)));
        let present: Vec<_> =
            present.map(|section| (section, prose::Wording::of(layout, &section.text))).collect();
        for (index, (section, wording)) in present.iter().enumerate() {
            for (earlier, other) in &present[..index] {
                let Some((runs, words)) = wording.overlap(other) else { continue };
                if runs > MOST_SHARED_RUNS || words > MOST_SHARED_WORDS {
                    let message = format!(
                        "`{}` repeats `{}` ({:.0}% of its five-word runs, {:.0}% of the vocabulary): say something new",
                        section.title,
                        earlier.title,
                        100.0 * runs,
                        100.0 * words
                    );
                    self.warning(section.at, "paraphrase", message);
                }
            }
        }
    }

    /// What system-design and coding entries have beyond the others.
    fn shape(&mut self, blocks: &[PythonBlock]) {
        const LEAST_NUMBERS: usize = 5;
        let layout = self.layout;
        if self.question.module.as_str() == SYSTEM_DESIGN {
            let has_diagram = layout.code.iter().any(|block| block.info.as_deref() == Some("mermaid"));
            if !has_diagram {
                self.warning(Position::START, "diagram-missing", "a system design shows a `mermaid` diagram");
            }
            let kinds = [SectionKind::Explanation, SectionKind::Deeper];
            let sections = kinds.iter().filter_map(|kind| layout.section(Part::Section(*kind)));
            let text = sections.flat_map(|section| prose::pieces(layout, &section.text));
            let words = text.flat_map(|(_, piece)| piece.split_whitespace());
            let numbers = words.filter(|word| word.bytes().any(|byte| byte.is_ascii_digit())).count();
            if numbers < LEAST_NUMBERS {
                let message = "a system design states its requirements and estimates in numbers";
                self.warning(Position::START, "numbers-missing", message);
            }
        }
        if self.question.module.as_str() == CODING_CHALLENGES
            && !blocks.iter().any(|block| block.code.contains("assert"))
        {
            let message = "the example of a coding question asserts its result on ordinary and edge cases";
            self.warning(Position::START, "assert-missing", message);
        }
    }
}
