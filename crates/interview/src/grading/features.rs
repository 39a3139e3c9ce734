//! What the verdict on a key point looks at.

use super::calibration::ClaimModel;
use super::claims::{Claim, Entry};
use super::clash::{Clash, PointClauses, SaidStatement, clash, entities};
use super::clauses::merged;
use crate::sheet::Sheet;
use crate::text::words::{Token, stems, tokens};
use std::collections::HashSet;

/// Names of the features of one point, in order. Each stands a second time, with `answer_` in front, for its mean over
/// the other points of the question: mistakes and strengths come in company.
///
/// Vectors are unit length, so that products are cosines. "Pieces" are the answer's statements, their clauses, and
/// windows of two neighbouring statements.
///
/// - `dense`: the nearest piece; `unit`: without the windows; `top`: mean of the three nearest pieces.
/// - `lead`: how much nearer the nearest piece is to this point than to the others, on average.
/// - `rival`: the largest share of this point in a softmax of a piece's nearness to all points of the question.
/// - `centred`: the nearest piece after what all points have in common was taken out of both.
/// - `lexical`: the largest share, weighted by how telling they are, of the point's words in one piece; `lexical_all`: in
///   the whole answer; `share`: in the nearest piece, without regard to the question's own words.
/// - `mix`: the best sum of nearness and half the lexical share over pieces.
/// - `alike`: how near the point is to the other points.
/// - `negation`, `opposite`, `role`, `excess`, `agreement`: clause by clause, see the module `clash`.
/// - `worst`: the largest of the clashes; `excess_gated`: `excess`, weighted by nearness.
/// - `turned`: the share of the point's words that the nearest unit has with the other polarity.
/// - `order`: the share of pairs of the point's words that the nearest unit has the other way round, weighted by how many
///   of them it has.
/// - `unsaid`: how far the words of the nearest unit stay behind its nearness.
/// - `gap`: how far agreeing clauses stay behind the nearest unit.
/// - `counter`: how much nearer the nearest unit is to a counter-statement than to the point; `counter_near`: the same
///   over all units about as near; `counter_gated`: the first, weighted by nearness.
/// - `pitfall`: how much nearer the nearest unit is to one of the entry's pitfalls than to the point.
/// - `doubt`: how much the statement nearest the point is to be doubted, see the module `claims`; `doubts`: the mean over
///   all statements of the answer, the same for every point, as if there were two more of little doubt.
/// - `number`: 1 where nearest piece and point both have numbers and no number is the same.
pub const POINT_FEATURES: [&str; 29] = [
    "dense",
    "unit",
    "top",
    "lead",
    "rival",
    "centred",
    "lexical",
    "lexical_all",
    "share",
    "mix",
    "alike",
    "negation",
    "opposite",
    "role",
    "excess",
    "agreement",
    "gap",
    "counter",
    "counter_near",
    "counter_gated",
    "pitfall",
    "number",
    "worst",
    "excess_gated",
    "turned",
    "order",
    "unsaid",
    "doubt",
    "doubts",
];

/// Places of the doubts, which depend on a model.
const DOUBT: usize = POINT_FEATURES.len() - 2;
const DOUBTS: usize = POINT_FEATURES.len() - 1;

/// How many features a point has: its own, and the means over the other points.
pub const FEATURES: usize = 2 * POINT_FEATURES.len();

/// The features of one point.
pub type FeatureVector = [f64; FEATURES];

/// How many statements of which doubt `doubts` supposes besides those of the answer: one statement proves little.
const SUPPOSED: f64 = 2.0;
const SUPPOSED_DOUBT: f64 = 0.25;
/// Sharpness of the softmax of `rival`.
const SHARPNESS: f32 = 12.0;
/// How far below the nearest unit another one is still "about as near".
const ABOUT: f32 = 0.08;
/// Nearness from which `counter_gated` counts.
const GATE: f32 = 0.5;

/// The vectors of a sheet.
#[derive(Debug, Clone)]
pub(crate) struct SheetVectors {
    pub(crate) points: Vec<Vec<f32>>,
    /// Counter-statements of each point.
    pub(crate) counters: Vec<Vec<Vec<f32>>>,
    pub(crate) pitfalls: Vec<Vec<f32>>,
    pub(crate) entry: Entry,
}

/// A piece of an answer that was encoded: a statement, or a clause of one.
#[derive(Debug, Clone)]
pub(crate) struct Unit {
    pub(crate) text: String,
    /// The statement's number among those that count.
    pub(crate) statement: usize,
    /// Whether it is the whole statement.
    pub(crate) is_whole: bool,
    /// How many of the units after it are its clauses; 0 where it was not cut.
    pub(crate) parts: usize,
    pub(crate) vector: Vec<f32>,
}

/// A unit or a window of two statements.
struct Piece {
    text: String,
    vector: Vec<f32>,
    stems: HashSet<String>,
    numbers: HashSet<String>,
    statement: usize,
    is_unit: bool,
}

/// An answer held against a sheet. Invariant: as many features as `nearest`; what is in `nearest` is a place in `claims`.
#[derive(Debug, Clone)]
pub struct Compared {
    /// The features of every point, all but the doubts.
    features: Vec<FeatureVector>,
    /// The statement that speaks of each point most.
    nearest: Vec<usize>,
    /// The statements, held against the entry.
    claims: Vec<Claim>,
}

impl Compared {
    /// For each point, the place of the statement that speaks of it most.
    pub fn nearest(&self) -> &[usize] {
        &self.nearest
    }

    /// The statements of the answer that count, in order.
    pub fn claims(&self) -> &[Claim] {
        &self.claims
    }

    /// The features of every point, with the doubts that `model` has.
    pub fn features(&self, model: &ClaimModel) -> Vec<FeatureVector> {
        let doubts: Vec<f64> = self.claims.iter().map(|claim| model.doubt(claim)).collect();
        let mean =
            (doubts.iter().sum::<f64>() + SUPPOSED * SUPPOSED_DOUBT) / (doubts.len() as f64 + SUPPOSED);
        let own: Vec<f64> =
            self.nearest.iter().map(|at| doubts.get(*at).copied().unwrap_or_default()).collect();
        let others = own.len().saturating_sub(1).max(1) as f64;
        let sum: f64 = own.iter().sum();
        let with_doubts = |(row, own): (&FeatureVector, &f64)| {
            let mut row = *row;
            row[DOUBT] = *own;
            row[DOUBTS] = mean;
            row[POINT_FEATURES.len() + DOUBT] = (sum - own) / others;
            row[POINT_FEATURES.len() + DOUBTS] = mean;
            row
        };
        self.features.iter().zip(&own).map(with_doubts).collect()
    }
}

/// Compares an answer's units (at least one) with a sheet.
pub(crate) fn compare(sheet: &Sheet, vectors: &SheetVectors, units: &[Unit]) -> Compared {
    let pieces = pieces(units);
    let said: Vec<SaidStatement> =
        units.iter().filter(|u| u.is_whole).map(|u| SaidStatement::new(&u.text)).collect();
    let all: HashSet<String> = pieces.iter().flat_map(|piece| piece.stems.iter().cloned()).collect();
    let entities = entities(sheet);
    let near: Vec<Vec<f32>> =
        pieces.iter().map(|p| vectors.points.iter().map(|v| dot(&p.vector, v)).collect()).collect();
    let centred = centred(&pieces, &vectors.points);
    let mut nearest = Vec::new();
    let mut own = Vec::new();
    for (at, point) in sheet.points.iter().enumerate() {
        let scene = Scene { at, sheet, vectors, pieces: &pieces, near: &near };
        let best = scene.best();
        let clash = clash(&PointClauses::new(point), &entities, &said);
        nearest.push(pieces[best.mixed].statement);
        own.push(scene.features(&best, &all, &clash, centred[at]));
    }
    let whole = units.iter().filter(|unit| unit.is_whole);
    let claims = whole.map(|unit| vectors.entry.claim(&unit.text, &unit.vector)).collect();
    Compared { features: with_means(&own), nearest, claims }
}

fn pieces(units: &[Unit]) -> Vec<Piece> {
    let piece = |text: &str, vector: Vec<f32>, statement, is_unit| {
        let tokens = tokens(text);
        let content = |token: &Token| token.kind == crate::text::words::Kind::Content;
        let numbers = tokens.iter().filter(|t| is_number(&t.stem)).map(|t| t.stem.clone()).collect();
        let stems = tokens.into_iter().filter(content).map(|token| token.stem).collect();
        Piece { text: text.to_owned(), vector, stems, numbers, statement, is_unit }
    };
    let mut found: Vec<Piece> =
        units.iter().map(|u| piece(&u.text, u.vector.clone(), u.statement, true)).collect();
    let whole: Vec<&Unit> = units.iter().filter(|unit| unit.is_whole).collect();
    for pair in whole.windows(2) {
        // The encoder averages over words, so that the mean of two sentences is near the vector of both together,
        // and costs nothing.
        let sum: Vec<f32> = pair[0].vector.iter().zip(&pair[1].vector).map(|(a, b)| a + b).collect();
        let text = format!("{} {}", pair[0].text, pair[1].text);
        found.push(piece(&text, unit_length(sum), pair[0].statement, false));
    }
    found
}

fn is_number(stem: &str) -> bool {
    stem.starts_with(|c: char| c.is_ascii_digit())
}

/// Indices of the pieces that a point's features rest on.
struct Best {
    piece: usize,
    unit: usize,
    mixed: usize,
    shares: Vec<f64>,
}

struct Scene<'a> {
    at: usize,
    sheet: &'a Sheet,
    vectors: &'a SheetVectors,
    pieces: &'a [Piece],
    near: &'a [Vec<f32>],
}

impl Scene<'_> {
    fn near(&self, piece: usize) -> f32 {
        self.near[piece][self.at]
    }

    fn best(&self) -> Best {
        let point = &self.sheet.points[self.at];
        let shares: Vec<f64> = self.pieces.iter().map(|piece| point.share_in(&piece.stems)).collect();
        let by = |value: &dyn Fn(usize) -> f64, only_units: bool| {
            let candidates = (0..self.pieces.len()).filter(|at| !only_units || self.pieces[*at].is_unit);
            candidates.max_by(|a, b| value(*a).total_cmp(&value(*b)).then(b.cmp(a))).unwrap_or(0)
        };
        let nearness = |at: usize| f64::from(self.near(at));
        let mixed = by(&|at| nearness(at) + 0.5 * shares[at], false);
        Best { piece: by(&nearness, false), unit: by(&nearness, true), mixed, shares }
    }

    fn features(
        &self,
        best: &Best,
        all: &HashSet<String>,
        clash: &Clash,
        centred: f64,
    ) -> [f64; POINT_FEATURES.len()] {
        let point = &self.sheet.points[self.at];
        let dense = f64::from(self.near(best.piece));
        let unit = f64::from(self.near(best.unit));
        let mix = f64::from(self.near(best.mixed)) + 0.5 * best.shares[best.mixed];
        let (counter, counter_near) = self.counters(best.unit);
        let gate = f64::from((self.near(best.unit) - GATE).max(0.0));
        [
            dense,
            unit,
            self.top(),
            dense - self.elsewhere(best.piece),
            self.rival(),
            centred,
            best.shares.iter().copied().fold(0.0, f64::max),
            point.share_in(all),
            self.plain_share(best.mixed),
            mix,
            self.alike(),
            clash.negation,
            clash.opposite,
            clash.role,
            clash.excess,
            clash.agreement,
            unit - clash.agreement,
            counter,
            counter_near,
            counter * gate,
            self.pitfall(best.unit),
            f64::from(self.numbers_differ(best.mixed)),
            clash.worst,
            clash.excess * gate,
            self.turned(best.unit),
            self.order(best.unit),
            (unit - self.plain_share(best.unit)).max(0.0),
            // The doubts are filled in later, when there is a model for them.
            0.0,
            0.0,
        ]
    }

    /// Share of the point's words that stand in the piece with the other polarity.
    fn turned(&self, piece: usize) -> f64 {
        let own = merged(&self.sheet.points[self.at].text);
        let said = merged(&self.pieces[piece].text);
        let terms = &self.sheet.points[self.at].terms;
        let total: f32 = terms.iter().map(|term| term.rarity).sum();
        let turned = terms.iter().filter(|term| own.denies(&said, &term.stem));
        f64::from(turned.map(|term| term.rarity).sum::<f32>() / total.max(f32::MIN_POSITIVE))
    }

    /// Share of pairs of the point's words that the piece has the other way round.
    fn order(&self, piece: usize) -> f64 {
        let said = stems(&self.pieces[piece].text);
        let places: Vec<Vec<usize>> = {
            let mut seen = HashSet::new();
            let own = stems(&self.sheet.points[self.at].text);
            let distinct = own.into_iter().filter(|stem| seen.insert(stem.clone()));
            let at = |stem: String| {
                said.iter().enumerate().filter(|(_, s)| **s == stem).map(|(at, _)| at).collect()
            };
            distinct.map(at).filter(|found: &Vec<usize>| !found.is_empty()).collect()
        };
        let (mut pairs, mut turned) = (0_u32, 0_u32);
        for (at, later) in places.iter().enumerate() {
            for earlier in &places[..at] {
                pairs += 1;
                turned += u32::from(earlier.iter().min() > later.iter().max());
            }
        }
        let share = if places.len() >= 3 { f64::from(turned) / f64::from(pairs) } else { 0.0 };
        share * self.plain_share(piece)
    }

    fn top(&self) -> f64 {
        let mut values: Vec<f32> = (0..self.pieces.len()).map(|at| self.near(at)).collect();
        values.sort_by(|a, b| b.total_cmp(a));
        values.truncate(3);
        f64::from(values.iter().sum::<f32>() / values.len().max(1) as f32)
    }

    /// Mean nearness of a piece to the other points.
    fn elsewhere(&self, piece: usize) -> f64 {
        let others = self.near[piece].len().saturating_sub(1);
        if others == 0 {
            return 0.0;
        }
        f64::from((self.near[piece].iter().sum::<f32>() - self.near(piece)) / others as f32)
    }

    fn rival(&self) -> f64 {
        let share = |near: &Vec<f32>| {
            let total: f32 = near.iter().map(|value| (SHARPNESS * value).exp()).sum();
            (SHARPNESS * near[self.at]).exp() / total
        };
        f64::from(self.near.iter().map(share).fold(0.0, f32::max))
    }

    fn alike(&self) -> f64 {
        let own = &self.vectors.points[self.at];
        let others = self.vectors.points.len().saturating_sub(1).max(1);
        let sum: f32 = self.vectors.points.iter().map(|vector| dot(vector, own)).sum();
        f64::from((sum - dot(own, own)) / others as f32)
    }

    /// Share of the point's words in a piece by rarity alone.
    fn plain_share(&self, piece: usize) -> f64 {
        let terms = &self.sheet.points[self.at].terms;
        let total: f32 = terms.iter().map(|term| term.rarity).sum();
        let found = terms.iter().filter(|term| self.pieces[piece].stems.contains(&term.stem));
        f64::from(found.map(|term| term.rarity).sum::<f32>() / total.max(f32::MIN_POSITIVE))
    }

    /// How much nearer the best unit, and the best of all units about as near, is to a counter-statement.
    fn counters(&self, unit: usize) -> (f64, f64) {
        let margin = |at: usize| {
            let counters = &self.vectors.counters[self.at];
            let most = counters.iter().map(|v| dot(v, &self.pieces[at].vector)).fold(f32::MIN, f32::max);
            if counters.is_empty() { 0.0 } else { most - self.near(at) }
        };
        let floor = self.near(unit) - ABOUT;
        let about = (0..self.pieces.len()).filter(|at| self.pieces[*at].is_unit && self.near(*at) > floor);
        let near = about.map(margin).fold(f32::MIN, f32::max);
        (f64::from(margin(unit)), f64::from(near.max(margin(unit))))
    }

    fn pitfall(&self, unit: usize) -> f64 {
        let vector = &self.pieces[unit].vector;
        let nearest = self.vectors.pitfalls.iter().map(|pitfall| dot(pitfall, vector)).fold(-1.0, f32::max);
        f64::from(nearest - self.near(unit))
    }

    fn numbers_differ(&self, piece: usize) -> bool {
        let numbers = &self.pieces[piece].numbers;
        let mut own = self.sheet.points[self.at].terms.iter().filter(|term| is_number(&term.stem)).peekable();
        own.peek().is_some() && !numbers.is_empty() && own.all(|term| !numbers.contains(&term.stem))
    }
}

/// The nearest piece of each point once the mean of all points is taken out of both.
fn centred(pieces: &[Piece], points: &[Vec<f32>]) -> Vec<f64> {
    let dimension = points.first().map_or(0, Vec::len);
    let mut mean = vec![0.0_f32; dimension];
    for vector in points {
        mean.iter_mut().zip(vector).for_each(|(sum, value)| *sum += value);
    }
    let mean = unit_length(mean);
    let without = |vector: &[f32]| {
        let along = dot(vector, &mean);
        unit_length(vector.iter().zip(&mean).map(|(value, m)| value - along * m).collect())
    };
    let pieces: Vec<Vec<f32>> = pieces.iter().filter(|p| p.is_unit).map(|p| without(&p.vector)).collect();
    let nearest = |point: &Vec<f32>| {
        let point = without(point);
        f64::from(pieces.iter().map(|piece| dot(piece, &point)).fold(-1.0, f32::max))
    };
    points.iter().map(nearest).collect()
}

fn with_means(own: &[[f64; POINT_FEATURES.len()]]) -> Vec<FeatureVector> {
    let others = own.len().saturating_sub(1).max(1) as f64;
    let sum = |feature: usize| own.iter().map(|row| row[feature]).sum::<f64>();
    let sums: [f64; POINT_FEATURES.len()] = std::array::from_fn(sum);
    let width = POINT_FEATURES.len();
    let vector = |row: &[f64; POINT_FEATURES.len()]| {
        std::array::from_fn(|i| if i < width { row[i] } else { (sums[i - width] - row[i - width]) / others })
    };
    own.iter().map(vector).collect()
}

pub(crate) fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

pub(crate) fn unit_length(vector: Vec<f32>) -> Vec<f32> {
    let length = dot(&vector, &vector).sqrt().max(f32::MIN_POSITIVE);
    vector.into_iter().map(|value| value / length).collect()
}

/// The place of a feature by its name, `answer_` in front for the mean over the other points.
pub fn feature_index(name: &str) -> Option<usize> {
    (0..FEATURES).find(|at| feature_name(*at) == name)
}

/// The name of the feature at a place below [`FEATURES`].
pub(crate) fn feature_name(at: usize) -> String {
    let own = POINT_FEATURES[at % POINT_FEATURES.len()];
    if at < POINT_FEATURES.len() { own.to_owned() } else { format!("answer_{own}") }
}
