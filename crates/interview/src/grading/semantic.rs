//! The grader that needs no language model.
//!
//! Statements that count are encoded in one call, compared with the vectors of the key points (which are kept), and a
//! small calibrated model turns each comparison into a verdict. Encoding the answer as a whole was refused: a vector of
//! two hundred words is near to everything and to nothing.

use super::calibration::Calibration;
use super::claims::{Entry, entry_texts};
use super::counter::counter_statements;
use super::features::{Compared, FeatureVector, SheetVectors, Unit, compare};
use crate::grade::{Finding, Grader, Judgement, Verdict};
use crate::sheet::Sheet;
use crate::text::split::long_clauses;
use crate::text::substance::{Standing, Statement, Surroundings, examine};
use crate::text::words::{Token, stem_set};
use quick_cache::sync::Cache;
use sha2::{Digest as _, Sha256};
use std::collections::HashSet;
use std::sync::Arc;
use viva_core::id::Digest;
use viva_core::ports::{EmbedError, Embedder};

/// How many sheets' vectors are kept, some 100 KB each.
const KEPT_SHEETS: usize = 256;
/// The longest quote, in characters.
pub(crate) const MAX_QUOTE_CHARS: usize = 320;
/// The most pieces of an answer that are encoded; what follows is not looked at.
const MAX_PIECES: usize = 240;

/// Grades by sentence vectors, telling words and checks for contradiction.
pub struct SemanticGrader {
    embedder: Arc<dyn Embedder>,
    calibration: Calibration,
    sheets: Cache<Digest, Arc<SheetVectors>>,
}

/// An answer, and what had been said to the candidate before it.
#[derive(Debug, Clone, Copy)]
pub struct Answer<'a> {
    /// The candidate's words.
    pub text: &'a str,
    /// Follow-ups and hints that were given; saying them again counts for nothing.
    pub told: &'a [String],
}

impl SemanticGrader {
    /// A grader with its own cache.
    pub fn new(embedder: Arc<dyn Embedder>, calibration: Calibration) -> Self {
        Self { embedder, calibration, sheets: Cache::new(KEPT_SHEETS) }
    }

    /// Encodes what a sheet needs, so that the first grade is as fast as later ones.
    pub async fn prepare(&self, sheet: &Sheet) -> Result<(), EmbedError> {
        self.vectors(sheet).await.map(|_| ())
    }

    /// A verdict on every key point.
    pub async fn judge(&self, sheet: &Sheet, answer: Answer<'_>) -> Result<Judgement, EmbedError> {
        let statements = self.examine(sheet, answer);
        let grader = Grader::LexicalSemantic { version: self.calibration.version };
        let Some((units, vectors)) = self.encode(sheet, answer.text, &statements).await? else {
            let findings = sheet.points.iter().map(|_| Finding::missing()).collect();
            return Ok(Judgement { findings, grader, degraded: None, is_empty: true });
        };
        let compared = compare(sheet, &vectors, &units);
        let features = compared.features(&self.calibration.claims);
        let counting: Vec<&Statement> = counting(&statements).collect();
        let finding = |(features, nearest): (&FeatureVector, &usize)| {
            let verdict = self.calibration.verdict(features);
            let said = counting.get(*nearest).map(|statement| shorten(&answer.text[statement.range.clone()]));
            match (verdict, said) {
                (Verdict::Missing, _) | (_, None) => Finding::missing(),
                (verdict, Some(words)) => Finding { verdict, quote: Some(words.to_owned()) },
            }
        };
        let findings = features.iter().zip(compared.nearest()).map(finding).collect();
        Ok(Judgement { findings, grader, degraded: None, is_empty: false })
    }

    /// An answer held against a sheet, for fitting; `None` where no statement of it counts.
    pub async fn compared(&self, sheet: &Sheet, answer: Answer<'_>) -> Result<Option<Compared>, EmbedError> {
        let statements = self.examine(sheet, answer);
        let encoded = self.encode(sheet, answer.text, &statements).await?;
        Ok(encoded.map(|(units, vectors)| compare(sheet, &vectors, &units)))
    }

    /// The statements of an answer with their standing.
    pub(crate) fn examine(&self, sheet: &Sheet, answer: Answer<'_>) -> Vec<Statement> {
        let mut said = stem_set(&sheet.text);
        said.extend(answer.told.iter().flat_map(|text| stem_set(text)));
        let subject: HashSet<String> = sheet.subject();
        let is_word = |token: &Token| subject.contains(&token.stem) || self.embedder.is_word(&token.lower);
        examine(answer.text, &Surroundings { said: &said, subject: &subject, is_word: &is_word })
    }

    async fn encode(
        &self,
        sheet: &Sheet,
        text: &str,
        statements: &[Statement],
    ) -> Result<Option<(Vec<Unit>, Arc<SheetVectors>)>, EmbedError> {
        let mut units = Vec::new();
        for (number, statement) in counting(statements).enumerate() {
            let unit = |range: std::ops::Range<usize>, is_whole| Unit {
                text: text[range].to_owned(),
                statement: number,
                is_whole,
                vector: Vec::new(),
            };
            units.push(unit(statement.range.clone(), true));
            units.extend(
                long_clauses(text, statement.range.clone()).into_iter().map(|range| unit(range, false)),
            );
        }
        units.truncate(MAX_PIECES);
        if units.is_empty() {
            return Ok(None);
        }
        let vectors = self.vectors(sheet).await?;
        let encoded =
            self.embedder.embed_passages(units.iter().map(|unit| unit.text.clone()).collect()).await?;
        for (unit, vector) in units.iter_mut().zip(encoded) {
            unit.vector = vector;
        }
        Ok(Some((units, vectors)))
    }

    async fn vectors(&self, sheet: &Sheet) -> Result<Arc<SheetVectors>, EmbedError> {
        self.sheets.get_or_insert_async(&key(sheet), self.encode_sheet(sheet)).await
    }

    async fn encode_sheet(&self, sheet: &Sheet) -> Result<Arc<SheetVectors>, EmbedError> {
        let counters = counter_statements(sheet);
        let mut texts: Vec<String> = sheet.points.iter().map(|point| point.text.clone()).collect();
        texts.extend(sheet.pitfalls.iter().cloned());
        texts.extend(counters.iter().flatten().cloned());
        let entry = entry_texts(sheet);
        // The key points are the first of them, and have their vectors already.
        texts.extend(entry.iter().skip(sheet.points.len()).cloned());
        let mut vectors = self.embedder.embed_passages(texts).await?.into_iter();
        let mut take = |count: usize| vectors.by_ref().take(count).collect::<Vec<_>>();
        let points = take(sheet.points.len());
        let pitfalls = take(sheet.pitfalls.len());
        let counters = counters.iter().map(|texts| take(texts.len())).collect();
        let rest = take(entry.len().saturating_sub(points.len()));
        let entry = Entry::new(&entry, points.iter().cloned().chain(rest).collect());
        Ok(Arc::new(SheetVectors { points, counters, pitfalls, entry }))
    }
}

fn counting(statements: &[Statement]) -> impl Iterator<Item = &Statement> {
    statements.iter().filter(|statement| statement.standing == Standing::Counts)
}

/// Names everything that a sheet's vectors are made from.
fn key(sheet: &Sheet) -> Digest {
    let mut hash = Sha256::new();
    let points = sheet.points.iter().map(|point| &point.text);
    let prose = [&sheet.text, &sheet.short_answer, &sheet.explanation];
    for text in prose.into_iter().chain(points).chain(&sheet.pitfalls) {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text);
    }
    Digest(hash.finalize().into())
}

/// Cuts at a word end; what is left is still verbatim.
pub(crate) fn shorten(text: &str) -> &str {
    let Some((limit, _)) = text.char_indices().nth(MAX_QUOTE_CHARS) else { return text };
    let cut = &text[..limit];
    cut[..cut.rfind(char::is_whitespace).unwrap_or(limit)].trim_end()
}
