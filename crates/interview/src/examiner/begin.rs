//! Beginning an interview.

use super::{Examiner, ExaminerError, Interview, Opened, folded, occurred};
use crate::machine::begin;
use crate::plan::{Filters, InterviewMode, MAX_FOLLOW_UPS, Plan, PlanError, PlanRequest};
use crate::review::due;
use crate::sheet::Sheet;
use sha2::{Digest as _, Sha256};
use std::time::SystemTime;
use viva_core::conversation::Owner;
use viva_core::id::QuestionId;
use viva_core::ports::Appended;

/// What an interview is asked for; like [`PlanRequest`], with the seed left open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartRequest {
    /// Practice or live.
    pub mode: InterviewMode,
    /// Which questions.
    pub filters: Filters,
    /// How many.
    pub questions: u8,
    /// The most follow-ups to each.
    pub follow_ups: u8,
    /// What the draw follows from; `None` lets chance decide.
    pub seed: Option<u64>,
}

/// What an interview is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Topic {
    /// Questions drawn from the guide.
    Drawn(StartRequest),
    /// What is due for review.
    Due(StartRequest),
    /// One question.
    Question {
        /// Which.
        question: QuestionId,
        /// Practice or live.
        mode: InterviewMode,
        /// The most follow-ups to it.
        follow_ups: u8,
    },
}

impl Examiner {
    /// Begins an interview.
    pub async fn start(&self, owner: &Owner, request: StartRequest) -> Result<Interview, ExaminerError> {
        self.begin(owner, self.ids.fresh(), Topic::Drawn(request)).await
    }

    /// Begins an interview about what is due for review.
    pub async fn start_review(
        &self,
        owner: &Owner,
        request: StartRequest,
    ) -> Result<Interview, ExaminerError> {
        self.begin(owner, self.ids.fresh(), Topic::Due(request)).await
    }

    /// Begins an interview under an id of the caller's choice, so that one request makes one interview however often it
    /// is sent: where the owner has an interview of that id, it is shown as it stands.
    pub async fn start_as(&self, owner: &Owner, id: &str, topic: Topic) -> Result<Interview, ExaminerError> {
        if self.store.events(owner, id).await?.is_some() {
            return self.interview(owner, id).await;
        }
        match self.begin(owner, id.to_owned(), topic).await {
            Err(ExaminerError::Busy) => self.interview(owner, id).await,
            begun => begun,
        }
    }

    async fn begin(&self, owner: &Owner, id: String, topic: Topic) -> Result<Interview, ExaminerError> {
        let now = self.clock.now();
        let plan = self.planned(owner, &id, topic, now).await?;
        let events = occurred(begin(plan, now), now);
        let opened = Opened { owner, id: &id, state: folded(&id, &events)? };
        if self.append(&opened, 0, &events).await? == Appended::Conflict {
            return Err(ExaminerError::Busy);
        }
        Ok(Interview::new(&id, &opened.state))
    }

    async fn planned(
        &self,
        owner: &Owner,
        id: &str,
        topic: Topic,
        now: SystemTime,
    ) -> Result<Plan, ExaminerError> {
        let (guide, vocabulary) = self.guide()?;
        Ok(match topic {
            Topic::Drawn(request) => {
                let reviews = self.store.reviews(owner).await?;
                Plan::draw(&guide, &vocabulary, &plan_request(request, id), &reviews, now)?
            }
            Topic::Due(request) => {
                let due = due(&self.store.reviews(owner).await?, now);
                Plan::review(&guide, &vocabulary, &plan_request(request, id), &due)?
            }
            Topic::Question { question, mode, follow_ups } => {
                if follow_ups > MAX_FOLLOW_UPS {
                    let (least, most, found) = (0, MAX_FOLLOW_UPS, follow_ups);
                    let field = "follow_ups_per_question";
                    return Err(PlanError::OutOfRange { field, least, most, found }.into());
                }
                let entry = guide.question(&question);
                let sheet = entry.and_then(|entry| Sheet::new(entry, &vocabulary));
                let sheet = sheet.ok_or(ExaminerError::UnknownQuestion(question))?;
                Plan { mode, follow_ups, seed: seed_of(id), ..Plan::single(sheet, guide.revision()) }
            }
        })
    }
}

fn plan_request(request: StartRequest, id: &str) -> PlanRequest {
    let StartRequest { mode, filters, questions, follow_ups, seed } = request;
    PlanRequest { mode, filters, questions, follow_ups, seed: seed.unwrap_or_else(|| seed_of(id)) }
}

/// A seed that can be typed, from a fresh id.
fn seed_of(id: &str) -> u64 {
    let digest: [u8; 32] = Sha256::digest(id.as_bytes()).into();
    u64::from(u32::from_le_bytes([digest[0], digest[1], digest[2], digest[3]]))
}
