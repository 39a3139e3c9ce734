//! BM25 over words and code.
//!
//! Words are the engine's own affair: its tokenizer, stop words, stemmer and hash, so that vectors made here serve
//! the embedded index and the server alike. Two things are added, the same for documents and queries:
//!
//! - parts of names in camel case, as words (`TypeError` is found by "type error");
//! - *code terms* for what that tokenizer drops (`==`, `__slots__`, `*args`, `C#`, `asyncio.gather`, and keywords
//!   such as `is` or `with` where they are meant as code), see [`code`].
//!
//! Code terms go through an encoder of the same kind that does not normalise by length: they add to a text without
//! making its words weigh less. Counting them into the length was refused, because it would punish the very
//! passages that show code. Their spelling begins and ends with a backtick, which no word has: so no code term
//! equals a word, and neither the stop words nor the stemmer touch one. Should two hashes meet by chance, the larger
//! weight is kept.

mod code;
mod keywords;
mod lexer;

#[cfg(test)]
mod tests;

use crate::error::OpenError;
use code::{CodeTerms, code_terms};
use qdrant_edge::TokenizerType;
use qdrant_edge::bm25_embed::{EdgeBm25, EdgeBm25Config};
use std::borrow::Cow;
use std::sync::{Arc, Mutex, PoisonError};
use viva_core::vector::SparseVector;

/// Raised when [`code`] finds other terms in the same text.
const CODE_TERMS_VERSION: u32 = 1;
/// Term-frequency saturation and length normalisation of words: the usual values (Robertson and Zaragoza, 2009).
const K: f64 = 1.2;
const B: f64 = 0.75;
/// With a saturation as large as this and no normalisation, the weight of a term is its count, all but exactly.
const COUNTING_K: f64 = 1e6;

/// Encodes documents and queries for the BM25 leg.
#[derive(Debug)]
pub(crate) struct Bm25Encoder {
    words: Arc<EdgeBm25>,
    counter: EdgeBm25,
    code: EdgeBm25,
    /// The word encoder of the mean length that was last asked for: an ingest asks for one all the time.
    latest: Mutex<Option<(f32, Arc<EdgeBm25>)>>,
}

impl Bm25Encoder {
    pub(crate) fn new() -> Result<Self, OpenError> {
        Ok(Self {
            words: Arc::new(encoder(K, B, None, TokenizerType::Word)?),
            counter: encoder(COUNTING_K, 0.0, None, TokenizerType::Word)?,
            code: encoder(K, 0.0, None, TokenizerType::Whitespace)?,
            latest: Mutex::new(None),
        })
    }

    /// Names the engine's encoder and its settings; vectors of different names do not go together.
    pub(crate) fn identity() -> String {
        format!("edge-bm25 0.7 english k={K} b={B} + code terms {CODE_TERMS_VERSION}")
    }

    /// A query: every term weighs 1. Empty where the text has none.
    pub(crate) fn query(&self, text: &str) -> SparseVector {
        let terms = code_terms(text);
        let words = self.words.embed_query(&with_parts(text, &terms));
        let code = self.code.embed_query(&terms.code);
        merge((words.indices, words.values), (code.indices, code.values))
    }

    /// A document. `mean_terms` is the mean of [`Bm25Encoder::count_terms`] over the corpus; what is no positive
    /// number is taken as the engine's own default.
    pub(crate) fn document(&self, text: &str, mean_terms: f32) -> SparseVector {
        let terms = code_terms(text);
        let words = self.words_for(mean_terms).embed_document(&with_parts(text, &terms));
        let code = self.code.embed_document(&terms.code);
        merge((words.indices, words.values), (code.indices, code.values))
    }

    /// How many words the encoder sees in a text; code terms have no part in its length.
    pub(crate) fn count_terms(&self, text: &str) -> usize {
        let counts = self.counter.embed_document(&with_parts(text, &code_terms(text)));
        // weight = n (k + 1) / (k + n), solved for n
        let count = |weight: f64| weight * COUNTING_K / (COUNTING_K + 1.0 - weight);
        counts.values.iter().map(|weight| count(f64::from(*weight)).round() as usize).sum()
    }

    fn words_for(&self, mean_terms: f32) -> Arc<EdgeBm25> {
        if !(mean_terms.is_finite() && mean_terms > 0.0) {
            return Arc::clone(&self.words);
        }
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        match &*latest {
            Some((mean, words)) if mean.to_bits() == mean_terms.to_bits() => Arc::clone(words),
            _ => {
                // A positive number is a mean that the engine takes; the default is only for the type's sake.
                let made = encoder(K, B, Some(mean_terms), TokenizerType::Word).map(Arc::new);
                let words = made.unwrap_or_else(|_| Arc::clone(&self.words));
                *latest = Some((mean_terms, Arc::clone(&words)));
                words
            }
        }
    }
}

fn encoder(k: f64, b: f64, mean: Option<f32>, tokenizer: TokenizerType) -> Result<EdgeBm25, OpenError> {
    let refused = |what: String| OpenError::Sparse(what);
    let mut config = EdgeBm25Config {
        k: k.try_into().map_err(|_| refused(format!("k = {k}")))?,
        b: b.try_into().map_err(|_| refused(format!("b = {b}")))?,
        tokenizer,
        language: Some("english".to_owned()),
        ..EdgeBm25Config::default()
    };
    if let Some(mean) = mean {
        config.avg_len = f64::from(mean).try_into().map_err(|_| refused(format!("mean = {mean}")))?;
    }
    EdgeBm25::new(config).map_err(|error| refused(error.to_string()))
}

fn with_parts<'t>(text: &'t str, terms: &CodeTerms) -> Cow<'t, str> {
    if terms.parts.is_empty() { Cow::Borrowed(text) } else { Cow::Owned(format!("{text} {}", terms.parts)) }
}

type Terms = (Vec<u32>, Vec<f32>);

/// Both lists ascend; so does the result, with each index once.
fn merge(words: Terms, code: Terms) -> SparseVector {
    if code.0.is_empty() {
        return SparseVector { indices: words.0, values: words.1 };
    }
    let mut all: Vec<(u32, f32)> =
        [words, code].into_iter().flat_map(|(indices, values)| indices.into_iter().zip(values)).collect();
    all.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)));
    all.dedup_by_key(|(index, _)| *index);
    let (indices, values) = all.into_iter().unzip();
    SparseVector { indices, values }
}
