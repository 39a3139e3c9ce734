//! `viva ingest`: chunk, embed, index, switch.

use crate::args::IngestArgs;
use crate::failure::{Failure, Outcome};
use crate::terminal::progress::{IngestProgress, note};
use crate::terminal::{self, DIM, GREEN, RESET, YELLOW};
use crate::wiring::Wiring;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;
use viva_core::guide::Guide;
use viva_core::ports::Embedder;
use viva_guide::Severity;
use viva_ingest::{IngestError, IngestReport, Outcome as Ingested};

pub(crate) async fn run(wiring: &Wiring, args: IngestArgs, json: bool) -> Outcome<u8> {
    let paths = if args.paths.is_empty() { wiring.settings.content.paths.clone() } else { args.paths };
    let guide = read(&paths)?;
    let embedder = wiring.ingest_encoder()?;
    let cancel = CancellationToken::new();
    let stop = cancel.clone();
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            note("stopping after the present step");
            stop.cancel();
        }
    });
    let report = build(wiring, "viva ingest", embedder, guide, args.rebuild, &cancel).await?;
    if json {
        terminal::print_json(&document(&report));
    } else {
        terminal::print(&summary(&report));
    }
    Ok(0)
}

/// Reads content; what is wrong with single files is told, what leaves nothing to ingest is a failure.
pub(crate) fn read(paths: &[PathBuf]) -> Outcome<Arc<Guide>> {
    for path in paths {
        if !path.exists() {
            let hint = "run it in Viva's folder, or name the folder: `viva ingest PATH`, or content.paths in config/local.toml";
            return Err(Failure::new(format!("there is no content at {}", path.display())).hint(hint));
        }
    }
    let reading = viva_guide::read(paths);
    let errors: Vec<_> =
        reading.diagnostics.iter().filter(|found| found.severity == Severity::Error).collect();
    for found in errors.iter().take(5) {
        note(&format!("{YELLOW}!{RESET} {found}"));
    }
    if errors.len() > 5 {
        note(&format!("{YELLOW}!{RESET} and {} more: `viva check` lists them", errors.len() - 5));
    }
    Ok(Arc::new(reading.guide))
}

/// Runs one ingest with progress.
pub(crate) async fn build(
    wiring: &Wiring,
    command: &str,
    embedder: Arc<dyn Embedder>,
    guide: Arc<Guide>,
    rebuild: bool,
    cancel: &CancellationToken,
) -> Outcome<IngestReport> {
    let ingest = wiring.ingest(command, embedder, rebuild)?;
    ingest.run(guide, Arc::new(IngestProgress::new()), cancel).await.map_err(|error| {
        let failure = Failure::of(&error);
        match error {
            IngestError::Cancelled { .. } | IngestError::Embed { .. } => {
                failure.hint("`viva ingest` goes on from there")
            }
            _ => failure,
        }
    })
}

/// One line for people.
pub(crate) fn summary(report: &IngestReport) -> String {
    let IngestReport { outcome, revision, questions, chunks, work, times } = report;
    let seconds = times.total.as_secs_f64();
    match outcome {
        Ingested::Unchanged => format!(
            "{GREEN}✓{RESET} nothing changed: {questions} questions, {chunks} chunks {DIM}(revision {}, all reused, {seconds:.2} s){RESET}\n",
            revision.short()
        ),
        Ingested::Written => {
            let rate = work.embedded as f64 / times.embed.as_secs_f64().max(1e-9);
            let rate = if work.embedded > 0 { format!(", {rate:.0} passages/s") } else { String::new() };
            format!(
                "{GREEN}✓{RESET} {questions} questions, {chunks} chunks: {} passages embedded, {} reused {DIM}(revision {}, {seconds:.1} s{rate}){RESET}\n",
                work.embedded,
                work.reused,
                revision.short()
            )
        }
    }
}

fn document(report: &IngestReport) -> Value {
    let IngestReport { outcome, revision, questions, chunks, work, times } = report;
    json!({
        "outcome": match outcome { Ingested::Unchanged => "unchanged", Ingested::Written => "written" },
        "revision": revision.to_string(),
        "questions": questions,
        "chunks": chunks,
        "passages": { "all": work.passages, "distinct": work.distinct, "reused": work.reused, "embedded": work.embedded,
                      "embedded_tokens": work.embedded_tokens, "over_window": work.over_window },
        "seconds": { "chunk": times.chunk.as_secs_f64(), "embed": times.embed.as_secs_f64(),
                     "write": times.write.as_secs_f64(), "total": times.total.as_secs_f64() },
    })
}
