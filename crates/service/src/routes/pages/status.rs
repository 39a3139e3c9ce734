//! `GET /status`: how the service is, for people.

use crate::pages::{Page, Refused, Visit};
use crate::readiness::{self, readiness};
use crate::state::App;
use axum::extract::State;
use axum::response::Response;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use viva_core::chat::ModelHealth;
use viva_web::pages::{Check, Health, StatusPage, status_page};

/// How the service is, as a page
#[utoipa::path(
    get, path = "/status", tag = "pages",
    responses(Page, Refused),
    security((), ("bearer" = []), ("x_api_key" = [])),
)]
pub(crate) async fn status(State(app): State<Arc<App>>, visit: Visit) -> Response {
    let found = readiness(&app).await;
    let index = "Run `viva ingest`, or wait until a running one has ended.";
    let store =
        if found.store.ok { "open: conversations, interviews and reviews are kept" } else { "not open" };
    let checks = [
        check("Index", found.index, Health::Bad, index),
        check("Index and guide", found.manifest, Health::Bad, index),
        check(
            "Encoder",
            found.encoder,
            Health::Bad,
            "Wait a moment; the log says what is wrong if it stays so.",
        ),
        check(
            "Conversations",
            found.store,
            Health::Limited,
            "Questions without a conversation are answered all the same; the log says what is wrong.",
        ),
        check("Service", found.lifecycle, Health::Bad, "Load this page again in a few seconds."),
        model_check(found.model.as_ref()),
    ];
    let edition = app.edition().ok();
    let revision = edition.as_ref().map(|edition| edition.guide.revision().short());
    let manifest = edition.as_ref().map(|edition| &edition.manifest);
    let encoder = app.state.embedder.identity();
    let view = StatusPage {
        checks: &checks,
        revision: revision.as_deref(),
        size: manifest.map_or((0, 0), |manifest| (manifest.questions as usize, manifest.chunks as usize)),
        encoder: &encoder.name,
        model: found.model.as_ref().map(|(name, _)| name.as_str()),
        store,
        ingested: manifest.map(|manifest| SystemTime::UNIX_EPOCH + Duration::from_secs(manifest.built_at)),
        version: env!("CARGO_PKG_VERSION"),
    };
    visit.page(status_page(visit.chrome(), &view))
}

fn check(name: &str, found: readiness::Check, otherwise: Health, remedy: &str) -> Check {
    let readiness::Check { ok, detail } = found;
    let health = if ok { Health::Good } else { otherwise };
    Check { name: name.to_owned(), health, detail, remedy: (!ok).then(|| remedy.to_owned()) }
}

fn model_check(model: Option<&(String, ModelHealth)>) -> Check {
    let (health, detail, remedy) = match model {
        None => (Health::Good, "none; answers are the guide's own text".to_owned(), None),
        Some((name, ModelHealth::Good)) => (Health::Good, name.clone(), None),
        Some((name, ModelHealth::Resting { retry_in: _ })) => (
            Health::Limited,
            format!("{name} kept failing and is left alone for a while"),
            Some("Until then answers are the guide's own text.".to_owned()),
        ),
        Some((name, ModelHealth::OutOfBudget)) => (
            Health::Limited,
            format!("today's tokens for {name} are spent"),
            Some("It is back tomorrow; the operator can raise the budget.".to_owned()),
        ),
    };
    Check { name: "Language model".to_owned(), health, detail, remedy }
}
