//! Structured entries: front matter, then `## ` sections.
//!
//! Parsing takes in whatever can be taken in; which sections must be there and in which order is the
//! business of [`crate::check`].

use crate::diagnostic::{Diagnostic, Placed, Position, excerpt};
use crate::files::stem_of;
use crate::front_matter::{self, FrontMatter};
use crate::markdown::{CodeBlock, Heading, Outline};
use crate::names::{Unique, suggestion};
use crate::source::{Source, without_blank_lines};
use std::ops::Range;
use std::str::FromStr;
use viva_core::guide::{FollowUp, KeyPoint, Level, Question, QuestionKind, Section, SectionKind, Weight};
use viva_core::id::{FocusArea, InvalidId, ModuleId, QuestionId, Role};

/// What the sections of an entry are called, in their order.
pub(crate) const PARTS: [(&str, Part); 7] = [
    ("Short answer", Part::Section(SectionKind::ShortAnswer)),
    ("Explanation", Part::Section(SectionKind::Explanation)),
    ("Example", Part::Section(SectionKind::Example)),
    ("Pitfalls", Part::Section(SectionKind::Pitfalls)),
    ("Going deeper", Part::Section(SectionKind::Deeper)),
    ("Key points", Part::KeyPoints),
    ("Follow-ups", Part::FollowUps),
];

/// What a `## ` section of an entry is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Section(SectionKind),
    KeyPoints,
    FollowUps,
}

/// An entry and where its pieces are written.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) question: Question,
    pub(crate) layout: Layout,
}

/// Where the pieces of an entry are written, for the checks and for running its examples.
#[derive(Debug)]
pub(crate) struct Layout {
    pub(crate) id: QuestionId,
    pub(crate) source: Source,
    pub(crate) front: FrontMatter,
    /// Where the text below the front matter begins.
    pub(crate) body: usize,
    pub(crate) sections: Vec<SectionLayout>,
    /// Headings that open no section: of another level than two.
    pub(crate) inner_headings: Vec<Heading>,
    pub(crate) code: Vec<CodeBlock>,
}

/// Where a `## ` section is written.
#[derive(Debug)]
pub(crate) struct SectionLayout {
    pub(crate) title: String,
    /// `None` for a title that is not one of [`PARTS`].
    pub(crate) part: Option<Part>,
    pub(crate) at: Position,
    /// The text below the heading, without surrounding blank lines.
    pub(crate) text: Range<usize>,
}

impl Layout {
    /// The first section of a kind.
    pub(crate) fn section(&self, part: Part) -> Option<&SectionLayout> {
        self.sections.iter().find(|section| section.part == Some(part))
    }
}

/// Reads an entry whose front matter stands at `yaml` and whose text begins at `body`; `None` where
/// the front matter is unreadable, which is reported.
pub(crate) fn parse(
    source: Source,
    yaml: Range<usize>,
    body: usize,
    outline: Outline,
    module: ModuleId,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Entry> {
    let front = front_matter::parse(&source, yaml, diagnostics)?;
    let id = id_of(&source, diagnostics);
    let Outline { headings, code } = outline;
    let (section_headings, inner_headings): (Vec<_>, Vec<_>) =
        headings.into_iter().partition(|heading| heading.level == 2);
    let sections = sections(&source, &section_headings, diagnostics);
    let layout = Layout { id: id.clone(), source, front, body, sections, inner_headings, code };
    let mut question = Question {
        id,
        module,
        text: layout.front.question.as_ref().map_or("", |text| text.value.trim()).to_owned(),
        kind: QuestionKind::Structured,
        level: level(&layout, diagnostics),
        roles: names(&layout, &layout.front.roles, Role::new, diagnostics),
        focus: names(&layout, &layout.front.focus, FocusArea::new, diagnostics),
        aliases: layout.front.aliases.iter().map(|alias| alias.value.trim().to_owned()).collect(),
        related: names(&layout, &layout.front.related, QuestionId::new, diagnostics),
        sections: Vec::new(),
        key_points: Vec::new(),
        follow_ups: Vec::new(),
        source: layout.source.file.path.clone(),
    };
    if question.text.is_empty() {
        question.text = question.id.as_str().replace('-', " ");
    }
    fill_sections(&mut question, &layout, diagnostics);
    Some(Entry { question, layout })
}

fn id_of(source: &Source, diagnostics: &mut Vec<Diagnostic>) -> QuestionId {
    let stem = stem_of(&source.file.path);
    QuestionId::new(stem).unwrap_or_else(|error| {
        let message = format!("the file's name is the question's id: {error}");
        diagnostics.push(source.file.error(Position::START, "invalid-id", message));
        question_id(&Unique::default().slug(stem, "question"))
    })
}

/// A slug that [`Unique`] gave out, as an id.
pub(crate) fn question_id(slug: &str) -> QuestionId {
    QuestionId::new(slug).unwrap_or_else(|error| unreachable!("`Unique` gives out valid slugs: {error}"))
}

fn sections(source: &Source, headings: &[Heading], diagnostics: &mut Vec<Diagnostic>) -> Vec<SectionLayout> {
    let ends = headings.iter().skip(1).map(|next| next.range.start).chain([source.text.len()]);
    let with_ends = headings.iter().zip(ends);
    with_ends
        .map(|(heading, end)| {
            let at = source.position(heading.range.start);
            let part =
                PARTS.iter().find(|(title, _)| *title == heading.title).map(|(_, part)| *part).or_else(
                    || {
                        let titles = PARTS.map(|(title, _)| title);
                        let message = format!(
                            "`{}` is not a section of an entry ({}){}",
                            excerpt(&heading.title),
                            titles.join(", "),
                            suggestion(&heading.title, titles)
                        );
                        diagnostics.push(source.file.error(at, "unknown-section", message));
                        None
                    },
                );
            let text = without_blank_lines(&source.text, heading.range.end.min(end)..end);
            SectionLayout { title: heading.title.clone(), part, at, text }
        })
        .collect()
}

fn level(layout: &Layout, diagnostics: &mut Vec<Diagnostic>) -> Option<Level> {
    let level = layout.front.level.as_ref()?;
    let parsed = Level::from_str(&level.value);
    let report = |error: &_| {
        let message = format!("{error}{}", suggestion(&level.value, Level::ALL.map(Level::as_str)));
        diagnostics.push(layout.source.file.error(level.at, "unknown-level", message));
    };
    parsed.inspect_err(report).ok()
}

fn names<T>(
    layout: &Layout,
    written: &[Placed<String>],
    parse: fn(String) -> Result<T, InvalidId>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<T> {
    let mut names = Vec::with_capacity(written.len());
    for name in written {
        match parse(name.value.clone()) {
            Ok(name) => names.push(name),
            Err(error) => {
                diagnostics.push(layout.source.file.error(name.at, "invalid-id", error.to_string()));
            }
        }
    }
    names
}

/// Puts each section where it belongs. Of two with one name the first counts; the second, and one with
/// an unknown name, are kept as text, so that nothing an author wrote is lost to search.
fn fill_sections(question: &mut Question, layout: &Layout, diagnostics: &mut Vec<Diagnostic>) {
    let mut anchors = Unique::default();
    for (_, part) in PARTS {
        if let Part::Section(kind) = part {
            anchors.take(kind.as_str());
        }
    }
    for section in &layout.sections {
        let is_first = section.part.is_some_and(|part| {
            layout.section(part).is_some_and(|first| first.text.start == section.text.start)
        });
        match section.part {
            Some(Part::KeyPoints) if is_first => {
                question.key_points = key_points(layout, section, diagnostics);
            }
            Some(Part::FollowUps) if is_first => question.follow_ups = follow_ups(layout, section),
            part => {
                let (kind, anchor) = match part {
                    Some(Part::Section(kind)) if is_first => (kind, kind.as_str().to_owned()),
                    _ => (SectionKind::Text, anchors.slug(&section.title, "section")),
                };
                let markdown = layout.source.text[section.text.clone()].to_owned();
                question.sections.push(Section { kind, anchor, heading: section.title.clone(), markdown });
            }
        }
    }
}

/// Reads `- essential: statement` bullets; an indented line continues the one above.
fn key_points(layout: &Layout, section: &SectionLayout, diagnostics: &mut Vec<Diagnostic>) -> Vec<KeyPoint> {
    // A section that is something else altogether has a finding on every line; these are enough.
    const MOST_FINDINGS: usize = 20;
    let enough = diagnostics.len() + MOST_FINDINGS;
    let mut points: Vec<KeyPoint> = Vec::new();
    let mut at = section.text.start;
    for line in layout.source.text[section.text.clone()].split_inclusive('\n') {
        let start = at;
        at += line.len();
        let block = layout.code.partition_point(|block| block.range.end <= start);
        let in_code = layout.code.get(block).is_some_and(|block| block.range.start <= start);
        if in_code || line.trim().is_empty() {
            continue;
        }
        let here = layout.source.position(start);
        let bullet = ["- ", "* ", "+ "].iter().find_map(|mark| line.strip_prefix(mark));
        match (bullet, points.last_mut()) {
            (Some(item), _) => match key_point(item) {
                Ok(point) => points.push(point),
                Err(message) if diagnostics.len() < enough => {
                    diagnostics.push(layout.source.file.error(here, "key-point-form", message));
                }
                Err(_) => {}
            },
            (None, Some(last)) if line.starts_with([' ', '\t']) => {
                last.text.push(' ');
                last.text.push_str(line.trim());
            }
            (None, _) if diagnostics.len() >= enough => {}
            (None, _) => {
                let message = "only bullets belong here; this text is no key point";
                diagnostics.push(layout.source.file.warning(here, "key-point-form", message));
            }
        }
    }
    points
}

/// A bullet's key point, or what to do about it.
fn key_point(item: &str) -> Result<KeyPoint, String> {
    let parsed = item.split_once(':').and_then(|(weight, text)| {
        let (weight, text) = (Weight::from_str(weight.trim()).ok()?, text.trim());
        (!text.is_empty()).then(|| KeyPoint { weight, text: text.to_owned() })
    });
    parsed.ok_or_else(|| {
        let known = Weight::ALL.map(Weight::as_str);
        let word = item.split([':', ' ']).next().unwrap_or_default();
        format!("a key point reads `- {}: statement`{}", known.join("|"), suggestion(word, known))
    })
}

/// The follow-ups' headings, each with where its answer stands.
pub(crate) fn follow_up_places<'a>(
    layout: &'a Layout,
    section: &SectionLayout,
) -> Vec<(&'a Heading, Range<usize>)> {
    let headings: Vec<_> = layout
        .inner_headings
        .iter()
        .filter(|heading| heading.level == 3 && section.text.contains(&heading.range.start))
        .collect();
    let ends = headings.iter().skip(1).map(|next| next.range.start).chain([section.text.end]);
    let places = headings.iter().zip(ends).map(|(heading, end)| {
        (*heading, without_blank_lines(&layout.source.text, heading.range.end.min(end)..end))
    });
    places.collect()
}

fn follow_ups(layout: &Layout, section: &SectionLayout) -> Vec<FollowUp> {
    let places = follow_up_places(layout, section).into_iter();
    places
        .map(|(heading, answer)| FollowUp {
            question: heading.title.clone(),
            answer: layout.source.text[answer].to_owned(),
        })
        .collect()
}
