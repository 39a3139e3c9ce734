//! What can be wrong with settings.

use std::fmt;
use std::path::PathBuf;

/// Where a value was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// `config/default.toml`, compiled in.
    Default,
    /// A settings file.
    File(PathBuf),
    /// An environment variable.
    Variable(String),
    /// A flag of the command line.
    Flag(String),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("the defaults"),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Variable(name) => write!(f, "the environment variable {name}"),
            Self::Flag(flag) => write!(f, "the flag {flag}"),
        }
    }
}

/// Why there are no settings. Every message names the key, its value and where it was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// The file that was asked for cannot be read.
    #[error("cannot read the settings file {}: {reason}", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The file is not TOML.
    #[error("{} is not valid TOML: {reason}", path.display())]
    Syntax {
        /// Which file.
        path: PathBuf,
        /// Where and why.
        reason: String,
    },
    /// A key that does not exist.
    #[error("unknown setting `{key}` (from {origin}){}", suggestion(near.as_deref()))]
    UnknownKey {
        /// The key as written.
        key: String,
        /// Where it was written.
        origin: Source,
        /// A key that it may have been meant to be.
        near: Option<String>,
    },
    /// A value that breaks the key's rule.
    #[error("`{key}` must be {rule}, got {value} (from {origin})")]
    Invalid {
        /// The key.
        key: String,
        /// What it must be.
        rule: String,
        /// What it is.
        value: String,
        /// Where it was written.
        origin: Source,
    },
    /// A secret in a file or a flag.
    #[error("`{key}` is a secret and is not read from {origin}: set {variable} in the environment")]
    MisplacedSecret {
        /// The key.
        key: String,
        /// Where it was written.
        origin: Source,
        /// Where it belongs.
        variable: String,
    },
}

fn suggestion(near: Option<&str>) -> String {
    near.map_or_else(String::new, |key| format!("; did you mean `{key}`?"))
}
