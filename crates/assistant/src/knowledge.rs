//! What is worked out of a guide once, for every question after.

use crate::coverage::{Elsewhere, Vocabulary};
use crate::lexicon::Lexicon;
use crate::spelling::Speller;
use crate::words::Words;
use viva_core::guide::Guide;
use viva_core::id::Digest;

/// The words of one revision of the guide.
pub(crate) struct Knowledge {
    pub(crate) revision: Digest,
    pub(crate) vocabulary: Vocabulary,
    pub(crate) elsewhere: Elsewhere,
    pub(crate) speller: Speller,
    pub(crate) lexicon: Lexicon,
}

impl Knowledge {
    pub(crate) fn of(guide: &Guide, words: &Words) -> Self {
        Self {
            revision: guide.revision(),
            vocabulary: Vocabulary::of(guide, words),
            elsewhere: Elsewhere::of(guide),
            speller: Speller::of(guide, words),
            lexicon: Lexicon::of(guide, words),
        }
    }
}
