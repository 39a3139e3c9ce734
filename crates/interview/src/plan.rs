//! What an interview may ask: filters, the draw of candidates from the guide, and the choice of the next question.
//!
//! The plan holds up to three candidates for each question to be asked, spread over levels; which of them is asked is
//! decided when its turn comes, from the grades so far. Fixing the questions at the start was refused, because then
//! nothing could adapt; drawing from the guide at each turn was refused, because the guide may have changed by then.

mod relaxed;

pub use relaxed::relaxed;

use crate::sheet::{Sheet, can_be_asked};
use crate::vocabulary::Vocabulary;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha12Rng;
use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, SystemTime};
use viva_core::examination::Review;
use viva_core::guide::{Guide, Level, Question};
use viva_core::id::{Digest, FocusArea, ModuleId, Role};

/// The most questions of an interview.
pub const MAX_QUESTIONS: u8 = 50;
/// The most follow-ups to a question.
pub const MAX_FOLLOW_UPS: u8 = 5;
/// What was asked within this time is not asked again, unless it is due.
pub const LATELY: Duration = Duration::from_hours(7 * 24);
/// Candidates for each question to be asked.
const CANDIDATES: usize = 3;
/// The score from which the next question is harder, and the one below which it is easier.
const HARDER_FROM: f64 = 0.7;
const EASIER_BELOW: f64 = 0.4;

/// Whether the examiner coaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum InterviewMode {
    /// Grades after each answer, hints, reveal.
    Practice,
    /// Silent until the report.
    Live,
}

impl InterviewMode {
    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Practice => "practice",
            Self::Live => "live",
        }
    }
}

impl std::str::FromStr for InterviewMode {
    type Err = viva_core::guide::UnknownName;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let all = [Self::Practice, Self::Live];
        let found = all.into_iter().find(|mode| mode.as_str() == text);
        found.ok_or_else(|| viva_core::guide::UnknownName::new(text, &all.map(Self::as_str)))
    }
}

/// Which questions may be asked. Empty lists and `None` leave open.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filters {
    /// Questions that this role is asked.
    pub role: Option<Role>,
    /// Questions of exactly this level.
    pub level: Option<Level>,
    /// Questions of any of these modules.
    pub modules: Vec<ModuleId>,
    /// Questions of any of these focus areas.
    pub focus: Vec<FocusArea>,
}

impl Filters {
    /// Whether a question passes.
    pub fn allow(&self, question: &Question) -> bool {
        self.role.as_ref().is_none_or(|role| question.roles.contains(role))
            && self.level.is_none_or(|level| question.level == Some(level))
            && (self.modules.is_empty() || self.modules.contains(&question.module))
            && (self.focus.is_empty() || question.focus.iter().any(|area| self.focus.contains(area)))
    }
}

/// What an interview is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanRequest {
    /// Practice or live.
    pub mode: InterviewMode,
    /// Which questions.
    pub filters: Filters,
    /// How many, 1 to [`MAX_QUESTIONS`]. Where fewer pass the filters, all of those are asked.
    pub questions: u8,
    /// The most follow-ups to each, up to [`MAX_FOLLOW_UPS`].
    pub follow_ups: u8,
    /// What the draw follows from.
    pub seed: u64,
}

/// Why an interview cannot be planned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// A number is out of range.
    #[error("`{field}` must be {least} to {most}, not {found}")]
    OutOfRange {
        /// The field of the request.
        field: &'static str,
        /// The least allowed.
        least: u8,
        /// The most allowed.
        most: u8,
        /// What was asked for.
        found: u8,
    },
    /// The filters leave nothing; `available` says what there is.
    #[error("no question passes the filters; {available}")]
    NothingMatches {
        /// What could be chosen instead.
        available: Available,
    },
    /// Nothing is due for review.
    #[error("nothing is due for review")]
    NothingDue,
}

/// What can be asked, with counts of questions; names ascending.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Available {
    /// By role.
    pub roles: BTreeMap<String, usize>,
    /// By level.
    pub levels: BTreeMap<String, usize>,
    /// By module.
    pub modules: BTreeMap<String, usize>,
    /// By focus area.
    pub focus: BTreeMap<String, usize>,
}

impl std::fmt::Display for Available {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let list = |counts: &BTreeMap<String, usize>| {
            let entries: Vec<String> =
                counts.iter().map(|(name, count)| format!("{name} ({count})")).collect();
            entries.join(", ")
        };
        write!(
            f,
            "modules: {}; levels: {}; roles: {}; focus areas: {}",
            list(&self.modules),
            list(&self.levels),
            list(&self.roles),
            list(&self.focus)
        )
    }
}

/// What an interview follows.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Practice or live.
    pub mode: InterviewMode,
    /// What was asked for.
    pub filters: Filters,
    /// The most follow-ups to a question.
    pub follow_ups: u8,
    /// What the draw follows from.
    pub seed: u64,
    /// The guide that it was drawn from.
    pub revision: Digest,
    /// The topic of each question to be asked, in order: what `Candidate::topic` names.
    pub topics: Vec<u16>,
    /// All candidates, by order of the draw.
    pub candidates: Vec<Candidate>,
}

/// A question that may be asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// The topic it belongs to.
    pub topic: u16,
    /// Whether it was due for review when the plan was made.
    pub is_due: bool,
    /// The question.
    pub sheet: Sheet,
}

impl Plan {
    /// Draws a plan. The same arguments give the same plan.
    ///
    /// Topics are the modules of the pool (focus areas where there is one module), in an order drawn from the seed, those
    /// with questions due for review first; questions are spread over them evenly. Within a topic, what is due comes
    /// first, then what was not asked lately, and what was asked within [`LATELY`] only where nothing else is left.
    pub fn draw(
        guide: &Guide,
        vocabulary: &Vocabulary,
        request: &PlanRequest,
        reviews: &[Review],
        now: SystemTime,
    ) -> Result<Self, PlanError> {
        check_ranges(request)?;
        let pool: Vec<Entry<'_>> = guide
            .questions()
            .filter(|question| request.filters.allow(question))
            .filter(|question| can_be_asked(question))
            .map(|question| Entry::new(question, reviews, now))
            .collect();
        if pool.is_empty() {
            return Err(PlanError::NothingMatches { available: available(guide) });
        }
        let mut rng = ChaCha12Rng::seed_from_u64(request.seed);
        let topics = by_topic(pool, &mut rng);
        let counts = spread(&topics, usize::from(request.questions));
        Ok(Self::assemble(guide.revision(), request, topics, &counts, vocabulary))
    }

    /// A plan for what is due: exactly these questions, the longest overdue first. Questions that the guide no longer has
    /// are passed over.
    pub fn review(
        guide: &Guide,
        vocabulary: &Vocabulary,
        request: &PlanRequest,
        due: &[Review],
    ) -> Result<Self, PlanError> {
        check_ranges(request)?;
        let mut due: Vec<&Review> = due.iter().collect();
        due.sort_by(|a, b| a.due.cmp(&b.due).then_with(|| a.question.cmp(&b.question)));
        let sheets = due
            .iter()
            .filter_map(|review| guide.question(&review.question))
            .filter(|question| request.filters.allow(question))
            .filter_map(|question| Sheet::new(question, vocabulary))
            .take(usize::from(request.questions));
        let candidates: Vec<Candidate> =
            sheets.zip(0..).map(|(sheet, topic)| Candidate { topic, is_due: true, sheet }).collect();
        if candidates.is_empty() {
            return Err(PlanError::NothingDue);
        }
        let topics = candidates.iter().map(|candidate| candidate.topic).collect();
        Ok(Self::new(guide.revision(), request, topics, candidates))
    }

    /// A plan to ask one question without follow-ups.
    pub fn single(sheet: Sheet, revision: Digest) -> Self {
        Self {
            mode: InterviewMode::Practice,
            filters: Filters::default(),
            follow_ups: 0,
            seed: 0,
            revision,
            topics: vec![0],
            candidates: vec![Candidate { topic: 0, is_due: false, sheet }],
        }
    }

    fn new(revision: Digest, request: &PlanRequest, topics: Vec<u16>, candidates: Vec<Candidate>) -> Self {
        let PlanRequest { mode, filters, questions: _, follow_ups, seed } = request.clone();
        Self { mode, filters, follow_ups, seed, revision, topics, candidates }
    }

    fn assemble(
        revision: Digest,
        request: &PlanRequest,
        topics: Vec<Vec<Entry<'_>>>,
        counts: &[usize],
        vocabulary: &Vocabulary,
    ) -> Self {
        let mut candidates = Vec::new();
        for ((entries, count), topic) in topics.into_iter().zip(counts).zip(0..) {
            let chosen = over_levels(entries, count * CANDIDATES);
            // A sheet is work: only those that may be asked get one.
            candidates.extend(chosen.into_iter().filter_map(|entry| {
                let sheet = Sheet::new(entry.question, vocabulary)?;
                Some(Candidate { topic, is_due: entry.class == Class::Due, sheet })
            }));
        }
        let rounds = counts.iter().copied().max().unwrap_or(0);
        let turn = |round: usize| (0_u16..).zip(counts).filter(move |(_, count)| **count > round);
        let order = (0..rounds).flat_map(|round| turn(round).map(|(topic, _)| topic)).collect();
        Self::new(revision, request, order, candidates)
    }

    /// How many questions will be asked.
    pub fn questions(&self) -> usize {
        self.topics.len()
    }

    /// The candidate for the next question, given the candidates that were asked and the scores so far, in order. `None`
    /// after the last question.
    ///
    /// It is a candidate of the topic whose turn it is: one that is due, else the one whose level is nearest to
    /// [`Plan::target`], else the first drawn.
    pub fn next(&self, asked: &[usize], scores: &[f64]) -> Option<usize> {
        let topic = *self.topics.get(asked.len())?;
        let target = self.target(scores);
        let distance =
            |candidate: &Candidate| candidate.sheet.level.map_or(0, |level| rank(level).abs_diff(target));
        let open = self.candidates.iter().enumerate().filter(|(at, _)| !asked.contains(at));
        open.filter(|(_, candidate)| candidate.topic == topic)
            .min_by_key(|(at, candidate)| (!candidate.is_due, distance(candidate), *at))
            .map(|(at, _)| at)
    }

    /// The difficulty to ask for next, 0 (junior) to 3 (principal): mid-level at first, half a step up for every score of
    /// at least 0.7 and half a step down for every score below 0.4, within what the plan has.
    pub fn target(&self, scores: &[f64]) -> usize {
        let levels: Vec<usize> = self.candidates.iter().filter_map(|c| c.sheet.level).map(rank).collect();
        let least = levels.iter().copied().min().unwrap_or(0);
        let most = levels.iter().copied().max().unwrap_or(3);
        let start = rank(Level::Mid).clamp(least, most) as f64;
        let step = |score: &f64| {
            if *score >= HARDER_FROM {
                0.5
            } else if *score < EASIER_BELOW {
                -0.5
            } else {
                0.0
            }
        };
        let bounded = |at: f64, step: f64| (at + step).clamp(least as f64, most as f64);
        scores.iter().map(step).fold(start, bounded).floor() as usize
    }
}

fn check_ranges(request: &PlanRequest) -> Result<(), PlanError> {
    let checks = [
        ("questions", 1, MAX_QUESTIONS, request.questions),
        ("follow_ups_per_question", 0, MAX_FOLLOW_UPS, request.follow_ups),
    ];
    for (field, least, most, found) in checks {
        if !(least..=most).contains(&found) {
            return Err(PlanError::OutOfRange { field, least, most, found });
        }
    }
    Ok(())
}

fn rank(level: Level) -> usize {
    Level::ALL.iter().position(|known| *known == level).unwrap_or(0)
}

/// How willingly a question is asked; the first is best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Class {
    Due,
    Fresh,
    Lately,
}

/// A question of the pool, which can be asked.
struct Entry<'a> {
    class: Class,
    question: &'a Question,
}

impl<'a> Entry<'a> {
    fn new(question: &'a Question, reviews: &[Review], now: SystemTime) -> Self {
        let review = reviews.iter().find(|review| review.question == question.id);
        let class = match review {
            Some(review) if review.due <= now => Class::Due,
            Some(review) if now.duration_since(review.last).is_ok_and(|ago| ago > LATELY) => Class::Fresh,
            Some(_) => Class::Lately,
            None => Class::Fresh,
        };
        Self { class, question }
    }
}

/// The pool by topic, both in an order drawn from the seed; topics with something due first.
fn by_topic<'a>(mut pool: Vec<Entry<'a>>, rng: &mut ChaCha12Rng) -> Vec<Vec<Entry<'a>>> {
    pool.sort_by(|a, b| a.question.id.cmp(&b.question.id));
    pool.shuffle(rng);
    pool.sort_by_key(|entry| entry.class);
    let first_module = pool.first().map(|entry| entry.question.module.clone());
    let one_module = pool.iter().all(|entry| Some(&entry.question.module) == first_module.as_ref());
    let name = |question: &Question| match (one_module, question.focus.first()) {
        (true, Some(area)) => area.to_string(),
        _ => question.module.to_string(),
    };
    let mut topics: BTreeMap<String, Vec<Entry<'a>>> = BTreeMap::new();
    for entry in pool {
        topics.entry(name(entry.question)).or_default().push(entry);
    }
    let mut topics: Vec<Vec<Entry<'a>>> = topics.into_values().collect();
    topics.shuffle(rng);
    topics.sort_by_key(|entries| entries.iter().map(|entry| entry.class).min());
    topics
}

/// How many questions each topic gets: one after the other in turn, while it has any.
fn spread(topics: &[Vec<Entry<'_>>], questions: usize) -> Vec<usize> {
    let mut counts = vec![0; topics.len()];
    let mut left = questions.min(topics.iter().map(Vec::len).sum());
    while left > 0 {
        for (count, entries) in counts.iter_mut().zip(topics) {
            if left > 0 && *count < entries.len() {
                *count += 1;
                left -= 1;
            }
        }
    }
    counts
}

/// The first `most` entries when levels take turns, so that there is something to adapt with; classes stay in order.
fn over_levels(entries: Vec<Entry<'_>>, most: usize) -> Vec<Entry<'_>> {
    let mut turns: HashMap<(Class, Option<Level>), usize> = HashMap::new();
    let mut ordered: Vec<((Class, usize), Entry<'_>)> = Vec::new();
    for entry in entries {
        let turn = turns.entry((entry.class, entry.question.level)).or_default();
        ordered.push(((entry.class, *turn), entry));
        *turn += 1;
    }
    ordered.sort_by_key(|(key, _)| *key);
    ordered.into_iter().map(|(_, entry)| entry).take(most).collect()
}

/// What the guide has that can be asked.
pub fn available(guide: &Guide) -> Available {
    let mut found = Available::default();
    for question in guide.questions().filter(|question| can_be_asked(question)) {
        let count = |counts: &mut BTreeMap<String, usize>, name: &str| {
            *counts.entry(name.to_owned()).or_default() += 1;
        };
        count(&mut found.modules, question.module.as_str());
        question.level.into_iter().for_each(|level| count(&mut found.levels, level.as_str()));
        question.roles.iter().for_each(|role| count(&mut found.roles, role.as_str()));
        question.focus.iter().for_each(|area| count(&mut found.focus, area.as_str()));
    }
    found
}

/// Whether a review is due.
pub fn is_due(review: &Review, now: SystemTime) -> bool {
    review.due <= now
}

#[cfg(test)]
mod tests;
