//! The test store keeps interviews too.

use crate::tests::store::TestStore;
use async_trait::async_trait;
use std::time::SystemTime;
use viva_core::conversation::Owner;
use viva_core::examination::{GradeRecord, InterviewStep, InterviewSummary, LoggedEvent, Review};
use viva_core::id::QuestionId;
use viva_core::ports::{Appended, InterviewStore, StoreError};

#[async_trait]
impl InterviewStore for TestStore {
    async fn append(&self, owner: &Owner, step: &InterviewStep) -> Result<Appended, StoreError> {
        self.write()?.append(owner, step).await
    }
    async fn events(&self, owner: &Owner, id: &str) -> Result<Option<Vec<LoggedEvent>>, StoreError> {
        self.read()?.events(owner, id).await
    }
    async fn interviews(
        &self,
        owner: &Owner,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<InterviewSummary>, StoreError> {
        self.read()?.interviews(owner, after, limit).await
    }
    async fn reviews(&self, owner: &Owner) -> Result<Vec<Review>, StoreError> {
        self.read()?.reviews(owner).await
    }
    async fn review(&self, owner: &Owner, question: &QuestionId) -> Result<Option<Review>, StoreError> {
        self.read()?.review(owner, question).await
    }
    async fn schedule(
        &self,
        owner: &Owner,
        review: &Review,
        grade: Option<&GradeRecord>,
    ) -> Result<(), StoreError> {
        self.write()?.schedule(owner, review, grade).await
    }
    async fn grades(&self, owner: &Owner, since: SystemTime) -> Result<Vec<GradeRecord>, StoreError> {
        self.read()?.grades(owner, since).await
    }
}
