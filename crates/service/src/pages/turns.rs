//! Turns as a page shows them.

use crate::error::ApiError;
use crate::state::App;
use std::sync::Arc;
use viva_core::conversation::{Owner, TurnOutcome, TurnRecord};
use viva_core::guide::{Guide, SectionKind};
use viva_core::turn::{Answer, Mode};
use viva_web::pages::{SourceView, TurnView};

/// Some turns of a conversation, with what their views refer to.
pub(crate) struct Turns {
    guide: Arc<Guide>,
    records: Vec<TurnRecord>,
    /// For each turn the language model that wrote its answer.
    models: Vec<Option<String>>,
}

impl Turns {
    /// With the models' names, which are kept with how the answers came about.
    pub(crate) async fn read(app: &App, owner: &Owner, records: Vec<TurnRecord>) -> Result<Self, ApiError> {
        let guide = Arc::clone(&app.edition()?.guide);
        let mut models = Vec::with_capacity(records.len());
        for record in &records {
            models.push(match &record.outcome {
                TurnOutcome::Answered(answer) if answer.mode == Mode::Generated => {
                    model(app, owner, record).await?
                }
                _ => None,
            });
        }
        Ok(Self { guide, records, models })
    }

    /// In order; the last one counts as the conversation's last.
    pub(crate) fn views(&self) -> Vec<TurnView<'_>> {
        let count = self.records.len();
        let both = self.records.iter().zip(&self.models).zip(1..);
        both.map(|((turn, model), number)| TurnView {
            turn,
            sources: sources(turn, &self.guide),
            model: model.as_deref(),
            example: answered(turn).and_then(|answer| example(answer, &self.guide)),
            is_last: number == count,
        })
        .collect()
    }
}

async fn model(app: &App, owner: &Owner, record: &TurnRecord) -> Result<Option<String>, ApiError> {
    let conversations = &app.state.conversations;
    let inspection = conversations.inspection(owner, &record.conversation, &record.id).await?;
    Ok(inspection.and_then(|inspection| inspection.generation).map(|generation| generation.model))
}

fn answered(turn: &TurnRecord) -> Option<&Answer> {
    match &turn.outcome {
        TurnOutcome::Answered(answer) => Some(answer),
        TurnOutcome::Running | TurnOutcome::Failed { .. } => None,
    }
}

fn sources(turn: &TurnRecord, guide: &Guide) -> Vec<SourceView> {
    let citations = answered(turn).map(|answer| answer.citations.as_slice()).unwrap_or_default();
    citations.iter().map(|citation| SourceView::look_up(citation, guide)).collect()
}

/// Where the first cited question has its example.
fn example(answer: &Answer, guide: &Guide) -> Option<String> {
    let question = guide.question(&answer.citations.first()?.question)?;
    let section = question.section(SectionKind::Example)?;
    Some(format!("/questions/{}#{}", question.id, section.anchor))
}
