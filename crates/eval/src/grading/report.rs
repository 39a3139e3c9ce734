//! Grades against labels.

use super::measure::Graded;
use super::set::{Kind, LabelledAnswer};
use serde::Serialize;
use std::collections::BTreeMap;
use viva_interview::grade::Verdict;

/// How many scores of a kind lie where they belong.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct KindRate {
    /// How many answers.
    pub answers: usize,
    /// How many within the band.
    pub in_band: usize,
    /// The mean score.
    pub mean: f64,
    /// The lowest score.
    pub least: f64,
    /// The highest score.
    pub most: f64,
}

/// Strong and wrong answers to the same question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Pairs {
    /// In how many the strong one has the higher score.
    pub won: usize,
    /// How many there are.
    pub of: usize,
}

/// The figures of a set.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// How many answers.
    pub answers: usize,
    /// Share of scores within the band of their kind.
    pub in_band: f64,
    /// The same for each kind.
    pub kinds: BTreeMap<Kind, KindRate>,
    /// Strong against wrong.
    pub pairs: Pairs,
    /// How often each labelled verdict (first) was given each verdict (second), over all key points.
    pub confusion: BTreeMap<&'static str, BTreeMap<&'static str, usize>>,
}

/// Sums up; `graded` has one entry for each of `cases`.
pub fn summarise(cases: &[LabelledAnswer], graded: &[Graded]) -> Report {
    let mut kinds: BTreeMap<Kind, Vec<f64>> = BTreeMap::new();
    let empty = || Verdict::ALL.map(|verdict| (verdict.as_str(), 0)).into_iter().collect();
    let mut confusion: BTreeMap<&str, BTreeMap<&str, usize>> =
        Verdict::ALL.map(|verdict| (verdict.as_str(), empty())).into_iter().collect();
    for (case, grade) in cases.iter().zip(graded) {
        kinds.entry(case.kind).or_default().push(grade.score);
        for (label, verdict) in case.points.iter().zip(&grade.verdicts) {
            *confusion.entry(label.as_str()).or_default().entry(verdict.as_str()).or_default() += 1;
        }
    }
    let rates: BTreeMap<Kind, KindRate> =
        kinds.into_iter().map(|(kind, scores)| (kind, rate(kind, &scores))).collect();
    let within: usize = rates.values().map(|rate| rate.in_band).sum();
    Report {
        answers: cases.len(),
        in_band: within as f64 / cases.len().max(1) as f64,
        kinds: rates,
        pairs: pairs(cases, graded),
        confusion,
    }
}

fn rate(kind: Kind, scores: &[f64]) -> KindRate {
    KindRate {
        answers: scores.len(),
        in_band: scores.iter().filter(|score| kind.fits(**score)).count(),
        mean: scores.iter().sum::<f64>() / scores.len().max(1) as f64,
        least: scores.iter().copied().fold(f64::INFINITY, f64::min),
        most: scores.iter().copied().fold(0.0, f64::max),
    }
}

fn pairs(cases: &[LabelledAnswer], graded: &[Graded]) -> Pairs {
    let of_kind = |kind: Kind| cases.iter().zip(graded).filter(move |(case, _)| case.kind == kind);
    let mut pairs = Pairs { won: 0, of: 0 };
    for (strong, high) in of_kind(Kind::Strong) {
        for (_, low) in of_kind(Kind::Wrong).filter(|(wrong, _)| wrong.question == strong.question) {
            pairs.of += 1;
            pairs.won += usize::from(high.score > low.score);
        }
    }
    pairs
}

impl Report {
    /// The figures as a table for people.
    pub fn table(&self) -> String {
        let mut text = String::from("kind        answers  in band    mean   least    most\n");
        for (kind, rate) in &self.kinds {
            let share = 100.0 * rate.in_band as f64 / rate.answers.max(1) as f64;
            text.push_str(&format!(
                "{:<10} {:>8} {share:>7.1}% {:>7.2} {:>7.2} {:>7.2}\n",
                kind.to_string(),
                rate.answers,
                rate.mean,
                rate.least,
                rate.most
            ));
        }
        text.push_str(&format!("{:<10} {:>8} {:>7.1}%\n", "all", self.answers, 100.0 * self.in_band));
        text.push_str(&format!("strong beats wrong in {} of {} pairs\n\n", self.pairs.won, self.pairs.of));
        text.push_str("label \\ verdict");
        for verdict in Verdict::ALL {
            text.push_str(&format!(" {:>12}", verdict.as_str()));
        }
        for label in Verdict::ALL {
            text.push_str(&format!("\n{:<15}", label.as_str()));
            for verdict in Verdict::ALL {
                let count = self.confusion.get(label.as_str()).and_then(|row| row.get(verdict.as_str()));
                text.push_str(&format!(" {:>12}", count.copied().unwrap_or(0)));
            }
        }
        text.push('\n');
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grading::set::parse;

    #[test]
    fn bands_pairs_and_confusion_follow_their_definitions() {
        let line = |id: &str, question: &str, kind: &str, label: &str| {
            format!(
                r#"{{"id":"{id}","question_id":"{question}","kind":"{kind}","answer":"a","half":"report","points":["{label}"]}}"#
            )
        };
        let lines = [
            line("1", "q1", "strong", "covered"),
            line("2", "q1", "wrong", "contradicted"),
            line("3", "q2", "strong", "covered"),
            line("4", "q2", "wrong", "missing"),
            line("5", "q2", "echo", "missing"),
        ];
        let cases = parse(&lines.join("\n")).unwrap();
        let scores = [0.8, 0.1, 0.5, 0.5, 0.0];
        let graded: Vec<Graded> =
            scores.iter().map(|score| Graded { score: *score, verdicts: vec![Verdict::Covered] }).collect();
        let report = summarise(&cases, &graded);
        assert_eq!(report.kinds[&Kind::Strong].in_band, 1);
        assert_eq!(report.kinds[&Kind::Wrong].in_band, 1);
        assert_eq!(report.in_band, 0.6);
        assert_eq!(report.pairs, Pairs { won: 1, of: 2 });
        assert_eq!(report.confusion["missing"]["covered"], 2);
        assert!(report.table().contains("strong beats wrong in 1 of 2 pairs"), "{}", report.table());
        assert!(serde_json::to_string(&report).unwrap().contains("\"echo\""));
    }
}
