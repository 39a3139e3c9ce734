//! Interviews as pages: set up, sat, reported.
//!
//! Whatever is refused, what was written comes back with the refusal: in its box where the question is still open, beside
//! it where the interview has gone on, and on a page of its own where the interview cannot be read.

pub(crate) mod act;
pub(crate) mod begin;
pub(super) mod grades;
pub(crate) mod report;
pub(crate) mod setup;
pub(crate) mod sitting;

use crate::error::ApiError;
use crate::pages::{Fields, Visit};
use crate::problem::About;
use crate::state::App;
use axum::response::Response;
use sha2::{Digest, Sha256};
use viva_core::id;
use viva_web::pages::{Advice, FieldError, InterviewMode, KeptPage, kept_page};

/// The page's name of a way to hold an interview.
pub(super) fn mode_of(mode: viva_interview::plan::InterviewMode) -> InterviewMode {
    match mode {
        viva_interview::plan::InterviewMode::Practice => InterviewMode::Practice,
        viva_interview::plan::InterviewMode::Live => InterviewMode::Live,
    }
}

/// The id of the interview that a form begins: the same however often the form is sent.
pub(super) fn id_of_form(app: &App, visit: &Visit, fields: &Fields) -> String {
    let Some(key) = fields.filled("key") else { return app.state.ids.fresh() };
    let digest: [u8; 32] =
        Sha256::digest(format!("interview of {} by {key}", visit.owner.0).as_bytes()).into();
    id::Digest(digest).to_string()[..32].to_owned()
}

/// Broken rules as sentences, each with the control that it is about.
pub(super) fn sentences(error: &ApiError) -> Vec<FieldError> {
    let sentence = |error: &crate::extract::FieldError| {
        let (field, name) = match error.field.split('[').next().unwrap_or_default() {
            "modules" => ("module", "Modules"),
            "focus" => ("focus", "Focus areas"),
            "role" => ("role", "Role"),
            "level" => ("level", "Level"),
            "questions" => ("questions", "Questions"),
            "follow_ups_per_question" => ("follow_ups_per_question", "Follow-ups each"),
            "answer" => ("answer", "Your answer"),
            _ => ("mode", "Mode"),
        };
        FieldError { field: field.to_owned(), message: format!("{name}: {}.", error.rule) }
    };
    error.fields().iter().map(sentence).collect()
}

/// An answer that can neither be taken nor shown with its question, to be sent again.
pub(super) fn kept(
    visit: &Visit,
    error: &ApiError,
    about: &About,
    (action, fields): (&str, &[(&str, &str)]),
    answer: &str,
) -> Response {
    error.log(&about.request_id);
    let kind = error.kind();
    let advice = Advice {
        title: kind.title,
        detail: "Your answer could not be taken now, and nothing of it is lost.",
        remedy: "Send it again in a moment. Sending it twice counts once.",
        request_id: Some(&about.request_id),
        retry: None,
    };
    visit.page_with(kind.status, kept_page(visit.chrome(), &KeptPage { advice, action, fields, answer }))
}
