//! Runs the guide's Python examples and compares what they print with what the guide says they print.
//!
//! Each block is a script in its own process, process group and temporary folder, in a virtual
//! environment made from `requirements.txt`. What passed once is not run again while code, output,
//! requirements and Python stay the same. Running all blocks in one interpreter was refused: it is
//! quicker, and examples then pass because of what another one imported.

pub(crate) mod blocks;
mod cache;
mod compare;
mod environment;
mod process;
mod verdict;

use crate::diagnostic::{Diagnostic, FileRef};
use crate::read::Reading;
use blocks::{PythonBlock, python_blocks};
use environment::Environment;
use std::ffi::OsString;
use std::io;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use viva_core::id::{ModuleId, QuestionId};

/// How to run examples.
#[derive(Debug, Clone)]
pub struct RunOptions {
    /// Where virtual environments and results are kept; made where missing.
    pub cache: PathBuf,
    /// The interpreter that the virtual environment is made from: a path, or a name to look up.
    pub python: PathBuf,
    /// `PATH` of the examples, behind the virtual environment's own folder; `java` is looked up here.
    pub path: OsString,
    /// Further variables that examples see, such as `JAVA_HOME`. All others are withheld.
    pub variables: Vec<(OsString, OsString)>,
    /// How many examples run at a time.
    pub workers: NonZeroUsize,
    /// The longest that a block may run.
    pub time_limit: Duration,
    /// Set to true by somebody else, it ends what runs and starts nothing more.
    pub stop: Arc<AtomicBool>,
}

impl RunOptions {
    /// The defaults: `python3`, the usual folders for programs, a worker for each processor, 60 seconds.
    pub fn new(cache: impl Into<PathBuf>) -> Self {
        Self {
            cache: cache.into(),
            python: PathBuf::from("python3"),
            path: OsString::from("/usr/local/bin:/usr/bin:/bin"),
            variables: Vec::new(),
            workers: std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
            time_limit: Duration::from_mins(1),
            stop: Arc::default(),
        }
    }
}

/// Why no example could be run at all.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// There is no such interpreter.
    #[error("cannot start `{}` ({source}): install Python 3.11 or newer, or name another interpreter", python.display())]
    PythonMissing {
        /// What was tried.
        python: PathBuf,
        /// Why it did not start.
        source: io::Error,
    },
    /// A command that prepares the virtual environment failed.
    #[error("`{command}` failed while the examples' environment was prepared:\n{detail}")]
    Environment {
        /// The command.
        command: String,
        /// The end of what it said.
        detail: String,
    },
    /// The cache folder cannot be used.
    #[error("cannot use `{}` for the examples: {source}; name another cache folder or free some space", path.display())]
    Cache {
        /// The file or folder.
        path: PathBuf,
        /// What went wrong.
        source: io::Error,
    },
}

/// What running the examples gave.
#[derive(Debug, Clone)]
pub struct Run {
    /// A result for each Python block, in the guide's order.
    pub results: Vec<ExampleResult>,
    /// What failed, by file and place.
    pub diagnostics: Vec<Diagnostic>,
    /// The interpreter, such as `cpython 3.11.7`.
    pub python: String,
}

/// How one block fared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExampleResult {
    /// The entry it stands in.
    pub question: QuestionId,
    /// That entry's module.
    pub module: ModuleId,
    /// The file, relative to its root.
    pub file: String,
    /// The line of its fence.
    pub line: u32,
    /// What happened.
    pub outcome: Outcome,
}

/// What happened to a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It ran and printed what the guide says.
    Passed {
        /// It did so in an earlier run.
        cached: bool,
    },
    /// It did not; there is a diagnostic.
    Failed,
    /// It was not run, which is no mistake.
    NotRun {
        /// Why.
        reason: String,
    },
}

/// What is going on, for a progress display.
#[derive(Debug, Clone, Copy)]
pub enum Progress<'a> {
    /// The virtual environment is being made, which can take minutes.
    Preparing {
        /// The step.
        step: &'a str,
    },
    /// A block has its result.
    Ran {
        /// Blocks that have one.
        done: usize,
        /// Blocks in all.
        total: usize,
        /// This block's.
        result: &'a ExampleResult,
    },
}

/// Runs every Python block of what was read. `progress` is called from several threads.
pub fn run_examples(
    reading: &Reading,
    options: &RunOptions,
    progress: &(dyn Fn(Progress<'_>) + Sync),
) -> Result<Run, RunError> {
    let chains = chains(reading);
    let total = chains.iter().map(|chain| chain.blocks.len()).sum();
    let environment = Environment::prepare(options, &reading.requirements, progress)?;
    let next = AtomicUsize::new(0);
    let done = AtomicUsize::new(0);
    let work = || -> Result<Vec<(usize, Vec<Finished>)>, RunError> {
        let mut finished = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(chain) = chains.get(index) else { return Ok(finished) };
            let results = verdict::run_chain(chain, &environment, options, |result| {
                let done = done.fetch_add(1, Ordering::Relaxed) + 1;
                progress(Progress::Ran { done, total, result });
            })?;
            finished.push((index, results));
        }
    };
    let workers = options.workers.get().min(chains.len().max(1));
    let mut finished = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        let results = threads.into_iter().map(|thread| match thread.join() {
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        results.collect::<Result<Vec<_>, _>>()
    })?
    .concat();
    finished.sort_by_key(|(index, _)| *index);
    let mut run = Run { results: Vec::new(), diagnostics: Vec::new(), python: environment.version };
    for Finished { result, diagnostic } in finished.into_iter().flat_map(|(_, results)| results) {
        run.results.push(result);
        run.diagnostics.extend(diagnostic);
    }
    run.diagnostics.sort();
    Ok(run)
}

/// A block with its result.
#[derive(Debug, Clone)]
struct Finished {
    result: ExampleResult,
    diagnostic: Option<Diagnostic>,
}

/// Blocks that run one after another: a `python` block and the `python continue` blocks below it.
#[derive(Debug)]
struct Chain {
    question: QuestionId,
    module: ModuleId,
    file: FileRef,
    blocks: Vec<PythonBlock>,
}

fn chains(reading: &Reading) -> Vec<Chain> {
    let mut chains: Vec<Chain> = Vec::new();
    for layout in &reading.layouts {
        let Some(question) = reading.guide.question(&layout.id) else { continue };
        let new = |block| Chain {
            question: question.id.clone(),
            module: question.module.clone(),
            file: layout.source.file.clone(),
            blocks: vec![block],
        };
        // The chain that a `continue` block goes on with: the last one that runs.
        let mut open: Option<usize> = None;
        // What is wrong with fences is reported by the check.
        for block in python_blocks(layout, &mut Vec::new()) {
            match open.and_then(|open| chains.get_mut(open)) {
                _ if block.no_run.is_some() => chains.push(new(block)),
                Some(chain) if block.continues => chain.blocks.push(block),
                _ => {
                    open = Some(chains.len());
                    chains.push(new(block));
                }
            }
        }
    }
    chains
}

#[cfg(test)]
mod tests;
