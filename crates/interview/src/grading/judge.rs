//! Which grader speaks: the model where there is one, else, and whenever it fails, the lexical-semantic one.

use super::model::ModelGrader;
use super::semantic::{Answer, SemanticGrader};
use crate::grade::Judgement;
use crate::sheet::Sheet;
use crate::text::substance::Standing;
use sha2::{Digest as _, Sha256};
use std::ops::Range;
use std::sync::Arc;
use viva_core::ports::{ChatModel, EmbedError};

/// Grades answers.
pub struct Judge {
    semantic: SemanticGrader,
    model: Option<ModelGrader>,
}

impl Judge {
    /// A judge that asks `model` first, where there is one.
    pub fn new(semantic: SemanticGrader, model: Option<Arc<dyn ChatModel>>) -> Self {
        Self { semantic, model: model.map(ModelGrader::new) }
    }

    /// The grader that needs no language model.
    pub fn semantic(&self) -> &SemanticGrader {
        &self.semantic
    }

    /// A verdict on every key point. `nonce` is any text that the candidate cannot know.
    ///
    /// An answer that is nothing but echo, keywords, "I don't know" or orders is not shown to the model. What is noise to
    /// the other grader is: it may be a language that only the model reads.
    pub async fn judge(
        &self,
        sheet: &Sheet,
        answer: Answer<'_>,
        nonce: &str,
    ) -> Result<Judgement, EmbedError> {
        let Some(model) = &self.model else { return self.semantic.judge(sheet, answer).await };
        let statements = self.semantic.examine(sheet, answer);
        let counting: Vec<Range<usize>> = statements
            .iter()
            .filter(|statement| matches!(statement.standing, Standing::Counts | Standing::Noise))
            .map(|statement| statement.range.clone())
            .collect();
        if counting.is_empty() {
            return self.semantic.judge(sheet, answer).await;
        }
        match model.judge(sheet, answer, &counting, &boundary(nonce)).await {
            Ok(judgement) => Ok(judgement),
            Err(degraded) => {
                let judgement = self.semantic.judge(sheet, answer).await?;
                Ok(Judgement { degraded: Some(degraded), ..judgement })
            }
        }
    }
}

/// Sixteen hexadecimal digits that follow from `nonce`.
fn boundary(nonce: &str) -> String {
    let digest: [u8; 32] = Sha256::digest(nonce.as_bytes()).into();
    viva_core::id::Digest(digest).to_string()[..16].to_owned()
}
