//! A checksum in every row.
//!
//! SQLite notices damage to the structure of its pages, but not a flipped bit in a text or a number. PostgreSQL does,
//! where its operator has switched page checksums on. CRC-32 notices every change of up to 32 bits in a row, which is
//! what failing memory and disks make; it is no protection against intent, for which a key would be needed.

use crate::session::storable;
use crc32fast::Hasher;

/// Computes the checksum of a row: feed it the columns, in one fixed order.
pub(crate) struct Seal(Hasher);

impl Seal {
    /// Begins a row of `table`.
    pub(crate) fn new(table: &str) -> Self {
        Self(Hasher::new()).text(table)
    }

    /// Adds a text, as it is stored.
    pub(crate) fn text(mut self, text: &str) -> Self {
        let text = storable(text);
        self.0.update(&(text.len() as u64).to_le_bytes());
        self.0.update(text.as_bytes());
        self
    }

    /// Adds a text that may be absent.
    pub(crate) fn maybe(self, text: Option<&str>) -> Self {
        match text {
            Some(text) => self.int(1).text(text),
            None => self.int(0),
        }
    }

    /// Adds a number.
    pub(crate) fn int(mut self, number: i64) -> Self {
        self.0.update(&number.to_le_bytes());
        self
    }

    /// Adds a number that may be absent.
    pub(crate) fn maybe_int(self, number: Option<i64>) -> Self {
        match number {
            Some(number) => self.int(1).int(number),
            None => self.int(0),
        }
    }

    /// Adds a number with a fraction.
    pub(crate) fn real(self, number: f64) -> Self {
        // SQLite stores -0.0 as 0.0.
        self.int((number + 0.0).to_bits().cast_signed())
    }

    /// The checksum.
    pub(crate) fn value(self) -> i64 {
        i64::from(self.0.finalize())
    }
}
