//! Runs a chain of blocks and judges each of them.

use super::blocks::PythonBlock;
use super::cache::{Key, Results};
use super::environment::Environment;
use super::process::{Ending, Execution, execute};
use super::{Chain, ExampleResult, Finished, Outcome, RunError, RunOptions, compare};
use crate::diagnostic::{Diagnostic, Position};

/// The most lines of an error message that are shown; the last ones say what happened.
const MOST_ERROR_LINES: usize = 25;

/// Runs a chain; `report` is called with each result.
pub(super) fn run_chain(
    chain: &Chain,
    environment: &Environment,
    options: &RunOptions,
    report: impl Fn(&ExampleResult),
) -> Result<Vec<Finished>, RunError> {
    let results = Results::open(&options.cache)?;
    let mut so_far = Script::default();
    let mut finished: Vec<Finished> = Vec::new();
    for block in &chain.blocks {
        let is_broken =
            finished.last().is_some_and(|last| !matches!(last.result.outcome, Outcome::Passed { .. }));
        so_far.append(block);
        let reason = if is_broken {
            Some("the block before it did not pass".to_owned())
        } else {
            reason_not_to_run(block, &so_far, environment, options)
        };
        let (outcome, diagnostic) = match reason {
            Some(reason) => (Outcome::NotRun { reason }, None),
            None => judge(chain, block, &mut so_far, environment, options, &results)?,
        };
        let result = ExampleResult {
            question: chain.question.clone(),
            module: chain.module.clone(),
            file: chain.file.path.clone(),
            line: block.at.line,
            outcome,
        };
        report(&result);
        finished.push(Finished { result, diagnostic });
    }
    Ok(finished)
}

/// The blocks up to one of a chain, as one script.
#[derive(Default)]
struct Script {
    code: String,
    key: Key,
    /// For each line of the script, its line in the file.
    lines: Vec<u32>,
    /// What the script printed before its last block.
    printed: String,
}

impl Script {
    fn append(&mut self, block: &PythonBlock) {
        if !self.code.is_empty() {
            self.code.push('\n');
            self.lines.push(block.at.line);
        }
        self.code.push_str(&block.code);
        self.lines.extend((block.at.line + 1..).take(block.code.lines().count()));
        self.key.add(&block.code, block.output.as_ref().map(|output| output.text.as_str()));
    }
}

fn reason_not_to_run(
    block: &PythonBlock,
    script: &Script,
    environment: &Environment,
    options: &RunOptions,
) -> Option<String> {
    let imports = |line: &str| {
        let line = line.trim_start();
        line.starts_with("import pyspark") || line.starts_with("from pyspark")
    };
    if let Some(reason) = &block.no_run {
        Some(reason.clone())
    } else if !environment.has_java && script.code.lines().any(imports) {
        Some("needs Java for PySpark, and there is no `java`".to_owned())
    } else if options.stop.load(std::sync::atomic::Ordering::Relaxed) {
        Some("stopped".to_owned())
    } else {
        None
    }
}

fn judge(
    chain: &Chain,
    block: &PythonBlock,
    script: &mut Script,
    environment: &Environment,
    options: &RunOptions,
    results: &Results,
) -> Result<(Outcome, Option<Diagnostic>), RunError> {
    let key = script.key.finish(environment);
    if let Some(printed) = results.get(&key)? {
        script.printed = printed;
        return Ok((Outcome::Passed { cached: true }, None));
    }
    let execution = execute(&script.code, environment, options)?;
    if matches!(execution.ending, Ending::Stopped) {
        return Ok((Outcome::NotRun { reason: "stopped".to_owned() }, None));
    }
    let problem = problem(block, script, &execution, options);
    match problem {
        None => {
            results.put(&key, &execution.stdout)?;
            script.printed = execution.stdout;
            Ok((Outcome::Passed { cached: false }, None))
        }
        Some(Problem { at, rule, message }) => {
            Ok((Outcome::Failed, Some(chain.file.error(at, rule, message))))
        }
    }
}

struct Problem {
    at: Position,
    rule: &'static str,
    message: String,
}

fn problem(
    block: &PythonBlock,
    script: &Script,
    execution: &Execution,
    options: &RunOptions,
) -> Option<Problem> {
    let at_block = |rule, message| Some(Problem { at: block.at, rule, message });
    match execution.ending {
        Ending::Success | Ending::Stopped => {}
        Ending::Failure { code } => {
            let code = code.map_or_else(|| "a signal".to_owned(), |code| format!("exit code {code}"));
            let message = format!("the block ended with {code}:\n{}", tail(&execution.stderr));
            let line = failing_line(&execution.stderr, script).unwrap_or(block.at.line);
            return Some(Problem { at: Position { line, column: 1 }, rule: "example-failed", message });
        }
        Ending::TimedOut => {
            let message =
                format!("the block did not end within {} seconds", options.time_limit.as_secs_f32());
            return at_block("example-timeout", message);
        }
        Ending::TooMuchOutput => {
            return at_block(
                "example-output-size",
                "the block prints without end; it was stopped".to_owned(),
            );
        }
    }
    let Some(printed) = execution.stdout.strip_prefix(script.printed.as_str()) else {
        let message = "the earlier blocks print something else when they run again: make them repeatable";
        return at_block("example-output", message.to_owned());
    };
    match &block.output {
        None if printed.trim().is_empty() => None,
        None => {
            let message = format!(
                "the block prints but has no `output` block below it; it printed:\n{}",
                compare::shown(printed)
            );
            at_block("output-missing", message)
        }
        Some(output) => compare::difference(&output.text, printed).map(|difference| Problem {
            at: output.at,
            rule: "example-output",
            message: format!("the block prints something else (- written, + printed):\n{difference}"),
        }),
    }
}

/// The end of an error message.
fn tail(text: &str) -> String {
    let lines: Vec<_> = text.trim_end().lines().collect();
    let shown = &lines[lines.len().saturating_sub(MOST_ERROR_LINES)..];
    if shown.is_empty() { "(nothing on standard error)".to_owned() } else { shown.join("\n") }
}

/// The line of the file that a traceback ends in.
fn failing_line(stderr: &str, script: &Script) -> Option<u32> {
    let mark = format!("{}\", line ", super::process::SCRIPT);
    let (_, after) = stderr.rsplit_once(mark.as_str())?;
    let digits: String = after.chars().take_while(char::is_ascii_digit).collect();
    let line: usize = digits.parse().ok()?;
    script.lines.get(line.checked_sub(1)?).copied()
}
