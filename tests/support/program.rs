//! The program as a child process.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The program with a data folder of its own, run in a folder of its own.
#[derive(Debug, Clone)]
pub struct Program {
    binary: PathBuf,
    folder: PathBuf,
    variables: Vec<(String, String)>,
}

/// How a run ended.
#[derive(Debug)]
pub struct Finished {
    pub status: i32,
    pub out: String,
    pub err: String,
}

impl Program {
    /// `binary` is `env!("CARGO_BIN_EXE_viva-under-test")`; `folder` becomes the working folder, with `data` below it.
    pub fn new(binary: &str, folder: &Path) -> Self {
        Self { binary: PathBuf::from(binary), folder: folder.to_owned(), variables: Vec::new() }
    }

    /// Sets an environment variable for every run.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.variables.push((name.to_owned(), value.to_string()));
        self
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// The command, ready to be spawned.
    #[expect(clippy::disallowed_methods, reason = "what the child inherits is looked through")]
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command.args(arguments).current_dir(&self.folder).stdin(Stdio::null()).env("NO_COLOR", "1");
        // What is said to the tests is not said to the program, which refuses settings that it does not know.
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("VIVA_") {
                command.env_remove(name);
            }
        }
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs to the end.
    pub fn run(&self, arguments: &[&str]) -> Finished {
        let Output { status, stdout, stderr } =
            self.command(arguments).output().expect("the program can be started");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the program prints UTF-8");
        Finished { status: status.code().unwrap_or(-1), out: text(stdout), err: text(stderr) }
    }

    /// Runs to the end, which must be a success, and reads its JSON.
    pub fn json(&self, arguments: &[&str]) -> Value {
        let finished = self.run(arguments);
        assert_eq!(finished.status, 0, "{finished:?}");
        serde_json::from_str(&finished.out).unwrap_or_else(|error| panic!("{error}: {finished:?}"))
    }
}
