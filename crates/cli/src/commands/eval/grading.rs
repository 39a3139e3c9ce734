//! `viva eval grading`: grades of labelled answers against their labels, and the fit of the grader.
//!
//! It needs the guide's files and the encoder, but no index.

use super::counting;
use crate::args::{GradingArgs, HalfArg};
use crate::failure::{Failure, Outcome};
use crate::terminal::progress::{Bar, note};
use crate::terminal::{self, DIM, RED, RESET};
use crate::wiring::Wiring;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use viva_core::guide::Guide;
use viva_core::id::QuestionId;
use viva_eval::grading::{
    Graded, LabelledAnswer, Report, fit, grade_all, own_answers, parse, sheets, summarise,
};
use viva_eval::set::Half;
use viva_interview::grading::{Calibration, SemanticGrader};

/// What the guide's own answers are to reach.
const OWN_SCORE: f64 = 0.9;

pub(super) async fn run(wiring: &Wiring, args: &GradingArgs, json: bool) -> Outcome<u8> {
    let cases = read(args)?;
    let guide = viva_guide::read(&wiring.settings.content.paths).guide;
    let calibration = Calibration::fitted().map_err(|error| Failure::of(&error))?;
    let version = calibration.version;
    let grader = SemanticGrader::new(wiring.encoder()?, calibration);
    match &args.fit {
        Some(path) => fit_to(&grader, &guide, cases, (version + 1, path.as_path()), json).await,
        None => measure(&grader, &guide, cases, args, json).await,
    }
}

fn read(args: &GradingArgs) -> Outcome<Vec<LabelledAnswer>> {
    let mut cases = Vec::new();
    for path in &args.sets {
        let text = std::fs::read_to_string(path)
            .map_err(|error| Failure::new(format!("cannot read {}: {error}", path.display())))?;
        cases.extend(parse(&text).map_err(|error| Failure::new(format!("{}: {error}", path.display())))?);
    }
    Ok(cases)
}

/// The answers of one half, or all.
fn of_half(cases: Vec<LabelledAnswer>, half: HalfArg) -> Vec<LabelledAnswer> {
    let keeps = |case: &LabelledAnswer| match half {
        HalfArg::All => true,
        HalfArg::Report => case.half == Half::Report,
        HalfArg::Tune => case.half == Half::Tune,
    };
    cases.into_iter().filter(keeps).collect()
}

async fn measure(
    grader: &SemanticGrader,
    guide: &Guide,
    cases: Vec<LabelledAnswer>,
    args: &GradingArgs,
    json: bool,
) -> Outcome<u8> {
    let cases = of_half(cases, args.half);
    let rubrics = sheets(guide);
    let (bar, step) = counting(cases.len());
    let results = grade_all(grader, &rubrics, &cases, &step).await.map_err(|error| Failure::of(&error))?;
    bar.finish();
    let report = summarise(&cases, &results);
    let own = if args.own {
        let (bar, step) = counting(rubrics.len());
        let own = own_answers(grader, guide, &rubrics, &step).await;
        bar.finish();
        own.map_err(|error| Failure::of(&error))?
    } else {
        Vec::new()
    };
    if json {
        terminal::print_json(&document(&report, &cases, &results, &own));
    } else {
        terminal::print(&text(&report, &cases, &results, &own, args.misses));
    }
    match args.floor {
        Some(floor) if report.in_band < floor => {
            note(&format!(
                "{RED}✗{RESET} a share of {:.3} is in its band, below the floor of {floor}",
                report.in_band
            ));
            Ok(1)
        }
        _ => Ok(0),
    }
}

/// Answers whose score does not fit their kind.
fn misses<'a>(
    cases: &'a [LabelledAnswer],
    graded: &'a [Graded],
) -> impl Iterator<Item = (&'a LabelledAnswer, &'a Graded)> {
    cases.iter().zip(graded).filter(|(case, grade)| !case.kind.fits(grade.score))
}

/// The guide's own answers that fall short.
fn short(own: &[(QuestionId, Graded)]) -> Vec<&(QuestionId, Graded)> {
    own.iter().filter(|(_, grade)| grade.score < OWN_SCORE).collect()
}

fn document(
    report: &Report,
    cases: &[LabelledAnswer],
    graded: &[Graded],
    own: &[(QuestionId, Graded)],
) -> Value {
    let names = |grade: &Graded| grade.verdicts.iter().map(|verdict| verdict.as_str()).collect::<Vec<_>>();
    let misses: Vec<Value> = misses(cases, graded)
        .map(|(case, grade)| {
            json!({
                "id": case.id,
                "question": case.question.as_str(),
                "kind": case.kind,
                "score": grade.score,
                "verdicts": names(grade),
            })
        })
        .collect();
    let mut document = json!(report);
    document["misses"] = json!(misses);
    if !own.is_empty() {
        let short: Vec<Value> = short(own)
            .into_iter()
            .map(|(question, grade)| json!({ "question": question.as_str(), "score": grade.score }))
            .collect();
        document["own"] = json!({ "answers": own.len(), "below": short });
    }
    document
}

fn text(
    report: &Report,
    cases: &[LabelledAnswer],
    graded: &[Graded],
    own: &[(QuestionId, Graded)],
    with_misses: bool,
) -> String {
    let mut text = report.table();
    for (case, grade) in misses(cases, graded).filter(|_| with_misses) {
        let _ = writeln!(text, "{} {} {:.2} {DIM}{}{RESET}", case.id, case.kind, grade.score, case.question);
    }
    if !own.is_empty() {
        let short = short(own);
        let _ = writeln!(
            text,
            "the guide's own answer scores {OWN_SCORE} or more on {} of {} questions",
            own.len() - short.len(),
            own.len()
        );
        for (question, grade) in short {
            let _ = writeln!(text, "{question} {:.2}", grade.score);
        }
    }
    text
}

async fn fit_to(
    grader: &SemanticGrader,
    guide: &Guide,
    cases: Vec<LabelledAnswer>,
    (version, path): (u32, &Path),
    json: bool,
) -> Outcome<u8> {
    let withheld: BTreeSet<QuestionId> =
        cases.iter().filter(|case| case.half == Half::Report).map(|case| case.question.clone()).collect();
    let cases = of_half(cases, HalfArg::Tune);
    // The fit does not say how far it is: it compares some thousand statements first, and then solves.
    let bar = Bar::new("fitting", false);
    let fitted = fit(grader, guide, &cases, &withheld, version).await;
    bar.finish();
    let fitted = fitted.map_err(|error| Failure::of(&error))?;
    let written = serde_json::to_string(&fitted.calibration).map_err(|error| Failure::of(&error))?;
    std::fs::write(path, written + "\n")
        .map_err(|error| Failure::new(format!("cannot write {}: {error}", path.display())))?;
    let (kept, of) = fitted.own;
    if json {
        let mut document = json!(fitted.cross_validated);
        document["own"] = json!({ "answers": of, "kept": kept });
        terminal::print_json(&document);
    } else {
        terminal::print(&fitted.cross_validated.table());
        note(&format!(
            "cross-validated; of the guide's own answers {kept} of {of} score {OWN_SCORE} or more"
        ));
    }
    note("the calibration belongs into crates/interview/src/grading/calibration.json");
    Ok(0)
}
