//! What of the review schedule a page can offer.

use crate::error::ApiError;
use crate::state::App;
use viva_core::conversation::Owner;
use viva_core::examination::Review;
use viva_core::guide::Guide;
use viva_interview::sheet::can_be_asked;

/// What is due and can be asked, the longest overdue first.
pub(crate) async fn due(app: &App, owner: &Owner) -> Result<Vec<Review>, ApiError> {
    let guide = &app.edition()?.guide;
    let due = app.state.examiner.due(owner).await?;
    Ok(due.into_iter().filter(|review| is_known(guide, review)).collect())
}

/// Whether the guide still has its question.
pub(crate) fn is_known(guide: &Guide, review: &Review) -> bool {
    guide.question(&review.question).is_some_and(can_be_asked)
}
