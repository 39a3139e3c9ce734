//! [`RankedQuestion`]s -> [`Evidence`]: which sections an answer is made from, within a budget.

use crate::ranking::RankedQuestion;
use std::collections::HashSet;
use viva_core::chunk::Origin;
use viva_core::guide::{Guide, Question, QuestionKind, Section, SectionKind};
use viva_core::turn::{Candidate, Depth, Fate, Source};

/// Numbered pieces of the guide that an answer may cite.
///
/// Invariant: numbers run from 1 without a gap; every text is verbatim from the guide; together they keep the budget.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Evidence {
    pub(crate) sources: Vec<Source>,
    /// The entries that answer, in order: one, or two for a comparison.
    pub(crate) entries: Vec<viva_core::id::QuestionId>,
    /// The follow-up question that matched better than the entry itself, if one did.
    pub(crate) lead: Option<String>,
    pub(crate) tokens: usize,
    pub(crate) budget: usize,
}

/// How much evidence is taken.
pub(crate) struct Limits<'a> {
    pub(crate) depth: Depth,
    /// The most tokens.
    pub(crate) budget: usize,
    /// Counts tokens.
    pub(crate) count: &'a dyn Fn(&str) -> usize,
}

/// Sections of a structured entry at each depth.
fn wanted(depth: Depth) -> &'static [SectionKind] {
    use SectionKind::{Deeper, Example, Explanation, Pitfalls, ShortAnswer};
    match depth {
        Depth::Brief => &[ShortAnswer],
        Depth::Standard => &[ShortAnswer, Explanation, Example],
        Depth::Deep => &[ShortAnswer, Explanation, Example, Pitfalls, Deeper],
    }
}

/// How many sections of a plain document are taken at each depth.
fn plain_sections(depth: Depth) -> usize {
    match depth {
        Depth::Brief => 1,
        Depth::Standard => 3,
        Depth::Deep => 8,
    }
}

/// Collects the sections of `answering` (the entries that answer, with their chunks) in reading order.
pub(crate) fn select(guide: &Guide, answering: &[&RankedQuestion], limits: &Limits<'_>) -> Evidence {
    let mut evidence =
        Evidence { sources: Vec::new(), entries: Vec::new(), lead: None, tokens: 0, budget: limits.budget };
    let alone = answering.len() == 1;
    for found in answering {
        let Some(question) = guide.question(&found.question) else { continue };
        evidence.entries.push(question.id.clone());
        match question.kind {
            QuestionKind::Structured => add_structured(&mut evidence, question, found, alone, limits),
            QuestionKind::Plain => add_plain(&mut evidence, question, found, limits),
        }
    }
    evidence
}

fn add_structured(
    evidence: &mut Evidence,
    question: &Question,
    found: &RankedQuestion,
    alone: bool,
    limits: &Limits<'_>,
) {
    let best = found.hits.first().map(|hit| &hit.chunk.origin);
    let lead = match best {
        Some(Origin::Section { kind: SectionKind::FollowUp, anchor, .. }) if alone => Some(anchor.as_str()),
        _ => None,
    };
    if let Some((position, follow_up)) = lead.and_then(|anchor| follow_up_at(question, anchor)) {
        evidence.lead = Some(follow_up.question.clone());
        let anchor = format!("follow-up-{position}");
        add(evidence, question, SectionKind::FollowUp, &anchor, &follow_up.answer, limits);
    }
    let matched = match best {
        Some(Origin::Section { kind: kind @ (SectionKind::Pitfalls | SectionKind::Deeper), .. })
            if limits.depth == Depth::Standard =>
        {
            Some(*kind)
        }
        _ => None,
    };
    // Two entries side by side are told without their examples, which would part what is to be compared.
    let kinds = wanted(limits.depth)
        .iter()
        .copied()
        .filter(|kind| alone || limits.depth == Depth::Deep || *kind != SectionKind::Example)
        .chain(matched);
    for kind in kinds {
        if let Some(section) = question.section(kind) {
            add(evidence, question, kind, &section.anchor, &section.markdown, limits);
        }
    }
}

fn add_plain(evidence: &mut Evidence, question: &Question, found: &RankedQuestion, limits: &Limits<'_>) {
    let mut seen = HashSet::new();
    let best: Vec<&str> = found
        .hits
        .iter()
        .filter_map(|hit| match &hit.chunk.origin {
            Origin::Section { anchor, .. } => Some(anchor.as_str()),
            Origin::Card => None,
        })
        .filter(|anchor| seen.insert(*anchor))
        .take(plain_sections(limits.depth))
        .collect();
    let is_best = |section: &&Section| best.contains(&section.anchor.as_str());
    let chosen: Vec<&Section> = question.sections.iter().filter(is_best).collect();
    // Where only the title was found, the document speaks from its beginning.
    let chosen = if chosen.is_empty() {
        question.sections.iter().take(plain_sections(limits.depth)).collect()
    } else {
        chosen
    };
    for section in chosen {
        add(evidence, question, section.kind, &section.anchor, &section.markdown, limits);
    }
}

fn follow_up_at<'a>(question: &'a Question, anchor: &str) -> Option<(usize, &'a viva_core::guide::FollowUp)> {
    let position: usize = anchor.strip_prefix("follow-up-")?.parse().ok()?;
    Some((position, question.follow_ups.get(position.checked_sub(1)?)?))
}

fn add(
    evidence: &mut Evidence,
    question: &Question,
    kind: SectionKind,
    anchor: &str,
    text: &str,
    limits: &Limits<'_>,
) {
    let tokens = (limits.count)(text);
    // The first section is always taken: an answer without evidence would be none.
    let fits = evidence.sources.is_empty() || evidence.tokens + tokens <= limits.budget;
    if text.is_empty() || !fits {
        return;
    }
    evidence.tokens += tokens;
    evidence.sources.push(Source {
        n: u16::try_from(evidence.sources.len() + 1).unwrap_or(u16::MAX),
        question: question.id.clone(),
        title: question.text.clone(),
        section: kind,
        anchor: anchor.to_owned(),
        text: text.to_owned(),
    });
}

/// What became of every candidate, for the inspection.
pub(crate) fn fates(ranked: &[RankedQuestion], evidence: Option<&Evidence>) -> Vec<Candidate> {
    let mut candidates: Vec<Candidate> = ranked
        .iter()
        .flat_map(|found| &found.hits)
        .map(|hit| {
            let anchor = match &hit.chunk.origin {
                Origin::Card => "card".to_owned(),
                Origin::Section { anchor, .. } => anchor.clone(),
            };
            let fate = fate(hit.chunk.question.as_str(), &anchor, evidence);
            Candidate { question: hit.chunk.question.clone(), anchor, score: hit.score, legs: hit.legs, fate }
        })
        .collect();
    candidates.sort_by(|a, b| b.score.total_cmp(&a.score));
    candidates
}

fn fate(question: &str, anchor: &str, evidence: Option<&Evidence>) -> Fate {
    let dropped = |reason: &str| Fate::Dropped { reason: reason.to_owned() };
    let Some(evidence) = evidence else { return dropped("the guide does not cover the question") };
    let of_entry: Vec<&Source> =
        evidence.sources.iter().filter(|source| source.question.as_str() == question).collect();
    if of_entry.is_empty() {
        return dropped("another entry fits better");
    }
    match of_entry.iter().find(|source| source.anchor == anchor) {
        Some(source) => Fate::Kept { n: source.n },
        None if anchor == "card" => dropped("a card is found, not quoted: its entry answers"),
        None => dropped("not part of an answer at this depth, or beyond the budget"),
    }
}
