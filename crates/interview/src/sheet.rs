//! A question as the examiner holds it: everything that asking, hinting and grading need.
//!
//! An interview keeps the sheets of its questions in its first event, so that a guide that is ingested anew in the
//! middle does not change the rules. Reading the guide at every step was refused for that reason.

use crate::text::words::{stem_set, tokens};
use crate::vocabulary::Vocabulary;
use sha2::{Digest as _, Sha256};
use std::collections::HashSet;
use viva_core::guide::{Level, Question, QuestionKind, SectionKind, Weight};
use viva_core::id::{Digest, FocusArea, ModuleId, QuestionId};

/// What a term of the question itself weighs in a key point: saying it again shows nothing.
const TERM_OF_QUESTION: f32 = 0.2;

/// A structured question of the guide. Invariant: it has at least one key point that is not a bonus.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    /// Its stable name.
    pub question: QuestionId,
    /// Its module.
    pub module: ModuleId,
    /// Seniority.
    pub level: Option<Level>,
    /// Focus areas.
    pub focus: Vec<FocusArea>,
    /// The question as asked.
    pub text: String,
    /// The rubric, in the guide's order.
    pub points: Vec<Point>,
    /// The guide's follow-ups.
    pub follow_ups: Vec<Probe>,
    /// What is shown when the answer is revealed, Markdown.
    pub short_answer: String,
    /// What people get wrong, a sentence each.
    pub pitfalls: Vec<String>,
    /// The guide's explanation, Markdown: what an answer's statements are held against.
    pub explanation: String,
}

/// One key point.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// How much it counts.
    pub weight: Weight,
    /// The statement.
    pub text: String,
    /// Its different content words.
    pub terms: Vec<Term>,
    /// The section that states it best, for reading on.
    pub anchor: String,
}

/// A content word of a key point.
#[derive(Debug, Clone, PartialEq)]
pub struct Term {
    /// Stemmed, lower case.
    pub stem: String,
    /// How rare it is among all key points of the guide: 0 to 1.
    pub rarity: f32,
    /// How telling it is here: its rarity, but little where the question has it too.
    pub weight: f32,
}

/// A follow-up question with what it aims at.
#[derive(Debug, Clone, PartialEq)]
pub struct Probe {
    /// The question.
    pub text: String,
    /// For each key point, the share (0 to 1) of its telling words that the follow-up and its answer have.
    pub aims: Vec<f32>,
    /// The same for the question alone: a follow-up must not say what it asks for.
    pub says: Vec<f32>,
}

/// Whether a question can be asked and graded: not so plain documents, and entries without a key point that counts.
pub fn can_be_asked(question: &Question) -> bool {
    let counts = question.key_points.iter().any(|point| point.weight != Weight::Bonus);
    question.kind == QuestionKind::Structured && counts
}

impl Sheet {
    /// The sheet of a question; `None` where it cannot be asked (see [`can_be_asked`]).
    pub fn new(question: &Question, vocabulary: &Vocabulary) -> Option<Self> {
        if !can_be_asked(question) {
            return None;
        }
        let asked = stem_set(&question.text);
        let sections = sections(question);
        let points: Vec<Point> = question
            .key_points
            .iter()
            .map(|point| {
                let terms = terms(&point.text, &asked, vocabulary);
                let anchor = best_section(&sections, &terms);
                Point { weight: point.weight, text: point.text.clone(), terms, anchor }
            })
            .collect();
        let follow_ups = question.follow_ups.iter().map(|follow_up| {
            let says = shares(&points, &follow_up.question);
            let aims = shares(&points, &format!("{} {}", follow_up.question, follow_up.answer));
            Probe { text: follow_up.question.clone(), aims, says }
        });
        let markdown = |kind| question.section(kind).map_or("", |section| section.markdown.as_str());
        Some(Self {
            question: question.id.clone(),
            module: question.module.clone(),
            level: question.level,
            focus: question.focus.clone(),
            text: question.text.clone(),
            follow_ups: follow_ups.collect(),
            short_answer: markdown(SectionKind::ShortAnswer).to_owned(),
            pitfalls: pitfalls(markdown(SectionKind::Pitfalls)),
            explanation: markdown(SectionKind::Explanation).to_owned(),
            points,
        })
    }

    /// SHA-256 over the key points with their weights: the revision of the rubric that a grade was made by.
    pub fn rubric(&self) -> Digest {
        let mut hash = Sha256::new();
        for point in &self.points {
            hash.update(format!("{}\t{}\n", point.weight.as_str(), point.text));
        }
        Digest(hash.finalize().into())
    }

    /// A follow-up question about a key point that says nothing of it; for a point that the sheet does not have, `None`.
    pub fn question_about(&self, point: usize) -> Option<String> {
        (point < self.points.len())
            .then(|| crate::follow_up::built(self, point, &crate::grade::Finding::missing()))
    }

    /// A key point with its decisive words left out, as the last hint gives it.
    pub fn cloze(&self, point: usize) -> Option<String> {
        self.points.get(point).map(crate::phrase::cloze)
    }

    /// Stems of everything that the question is about.
    pub(crate) fn subject(&self) -> HashSet<String> {
        let points = self.points.iter().flat_map(|point| point.terms.iter().map(|term| term.stem.clone()));
        let pitfalls = self.pitfalls.iter().flat_map(|text| stem_set(text));
        points.chain(pitfalls).chain(stem_set(&self.text)).chain(stem_set(&self.short_answer)).collect()
    }
}

impl Point {
    /// The share of the point's weight that `stems` has: 0 to 1.
    pub(crate) fn share_in(&self, stems: &HashSet<String>) -> f64 {
        let total: f32 = self.terms.iter().map(|term| term.weight).sum();
        let found: f32 =
            self.terms.iter().filter(|term| stems.contains(&term.stem)).map(|term| term.weight).sum();
        f64::from(found / total.max(f32::MIN_POSITIVE))
    }
}

fn terms(text: &str, asked: &HashSet<String>, vocabulary: &Vocabulary) -> Vec<Term> {
    let mut seen = HashSet::new();
    let mut terms = Vec::new();
    for stem in crate::text::words::stems(text) {
        if seen.insert(stem.clone()) {
            let factor = if asked.contains(&stem) { TERM_OF_QUESTION } else { 1.0 };
            let rarity = vocabulary.weight(&stem);
            terms.push(Term { stem, rarity, weight: rarity * factor });
        }
    }
    terms
}

fn shares(points: &[Point], text: &str) -> Vec<f32> {
    let stems = stem_set(text);
    points.iter().map(|point| point.share_in(&stems) as f32).collect()
}

/// The anchors of the sections with their words, those first that a point is rather stated in.
fn sections(question: &Question) -> Vec<(&str, HashSet<String>)> {
    let order = |kind| match kind {
        SectionKind::Explanation => 0,
        SectionKind::ShortAnswer => 1,
        SectionKind::Deeper => 2,
        _ => 3,
    };
    let mut sections: Vec<_> = question.sections.iter().collect();
    sections.sort_by_key(|section| order(section.kind));
    sections.into_iter().map(|section| (section.anchor.as_str(), stem_set(&section.markdown))).collect()
}

/// The section that has most of the point's telling words; the first, of equals.
fn best_section(sections: &[(&str, HashSet<String>)], terms: &[Term]) -> String {
    let probe =
        Point { weight: Weight::Bonus, text: String::new(), terms: terms.to_vec(), anchor: String::new() };
    let mut best: Option<(f64, &str)> = None;
    for (anchor, words) in sections {
        let share = probe.share_in(words);
        if best.is_none_or(|(most, _)| share > most + 0.05) {
            best = Some((share, anchor));
        }
    }
    best.map_or_else(|| "explanation".to_owned(), |(_, anchor)| anchor.to_owned())
}

/// The sentences of a pitfalls section that are long enough to mean something alone.
fn pitfalls(markdown: &str) -> Vec<String> {
    let sentences = crate::text::split::statements(markdown).into_iter().map(|range| &markdown[range]);
    sentences.filter(|text| tokens(text).len() >= 4).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{guide, question};

    #[test]
    fn a_sheet_knows_what_each_follow_up_aims_at_and_where_a_point_is_stated() {
        let guide = guide();
        let vocabulary = Vocabulary::of(&guide);
        let sheet =
            Sheet::new(guide.question(&QuestionId::new("gil").unwrap()).unwrap(), &vocabulary).unwrap();
        let io = sheet.points.iter().position(|point| point.text.contains("blocking I/O")).unwrap();
        let probe = sheet.follow_ups.iter().find(|probe| probe.text.contains("scraper")).unwrap();
        assert!(probe.aims[io] > probe.says[io]);
        assert_eq!(sheet.points[io].anchor, "explanation");
        let asked = sheet.points[0].terms.iter().find(|term| term.stem == "gil").unwrap();
        let own = sheet.points[0].terms.iter().find(|term| term.stem == "bytecod").unwrap();
        assert!(asked.weight < own.weight / 2.0, "{asked:?} {own:?}");
    }

    #[test]
    fn the_rubric_changes_with_its_points_alone() {
        let vocabulary = Vocabulary::of(&guide());
        let mut entry = question("gil");
        let before = Sheet::new(&entry, &vocabulary).unwrap().rubric();
        entry.text.push('?');
        assert_eq!(Sheet::new(&entry, &vocabulary).unwrap().rubric(), before);
        entry.key_points[0].weight = Weight::Bonus;
        assert_ne!(Sheet::new(&entry, &vocabulary).unwrap().rubric(), before);
        entry.key_points.clear();
        assert!(Sheet::new(&entry, &vocabulary).is_none());
    }
}
