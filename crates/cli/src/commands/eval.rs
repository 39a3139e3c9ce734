//! `viva eval`: figures on labelled queries.

use crate::args::{EvalArgs, EvalCommand, HalfArg};
use crate::failure::{Failure, Outcome};
use crate::remote::server_of;
use crate::terminal::progress::{Bar, note};
use crate::terminal::table::table;
use crate::terminal::{self, BOLD, DIM, RED, RESET};
use crate::wiring::Wiring;
use serde_json::json;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use viva_assistant::Assistant;
use viva_eval::metrics::Metrics;
use viva_eval::retrieval::Report;
use viva_eval::set::{Case, Half};
use viva_eval::{calibrate, chart, refusal, retrieval, set, weights};

mod followups;
mod grading;

pub(crate) async fn run(wiring: &Wiring, which: EvalCommand, json: bool) -> Outcome<u8> {
    let args = match &which {
        EvalCommand::Grading(args) => return grading::run(wiring, args, json).await,
        EvalCommand::Retrieval(args)
        | EvalCommand::Refusal(args)
        | EvalCommand::Followups(args)
        | EvalCommand::Blend(args)
        | EvalCommand::Weights(args)
        | EvalCommand::Calibrate(args) => args,
    };
    let fits = matches!(which, EvalCommand::Calibrate(_) | EvalCommand::Weights(_) | EvalCommand::Blend(_));
    let half = if fits { HalfArg::Tune } else { args.half };
    let home = wiring.home("viva eval").or_else(|error| {
        server_of(error)?;
        Err(Failure::new("a server holds the index, and measuring goes past it")
            .hint("stop the server, or use another --data-dir"))
    })?;
    let assistant = wiring.searching(&home).await?;
    if matches!(which, EvalCommand::Followups(_) | EvalCommand::Blend(_)) {
        return followups::run(&assistant, &which, args, half, json).await;
    }
    let cases = cases(args, half, &assistant)?;
    match &which {
        EvalCommand::Retrieval(args) => measure_retrieval(&assistant, &cases, args, json).await,
        EvalCommand::Refusal(args) => measure_refusal(&assistant, &cases, args, json).await,
        EvalCommand::Weights(_) => fit_weights(&assistant, &cases).await,
        _ => fit(&assistant, &cases).await,
    }
}

/// The cases of the wanted half; every id that they name must be in the guide.
fn cases(args: &EvalArgs, half: HalfArg, assistant: &Arc<Assistant>) -> Outcome<Vec<Case>> {
    let mut cases = Vec::new();
    for path in &args.sets {
        cases.extend(read(path)?);
    }
    cases.retain(|case| match half {
        HalfArg::All => true,
        HalfArg::Report => case.half == Half::Report,
        HalfArg::Tune => case.half == Half::Tune,
    });
    let edition = assistant.edition().map_err(|reason| Failure::of(&reason))?;
    let unknown = set::unknown_ids(&cases, &edition.guide);
    if !unknown.is_empty() {
        let names: Vec<&str> = unknown.iter().take(10).map(viva_core::id::QuestionId::as_str).collect();
        return Err(Failure::new(format!(
            "the guide lacks {} questions that the set expects",
            unknown.len()
        ))
        .hint(names.join(", ")));
    }
    Ok(cases)
}

fn read(path: &Path) -> Outcome<Vec<Case>> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::new(format!("cannot read {}: {error}", path.display())))?;
    set::parse(&text).map_err(|error| Failure::new(format!("{}: {error}", path.display())))
}

/// A bar over `total` queries, and what moves it on.
pub(super) fn counting(total: usize) -> (Arc<Bar>, impl Fn() + Sync) {
    let bar = Arc::new(Bar::new("asking", false));
    let moved = Arc::clone(&bar);
    let done = AtomicU64::new(0);
    let step = move || moved.set(done.fetch_add(1, Ordering::Relaxed) + 1, total as u64, "");
    (bar, step)
}

async fn measure_retrieval(
    assistant: &Arc<Assistant>,
    cases: &[Case],
    args: &EvalArgs,
    json: bool,
) -> Outcome<u8> {
    let (bar, step) = counting(cases.iter().filter(|case| case.covered).count() * 3);
    let report = retrieval::measure(assistant, cases, &step).await.map_err(|error| Failure::of(&error))?;
    bar.finish();
    if let Some(path) = &args.chart {
        let svg = chart::recall_by_kind(&report).map_err(|error| Failure::of(&error))?;
        std::fs::write(path, svg)
            .map_err(|error| Failure::new(format!("cannot write {}: {error}", path.display())))?;
    }
    if json {
        terminal::print_json(&json!(report));
    } else {
        terminal::print(&retrieval_text(&report, args.misses));
    }
    let best_leg = report.dense.all.recall_at_1.max(report.bm25.all.recall_at_1);
    let hybrid = report.hybrid.all.recall_at_1;
    match args.floor {
        Some(floor) if hybrid < floor => {
            note(&format!("{RED}✗{RESET} hybrid recall@1 {hybrid:.3} is below the floor of {floor}"));
            Ok(1)
        }
        Some(_) if hybrid < best_leg => {
            note(&format!(
                "{RED}✗{RESET} hybrid recall@1 {hybrid:.3} is below its better leg, {best_leg:.3}"
            ));
            Ok(1)
        }
        _ => Ok(0),
    }
}

fn retrieval_text(report: &Report, misses: bool) -> String {
    let head = || {
        vec![
            ["", "queries", "recall@1", "recall@3", "recall@5", "MRR", "nDCG@10"].map(str::to_owned).to_vec(),
        ]
    };
    let row = |name: &str, m: &Metrics| {
        let figures = [m.recall_at_1, m.recall_at_3, m.recall_at_5, m.mrr, m.ndcg_at_10];
        [name.to_owned(), m.queries.to_string()]
            .into_iter()
            .chain(figures.map(|f| format!("{f:.3}")))
            .collect::<Vec<_>>()
    };
    let mut legs = head();
    legs.extend(
        [("dense", &report.dense), ("BM25", &report.bm25), ("hybrid", &report.hybrid)]
            .map(|(n, f)| row(n, &f.all)),
    );
    let mut text = format!("{}\n{BOLD}Hybrid, by kind of query{RESET}\n", table(&legs));
    for groups in [&report.hybrid.by_kind, &report.hybrid.by_module] {
        let mut rows = head();
        rows.extend(groups.iter().map(|(name, metrics)| row(name, metrics)));
        let _ = writeln!(text, "{}", table(&rows));
    }
    if misses {
        for miss in &report.misses {
            let _ = writeln!(
                text,
                "{} {DIM}{}{RESET}\n    wanted {}; got {}",
                miss.id,
                miss.query.replace('\n', " / "),
                miss.expect.join(" or "),
                miss.got.join(", ")
            );
        }
    }
    text
}

async fn measure_refusal(
    assistant: &Arc<Assistant>,
    cases: &[Case],
    args: &EvalArgs,
    json: bool,
) -> Outcome<u8> {
    let (bar, step) = counting(cases.len());
    let verdicts = refusal::verdicts(assistant, cases, &step).await.map_err(|error| Failure::of(&error))?;
    bar.finish();
    let report = refusal::summarise(cases, &verdicts);
    if json {
        terminal::print_json(&json!(report));
        return Ok(0);
    }
    let mut rows = vec![["", "queries", "value"].map(str::to_owned).to_vec()];
    let figures = [
        ("refusal precision", report.not_covered, report.precision),
        ("refusal recall", report.not_covered, report.recall),
        ("false refusals", report.covered, report.false_refusal_rate),
    ];
    rows.extend(
        figures
            .map(|(name, queries, value)| vec![name.to_owned(), queries.to_string(), format!("{value:.3}")]),
    );
    let mut text = table(&rows);
    for (kind, (refused, all)) in &report.by_kind {
        let _ = writeln!(text, "{DIM}{kind}: {refused} of {all} refused{RESET}");
    }
    if args.misses {
        for mistake in &report.mistakes {
            let label = if mistake.covered { "covered, refused" } else { "not covered, answered" };
            let _ = writeln!(
                text,
                "{} {label} ({:.2}): {DIM}{}{RESET}",
                mistake.id,
                mistake.probability,
                mistake.query.replace('\n', " / ")
            );
        }
    }
    terminal::print(&text);
    Ok(0)
}

async fn fit_weights(assistant: &Arc<Assistant>, cases: &[Case]) -> Outcome<u8> {
    let (bar, step) = counting(cases.iter().filter(|case| case.covered).count());
    let weights = weights::fit(assistant, cases, &step).await.map_err(|error| Failure::of(&error))?;
    bar.finish();
    note("the weights belong into crates/assistant/src/ranking.json");
    terminal::print_json(&json!(weights));
    Ok(0)
}

async fn fit(assistant: &Arc<Assistant>, cases: &[Case]) -> Outcome<u8> {
    let (bar, step) = counting(cases.len());
    let verdicts = refusal::verdicts(assistant, cases, &step).await.map_err(|error| Failure::of(&error))?;
    bar.finish();
    let revision = assistant.edition().map_err(|reason| Failure::of(&reason))?.guide.revision().to_string();
    let calibration = calibrate::fit(cases, &verdicts, &revision).map_err(|error| Failure::of(&error))?;
    note("the calibration belongs into crates/assistant/src/coverage/calibration.json");
    terminal::print_json(&json!(calibration));
    Ok(0)
}
