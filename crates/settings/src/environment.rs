//! The process environment, read once.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

/// What the environment says that Viva listens to. Tests make one of their own.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// Variables whose names begin with `VIVA_`.
    pub variables: BTreeMap<String, String>,
    /// The user's cache folder, where one can be told.
    pub cache_dir: Option<PathBuf>,
    /// Where programs are looked up.
    pub path: Option<OsString>,
    /// Where Java is, for examples that need it.
    pub java_home: Option<OsString>,
    /// The user's editor, a command with its arguments: `VISUAL`, else `EDITOR`.
    pub editor: Option<String>,
}

impl Environment {
    /// Reads the process environment. A variable that is not UTF-8 is passed over.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
    pub fn of_process() -> Self {
        let variables = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .filter(|(name, _)| name.starts_with("VIVA_"))
            .collect();
        let cache_dir = {
            use etcetera::BaseStrategy;
            etcetera::choose_base_strategy().ok().map(|strategy| strategy.cache_dir())
        };
        let editor = ["VISUAL", "EDITOR"]
            .into_iter()
            .filter_map(|name| std::env::var(name).ok())
            .find(|editor| !editor.trim().is_empty());
        Self {
            variables,
            cache_dir,
            path: std::env::var_os("PATH"),
            java_home: std::env::var_os("JAVA_HOME"),
            editor,
        }
    }
}
