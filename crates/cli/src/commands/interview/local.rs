//! Interviews in this process, which holds the index.

use super::{Action, Examine};
use crate::args::{ModeArg, StartArgs};
use crate::failure::{Failure, Outcome};
use crate::wiring::{OpenedHome, Wiring};
use async_trait::async_trait;
use serde_json::Value;
use std::collections::BTreeMap;
use std::str::FromStr;
use std::sync::Arc;
use viva_core::conversation::Owner;
use viva_core::ports::Library;
use viva_interview::examiner::StartRequest;
use viva_interview::plan::{Available, Filters, InterviewMode};
use viva_interview::{Examiner, ExaminerError};
use viva_service::{
    due_json, interview_json, listed_json, outcome_json, progress_json, report_json, report_markdown,
    revealed_json,
};
use viva_store::Store;

/// How many interviews are listed.
const LISTED: u32 = 20;

/// An examiner and a store of its own.
pub(super) struct Local {
    examiner: Arc<Examiner>,
    library: Arc<dyn Library>,
    store: Arc<Store>,
    owner: Owner,
}

impl Local {
    pub(super) async fn new(wiring: &Wiring, home: &OpenedHome) -> Outcome<Self> {
        let store = wiring.store().await?;
        let model = wiring.model(Arc::clone(&store) as _).await?;
        let embedder = wiring.encoder()?;
        let shelf = Wiring::shelf_of(home, &*embedder);
        shelf.refresh().await.map_err(|reason| {
            let hint = "`viva ingest` builds the index; `viva` does so and serves";
            Failure::of(&reason).hint(hint)
        })?;
        let library = shelf as Arc<dyn Library>;
        let examiner = wiring.examiner(embedder, Arc::clone(&library), &store, model)?;
        Ok(Self { examiner, library, store, owner: viva_service::owner(&wiring.settings.http) })
    }

    /// What is asked for; a name that the guide does not know would find nothing and say nothing.
    fn request(&self, start: &StartArgs) -> Outcome<StartRequest> {
        let StartArgs { role, level, modules, focus, questions, follow_ups, mode, seed, answers: _ } = start;
        let available = self.examiner.available().map_err(failed)?;
        let Available { roles, levels, modules: known_modules, focus: known_focus } = &available;
        let filters = Filters {
            role: role.as_deref().map(|name| known("--role", name, roles)).transpose()?,
            level: level.as_deref().map(|name| known("--level", name, levels)).transpose()?,
            modules: modules
                .iter()
                .map(|name| known("--modules", name, known_modules))
                .collect::<Outcome<_>>()?,
            focus: focus.iter().map(|name| known("--focus", name, known_focus)).collect::<Outcome<_>>()?,
        };
        let mode = match mode {
            ModeArg::Practice => InterviewMode::Practice,
            ModeArg::Live => InterviewMode::Live,
        };
        Ok(StartRequest { mode, filters, questions: *questions, follow_ups: *follow_ups, seed: *seed })
    }
}

#[async_trait]
impl Examine for Local {
    async fn start(&mut self, request: &StartArgs) -> Outcome<Value> {
        let request = self.request(request)?;
        self.examiner.start(&self.owner, request).await.map(interview_json).map_err(failed)
    }

    async fn review(&mut self, request: &StartArgs) -> Outcome<Value> {
        let request = self.request(request)?;
        self.examiner.start_review(&self.owner, request).await.map(interview_json).map_err(failed)
    }

    async fn show(&mut self, id: &str) -> Outcome<Value> {
        self.examiner.interview(&self.owner, id).await.map(interview_json).map_err(failed)
    }

    async fn act(&mut self, id: &str, action: Action) -> Outcome<Value> {
        let (examiner, owner) = (&self.examiner, &self.owner);
        let done = match action {
            Action::Answer(text) => examiner.answer(owner, id, &text).await.map(outcome_json),
            Action::Hint => examiner.hint(owner, id).await.map(interview_json),
            Action::Skip => examiner.skip(owner, id).await.map(outcome_json),
            Action::Reveal => examiner.reveal(owner, id).await.map(revealed_json),
            Action::Finish => examiner.finish(owner, id).await.map(interview_json),
        };
        done.map_err(failed)
    }

    async fn report(&mut self, id: &str) -> Outcome<Value> {
        let report = self.examiner.report(&self.owner, id).await.map_err(failed)?;
        Ok(report_json(id, report))
    }

    async fn markdown(&mut self, id: &str) -> Outcome<String> {
        let report = self.examiner.report(&self.owner, id).await.map_err(failed)?;
        Ok(report_markdown(&report))
    }

    async fn list(&mut self) -> Outcome<Vec<Value>> {
        let listed = self.examiner.list(&self.owner, None, LISTED).await.map_err(failed)?;
        Ok(listed.into_iter().map(listed_json).collect())
    }

    async fn due(&mut self) -> Outcome<Value> {
        let edition = self.library.current().map_err(|reason| Failure::of(&reason))?;
        let due = self.examiner.due(&self.owner).await.map_err(failed)?;
        Ok(due_json(due, &edition.guide))
    }

    async fn progress(&mut self) -> Outcome<Value> {
        self.examiner.progress(&self.owner).await.map(progress_json).map_err(failed)
    }

    async fn close(&mut self) {
        self.store.close().await;
    }
}

fn known<T: FromStr>(flag: &str, name: &str, counts: &BTreeMap<String, usize>) -> Outcome<T> {
    let found = counts.contains_key(name).then(|| name.parse().ok()).flatten();
    found.ok_or_else(|| {
        let there: Vec<String> = counts.iter().map(|(name, count)| format!("{name} ({count})")).collect();
        Failure::usage(format!("{flag}: the guide has no questions for `{name}`")).hint(there.join(", "))
    })
}

fn failed(error: ExaminerError) -> Failure {
    let failure = Failure::of(&error);
    match error {
        ExaminerError::NotFound(_) => failure.hint("`viva interview list` shows those there are"),
        _ => failure,
    }
}
