//! The grader that needs no language model.
//!
//! Statements that count are encoded in one call, compared with the vectors of the key points (which are kept), and a
//! small calibrated model turns each comparison into a verdict. Encoding the answer as a whole was refused: a vector of
//! two hundred words is near to everything and to nothing.

use super::calibration::Calibration;
use super::features::{Compared, FeatureVector, SheetVectors, Unit, compare, unit_length};
use super::statements::{LearnError, StatementEncoder};
use crate::grade::{Finding, Grader, Judgement, Verdict};
use crate::sheet::Sheet;
use crate::text::split::long_clauses;
use crate::text::substance::{Standing, Statement, Surroundings, examine};
use crate::text::words::{Token, stem_set};
use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;
use viva_core::id::Digest;
use viva_core::ports::{EmbedError, Embedder, IndexError, VectorCache};
use viva_core::vector::DenseVector;

/// The longest quote, in characters.
pub(crate) const MAX_QUOTE_CHARS: usize = 320;
/// The most pieces of an answer that are encoded; what follows is not looked at.
const MAX_PIECES: usize = 240;

/// Grades by sentence vectors, telling words and checks for contradiction.
pub struct SemanticGrader {
    embedder: Arc<dyn Embedder>,
    calibration: Calibration,
    statements: StatementEncoder,
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
    /// A grader that encodes each question's statements when it first grades an answer to it.
    pub fn new(embedder: Arc<dyn Embedder>, calibration: Calibration) -> Self {
        let statements = StatementEncoder::new(Arc::clone(&embedder));
        Self { embedder, calibration, statements }
    }

    /// Looks the statements up in `cache` first, and keeps in it what it learns.
    #[must_use]
    pub fn with_cache(mut self, cache: Arc<dyn VectorCache>) -> Self {
        self.statements.keep_in(cache);
        self
    }

    /// Encodes, whenever nothing else is to be done, what a sheet needs, and keeps it, so that its first grade is as fast
    /// as later ones; the digests of what the sheet consists of. Writes to the disk: not for a thread that serves
    /// requests. Does nothing without a cache.
    pub async fn learn(&self, sheet: &Sheet) -> Result<Vec<Digest>, LearnError> {
        self.statements.learn(sheet).await
    }

    /// Forgets what belongs to none of these digests.
    pub fn retain(&self, live: &[Digest]) -> Result<(), IndexError> {
        self.statements.retain(live)
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
        let mut units = units(text, statements);
        if units.is_empty() {
            return Ok(None);
        }
        let vectors = self.statements.vectors(sheet).await?;
        let encoded = units.iter().filter(|unit| unit.parts == 0).map(|unit| unit.text.clone()).collect();
        let encoded = self.embedder.embed_passages(encoded).await?;
        fill(&mut units, encoded);
        Ok(Some((units, vectors)))
    }
}

/// The pieces of an answer that are compared: each statement that counts and, after a long one, its clauses.
fn units(text: &str, statements: &[Statement]) -> Vec<Unit> {
    let mut units = Vec::new();
    for (number, statement) in counting(statements).enumerate() {
        let unit = |range: Range<usize>, is_whole, parts| Unit {
            text: text[range].to_owned(),
            statement: number,
            is_whole,
            parts,
            vector: Vec::new(),
        };
        let clauses = long_clauses(text, statement.range.clone());
        if units.len() + 1 + clauses.len() > MAX_PIECES {
            break;
        }
        units.push(unit(statement.range.clone(), true, clauses.len()));
        units.extend(clauses.into_iter().map(|range| unit(range, false, 0)));
    }
    units
}

/// Gives the units without parts their vectors, in order. A statement with parts gets the mean of theirs, weighted by
/// length: the encoder averages over words, so that this is near the vector of the whole, and costs nothing.
fn fill(units: &mut [Unit], encoded: Vec<DenseVector>) {
    let mut encoded = encoded.into_iter();
    for unit in units.iter_mut().filter(|unit| unit.parts == 0) {
        unit.vector = encoded.next().unwrap_or_default();
    }
    for at in 0..units.len() {
        let parts = &units[at + 1..][..units[at].parts];
        let mut sum = vec![0.0; parts.first().map_or(0, |part| part.vector.len())];
        for part in parts {
            let weight = part.text.len() as f32;
            sum.iter_mut().zip(&part.vector).for_each(|(sum, value)| *sum += weight * value);
        }
        if !sum.is_empty() {
            units[at].vector = unit_length(sum);
        }
    }
}

fn counting(statements: &[Statement]) -> impl Iterator<Item = &Statement> {
    statements.iter().filter(|statement| statement.standing == Standing::Counts)
}

/// Cuts at a word end; what is left is still verbatim.
pub(crate) fn shorten(text: &str) -> &str {
    let Some((limit, _)) = text.char_indices().nth(MAX_QUOTE_CHARS) else { return text };
    let cut = &text[..limit];
    cut[..cut.rfind(char::is_whitespace).unwrap_or(limit)].trim_end()
}
