//! What was written, where: flat `section.key` pairs, later layers over earlier ones.

use crate::environment::Environment;
use crate::error::{SettingsError, Source};
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use toml::{Table, Value};

/// The settings file that is read when there is one and no other is named, relative to the working folder.
pub const DEFAULT_FILE: &str = "config/local.toml";

const DEFAULTS: &str = include_str!("../../../config/default.toml");

/// Keys whose values are secrets.
pub(crate) const SECRETS: [&str; 3] = ["http.api_key", "retrieval.qdrant_api_key", "model.api_key"];

/// What the command line says.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// The settings file, in place of [`DEFAULT_FILE`]; it must exist.
    pub file: Option<PathBuf>,
    /// Values of flags: the flag as typed (`--bind`), the key (`http.bind`), the value.
    pub flags: Vec<(&'static str, &'static str, String)>,
}

/// A value with its origin.
#[derive(Debug, Clone)]
pub(crate) struct Written {
    pub(crate) value: Value,
    pub(crate) origin: Source,
}

/// The effective value of every key.
///
/// Invariant: holds exactly the keys of `config/default.toml`, each with a value of its default's type.
#[derive(Clone)]
pub(crate) struct Layers(pub(crate) BTreeMap<String, Written>);

/// Shows nothing: some of the values are secrets.
impl fmt::Debug for Layers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Layers({} keys)", self.0.len())
    }
}

impl Layers {
    pub(crate) fn load(overrides: &Overrides, environment: &Environment) -> Result<Self, SettingsError> {
        let mut layers = Self(BTreeMap::new());
        for (key, value) in flatten(parse(Path::new("config/default.toml"), DEFAULTS)?) {
            layers.0.insert(key, Written { value, origin: Source::Default });
        }
        if let Some((path, text)) = read_file(overrides, environment)? {
            for (key, value) in flatten(parse(&path, &text)?) {
                layers.set(key, value, Source::File(path.clone()))?;
            }
        }
        for (name, text) in &environment.variables {
            if name != FILE_VARIABLE {
                layers.set_text(&key_of_variable(name), text, Source::Variable(name.clone()))?;
            }
        }
        for (flag, key, text) in &overrides.flags {
            layers.set_text(key, text, Source::Flag((*flag).to_owned()))?;
        }
        Ok(layers)
    }

    fn set(&mut self, key: String, value: Value, origin: Source) -> Result<(), SettingsError> {
        let Some(written) = self.0.get_mut(&key) else {
            let near = nearest(&key, self.0.keys());
            return Err(SettingsError::UnknownKey { key, origin, near });
        };
        if SECRETS.contains(&key.as_str()) && !matches!(origin, Source::Variable(_)) {
            let variable = variable_of_key(&key);
            return Err(SettingsError::MisplacedSecret { key, origin, variable });
        }
        // A whole number is a number: `temperature = 1`.
        let value = match (&written.value, &value) {
            (Value::Float(_), Value::Integer(whole)) => Value::Float(*whole as f64),
            _ => value,
        };
        if !written.value.same_type(&value) {
            let rule = described_type(&written.value).to_owned();
            return Err(SettingsError::Invalid { key, rule, value: value.to_string(), origin });
        }
        *written = Written { value, origin };
        Ok(())
    }

    /// Reads `text` as a value of the key's type: variables and flags have no types of their own.
    fn set_text(&mut self, key: &str, text: &str, origin: Source) -> Result<(), SettingsError> {
        let parsed = match self.0.get(key).map(|written| &written.value) {
            Some(Value::Integer(_)) => text.trim().parse().ok().map(Value::Integer),
            Some(Value::Float(_)) => text.trim().parse().ok().map(Value::Float),
            Some(Value::Boolean(_)) => text.trim().parse().ok().map(Value::Boolean),
            Some(Value::Array(_)) => Some(Value::Array(list(text))),
            _ => Some(Value::String(text.to_owned())),
        };
        // A text that is no value of the type is passed on as it is, so that `set` names it in its error.
        let value = parsed.unwrap_or_else(|| Value::String(text.to_owned()));
        self.set(key.to_owned(), value, origin)
    }
}

const FILE_VARIABLE: &str = "VIVA_CONFIG";

fn read_file(
    overrides: &Overrides,
    environment: &Environment,
) -> Result<Option<(PathBuf, String)>, SettingsError> {
    let named = overrides.file.clone().or_else(|| {
        environment.variables.get(FILE_VARIABLE).filter(|path| !path.is_empty()).map(PathBuf::from)
    });
    let is_named = named.is_some();
    let path = named.unwrap_or_else(|| PathBuf::from(DEFAULT_FILE));
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(Some((path, text))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && !is_named => Ok(None),
        Err(error) => Err(SettingsError::Unreadable { path, reason: error.to_string() }),
    }
}

fn parse(path: &Path, text: &str) -> Result<Table, SettingsError> {
    text.parse::<Table>().map_err(|error| SettingsError::Syntax {
        path: path.to_owned(),
        reason: error.to_string().trim_end().to_owned(),
    })
}

/// `[http] bind = …` becomes `http.bind`. A value outside a section keeps its bare name, a table deeper down its
/// dotted one: neither is a known key, so both are reported as such.
fn flatten(table: Table) -> Vec<(String, Value)> {
    let mut flat = Vec::new();
    for (section, value) in table {
        match value {
            Value::Table(keys) => {
                for (key, value) in flatten(keys) {
                    flat.push((format!("{section}.{key}"), value));
                }
            }
            other => flat.push((section, other)),
        }
    }
    flat
}

/// `VIVA_HTTP__BIND` becomes `http.bind`.
fn key_of_variable(name: &str) -> String {
    name.trim_start_matches("VIVA_").replacen("__", ".", 1).to_lowercase()
}

/// `http.bind` becomes `VIVA_HTTP__BIND`.
pub(crate) fn variable_of_key(key: &str) -> String {
    format!("VIVA_{}", key.replacen('.', "__", 1).to_uppercase())
}

/// A comma-separated list, or a TOML array.
fn list(text: &str) -> Vec<Value> {
    let as_toml = format!("list = {text}").parse::<Table>().ok();
    if let Some(Value::Array(items)) = as_toml.and_then(|mut table| table.remove("list")) {
        return items;
    }
    text.split(',')
        .map(str::trim)
        .filter(|item| !item.is_empty())
        .map(|item| Value::String(item.to_owned()))
        .collect()
}

fn described_type(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "a text",
        Value::Integer(_) => "a whole number",
        Value::Float(_) => "a number",
        Value::Boolean(_) => "true or false",
        Value::Array(_) => "a list of texts",
        Value::Datetime(_) | Value::Table(_) => "a value of the default's type",
    }
}

fn nearest<'a>(key: &str, known: impl Iterator<Item = &'a String>) -> Option<String> {
    known
        .map(|candidate| (strsim::jaro_winkler(key, candidate), candidate))
        .filter(|(similarity, _)| *similarity > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate.clone())
}
