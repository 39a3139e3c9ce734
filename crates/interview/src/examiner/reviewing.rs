//! The review schedule by hand: one question, shown and rated by whoever recalls it.

use super::{Examiner, ExaminerError};
use crate::review::{Recall, choices, schedule};
use crate::sheet::can_be_asked;
use std::time::SystemTime;
use viva_core::conversation::Owner;
use viva_core::examination::Review;
use viva_core::id::QuestionId;

/// One question of the schedule, about to be recalled.
#[derive(Debug, Clone, PartialEq)]
pub struct Card {
    /// Its place in the schedule; `None` where it was never asked.
    pub review: Option<Review>,
    /// Whether it is due.
    pub is_due: bool,
    /// When it would come again after each rating, worst first.
    pub choices: [(Recall, SystemTime); Recall::ALL.len()],
}

impl Card {
    /// How often it was asked: what [`Examiner::rate`] wants to hear.
    pub fn seen(&self) -> u32 {
        self.review.as_ref().map_or(0, |review| review.repetitions)
    }
}

impl Examiner {
    /// The owner's whole review schedule, by due date.
    pub async fn reviews(&self, owner: &Owner) -> Result<Vec<Review>, ExaminerError> {
        Ok(self.store.reviews(owner).await?)
    }

    /// The card of a question that can be graded.
    pub async fn card(&self, owner: &Owner, question: &QuestionId) -> Result<Card, ExaminerError> {
        self.gradable(question)?;
        let now = self.clock.now();
        let review = self.store.review(owner, question).await?;
        let is_due = review.as_ref().is_some_and(|review| review.due <= now);
        let choices = choices(question, review.as_ref(), now);
        Ok(Card { review, is_due, choices })
    }

    /// Rates a recall by hand. `seen` says how often the question had been asked when its card was shown: where it was
    /// asked since, as by a form that was sent twice, nothing changes and there is `None`.
    pub async fn rate(
        &self,
        owner: &Owner,
        question: &QuestionId,
        seen: u32,
        recall: Recall,
    ) -> Result<Option<Review>, ExaminerError> {
        self.gradable(question)?;
        let before = self.store.review(owner, question).await?;
        if before.as_ref().map_or(0, |review| review.repetitions) != seen {
            return Ok(None);
        }
        let after = schedule(question, before.as_ref(), recall, self.clock.now());
        self.store.schedule(owner, &after, None).await?;
        Ok(Some(after))
    }

    fn gradable(&self, question: &QuestionId) -> Result<(), ExaminerError> {
        let guide = &self.library.current()?.guide;
        let found = guide.question(question).is_some_and(can_be_asked);
        if found { Ok(()) } else { Err(ExaminerError::UnknownQuestion(question.clone())) }
    }
}
