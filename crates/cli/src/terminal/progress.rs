//! Progress of long work on standard error: a bar on a terminal, a line every ten seconds otherwise.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::sync::Mutex;
use std::time::{Duration, Instant};
use viva_ingest::{Progress, ProgressUpdate, Stage};

/// Time between lines where there is no terminal.
const BETWEEN_LINES: Duration = Duration::from_secs(10);

/// A line on standard error, or nothing where the user wants quiet.
pub(crate) fn note(text: &str) {
    anstream::eprintln!("{text}");
}

/// A bar that counts bytes or things.
pub(crate) struct Bar {
    drawn: ProgressBar,
    lines: Option<Mutex<Instant>>,
    what: &'static str,
}

impl Bar {
    /// A bar called `what`; `template` words its figures for a terminal.
    pub(crate) fn new(what: &'static str, unit_is_bytes: bool) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let target = if terminal { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(0), target);
        let template = if unit_is_bytes {
            "{prefix:.bold} [{bar:30}] {bytes}/{total_bytes} {bytes_per_sec} {msg}"
        } else {
            "{prefix:.bold} [{bar:30}] {pos}/{len} {msg}"
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("━╸ "));
        }
        bar.set_prefix(what);
        Self { drawn: bar, lines: (!terminal).then(|| Mutex::new(Instant::now())), what }
    }

    pub(crate) fn set(&self, done: u64, total: u64, message: &str) {
        self.drawn.set_length(total);
        self.drawn.set_position(done);
        self.drawn.set_message(message.to_owned());
        if let Some(last) = &self.lines
            && let Ok(mut last) = last.lock()
            && (last.elapsed() >= BETWEEN_LINES)
        {
            *last = Instant::now();
            note(&format!("{}: {done}/{total} {message}", self.what));
        }
    }

    pub(crate) fn finish(&self) {
        self.drawn.finish_and_clear();
    }
}

/// Shows an ingest.
pub(crate) struct IngestProgress {
    embed: Bar,
    write: Bar,
}

impl IngestProgress {
    pub(crate) fn new() -> Self {
        Self { embed: Bar::new("embedding", false), write: Bar::new("indexing", false) }
    }
}

impl Progress for IngestProgress {
    fn report(&self, update: ProgressUpdate) {
        let ProgressUpdate { stage, done, total, reused, rate, remaining } = update;
        let mut message = rate.map_or_else(String::new, |rate| format!("{rate:.0}/s"));
        if let Some(left) = remaining.filter(|_| done < total) {
            message.push_str(&format!(", {} s left", left.as_secs()));
        }
        if reused > 0 {
            message.push_str(&format!(", {reused} reused"));
        }
        let bar = match stage {
            Stage::Chunk => return,
            Stage::Embed => &self.embed,
            Stage::Write => &self.write,
        };
        bar.set(done as u64, total as u64, &message);
        if done == total {
            bar.finish();
        }
    }
}
