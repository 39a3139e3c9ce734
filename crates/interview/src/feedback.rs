//! What is said about an answer: plain, about the answer, never about the person.

use crate::grade::{HINT_COSTS, PointGrade, Verdict};
use viva_core::guide::Weight;

/// A few sentences about an answer, from its verdicts.
pub fn feedback(points: &[PointGrade], hints: u8) -> String {
    if points.iter().all(|point| point.verdict == Verdict::Missing) {
        return NOTHING.to_owned();
    }
    let mut sentences = vec![counts(points)];
    let listed = |verdict: Verdict| -> Vec<&str> {
        let chosen = points.iter().filter(|p| p.verdict == verdict && p.weight != Weight::Bonus);
        chosen.map(|point| point.text.as_str()).collect()
    };
    let contradicted = listed(Verdict::Contradicted);
    if let Some(first) = contradicted.first() {
        let more = others(contradicted.len());
        sentences.push(format!("It says the opposite of this: {first}{more}"));
    }
    let partial = listed(Verdict::Partial);
    if let Some(first) = partial.first() {
        sentences
            .push(format!("It comes close to this, but is not precise: {first}{}", others(partial.len())));
    }
    let missing = listed(Verdict::Missing);
    if let Some(first) = missing.first() {
        sentences.push(format!("It leaves out: {first}{}", others(missing.len())));
    }
    sentences.extend(bonus(points));
    sentences.extend(cost(hints));
    sentences.join(" ")
}

/// The same without naming any point: for where the points stand below.
pub fn summary(points: &[PointGrade], hints: u8) -> String {
    let counted = points.iter().any(|point| point.verdict != Verdict::Missing);
    let first = if counted { counts(points) } else { NOTHING.to_owned() };
    let sentences: Vec<String> = [Some(first), bonus(points), cost(hints)].into_iter().flatten().collect();
    sentences.join(" ")
}

const NOTHING: &str = "The answer states none of the points that were looked for.";

fn counts(points: &[PointGrade]) -> String {
    let of = |weight: Weight| points.iter().filter(|point| point.weight == weight).count();
    let essential = format!("{} of {} essential", covered(points, Weight::Essential), of(Weight::Essential));
    let expected = format!("{} of {} expected", covered(points, Weight::Expected), of(Weight::Expected));
    format!("The answer covers {essential} and {expected} points.")
}

fn bonus(points: &[PointGrade]) -> Option<String> {
    let bonus = covered(points, Weight::Bonus);
    let noun = if bonus == 1 { "point" } else { "points" };
    (bonus > 0).then(|| format!("It adds {bonus} {noun} beyond that."))
}

fn covered(points: &[PointGrade], weight: Weight) -> usize {
    points.iter().filter(|point| point.weight == weight && point.verdict == Verdict::Covered).count()
}

fn cost(hints: u8) -> Option<String> {
    let cost: f64 = HINT_COSTS.iter().take(usize::from(hints)).sum();
    (hints > 0).then(|| format!("Hints took {:.0} % of the score.", cost * 100.0))
}

fn others(count: usize) -> String {
    match count {
        0 | 1 => String::new(),
        2 => " (and one more)".to_owned(),
        n => format!(" (and {} more)", n - 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn feedback_names_what_is_wrong_and_what_is_missing() {
        let point =
            |text: &str, weight, verdict| PointGrade { text: text.to_owned(), weight, verdict, quote: None };
        let points = [
            point("A.", Weight::Essential, Verdict::Covered),
            point("B.", Weight::Essential, Verdict::Contradicted),
            point("C.", Weight::Expected, Verdict::Missing),
            point("D.", Weight::Expected, Verdict::Missing),
            point("E.", Weight::Bonus, Verdict::Covered),
        ];
        insta::assert_snapshot!(feedback(&points, 2), @"The answer covers 1 of 2 essential and 0 of 2 expected points. It says the opposite of this: B. It leaves out: C. (and one more) It adds 1 point beyond that. Hints took 15 % of the score.");
        insta::assert_snapshot!(summary(&points, 2), @"The answer covers 1 of 2 essential and 0 of 2 expected points. It adds 1 point beyond that. Hints took 15 % of the score.");
        assert!(!feedback(&points, 0).contains("you"), "about the answer, not the person");
    }
}
