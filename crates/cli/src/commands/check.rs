//! `viva check`: what is wrong with the guide.

use crate::args::CheckArgs;
use crate::failure::{Failure, Outcome};
use crate::terminal::progress::{Bar, note};
use crate::terminal::table::table;
use crate::terminal::{self, BOLD, DIM, GREEN, RED, RESET, YELLOW};
use crate::wiring::Wiring;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use viva_guide::{Diagnostic, ModuleStatistics, Progress, Reading, Report, RunOptions, Severity};

pub(crate) fn run(wiring: &Wiring, args: CheckArgs, json: bool) -> Outcome<u8> {
    let CheckArgs { paths, run_examples, jobs } = args;
    let paths = if paths.is_empty() { wiring.settings.content.paths.clone() } else { paths };
    let reading = viva_guide::read(&paths);
    let mut report = viva_guide::check(&reading);
    if run_examples {
        let options = run_options(wiring, jobs);
        let run = examples(&reading, &options)?;
        report.add_run(&run);
    }
    if json {
        terminal::print_json(&document(&report, &paths));
    } else {
        terminal::print(&text(&report, &paths));
    }
    Ok(u8::from(report.errors() > 0))
}

fn run_options(wiring: &Wiring, jobs: Option<usize>) -> RunOptions {
    let environment = &wiring.environment;
    let mut options = RunOptions::new(wiring.settings.embed.cache_dir.join("examples"));
    options.python = PathBuf::from(&wiring.settings.embed.python);
    if let Some(path) = &environment.path {
        options.path.clone_from(path);
    }
    options.variables.extend(environment.java_home.clone().map(|home| ("JAVA_HOME".into(), home)));
    if let Some(jobs) = jobs.and_then(NonZeroUsize::new) {
        options.workers = jobs;
    }
    options
}

fn examples(reading: &Reading, options: &RunOptions) -> Outcome<viva_guide::Run> {
    let bar = Bar::new("examples", false);
    let run = viva_guide::run_examples(reading, options, &|progress| match progress {
        Progress::Ran { done, total, .. } => bar.set(done as u64, total as u64, ""),
        Progress::Preparing { step } => note(&format!("preparing the examples: {step}")),
    });
    bar.finish();
    run.map_err(|error| Failure::of(&error))
}

/// `file:line: rule: message`, then figures for each module, then the count.
fn text(report: &Report, roots: &[PathBuf]) -> String {
    let mut text = String::new();
    for found in &report.diagnostics {
        let colour = if found.severity == Severity::Error { RED } else { YELLOW };
        let _ = writeln!(
            text,
            "{}:{}:{}: {colour}{}{RESET}: {}: {}",
            place(found, roots),
            found.line,
            found.column,
            found.severity,
            found.rule,
            found.message
        );
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text.push_str(&table(&rows(&report.modules)));
    for (module, no_run) in
        report.modules.iter().flat_map(|module| module.no_run.iter().map(move |block| (module, block)))
    {
        let _ = writeln!(
            text,
            "{DIM}{}/{}:{} is not run: {}{RESET}",
            module.id, no_run.question, no_run.line, no_run.reason
        );
    }
    for module in report.modules.iter().filter(|module| !module.missing.is_empty() || module.lacking > 0) {
        let _ = writeln!(
            text,
            "{BOLD}{}{RESET} lacks {} questions {DIM}{}{RESET}",
            module.id,
            module.lacking,
            module.missing.join(" ")
        );
    }
    let errors = report.errors();
    let warnings = report.diagnostics.len() - errors;
    let colour = if errors > 0 { RED } else { GREEN };
    let _ = writeln!(text, "\n{colour}{errors} errors, {warnings} warnings{RESET}");
    text
}

fn place(found: &Diagnostic, roots: &[PathBuf]) -> String {
    let root = roots.get(found.root).cloned().unwrap_or_default();
    if found.file == "." { root.display().to_string() } else { root.join(&found.file).display().to_string() }
}

fn rows(modules: &[ModuleStatistics]) -> Vec<Vec<String>> {
    let head = [
        "module",
        "questions",
        "words",
        "runnable",
        "passed",
        "failed",
        "not run",
        "key points",
        "follow-ups",
        "missing",
    ];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    let mut sums = [0_usize; 9];
    for module in modules {
        let run = module.run.unwrap_or_default();
        let counts = [
            module.questions,
            module.words,
            module.runnable,
            run.passed,
            run.failed,
            run.not_run.max(module.no_run.len()),
            module.key_points,
            module.follow_ups,
            module.missing.len().max(module.lacking),
        ];
        for (sum, count) in sums.iter_mut().zip(counts) {
            *sum += count;
        }
        let name = format!("{:>2} {}", module.number, module.id);
        rows.push(std::iter::once(name).chain(counts.map(|count| count.to_string())).collect());
    }
    rows.push(std::iter::once("all".to_owned()).chain(sums.map(|sum| sum.to_string())).collect());
    rows
}

fn document(report: &Report, roots: &[PathBuf]) -> Value {
    let diagnostics: Vec<Value> = report
        .diagnostics
        .iter()
        .map(|found| {
            json!({ "file": place(found, roots), "line": found.line, "column": found.column,
                    "severity": found.severity.as_str(), "rule": found.rule, "message": found.message })
        })
        .collect();
    let modules: Vec<Value> = report
        .modules
        .iter()
        .map(|module| {
            let run = module.run.map(|run| json!({ "passed": run.passed, "failed": run.failed, "not_run": run.not_run }));
            let no_run: Vec<Value> = module
                .no_run
                .iter()
                .map(|block| json!({ "question": block.question.as_str(), "line": block.line, "reason": block.reason }))
                .collect();
            json!({ "number": module.number, "id": module.id, "title": module.title, "questions": module.questions,
                    "words": module.words, "runnable": module.runnable, "run": run, "no_run": no_run,
                    "key_points": module.key_points, "follow_ups": module.follow_ups,
                    "missing": module.missing, "lacking": module.lacking })
        })
        .collect();
    let errors = report.errors();
    json!({ "errors": errors, "warnings": report.diagnostics.len() - errors, "diagnostics": diagnostics, "modules": modules })
}
