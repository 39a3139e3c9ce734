//! `viva setup`: fetch the embedding model and its runtime.

use crate::failure::{Failure, Outcome};
use crate::terminal::{self, progress::note};
use crate::wiring::{Wiring, download_bar};
use serde_json::json;
use viva_embed::{EmbedOptions, Progress, SetupReport};

pub(crate) fn run(wiring: &Wiring, json: bool) -> Outcome<u8> {
    let report = fetch_with_report(&wiring.setup_options())?;
    if json {
        let paths = |paths: &[std::path::PathBuf]| {
            paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>()
        };
        terminal::print_json(&json!({ "fetched": paths(&report.fetched), "kept": paths(&report.kept) }));
    } else {
        for path in &report.kept {
            terminal::print(&format!(
                "{}✓{} {} is there and intact\n",
                terminal::GREEN,
                terminal::RESET,
                path.display()
            ));
        }
        for path in &report.fetched {
            terminal::print(&format!(
                "{}✓{} {} fetched and verified\n",
                terminal::GREEN,
                terminal::RESET,
                path.display()
            ));
        }
    }
    Ok(0)
}

/// Fetches what is missing, with a bar.
pub(crate) fn fetch(options: &EmbedOptions) -> Outcome {
    fetch_with_report(options).map(|_| ())
}

fn fetch_with_report(options: &EmbedOptions) -> Outcome<SetupReport> {
    let mut bar = None;
    let report = viva_embed::setup(options, &mut |progress| match progress {
        Progress::Fetching { package, bytes, total } => {
            bar.get_or_insert_with(download_bar).set(bytes, total.max(bytes), package);
        }
        Progress::Waiting => note("another process is fetching; waiting for it"),
        _ => {}
    });
    if let Some(bar) = bar {
        bar.finish();
    }
    report.map_err(|error| Failure::of(&error))
}
