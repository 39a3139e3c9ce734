//! `viva doctor`: what is wrong with this machine, and how to put it right. Changes nothing.

mod index;
mod model;
mod store;

use crate::failure::Outcome;
use crate::terminal::{self, BOLD, DIM, GREEN, RED, RESET, YELLOW};
use crate::wiring::Wiring;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::path::Path;
use viva_embed::AssetState;
use viva_guide::Severity;

/// One thing that was looked at.
struct Finding {
    group: &'static str,
    state: State,
    what: String,
    /// Cause and exact command, where something is wrong.
    cure: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Good,
    Warning,
    Bad,
}

impl State {
    fn name(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Warning => "warning",
            Self::Bad => "bad",
        }
    }
}

fn finding(group: &'static str, state: State, what: impl Into<String>, cure: Option<&str>) -> Finding {
    Finding { group, state, what: what.into(), cure: cure.map(str::to_owned) }
}

pub(crate) async fn run(wiring: &Wiring, json: bool) -> Outcome<u8> {
    let mut findings = content(wiring);
    findings.extend(files(wiring));
    let encoder_can_open = findings.iter().all(|found| found.group != "model" || found.state != State::Bad);
    findings.push(data_folder(&wiring.settings.data.dir));
    if encoder_can_open {
        findings.extend(index::look(wiring).await);
    }
    findings.push(store::look(wiring).await);
    findings.extend(model::look(wiring).await);
    findings.push(port(wiring));
    let bad = findings.iter().filter(|found| found.state == State::Bad).count();
    if json {
        terminal::print_json(&document(&findings, bad));
    } else {
        terminal::print(&text(&findings, bad));
    }
    Ok(u8::from(bad > 0))
}

fn content(wiring: &Wiring) -> Vec<Finding> {
    let paths = &wiring.settings.content.paths;
    let missing = paths.iter().find(|path| !path.exists());
    if let Some(path) = missing {
        let cure = "run viva in its own folder, or set content.paths in config/local.toml";
        return vec![finding("content", State::Bad, format!("{} is not there", path.display()), Some(cure))];
    }
    let reading = viva_guide::read(paths);
    let errors = reading.diagnostics.iter().filter(|found| found.severity == Severity::Error).count();
    let guide = &reading.guide;
    let questions = guide.questions().count();
    let what = format!(
        "{questions} questions in {} modules, revision {}",
        guide.modules().len(),
        guide.revision().short()
    );
    let mut findings = vec![if questions == 0 {
        finding("content", State::Bad, "no question was found", Some("viva check"))
    } else {
        finding("content", State::Good, what, None)
    }];
    if errors > 0 {
        findings.push(finding(
            "content",
            State::Warning,
            format!("{errors} mistakes in it"),
            Some("viva check"),
        ));
    }
    findings
}

fn files(wiring: &Wiring) -> Vec<Finding> {
    let assets = match viva_embed::inspect(&wiring.setup_options()) {
        Ok(assets) => assets,
        Err(error) => {
            return vec![finding(
                "model",
                State::Bad,
                error.to_string(),
                Some("set embed.model in config/local.toml"),
            )];
        }
    };
    let look = |asset: &viva_embed::Asset| {
        let path = asset.path.display();
        match &asset.state {
            AssetState::Intact => finding("model", State::Good, format!("{path} is intact"), None),
            AssetState::Unpinned => {
                finding("model", State::Good, format!("{path} is there (not one that Viva pins)"), None)
            }
            AssetState::Bad(error) => finding("model", State::Bad, error.to_string(), Some("viva setup")),
        }
    };
    let mut findings: Vec<Finding> = assets.iter().map(look).collect();
    if findings.iter().any(|found| found.state == State::Bad) {
        findings.push(python(&wiring.settings.embed.python));
    }
    findings
}

/// Python is needed for fetching alone.
fn python(python: &str) -> Finding {
    let output = std::process::Command::new(python).args(["-m", "pip", "--version"]).output();
    match output {
        Ok(output) if output.status.success() => {
            finding("model", State::Good, String::from_utf8_lossy(&output.stdout).trim().to_owned(), None)
        }
        Ok(_) => finding(
            "model",
            State::Bad,
            format!("{python} has no pip"),
            Some("install pip, for example: apt-get install python3-pip"),
        ),
        Err(error) => finding(
            "model",
            State::Bad,
            format!("{python} cannot be run: {error}"),
            Some("install Python 3, or set embed.python"),
        ),
    }
}

fn data_folder(folder: &Path) -> Finding {
    let existing = folder.ancestors().find(|path| path.exists() && !path.as_os_str().is_empty());
    let probe = existing.unwrap_or(Path::new("."));
    match std::fs::metadata(probe) {
        Ok(metadata) if metadata.permissions().readonly() || !metadata.is_dir() => {
            let cure = "make it a folder that may be written, or choose another with --data-dir";
            finding("data", State::Bad, format!("{} cannot be written", probe.display()), Some(cure))
        }
        Ok(_) if folder.exists() => {
            finding("data", State::Good, format!("{} is there", folder.display()), None)
        }
        Ok(_) => finding(
            "data",
            State::Good,
            format!("{} will be made at the first ingest", folder.display()),
            None,
        ),
        Err(error) => finding(
            "data",
            State::Bad,
            format!("{}: {error}", probe.display()),
            Some("choose another with --data-dir"),
        ),
    }
}

fn port(wiring: &Wiring) -> Finding {
    let bind = wiring.settings.http.bind;
    match std::net::TcpListener::bind(bind) {
        Ok(_) => finding("service", State::Good, format!("{bind} is free"), None),
        Err(error) => finding(
            "service",
            State::Warning,
            format!("{bind}: {error}"),
            Some("viva serve --bind 127.0.0.1:0"),
        ),
    }
}

fn text(findings: &[Finding], bad: usize) -> String {
    let mut text = String::new();
    let mut group = "";
    for found in findings {
        if found.group != group {
            group = found.group;
            let _ = writeln!(text, "{BOLD}{group}{RESET}");
        }
        let symbol = match found.state {
            State::Good => format!("{GREEN}✓{RESET}"),
            State::Warning => format!("{YELLOW}!{RESET}"),
            State::Bad => format!("{RED}✗{RESET}"),
        };
        let _ = writeln!(text, "  {symbol} {}", found.what);
        if let Some(cure) = &found.cure {
            let _ = writeln!(text, "    {DIM}cure:{RESET} {cure}");
        }
    }
    let verdict = match bad {
        0 => format!("{GREEN}Viva can run here.{RESET}"),
        1 => format!("{RED}One thing must be put right.{RESET}"),
        n => format!("{RED}{n} things must be put right.{RESET}"),
    };
    let _ = writeln!(text, "\n{verdict}");
    text
}

fn document(findings: &[Finding], bad: usize) -> Value {
    let findings: Vec<Value> = findings
        .iter()
        .map(|found| json!({ "group": found.group, "state": found.state.name(), "what": found.what, "cure": found.cure }))
        .collect();
    json!({ "healthy": bad == 0, "findings": findings })
}
