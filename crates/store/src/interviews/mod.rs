//! Interviews, the review schedule and grades.

mod append;
mod read;
mod rows;

use crate::Store;
use async_trait::async_trait;
use std::time::SystemTime;
use viva_core::conversation::Owner;
use viva_core::examination::{GradeRecord, InterviewStep, InterviewSummary, LoggedEvent, Review};
use viva_core::id::QuestionId;
use viva_core::ports::{Appended, InterviewStore, StoreError};

#[async_trait]
impl InterviewStore for Store {
    async fn append(&self, owner: &Owner, step: &InterviewStep) -> Result<Appended, StoreError> {
        let (owner, step) = (owner.clone(), step.clone());
        self.write(move |session| Box::pin(async move { append::append(session, &owner, &step).await })).await
    }

    async fn events(&self, owner: &Owner, id: &str) -> Result<Option<Vec<LoggedEvent>>, StoreError> {
        let (owner, id) = (owner.clone(), id.to_owned());
        self.read(move |session| Box::pin(async move { read::events(session, &owner, &id).await })).await
    }

    async fn interviews(
        &self,
        owner: &Owner,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<InterviewSummary>, StoreError> {
        let (owner, after) = (owner.clone(), after.map(str::to_owned));
        self.read(move |session| {
            Box::pin(async move { read::interviews(session, &owner, after.as_deref(), limit).await })
        })
        .await
    }

    async fn reviews(&self, owner: &Owner) -> Result<Vec<Review>, StoreError> {
        let owner = owner.clone();
        self.read(move |session| Box::pin(async move { read::schedule(session, &owner).await })).await
    }

    async fn review(&self, owner: &Owner, question: &QuestionId) -> Result<Option<Review>, StoreError> {
        let (owner, question) = (owner.clone(), question.clone());
        self.read(move |session| Box::pin(async move { read::review(session, &owner, &question).await }))
            .await
    }

    async fn schedule(
        &self,
        owner: &Owner,
        review: &Review,
        grade: Option<&GradeRecord>,
    ) -> Result<(), StoreError> {
        let (owner, review, grade) = (owner.clone(), review.clone(), grade.cloned());
        self.write(move |session| {
            Box::pin(async move {
                append::put_review(session, &owner, &review).await?;
                match &grade {
                    Some(grade) => append::add_grade(session, &owner, grade).await,
                    None => Ok(()),
                }
            })
        })
        .await
    }

    async fn grades(&self, owner: &Owner, since: SystemTime) -> Result<Vec<GradeRecord>, StoreError> {
        let owner = owner.clone();
        self.read(move |session| Box::pin(async move { read::grades_since(session, &owner, since).await }))
            .await
    }
}
