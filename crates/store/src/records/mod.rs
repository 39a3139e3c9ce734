//! JSON documents in columns: one mirror type for each thing that is stored, with its version in `v`.
//!
//! The mirrors are written and read by destructuring the whole of both sides, so that a new field of a domain type
//! breaks the build here and must be given a place.

mod answer;
mod failure;
mod inspection;
mod number;

pub(crate) use failure::FailureRecord;

use answer::AnswerRecord;
use inspection::InspectionRecord;
use serde::{Deserialize, Serialize};
use viva_core::ports::BoxError;
use viva_core::turn::{Answer, Inspection};

/// The version of all documents. Raised when a shape changes so that the previous program could not read it; what was
/// written before must still be read.
const DOCUMENT_VERSION: u32 = 1;

#[derive(Serialize)]
struct Written<T> {
    v: u32,
    #[serde(flatten)]
    document: T,
}

#[derive(Deserialize)]
struct Version {
    v: u32,
}

fn write<T: Serialize>(document: T) -> Result<String, BoxError> {
    Ok(serde_json::to_string(&Written { v: DOCUMENT_VERSION, document })?)
}

/// The version is looked at first: another one may have other fields.
fn read<'d, T: Deserialize<'d>>(text: &'d str) -> Result<T, BoxError> {
    let Version { v } = serde_json::from_str(text)?;
    if v != DOCUMENT_VERSION {
        return Err(format!("a document of version {v}, this program reads {DOCUMENT_VERSION}").into());
    }
    Ok(serde_json::from_str(text)?)
}

/// An answer without its inspection.
pub(crate) fn write_answer(answer: &Answer) -> Result<String, BoxError> {
    write(AnswerRecord::from(answer))
}

pub(crate) fn read_answer(text: &str) -> Result<Answer, BoxError> {
    read::<AnswerRecord>(text)?.try_into()
}

pub(crate) fn write_inspection(inspection: &Inspection) -> Result<String, BoxError> {
    write(InspectionRecord::from(inspection))
}

pub(crate) fn read_inspection(text: &str) -> Result<Inspection, BoxError> {
    read::<InspectionRecord>(text)?.try_into()
}

pub(crate) fn write_failure(failure: FailureRecord) -> Result<String, BoxError> {
    write(failure)
}

pub(crate) fn read_failure(text: &str) -> Result<FailureRecord, BoxError> {
    read(text)
}

fn digest(text: &str) -> Result<viva_core::id::Digest, BoxError> {
    viva_core::id::Digest::from_hex(text).ok_or_else(|| format!("`{text}` is not a SHA-256 digest").into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use viva_core::turn::{Failure, FailureKind};

    #[test]
    fn a_document_of_another_version_is_not_guessed_at() {
        let failure = Failure { kind: FailureKind::ShuttingDown, detail: "bye".to_owned() };
        let text = write_failure(FailureRecord::new(&failure, "so far")).unwrap();
        assert_eq!(text, r#"{"v":1,"kind":"shutting_down","detail":"bye","partial":"so far"}"#);
        assert_eq!(read_failure(&text).unwrap().into_parts(), (failure, "so far".to_owned()));
        let error = read_failure(&text.replace("\"v\":1", "\"v\":2")).err().unwrap();
        assert_eq!(error.to_string(), "a document of version 2, this program reads 1");
        assert!(read_failure(&text.replace("shutting_down", "gone")).is_err());
    }
}
