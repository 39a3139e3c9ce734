//! Getting ready for grades while nobody asks for one.

use super::Examiner;
use crate::grading::LearnError;
use crate::sheet::Sheet;
use viva_core::id::Digest;

impl Examiner {
    /// Encodes, whenever nothing else is to be done, the statements of every question of the present guide and keeps them;
    /// says for which revision. What the guide no longer has is forgotten. `None` where the guide changed meanwhile: it is
    /// to be called again.
    ///
    /// It may be dropped at any moment; what was learnt stays. It writes to the disk: not for a thread that serves requests.
    pub async fn learn(&self) -> Result<Option<Digest>, LearnError> {
        let (guide, vocabulary) = self.guide()?;
        let grader = self.judge.semantic();
        let mut live = Vec::new();
        for question in guide.questions() {
            if let Some(sheet) = Sheet::new(question, &vocabulary) {
                live.extend(grader.learn(&sheet).await?);
            }
            if self.library.current()?.guide.revision() != guide.revision() {
                return Ok(None);
            }
        }
        grader.retain(&live)?;
        Ok(Some(guide.revision()))
    }
}
