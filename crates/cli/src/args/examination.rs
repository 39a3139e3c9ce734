//! What may be typed to be examined.

use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct InterviewArgs {
    #[command(subcommand)]
    pub(crate) command: Option<InterviewCommand>,
    #[command(flatten)]
    pub(crate) start: StartArgs,
}

/// What an interview is to be.
#[derive(Debug, Args)]
pub(crate) struct StartArgs {
    /// Questions that this role is asked
    #[arg(long)]
    pub(crate) role: Option<String>,
    /// Questions of this level: junior, mid, senior or principal
    #[arg(long)]
    pub(crate) level: Option<String>,
    /// Questions of these modules
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    pub(crate) modules: Vec<String>,
    /// Questions of these focus areas
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    pub(crate) focus: Vec<String>,
    /// How many questions, 1 to 50
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u8).range(1..=50))]
    pub(crate) questions: u8,
    /// The most follow-ups to each, 0 to 5
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u8).range(0..=5))]
    pub(crate) follow_ups: u8,
    /// practice coaches after each answer, live is silent until the report
    #[arg(long, default_value = "practice")]
    pub(crate) mode: ModeArg,
    /// The same seed, guide, answers and reviews so far make the same interview (default: chance)
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    #[command(flatten)]
    pub(crate) answers: AnswersArg,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct AnswersArg {
    /// Take the answers from a file, one a line; `-` or a pipe is standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) answers: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ModeArg {
    Practice,
    Live,
}

#[derive(Debug, Subcommand)]
pub(crate) enum InterviewCommand {
    /// Go on with an interview (default: the latest that is not finished)
    Resume {
        id: Option<String>,
        #[command(flatten)]
        answers: AnswersArg,
    },
    /// Print what came of an interview
    Report {
        id: String,
        /// As Markdown
        #[arg(long)]
        markdown: bool,
    },
    /// List the latest interviews
    List,
}
