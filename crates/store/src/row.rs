//! A row as it came from either database, and a reader that says where it is unreadable.

use crate::time::time;
use std::sync::Arc;
use std::time::SystemTime;
use viva_core::ports::StoreError;

/// One value of a row.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    Null,
    Text(String),
    Int(i64),
    Real(f64),
    /// Of a type that no column of ours has, or no UTF-8.
    Unreadable,
}

/// One row.
#[derive(Debug)]
pub(crate) struct Row {
    /// The columns' names; shared by the rows of one result.
    pub(crate) columns: Arc<[String]>,
    /// Their values.
    pub(crate) cells: Vec<Cell>,
}

impl Row {
    /// Reads it as a row of `table`, whose key in messages is the column `key`.
    pub(crate) fn of(&self, table: &'static str, key: &str) -> Fields<'_> {
        let key = match self.cell(key) {
            Some(Cell::Text(text)) => text.clone(),
            Some(Cell::Int(number)) => number.to_string(),
            _ => "?".to_owned(),
        };
        Fields { row: self, table, key }
    }

    /// The first column, where it is a text.
    pub(crate) fn first_text(&self) -> Option<&str> {
        match self.cells.first() {
            Some(Cell::Text(text)) => Some(text),
            _ => None,
        }
    }

    fn cell(&self, name: &str) -> Option<&Cell> {
        let place = self.columns.iter().position(|column| column == name)?;
        self.cells.get(place)
    }
}

/// Reads the columns of one row.
pub(crate) struct Fields<'r> {
    row: &'r Row,
    table: &'static str,
    key: String,
}

impl Fields<'_> {
    /// A text.
    pub(crate) fn text(&self, field: &'static str) -> Result<&str, StoreError> {
        self.maybe_text(field)?.ok_or_else(|| self.unreadable(field))
    }

    /// A text that may be absent.
    pub(crate) fn maybe_text(&self, field: &'static str) -> Result<Option<&str>, StoreError> {
        match self.row.cell(field) {
            Some(Cell::Text(text)) => Ok(Some(text)),
            Some(Cell::Null) => Ok(None),
            _ => Err(self.unreadable(field)),
        }
    }

    /// A number.
    pub(crate) fn int(&self, field: &'static str) -> Result<i64, StoreError> {
        self.maybe_int(field)?.ok_or_else(|| self.unreadable(field))
    }

    /// A number that may be absent.
    pub(crate) fn maybe_int(&self, field: &'static str) -> Result<Option<i64>, StoreError> {
        match self.row.cell(field) {
            Some(Cell::Int(number)) => Ok(Some(*number)),
            Some(Cell::Null) => Ok(None),
            _ => Err(self.unreadable(field)),
        }
    }

    /// A number of a narrower type.
    pub(crate) fn count<T: TryFrom<i64>>(&self, field: &'static str) -> Result<T, StoreError> {
        T::try_from(self.int(field)?).map_err(|_| self.unreadable(field))
    }

    /// A number with a fraction.
    pub(crate) fn real(&self, field: &'static str) -> Result<f64, StoreError> {
        match self.row.cell(field) {
            Some(Cell::Real(number)) => Ok(*number),
            _ => Err(self.unreadable(field)),
        }
    }

    /// A time.
    pub(crate) fn time(&self, field: &'static str) -> Result<SystemTime, StoreError> {
        self.int(field).map(time)
    }

    /// Something that is made of a text.
    pub(crate) fn parsed<T, E>(
        &self,
        field: &'static str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<T, StoreError> {
        parse(self.text(field)?).map_err(|_| self.unreadable(field))
    }

    /// Compares the checksum in `field` with that of the columns as they were read.
    pub(crate) fn check(&self, field: &'static str, computed: i64) -> Result<(), StoreError> {
        if self.int(field)? == computed { Ok(()) } else { Err(self.unreadable(field)) }
    }

    /// The error that names `field` of this row.
    pub(crate) fn unreadable(&self, field: &'static str) -> StoreError {
        StoreError::Row { table: self.table, row: self.key.clone(), field }
    }
}
