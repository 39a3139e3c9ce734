//! The quality of grades: labelled answers, the guide's own answers, follow-ups and hints said back.

use crate::common::{grader, guide, labelled, wait};
use std::time::Instant;
use viva_core::guide::{Question, SectionKind};
use viva_eval::grading::{Kind, grade_all, sheets, summarise};
use viva_eval::set::Half;
use viva_interview::Vocabulary;
use viva_interview::grade::{Verdict, score};
use viva_interview::grading::{Answer, SemanticGrader};
use viva_interview::sheet::Sheet;

/// Floors of the reporting half, a little below what was measured; the targets are 0.85 and 0.97.
const IN_BAND: f64 = 0.88;
const PAIRS_WON: f64 = 0.8;
/// The least score of the guide's own answer.
const OWN_SCORE: f64 = 0.9;
#[test]
fn labelled_answers_get_the_scores_of_their_kind() {
    let (grader, rubrics, cases) = (grader(), sheets(guide()), labelled(Half::Report));
    let outcomes = wait(grade_all(&grader, &rubrics, &cases, &|| {})).unwrap();
    let report = summarise(&cases, &outcomes);
    println!("{}", report.table());
    assert!(report.in_band >= IN_BAND, "{:.3} in band", report.in_band);
    let won = report.pairs.won as f64 / report.pairs.of as f64;
    assert!(won >= PAIRS_WON, "strong beats wrong in {won:.3}");
    assert_eq!(report.kinds[&Kind::Gibberish].in_band, report.kinds[&Kind::Gibberish].answers);
}

/// What is wrong with the grades of a question's own answer, and of its follow-ups and hints said back.
fn faults(grader: &SemanticGrader, question: &Question, sheet: &Sheet) -> Vec<String> {
    let judge = |text: &str| wait(grader.judge(sheet, Answer { text, told: &[] })).unwrap().findings;
    let section = |kind| question.section(kind).map_or("", |section| section.markdown.as_str());
    let own = format!("{}\n\n{}", section(SectionKind::ShortAnswer), section(SectionKind::Explanation));
    let findings = judge(&own);
    for finding in &findings {
        let quote = finding.quote.as_deref();
        assert_eq!(quote.is_none(), finding.verdict == Verdict::Missing);
        assert!(quote.is_none_or(|quote| own.contains(quote)), "{quote:?} is verbatim");
    }
    let points = sheet.points.iter().zip(&findings);
    let own_score = score(points.clone().map(|(point, finding)| (point.weight, finding.verdict)), 0);
    let mut faults = Vec::new();
    if own_score < OWN_SCORE {
        let short = points.filter(|(_, finding)| finding.verdict != Verdict::Covered);
        let list: Vec<String> =
            short.map(|(point, finding)| format!("{}: {}", finding.verdict, point.text)).collect();
        faults.push(format!("{} has {own_score:.2}\n  {}", question.id, list.join("\n  ")));
    }
    for at in 0..sheet.points.len() {
        for text in [sheet.question_about(at), sheet.cloze(at)].into_iter().flatten() {
            let told = [text.clone()];
            let said_back = wait(grader.judge(sheet, Answer { text: &text, told: &told })).unwrap();
            if said_back.findings[at].verdict != Verdict::Missing {
                faults.push(format!("{}: `{text}`, said back, earns something", question.id));
            }
        }
    }
    faults
}

fn check(questions: impl Iterator<Item = &'static Question>) {
    let (grader, vocabulary) = (grader(), Vocabulary::of(guide()));
    let sheets = questions.filter_map(|question| Some((question, Sheet::new(question, &vocabulary)?)));
    let found: Vec<String> = sheets.flat_map(|(question, sheet)| faults(&grader, question, &sheet)).collect();
    assert!(found.is_empty(), "{} faults:\n{}", found.len(), found.join("\n"));
}

#[test]
fn own_answers_are_graded_well_and_what_was_told_earns_nothing() {
    check(guide().questions().step_by(16));
}

#[test]
#[ignore = "the same over the whole guide; encodes some 50,000 sentences, which takes minutes"]
fn the_same_for_every_question() {
    check(guide().questions());
}

#[test]
fn a_long_answer_is_graded_and_measured() {
    let (grader, vocabulary) = (grader(), Vocabulary::of(guide()));
    let question = guide().questions().find(|question| question.id.as_str() == "gil").unwrap();
    let sheet = Sheet::new(question, &vocabulary).unwrap();
    let markdown = &question.section(SectionKind::Explanation).unwrap().markdown;
    let words: Vec<&str> = markdown.split(' ').take(200).collect();
    let text = words.join(" ");
    wait(grader.judge(&sheet, Answer { text: "Once, so that the entry is encoded.", told: &[] })).unwrap();
    let mut times: Vec<_> = (0..9)
        .map(|_| {
            let started = Instant::now();
            wait(grader.judge(&sheet, Answer { text: &text, told: &[] })).unwrap();
            started.elapsed()
        })
        .collect();
    times.sort();
    println!("a grade of {} words: median {:?}", words.len(), times[4]);
    let huge = "A thread waits for the lock. ".repeat(700);
    let judged = wait(grader.judge(&sheet, Answer { text: &huge, told: &[] })).unwrap();
    assert_eq!(judged.findings.len(), sheet.points.len());
}
