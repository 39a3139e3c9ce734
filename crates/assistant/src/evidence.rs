//! [`RankedQuestion`]s -> [`Evidence`]: which sections an answer is made from, within a budget.

use crate::ranking::RankedQuestion;
use std::collections::HashSet;
use viva_core::chunk::Origin;
use viva_core::guide::{Guide, Question, QuestionKind, Section, SectionKind};
use viva_core::id::QuestionId;
use viva_core::turn::{Candidate, Depth, Fate, Source};

/// Numbered pieces of the guide that an answer may cite.
///
/// Invariant: numbers run from 1 without a gap; every text is verbatim from the guide; together they keep the budget.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Evidence {
    pub(crate) sources: Vec<Source>,
    /// The entries that answer, in order: one, or two for a comparison.
    pub(crate) entries: Vec<QuestionId>,
    /// Follow-up questions that are answered, each with its source's number.
    pub(crate) leads: Vec<(u16, String)>,
    pub(crate) tokens: usize,
    pub(crate) budget: usize,
}

impl Evidence {
    /// Nothing yet.
    pub(crate) fn empty(budget: usize) -> Self {
        Self { sources: Vec::new(), entries: Vec::new(), leads: Vec::new(), tokens: 0, budget }
    }

    /// Says that the source added next answers a follow-up question.
    pub(crate) fn lead(&mut self, question: &str) {
        let n = u16::try_from(self.sources.len() + 1).unwrap_or(u16::MAX);
        self.leads.retain(|(at, _)| *at != n);
        self.leads.push((n, question.to_owned()));
    }

    /// The follow-up question that source `n` answers.
    pub(crate) fn lead_of(&self, n: u16) -> Option<&str> {
        self.leads.iter().find(|(at, _)| *at == n).map(|(_, question)| question.as_str())
    }
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
    let mut evidence = Evidence::empty(limits.budget);
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
        evidence.lead(&follow_up.question);
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

/// What an entry has beyond what was said of it: the section of the aspect that is asked for, the sections that were found,
/// and at the deepest the rest. What was said before is repeated only where nothing else is left.
pub(crate) fn select_more(
    guide: &Guide,
    found: &RankedQuestion,
    aspect: Option<SectionKind>,
    told: &HashSet<(QuestionId, String)>,
    limits: &Limits<'_>,
) -> Evidence {
    let mut evidence = Evidence::empty(limits.budget);
    let Some(question) = guide.question(&found.question) else { return evidence };
    evidence.entries.push(question.id.clone());
    let is_told = |anchor: &str| told.contains(&(question.id.clone(), anchor.to_owned()));
    let of_aspect = aspect.and_then(|kind| question.section(kind)).map(|section| section.anchor.as_str());
    let of_hits = found.hits.iter().filter_map(|hit| match &hit.chunk.origin {
        Origin::Section { anchor, .. } => Some(anchor.as_str()),
        Origin::Card => None,
    });
    let mut wanted: Vec<&str> = Vec::new();
    for anchor in of_aspect.into_iter().chain(of_hits) {
        if !wanted.contains(&anchor) {
            wanted.push(anchor);
        }
    }
    let most = match limits.depth {
        Depth::Brief => 1,
        Depth::Standard => 2,
        Depth::Deep => usize::MAX,
    };
    let fresh: Vec<&str> = wanted.iter().copied().filter(|anchor| !is_told(anchor)).take(most).collect();
    let chosen = if fresh.is_empty() { wanted.into_iter().take(1).collect() } else { fresh };
    for anchor in chosen {
        if let Some((_, follow_up)) = follow_up_at(question, anchor) {
            evidence.lead(&follow_up.question);
            add(&mut evidence, question, SectionKind::FollowUp, anchor, &follow_up.answer, limits);
        } else if let Some(section) = question.sections.iter().find(|section| section.anchor == anchor) {
            add(&mut evidence, question, section.kind, anchor, &section.markdown, limits);
        }
    }
    evidence
}

/// How many more entries a model is shown beside those that answer.
const BESIDE: usize = 3;

/// Adds what stands around the answer: the short answers of the entries ranked next.
pub(crate) fn widen(
    mut evidence: Evidence,
    guide: &Guide,
    ranked: &[RankedQuestion],
    limits: &Limits<'_>,
) -> Evidence {
    let next = ranked.iter().filter_map(|found| guide.question(&found.question));
    let beside: Vec<&Question> =
        next.filter(|entry| !evidence.entries.contains(&entry.id)).take(BESIDE).collect();
    for entry in beside {
        if let Some(section) = entry.sections.first() {
            add(&mut evidence, entry, section.kind, &section.anchor, &section.markdown, limits);
        }
    }
    evidence
}

fn follow_up_at<'a>(question: &'a Question, anchor: &str) -> Option<(usize, &'a viva_core::guide::FollowUp)> {
    let position: usize = anchor.strip_prefix("follow-up-")?.parse().ok()?;
    Some((position, question.follow_ups.get(position.checked_sub(1)?)?))
}

pub(crate) fn add(
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
