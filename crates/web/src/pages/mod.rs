//! The pages, each a function from a view to HTML.
//!
//! A view holds core's own types where they fit and plain fields where a page needs what the core does not know. All
//! text goes through maud's escaping or through [`crate::markdown`]; nothing here writes raw HTML of others.

mod answer;
mod ask;
mod card;
mod chart;
mod conversations;
mod entry;
mod grade;
mod guide;
mod inside;
mod inside_retrieval;
mod interview;
mod kept;
mod layout;
mod notice;
mod report;
mod review;
mod setup;
mod status;
mod text;

pub(crate) use answer::understood_block;
pub use answer::{SourceView, TurnView, done_block, failure_block, source_block};
pub use ask::{AskPage, Suggestion, ask_page};
pub use card::{
    GradedCardPage, Rating, RatingChoice, ReviewCardPage, Standing, graded_card_page, review_card_page,
};
pub use chart::{Bar, Span, bars, over_time};
pub use conversations::ConversationsView;
pub use entry::{EntryPage, entry_page};
pub use grade::{GradeView, PointView, SaidView, Verdict, grade_card};
pub use guide::{
    FilterChoice, GuideFilter, GuidePage, ModulePage, Progress, Results, guide_page, module_page,
    results_block,
};
pub use inside::{InsidePage, inside_block, inside_page};
pub use interview::{Closing, Feedback, InterviewMode, InterviewPage, PromptView, Unsent, interview_page};
pub use kept::{KeptPage, kept_page};
pub use layout::{Chrome, Tab, Theme};
pub use notice::{Advice, FieldError, error_page, not_found_page};
pub use report::{NextReading, ReportPage, ReportQuestion, report_page};
pub use review::{AreaProgress, ReviewPage, review_page};
pub use setup::{InterviewRow, SetupChoice, SetupOption, SetupPage, setup_page};
pub use status::{Check, Health, StatusPage, status_page};
pub use text::words;

#[cfg(test)]
#[path = "../../samples/mod.rs"]
pub(crate) mod samples;
#[cfg(test)]
mod tests;
