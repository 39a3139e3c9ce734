//! Plans with their sheets in the store's shape.

use super::grade::parse;
use crate::plan::{Candidate, Filters, InterviewMode, Plan};
use crate::sheet::{Point, Probe, Sheet, Term};
use serde::{Deserialize, Serialize};
use viva_core::guide::{Level, Weight};
use viva_core::id::{Digest, FocusArea, ModuleId, QuestionId, Role};

#[derive(Serialize, Deserialize)]
pub(super) struct PlanRow {
    mode: String,
    role: Option<String>,
    level: Option<String>,
    modules: Vec<String>,
    focus: Vec<String>,
    follow_ups: u8,
    seed: u64,
    revision: String,
    topics: Vec<u16>,
    candidates: Vec<CandidateRow>,
}

#[derive(Serialize, Deserialize)]
struct CandidateRow {
    topic: u16,
    is_due: bool,
    question: String,
    module: String,
    level: Option<String>,
    focus: Vec<String>,
    text: String,
    points: Vec<PointRow>,
    follow_ups: Vec<ProbeRow>,
    short_answer: String,
    pitfalls: Vec<String>,
    /// Interviews that were begun before grading looked at it have none.
    #[serde(default)]
    explanation: String,
}

#[derive(Serialize, Deserialize)]
struct PointRow {
    weight: String,
    text: String,
    /// Stem, rarity, weight.
    terms: Vec<(String, f32, f32)>,
    anchor: String,
}

#[derive(Serialize, Deserialize)]
struct ProbeRow {
    text: String,
    aims: Vec<f32>,
    says: Vec<f32>,
}

impl From<&Plan> for PlanRow {
    fn from(plan: &Plan) -> Self {
        let Plan { mode, filters, follow_ups, seed, revision, topics, candidates } = plan;
        let Filters { role, level, modules, focus } = filters;
        Self {
            mode: mode.as_str().to_owned(),
            role: role.as_ref().map(ToString::to_string),
            level: level.map(|level| level.as_str().to_owned()),
            modules: modules.iter().map(ToString::to_string).collect(),
            focus: focus.iter().map(ToString::to_string).collect(),
            follow_ups: *follow_ups,
            seed: *seed,
            revision: revision.to_string(),
            topics: topics.clone(),
            candidates: candidates.iter().map(CandidateRow::from).collect(),
        }
    }
}

impl TryFrom<PlanRow> for Plan {
    type Error = String;
    fn try_from(row: PlanRow) -> Result<Self, String> {
        let PlanRow { mode, role, level, modules, focus, follow_ups, seed, revision, topics, candidates } =
            row;
        Ok(Self {
            mode: parse::<InterviewMode, _>(&mode)?,
            filters: Filters {
                role: role.map(|name| parse::<Role, _>(&name)).transpose()?,
                level: level.map(|name| parse::<Level, _>(&name)).transpose()?,
                modules: all::<ModuleId, _>(&modules)?,
                focus: all::<FocusArea, _>(&focus)?,
            },
            follow_ups,
            seed,
            revision: Digest::from_hex(&revision).ok_or("`revision` is not a digest")?,
            topics,
            candidates: candidates.into_iter().map(Candidate::try_from).collect::<Result<_, String>>()?,
        })
    }
}

impl From<&Candidate> for CandidateRow {
    fn from(candidate: &Candidate) -> Self {
        let Candidate { topic, is_due, sheet } = candidate;
        let Sheet {
            question,
            module,
            level,
            focus,
            text,
            points,
            follow_ups,
            short_answer,
            pitfalls,
            explanation,
        } = sheet;
        Self {
            topic: *topic,
            is_due: *is_due,
            question: question.to_string(),
            module: module.to_string(),
            level: level.map(|level| level.as_str().to_owned()),
            focus: focus.iter().map(ToString::to_string).collect(),
            text: text.clone(),
            points: points.iter().map(PointRow::from).collect(),
            follow_ups: follow_ups.iter().map(ProbeRow::from).collect(),
            short_answer: short_answer.clone(),
            pitfalls: pitfalls.clone(),
            explanation: explanation.clone(),
        }
    }
}

impl TryFrom<CandidateRow> for Candidate {
    type Error = String;
    fn try_from(row: CandidateRow) -> Result<Self, String> {
        let CandidateRow {
            topic,
            is_due,
            question,
            module,
            level,
            focus,
            text,
            points,
            follow_ups,
            short_answer,
            pitfalls,
            explanation,
        } = row;
        let points: Vec<Point> = points.into_iter().map(Point::try_from).collect::<Result<_, String>>()?;
        let follow_ups =
            follow_ups.into_iter().map(|ProbeRow { text, aims, says }| Probe { text, aims, says });
        let follow_ups: Vec<Probe> = follow_ups.collect();
        if follow_ups.iter().any(|probe| probe.aims.len() != points.len() || probe.says.len() != points.len())
        {
            return Err("a follow-up does not fit the key points".to_owned());
        }
        let sheet = Sheet {
            question: parse::<QuestionId, _>(&question)?,
            module: parse::<ModuleId, _>(&module)?,
            level: level.map(|name| parse::<Level, _>(&name)).transpose()?,
            focus: all::<FocusArea, _>(&focus)?,
            text,
            points,
            follow_ups,
            short_answer,
            pitfalls,
            explanation,
        };
        Ok(Self { topic, is_due, sheet })
    }
}

impl From<&Point> for PointRow {
    fn from(point: &Point) -> Self {
        let Point { weight, text, terms, anchor } = point;
        let term = |Term { stem, rarity, weight }: &Term| (stem.clone(), *rarity, *weight);
        Self {
            weight: weight.as_str().to_owned(),
            text: text.clone(),
            terms: terms.iter().map(term).collect(),
            anchor: anchor.clone(),
        }
    }
}

impl TryFrom<PointRow> for Point {
    type Error = String;
    fn try_from(row: PointRow) -> Result<Self, String> {
        let PointRow { weight, text, terms, anchor } = row;
        let term = |(stem, rarity, weight)| Term { stem, rarity, weight };
        Ok(Self {
            weight: parse::<Weight, _>(&weight)?,
            text,
            terms: terms.into_iter().map(term).collect(),
            anchor,
        })
    }
}

impl From<&Probe> for ProbeRow {
    fn from(probe: &Probe) -> Self {
        let Probe { text, aims, says } = probe;
        Self { text: text.clone(), aims: aims.clone(), says: says.clone() }
    }
}

fn all<T: std::str::FromStr<Err = E>, E: std::fmt::Display>(names: &[String]) -> Result<Vec<T>, String> {
    names.iter().map(|name| parse(name)).collect()
}
