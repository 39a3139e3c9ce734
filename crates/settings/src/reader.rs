//! Typed access to the layers: each getter checks its rule and names key, value and origin when it is broken.

use crate::error::SettingsError;
use crate::layers::{Layers, Written};
use crate::secret::Secret;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::str::FromStr;
use toml::Value;

pub(crate) struct Reader<'a>(pub(crate) &'a Layers);

impl Reader<'_> {
    fn written(&self, key: &str) -> Result<&Written, SettingsError> {
        self.0.0.get(key).ok_or_else(|| SettingsError::UnknownKey {
            key: key.to_owned(),
            origin: crate::error::Source::Default,
            near: None,
        })
    }

    /// The error that says that `key` breaks `rule`.
    pub(crate) fn refuse(&self, key: &str, rule: impl Into<String>) -> SettingsError {
        match self.written(key) {
            Ok(Written { value, origin }) => SettingsError::Invalid {
                key: key.to_owned(),
                rule: rule.into(),
                value: if crate::layers::SECRETS.contains(&key) || crate::model::has_password(key, value) {
                    "[redacted]".to_owned()
                } else {
                    value.to_string()
                },
                origin: origin.clone(),
            },
            Err(error) => error,
        }
    }

    pub(crate) fn text(&self, key: &str) -> Result<&str, SettingsError> {
        self.written(key)?.value.as_str().map(str::trim).ok_or_else(|| self.refuse(key, "a text"))
    }

    pub(crate) fn required(&self, key: &str) -> Result<&str, SettingsError> {
        let text = self.text(key)?;
        if text.is_empty() { Err(self.refuse(key, "set")) } else { Ok(text) }
    }

    pub(crate) fn optional(&self, key: &str) -> Result<Option<&str>, SettingsError> {
        Ok(Some(self.text(key)?).filter(|text| !text.is_empty()))
    }

    pub(crate) fn secret(&self, key: &str) -> Result<Option<Secret>, SettingsError> {
        Ok(self.optional(key)?.map(Secret::new))
    }

    pub(crate) fn path(&self, key: &str) -> Result<PathBuf, SettingsError> {
        self.required(key).map(PathBuf::from)
    }

    pub(crate) fn optional_path(&self, key: &str) -> Result<Option<PathBuf>, SettingsError> {
        Ok(self.optional(key)?.map(PathBuf::from))
    }

    pub(crate) fn flag(&self, key: &str) -> Result<bool, SettingsError> {
        self.written(key)?.value.as_bool().ok_or_else(|| self.refuse(key, "true or false"))
    }

    pub(crate) fn number<N: TryFrom<i64>>(
        &self,
        key: &str,
        range: RangeInclusive<i64>,
    ) -> Result<N, SettingsError> {
        let rule = || self.refuse(key, format!("from {} to {}", range.start(), range.end()));
        let number = self.written(key)?.value.as_integer().filter(|n| range.contains(n)).ok_or_else(rule)?;
        N::try_from(number).map_err(|_| rule())
    }

    /// A number with a fraction; `None` where it is negative.
    pub(crate) fn decimal(
        &self,
        key: &str,
        range: RangeInclusive<f64>,
    ) -> Result<Option<f32>, SettingsError> {
        let rule = || self.refuse(key, format!("from {} to {}", range.start(), range.end()));
        let number = self.written(key)?.value.as_float().filter(|n| range.contains(n)).ok_or_else(rule)?;
        Ok(Some(number as f32).filter(|number| *number >= 0.0))
    }

    pub(crate) fn parsed<T: FromStr>(&self, key: &str, rule: &str) -> Result<T, SettingsError> {
        self.text(key)?.parse().map_err(|_| self.refuse(key, rule))
    }

    pub(crate) fn texts(&self, key: &str) -> Result<Vec<String>, SettingsError> {
        let items = self.written(key)?.value.as_array().ok_or_else(|| self.refuse(key, "a list of texts"))?;
        let text_of =
            |item: &Value| item.as_str().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        items
            .iter()
            .map(|item| text_of(item).ok_or_else(|| self.refuse(key, "a list of texts, none of them empty")))
            .collect()
    }
}
