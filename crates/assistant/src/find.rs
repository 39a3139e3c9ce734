//! [`Meaning`] -> [`Found`]: retrieve, judge, select.

use crate::assistant::Assistant;
use crate::compare::{Comparison, comparison};
use crate::deeper;
use crate::evidence::{Evidence, Limits, select, select_more, widen};
use crate::follow_up::{Bond, Form, Lean, Topic, blend, complete, is_joined};
use crate::history::History;
use crate::meaning::{Leaning, Meaning};
use crate::ranking::RankedQuestion;
use crate::retrieve::{RetrieveError, Retrieved, Scope, retrieve};
use std::collections::HashMap;
use std::time::Duration;
use viva_core::guide::Guide;
use viva_core::id::QuestionId;
use viva_core::ports::Edition;
use viva_core::search::{Filter, Hit, LegChoice};
use viva_core::turn::{Coverage, Depth, Understood};

/// What is known of a turn once the search is done.
pub(crate) struct Found {
    pub(crate) ranked: Vec<RankedQuestion>,
    pub(crate) coverage: Coverage,
    /// `None` where the guide does not cover the question.
    pub(crate) evidence: Option<Evidence>,
    /// With more around it, for a model to write from.
    pub(crate) wide: Option<Evidence>,
    pub(crate) embed: Duration,
    pub(crate) search: Duration,
}

/// What else bears on the search.
pub(crate) struct Frame<'a> {
    pub(crate) edition: &'a Edition,
    pub(crate) filter: &'a Filter,
    pub(crate) depth: Depth,
    pub(crate) history: History<'a>,
}

/// A ranking of the questions, and the verdict on the first.
struct Judged {
    ranked: Vec<RankedQuestion>,
    coverage: Coverage,
    embed: Duration,
    search: Duration,
}

impl Assistant {
    pub(crate) async fn find(&self, frame: &Frame<'_>, meaning: &Meaning) -> Result<Found, RetrieveError> {
        let judged = match meaning {
            Meaning::Deeper(_) => return Ok(self.deepen(frame)),
            Meaning::Complete(query, topic) => self.judge_complete(frame, query, topic.as_ref()).await?.0,
            Meaning::Leaning(leaning) => self.judge_leaning(frame, leaning).await?.0,
        };
        let Judged { ranked, coverage, embed, search } = judged;
        if !coverage.covered {
            return Ok(Found { ranked, coverage, evidence: None, wide: None, embed, search });
        }
        let sides = match comparison(&meaning.query().standalone) {
            Some(comparison) => self.sides(frame, &comparison, &ranked).await?,
            None => None,
        };
        let answering: Vec<&RankedQuestion> = match &sides {
            Some(pair) => pair.iter().collect(),
            None => ranked.first().into_iter().collect(),
        };
        let guide = &frame.edition.guide;
        let count = |text: &str| self.parts.embedder.count_tokens(text);
        let limits = Limits { depth: frame.depth, budget: self.options.evidence_tokens, count: &count };
        let told = frame.history.told();
        let evidence = match (meaning, &answering[..]) {
            (Meaning::Leaning(leaning), [one]) if told.iter().any(|(entry, _)| *entry == one.question) => {
                select_more(guide, one, leaning.how.aspect.map(|aspect| aspect.0), &told, &limits)
            }
            _ => select(guide, &answering, &limits),
        };
        let wide = self.parts.model.is_some().then(|| widen(evidence.clone(), guide, &ranked, &limits));
        let evidence = (!evidence.sources.is_empty()).then_some(evidence);
        Ok(Found { ranked, coverage, evidence, wide, embed, search })
    }

    fn deepen(&self, frame: &Frame<'_>) -> Found {
        let count = |text: &str| self.parts.embedder.count_tokens(text);
        let limits = Limits { depth: Depth::Deep, budget: self.options.evidence_tokens, count: &count };
        let evidence = deeper::next(&frame.edition.guide, frame.history, &limits);
        let coverage = Coverage {
            covered: true,
            probability: 1.0,
            threshold: self.options.calibration.threshold,
            features: Vec::new(),
        };
        let wide = self.parts.model.is_some().then(|| evidence.clone()).flatten();
        Found { ranked: Vec::new(), coverage, evidence, wide, embed: Duration::ZERO, search: Duration::ZERO }
    }

    async fn judge(&self, frame: &Frame<'_>, query: &Understood) -> Result<Judged, RetrieveError> {
        let Retrieved { hits, embed, search } = self.retrieve(frame, &query.standalone).await?;
        let ranked = self.rank(&frame.edition.guide, &query.standalone, &hits);
        let coverage = self.coverage(&frame.edition.guide, query, &hits, &ranked);
        Ok(Judged { ranked, coverage, embed, search })
    }

    /// What was talked about before is a hint, where a message does not say much itself: it is searched with the topic as well.
    /// The verdict and the hits are those of the message alone, where it found the entry.
    async fn judge_complete(
        &self,
        frame: &Frame<'_>,
        query: &Understood,
        topic: Option<&Topic>,
    ) -> Result<(Judged, Vec<Form>), RetrieveError> {
        let Some(topic) = topic else { return Ok((self.judge(frame, query).await?, Vec::new())) };
        let completed = Understood {
            standalone: complete(&query.standalone, Lean::Ellipsis, topic).text,
            ..query.clone()
        };
        let (typed, completed) = futures::try_join!(self.judge(frame, query), self.judge(frame, &completed))?;
        let mut hits: HashMap<QuestionId, Vec<Hit>> =
            typed.ranked.iter().map(|found| (found.question.clone(), found.hits.clone())).collect();
        let bond = Bond { stays: false, joined: is_joined(&query.standalone) };
        let blended = blend(completed.ranked, typed.ranked, topic, bond, &self.options.blend.complete);
        let own = |(mut found, form): (RankedQuestion, Form)| {
            found.hits = hits.remove(&found.question).unwrap_or(found.hits);
            (found, form)
        };
        let (ranked, forms) = blended.into_iter().map(own).unzip();
        let judged = Judged {
            ranked,
            coverage: typed.coverage,
            embed: typed.embed.max(completed.embed),
            search: typed.search.max(completed.search),
        };
        Ok((judged, forms))
    }

    /// Both wordings are searched; the verdict is on the completed one, or on the typed one where that alone is covered.
    async fn judge_leaning(
        &self,
        frame: &Frame<'_>,
        leaning: &Leaning,
    ) -> Result<(Judged, Vec<Form>), RetrieveError> {
        let (completed, typed) =
            futures::try_join!(self.judge(frame, &leaning.query), self.judge(frame, &leaning.typed))?;
        let bond =
            Bond { stays: leaning.how.lean == Lean::Aspect, joined: is_joined(&leaning.typed.standalone) };
        let blends = &self.options.blend;
        let weights = if leaning.how.is_bare { &blends.bare } else { &blends.leaning };
        let blended = blend(completed.ranked, typed.ranked, &leaning.topic, bond, weights);
        let (ranked, forms) = blended.into_iter().unzip();
        let coverage = if completed.coverage.covered { completed.coverage } else { typed.coverage };
        let judged = Judged {
            ranked,
            coverage,
            embed: completed.embed.max(typed.embed),
            search: completed.search.max(typed.search),
        };
        Ok((judged, forms))
    }

    async fn retrieve(&self, frame: &Frame<'_>, text: &str) -> Result<Retrieved, RetrieveError> {
        let scope =
            Scope { filter: frame.filter.clone(), legs: LegChoice::Hybrid, limit: self.options.candidates };
        let parts = &self.parts;
        retrieve(&*parts.embedder, &*frame.edition.search, &*parts.clock, text, &scope).await
    }

    /// The entries of both sides of a comparison; `None` where one entry is about both, or a side has no entry.
    async fn sides(
        &self,
        frame: &Frame<'_>,
        comparison: &Comparison,
        ranked: &[RankedQuestion],
    ) -> Result<Option<[RankedQuestion; 2]>, RetrieveError> {
        let guide = &frame.edition.guide;
        let vocabulary = &self.knowledge(guide).vocabulary;
        let named_by = |found: &RankedQuestion, side: &str| {
            let stems = self.words.stems(side);
            !stems.is_empty() && stems.iter().all(|stem| vocabulary.name_has(&found.question, stem))
        };
        let is_about_both = ranked
            .first()
            .is_some_and(|best| named_by(best, &comparison.left) && named_by(best, &comparison.right));
        if is_about_both {
            return Ok(None);
        }
        let mut pair = Vec::with_capacity(2);
        for side in [&comparison.left, &comparison.right] {
            let hits = self.retrieve(frame, side).await?.hits;
            let found = self.rank(guide, side, &hits);
            // "lock" is the name of one entry and a word in the names of several.
            let exact = found.iter().position(|found| self.is_called(guide, found, side));
            let best = exact.or_else(|| found.iter().position(|found| named_by(found, side)));
            pair.extend(best.map(|at| found[at].clone()));
        }
        Ok(<[RankedQuestion; 2]>::try_from(pair).ok().filter(|[left, right]| left.question != right.question))
    }

    /// Whether `name` is, word for word, the question's wording or one of its aliases.
    fn is_called(&self, guide: &Guide, found: &RankedQuestion, name: &str) -> bool {
        let stems = self.words.stems(name);
        guide.question(&found.question).is_some_and(|question| {
            std::iter::once(&question.text)
                .chain(&question.aliases)
                .any(|text| self.words.stems(text) == stems)
        })
    }

    /// The ranking of a conversation's last message with the signs that it was made from, for measuring and fitting; the
    /// signs are empty where the message was read as complete.
    pub async fn follow(
        &self,
        question: &viva_core::turn::UserQuestion,
        history: &[crate::Past],
    ) -> Result<Followed, crate::SearchFailure> {
        let edition = self.parts.library.current()?;
        let history = History(history);
        let filter = Filter::default();
        let frame = Frame { edition: &edition, filter: &filter, depth: Depth::Standard, history };
        let meaning = self.meaning(&edition.guide, question, history);
        let query = meaning.query().clone();
        let (judged, forms) = match &meaning {
            Meaning::Complete(query, topic) => self.judge_complete(&frame, query, topic.as_ref()).await?,
            Meaning::Deeper(query) => (self.judge(&frame, query).await?, Vec::new()),
            Meaning::Leaning(leaning) => self.judge_leaning(&frame, leaning).await?,
        };
        let leans = match &meaning {
            Meaning::Leaning(leaning) if leaning.how.lean == Lean::Aspect => Leans::Stays,
            Meaning::Leaning(leaning) if leaning.how.is_bare => Leans::Bare,
            Meaning::Leaning(_) => Leans::Yes,
            Meaning::Complete(..) | Meaning::Deeper(_) => Leans::No,
        };
        Ok(Followed { query, leans, covered: judged.coverage.covered, ranked: judged.ranked, forms })
    }
}

/// A message in a conversation, as it was understood and ranked.
#[derive(Debug, Clone)]
pub struct Followed {
    /// What was searched, and why.
    pub query: Understood,
    /// Whether it was read as leaning on what was said.
    pub leans: Leans,
    /// Whether the guide covers it.
    pub covered: bool,
    /// Best first.
    pub ranked: Vec<RankedQuestion>,
    /// The signs of each ranked question.
    pub forms: Vec<Form>,
}

/// How a message was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leans {
    /// It stands on its own.
    No,
    /// It is completed from what was said.
    Yes,
    /// The same, and it has no topic word of its own.
    Bare,
    /// It asks for an aspect of the entry that answered last.
    Stays,
}
