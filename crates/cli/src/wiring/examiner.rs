//! The examiner.

use super::Wiring;
use crate::failure::{Failure, Outcome};
use std::sync::Arc;
use viva_core::ports::{ChatModel, Embedder, Library};
use viva_interview::Examiner;
use viva_interview::grading::{Calibration, Judge, SemanticGrader};
use viva_store::Store;

impl Wiring {
    /// The examiner over an encoder, a library, the database and, where there is one, a language model.
    pub(crate) fn examiner(
        &self,
        embedder: Arc<dyn Embedder>,
        library: Arc<dyn Library>,
        store: &Arc<Store>,
        model: Option<Arc<dyn ChatModel>>,
    ) -> Outcome<Arc<Examiner>> {
        let calibration = Calibration::fitted().map_err(|error| Failure::of(&error))?;
        let judge = Judge::new(SemanticGrader::new(embedder, calibration), model);
        let (clock, ids) = (Arc::clone(&self.clock), Arc::clone(&self.ids));
        Ok(Arc::new(Examiner::new(Arc::clone(store) as _, library, judge, clock, ids)))
    }
}
