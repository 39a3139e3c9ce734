//! The assistant: its collaborators, its limits, and what it works out once for each edition.

use crate::coverage::{self, Calibration};
use crate::follow_up::Blend;
use crate::generate::prompt::Window;
use crate::knowledge::Knowledge;
use crate::ranking::{RankedQuestion, Weights, rank_questions};
use crate::understand::understand;
use crate::words::Words;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use viva_core::guide::Guide;
use viva_core::ports::{ChatModel, Clock, Edition, Embedder, Ids, Library, NotReady};
use viva_core::search::Hit;
use viva_core::turn::{Coverage, Understood, UserQuestion};

/// Limits of the assistant.
#[derive(Debug, Clone)]
pub struct Options {
    /// Chunks taken from the search.
    pub candidates: usize,
    /// The most evidence for one answer, in tokens of the encoder.
    pub evidence_tokens: usize,
    /// What each view of a question counts.
    pub weights: Weights,
    /// What speaks for an entry in the middle of a conversation.
    pub blend: Blend,
    /// Weights of the coverage verdict.
    pub calibration: Calibration,
    /// How a language model is used, where there is one.
    pub generation: GenerationOptions,
}

/// How a language model is used.
#[derive(Debug, Clone)]
pub struct GenerationOptions {
    /// The most tokens of a prompt.
    pub prompt_tokens: usize,
    /// The most tokens of an answer, by depth: brief, standard, deep.
    pub answer_tokens: [u32; 3],
    /// Sampling temperature; `None` leaves the model's own.
    pub temperature: Option<f32>,
    /// How long to wait for a follow-up that the model completes; zero: it is not asked to.
    pub rewrite_limit: Duration,
}

impl Default for GenerationOptions {
    fn default() -> Self {
        Self {
            prompt_tokens: 6000,
            answer_tokens: [400, 1200, 2500],
            temperature: Some(0.2),
            rewrite_limit: Duration::from_millis(1500),
        }
    }
}

impl GenerationOptions {
    pub(crate) fn window(&self) -> Window {
        Window { prompt_tokens: self.prompt_tokens, answer_tokens: self.answer_tokens }
    }
}

/// The collaborators of the assistant.
#[derive(Clone)]
pub struct Parts {
    /// Encodes questions.
    pub embedder: Arc<dyn Embedder>,
    /// Has the edition to answer from.
    pub library: Arc<dyn Library>,
    /// Writes answers, where one is configured.
    pub model: Option<Arc<dyn ChatModel>>,
    /// Times the stages.
    pub clock: Arc<dyn Clock>,
    /// Names the turns.
    pub ids: Arc<dyn Ids>,
}

/// Answers questions from the guide.
pub struct Assistant {
    pub(crate) parts: Parts,
    pub(crate) options: Options,
    pub(crate) words: Arc<Words>,
    /// Built once for each edition.
    knowledge: Mutex<Option<Arc<Knowledge>>>,
}

impl Assistant {
    /// Puts an assistant together.
    pub fn new(parts: Parts, options: Options) -> Self {
        Self { parts, options, words: Arc::new(Words::new()), knowledge: Mutex::new(None) }
    }

    /// The edition that would answer now.
    pub fn edition(&self) -> Result<Arc<Edition>, NotReady> {
        self.parts.library.current()
    }

    /// The language model, where one is configured.
    pub fn model(&self) -> Option<&Arc<dyn ChatModel>> {
        self.parts.model.as_ref()
    }

    /// Prepares what the first question would otherwise wait for; cheap when done before.
    pub fn warm(&self) -> Result<(), NotReady> {
        let edition = self.parts.library.current()?;
        self.knowledge(&edition.guide);
        Ok(())
    }

    pub(crate) fn understand(&self, guide: &Guide, question: &UserQuestion) -> Understood {
        let knowledge = self.knowledge(guide);
        understand(question, &self.words, &knowledge.speller, &|word| self.parts.embedder.is_word(word))
    }

    pub(crate) fn coverage(
        &self,
        guide: &Guide,
        query: &Understood,
        hits: &[Hit],
        ranked: &[RankedQuestion],
    ) -> Coverage {
        let knowledge = self.knowledge(guide);
        let evidence = coverage::Evidence { query, hits, ranked };
        let Knowledge { vocabulary, elsewhere, .. } = &*knowledge;
        self.options.calibration.verdict(&coverage::features(&self.words, vocabulary, elsewhere, &evidence))
    }

    /// The questions that `hits` belong to, by all that speaks for them as an answer to `text`.
    pub(crate) fn rank(&self, guide: &Guide, text: &str, hits: &[Hit]) -> Vec<RankedQuestion> {
        let knowledge = self.knowledge(guide);
        let likeness = knowledge.lexicon.likeness(&self.words, text);
        rank_questions(hits, &self.options.weights, Some(&likeness))
    }

    pub(crate) fn knowledge(&self, guide: &Guide) -> Arc<Knowledge> {
        let mut slot = self.knowledge.lock().unwrap_or_else(PoisonError::into_inner);
        match &*slot {
            Some(knowledge) if knowledge.revision == guide.revision() => Arc::clone(knowledge),
            _ => {
                let knowledge = Arc::new(Knowledge::of(guide, &self.words));
                *slot = Some(Arc::clone(&knowledge));
                knowledge
            }
        }
    }
}
