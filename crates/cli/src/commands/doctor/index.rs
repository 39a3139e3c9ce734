//! The encoder, and the index that it searches.

use super::{Finding, State, finding};
use crate::wiring::{NoHome, Wiring};

pub(super) async fn look(wiring: &Wiring) -> Vec<Finding> {
    let embedder = match wiring.encoder() {
        Ok(embedder) => embedder,
        Err(failure) => return vec![finding("model", State::Bad, failure.what, Some("viva setup"))],
    };
    let identity = embedder.identity();
    let mut findings = vec![match embedder.embed_query("What is the GIL in Python?").await {
        Ok(vectors) => finding(
            "model",
            State::Good,
            format!("{} encodes ({} dimensions)", identity.name, vectors.dense.len()),
            None,
        ),
        Err(error) => finding("model", State::Bad, error.to_string(), Some("viva setup")),
    }];
    if wiring.settings.retrieval.qdrant_url.is_none() && !wiring.settings.data.dir.join("index").exists() {
        findings.push(finding("index", State::Warning, "nothing has been ingested yet", Some("viva ingest")));
        return findings;
    }
    let home = match wiring.home("viva doctor") {
        Ok(home) => home,
        Err(NoHome::Held(held)) => {
            findings.push(finding("index", State::Good, held.1.what, None));
            return findings;
        }
        Err(NoHome::Failed(failure)) => {
            findings.push(finding("index", State::Bad, failure.what, failure.hint.as_deref()));
            return findings;
        }
    };
    let shelf = Wiring::shelf_of(&home, &*embedder);
    match shelf.refresh().await {
        Ok(_) => findings.extend(edition(wiring, &*shelf)),
        Err(reason @ viva_core::ports::NotReady::Starting(_)) => {
            let cure = "start the Qdrant server, or unset retrieval.qdrant_url";
            findings.push(finding("index", State::Bad, reason.to_string(), Some(cure)));
        }
        Err(reason) => {
            findings.push(finding("index", State::Warning, reason.to_string(), Some("viva ingest")));
        }
    }
    findings
}

fn edition(wiring: &Wiring, library: &dyn viva_core::ports::Library) -> Option<Finding> {
    let edition = library.current().ok()?;
    let manifest = &edition.manifest;
    let what = format!(
        "{} questions, {} chunks, revision {}",
        manifest.questions,
        manifest.chunks,
        manifest.revision.short()
    );
    let content = viva_guide::read(&wiring.settings.content.paths).guide;
    Some(if content.revision() == manifest.revision {
        finding("index", State::Good, what, None)
    } else {
        finding(
            "index",
            State::Warning,
            format!("{what}, but the content is at {}", content.revision().short()),
            Some("viva ingest"),
        )
    })
}
