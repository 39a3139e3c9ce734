//! How telling a word is: inverse document frequency over all key points of the guide.

use crate::text::words::stem_set;
use std::collections::HashMap;
use viva_core::guide::Guide;

/// Document frequencies of stems over key points.
#[derive(Debug, Clone, Default)]
pub struct Vocabulary {
    points: usize,
    frequencies: HashMap<String, u32>,
}

impl Vocabulary {
    /// Counts the key points of `guide`; some tens of milliseconds for the whole guide.
    pub fn of(guide: &Guide) -> Self {
        let mut vocabulary = Self::default();
        for point in guide.questions().flat_map(|question| &question.key_points) {
            vocabulary.points += 1;
            for stem in stem_set(&point.text) {
                *vocabulary.frequencies.entry(stem).or_default() += 1;
            }
        }
        vocabulary
    }

    /// 0 for a word of every key point, 1 for one that stands in a single one (or in none): the logarithm of
    /// Spärck Jones (1972), as a share of its largest value.
    pub fn weight(&self, stem: &str) -> f32 {
        let points = self.points.max(1) as f32;
        let frequency = self.frequencies.get(stem).copied().unwrap_or(1).max(1) as f32;
        (((points + 1.0) / frequency).ln() / (points + 1.0).ln()).clamp(0.0, 1.0)
    }
}
