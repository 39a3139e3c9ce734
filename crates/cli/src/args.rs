//! The command line: what may be typed.

mod examination;

pub(crate) use examination::{AnswersArg, InterviewArgs, InterviewCommand, ModeArg, StartArgs};

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

const EXAMPLES: &str = "\x1b[1mExamples\x1b[0m
  viva                                        serve on http://127.0.0.1:8080, ingesting what has changed
  viva ask \"why do my threads use one core?\"  an answer with citations
  viva ask --depth deep --explain \"what is RAG?\"
  viva chat                                   a conversation, with follow-up questions
  viva interview --level senior               be examined, with grades and a report
  viva ingest ~/notes                         add a folder of your own to the guide
  viva doctor                                 what is wrong with this machine";

const EXIT: &str = "\x1b[1mExit status\x1b[0m
  0 done   1 failed, refused, or not covered by the guide   2 wrong usage";

/// A self-hosted interview assistant: it answers from its guide, with citations.
#[derive(Debug, Parser)]
#[command(name = "viva", version, before_help = EXAMPLES, after_help = EXIT, infer_subcommands = false)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) common: Common,
}

/// Flags of every command.
#[derive(Debug, Clone, Args)]
pub(crate) struct Common {
    /// Settings file (default: config/local.toml, when there is one)
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) config: Option<PathBuf>,
    /// Folder of the index and the caches (default: data)
    #[arg(long, value_name = "DIR", global = true)]
    pub(crate) data_dir: Option<String>,
    /// Print one JSON document on standard output, and nothing else there
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Colours
    #[arg(long, value_name = "WHEN", global = true, default_value = "auto", hide_possible_values = false)]
    pub(crate) color: Color,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Answer a question from the guide
    #[command(
        after_help = "Examples:\n  viva ask \"what is the GIL?\"\n  viva ask --depth deep \"what is RAG?\"\n  git diff | viva ask -"
    )]
    Ask(AskArgs),
    /// Hold a conversation
    #[command(
        after_help = "Examples:\n  viva chat\n  printf 'what is the GIL?\\nwhy does it exist?\\n/deeper\\n' | viva chat"
    )]
    Chat(ChatArgs),
    /// Be examined, graded and told what to work on
    #[command(
        after_help = "Examples:\n  viva interview --role data-engineer --level senior --questions 3\n  viva interview --modules asyncio,testing --mode live --seed 7 --answers mine.txt --json\n  viva interview resume\n  viva interview report ID --markdown"
    )]
    Interview(InterviewArgs),
    /// Be asked again what is due
    #[command(after_help = "Examples:\n  viva review\n  viva review --questions 3")]
    Review(StartArgs),
    /// Show how far you have come, by module and focus area
    #[command(after_help = "Example:\n  viva progress")]
    Progress,
    /// Find sections of the guide
    #[command(
        after_help = "Examples:\n  viva search \"memory grows in forked workers\"\n  viva search --module asyncio --k 3 cancel"
    )]
    Search(SearchArgs),
    /// Check the guide (and run its examples)
    #[command(
        after_help = "Examples:\n  viva check\n  viva check --run-examples content\n  viva check --json | jq .diagnostics"
    )]
    Check(CheckArgs),
    /// Chunk, embed and index the guide and other documents
    #[command(
        after_help = "Examples:\n  viva ingest\n  viva ingest content ~/notes\n  viva ingest --rebuild"
    )]
    Ingest(IngestArgs),
    /// Serve the page and the HTTP API (the default)
    #[command(
        after_help = "Examples:\n  viva serve\n  viva serve --bind 127.0.0.1:9000\n  viva serve --print-config"
    )]
    Serve(ServeArgs),
    /// Fetch the embedding model and its runtime
    #[command(after_help = "Example:\n  viva setup")]
    Setup,
    /// Say what is wrong with this machine and how to put it right
    #[command(after_help = "Example:\n  viva doctor")]
    Doctor,
    /// Measure retrieval and refusals on labelled queries
    #[command(
        subcommand,
        after_help = "Examples:\n  viva eval retrieval --set tests/eval/retrieval.jsonl\n  viva eval refusal --set tests/eval/refusal.jsonl --set tests/eval/retrieval.jsonl"
    )]
    Eval(EvalCommand),
    /// Measure what a search over HTTP costs beside the bare encoder call
    #[command(after_help = "Example:\n  viva bench --set tests/eval/retrieval.jsonl")]
    Bench(BenchArgs),
}

#[derive(Debug, Args)]
pub(crate) struct BenchArgs {
    /// Labelled queries, of which the wording is used
    #[arg(long, value_name = "FILE")]
    pub(crate) set: PathBuf,
    /// How many of them
    #[arg(long, default_value_t = 400)]
    pub(crate) queries: usize,
}

#[derive(Debug, Args)]
pub(crate) struct AskArgs {
    /// The question; `-` reads it from standard input
    pub(crate) question: Vec<String>,
    /// How much of the guide's answer: brief, standard or deep
    #[arg(long, default_value = "standard")]
    pub(crate) depth: String,
    /// Only this module
    #[arg(long)]
    pub(crate) module: Option<String>,
    /// Show how the answer came about
    #[arg(long)]
    pub(crate) explain: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ChatArgs {
    /// How much of the guide's answers: brief, standard or deep
    #[arg(long, default_value = "standard")]
    pub(crate) depth: String,
    /// Go on with this conversation
    #[arg(long, value_name = "ID")]
    pub(crate) open: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct SearchArgs {
    /// What to look for; `-` reads it from standard input
    pub(crate) question: Vec<String>,
    /// How many sections, 1 to 50
    #[arg(long, short, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=50))]
    pub(crate) k: u16,
    /// Only this module
    #[arg(long)]
    pub(crate) module: Option<String>,
    /// Only this level: junior, mid, senior or principal
    #[arg(long)]
    pub(crate) level: Option<String>,
    /// Only questions asked for this role
    #[arg(long)]
    pub(crate) role: Option<String>,
    /// Show ranks and scores of each leg
    #[arg(long)]
    pub(crate) explain: bool,
}

#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// Content folders or files (default: content.paths)
    pub(crate) paths: Vec<PathBuf>,
    /// Run the Python examples in a virtual environment made for them
    #[arg(long)]
    pub(crate) run_examples: bool,
    /// Examples run at once (default: the number of processors)
    #[arg(long, value_name = "N")]
    pub(crate) jobs: Option<usize>,
}

#[derive(Debug, Args)]
pub(crate) struct IngestArgs {
    /// Content folders or files, in place of content.paths
    pub(crate) paths: Vec<PathBuf>,
    /// Embed everything again
    #[arg(long)]
    pub(crate) rebuild: bool,
}

#[derive(Debug, Default, Args)]
pub(crate) struct ServeArgs {
    /// Address and port to listen on (default: 127.0.0.1:8080)
    #[arg(long, value_name = "ADDR:PORT")]
    pub(crate) bind: Option<String>,
    /// Print the effective settings and end
    #[arg(long)]
    pub(crate) print_config: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum EvalCommand {
    /// Recall, MRR and nDCG of each leg and of the fusion
    Retrieval(EvalArgs),
    /// Precision and recall of refusals, and false refusals
    Refusal(EvalArgs),
    /// Recall of the last message of labelled conversations
    Followups(EvalArgs),
    /// Fit what speaks for an entry in a conversation on the tuning half and print it
    Blend(EvalArgs),
    /// Fit the ranking's weights on the tuning half and print them
    Weights(EvalArgs),
    /// Fit the coverage verdict on the tuning half and print its calibration (after the weights)
    Calibrate(EvalArgs),
    /// Grades of labelled answers, without a language model; or fit what gives them
    Grading(GradingArgs),
}

#[derive(Debug, Args)]
pub(crate) struct GradingArgs {
    /// Labelled answers, one JSON object a line; may be given several times
    #[arg(long = "set", value_name = "FILE", required = true)]
    pub(crate) sets: Vec<PathBuf>,
    /// Which half is graded: report or tune, or all
    #[arg(long, default_value = "report")]
    pub(crate) half: HalfArg,
    /// Fit on the tuning half, write the calibration to this file and print cross-validated figures; grades nothing else
    #[arg(long, value_name = "FILE", conflicts_with_all = ["half", "own", "misses"])]
    pub(crate) fit: Option<PathBuf>,
    /// Grade the guide's own answer to every question as well
    #[arg(long)]
    pub(crate) own: bool,
    /// Show every answer whose score is out of its band
    #[arg(long)]
    pub(crate) misses: bool,
    /// Fail when a smaller share of the answers is in its band
    #[arg(long, value_name = "0..1")]
    pub(crate) floor: Option<f64>,
}

#[derive(Debug, Args)]
pub(crate) struct EvalArgs {
    /// Labelled queries, one JSON object a line; may be given several times
    #[arg(long = "set", value_name = "FILE", required = true)]
    pub(crate) sets: Vec<PathBuf>,
    /// Which half: report or tune (weights and calibrate: always tune), or all
    #[arg(long, default_value = "report")]
    pub(crate) half: HalfArg,
    /// Show every query that went wrong
    #[arg(long)]
    pub(crate) misses: bool,
    /// Write the figures as a chart
    #[arg(long, value_name = "FILE.svg")]
    pub(crate) chart: Option<PathBuf>,
    /// Fail when hybrid recall@1 is below this, or below the better of its legs
    #[arg(long, value_name = "0..1")]
    pub(crate) floor: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum HalfArg {
    Report,
    Tune,
    All,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_short_help_fits_a_screen() {
        let help = Cli::command().render_help().to_string();
        assert!(help.lines().count() <= 40, "{help}");
        assert!(help.contains("viva ask"), "{help}");
    }
}
