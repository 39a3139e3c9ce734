//! Hits -> [`RankedQuestion`]s: a user asks for an entry, the index finds chunks.

use std::collections::HashMap;
use viva_core::id::QuestionId;
use viva_core::search::Hit;

/// A question with the chunks of it that were found.
#[derive(Debug, Clone, PartialEq)]
pub struct RankedQuestion {
    /// Which one.
    pub question: QuestionId,
    /// The fused score of its best chunk.
    pub score: f32,
    /// Its chunks, best first; never empty.
    pub hits: Vec<Hit>,
}

/// Groups hits by question, so that one question with many similar chunks cannot crowd out the others. A
/// question stands where its best chunk stands: summing over chunks was refused, because it favours long entries.
pub fn rank_questions(hits: &[Hit]) -> Vec<RankedQuestion> {
    let mut ranked: Vec<RankedQuestion> = Vec::new();
    let mut positions: HashMap<&QuestionId, usize> = HashMap::new();
    for hit in hits {
        if let Some(position) = positions.get(&hit.chunk.question) {
            ranked[*position].hits.push(hit.clone());
        } else {
            positions.insert(&hit.chunk.question, ranked.len());
            let question = hit.chunk.question.clone();
            ranked.push(RankedQuestion { question, score: hit.score, hits: vec![hit.clone()] });
        }
    }
    ranked
}
