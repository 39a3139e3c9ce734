//! One script in one process, with nothing of ours around it.

use super::environment::Environment;
use super::{RunError, RunOptions};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// What the script is called; tracebacks name it.
pub(super) const SCRIPT: &str = "example.py";
/// More than this on one stream is a loop, in bytes.
const MOST_OUTPUT_BYTES: u64 = 4 << 20;

/// What a script printed and how it ended.
#[derive(Debug)]
pub(super) struct Execution {
    pub(super) ending: Ending,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

/// How a script ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    Success,
    /// With this exit code, or by a signal.
    Failure {
        code: Option<i32>,
    },
    TimedOut,
    TooMuchOutput,
    /// We were asked to stop.
    Stopped,
}

/// Runs `code`. Its streams are files, not pipes: a grandchild that outlives the script can hold a pipe
/// open for ever, and nobody has to read while it runs.
pub(super) fn execute(
    code: &str,
    environment: &Environment,
    options: &RunOptions,
) -> Result<Execution, RunError> {
    let in_temporary = |source| RunError::Cache { path: "the folder for temporary files".into(), source };
    let folder = tempfile::tempdir().map_err(in_temporary)?;
    let (mut child, streams) = start(code, folder.path(), environment, options).map_err(in_temporary)?;
    let ending = wait(&mut child, &streams, options).map_err(in_temporary)?;
    let stdout = streams.text(STDOUT).map_err(in_temporary)?;
    let stderr = streams.text(STDERR).map_err(in_temporary)?;
    Ok(Execution { ending, stdout, stderr })
}

const STDOUT: &str = "stdout";
const STDERR: &str = "stderr";

/// The files that a script's streams go to.
struct Streams<'a>(&'a Path);

impl Streams<'_> {
    fn create(&self, name: &str) -> io::Result<File> {
        File::options().create(true).append(true).open(self.0.join(name))
    }

    fn is_full(&self) -> io::Result<bool> {
        for name in [STDOUT, STDERR] {
            if std::fs::metadata(self.0.join(name))?.len() > MOST_OUTPUT_BYTES {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn text(&self, name: &str) -> io::Result<String> {
        let mut bytes = Vec::new();
        File::open(self.0.join(name))?.take(MOST_OUTPUT_BYTES).read_to_end(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).replace("\r\n", "\n"))
    }
}

fn start<'a>(
    code: &str,
    folder: &'a Path,
    environment: &Environment,
    options: &RunOptions,
) -> io::Result<(Child, Streams<'a>)> {
    let [work, home, temporary] = ["work", "home", "tmp"].map(|name| folder.join(name));
    for folder in [&work, &home, &temporary] {
        std::fs::create_dir(folder)?;
    }
    std::fs::write(work.join(SCRIPT), code)?;
    let streams = Streams(folder);
    let mut command = Command::new(&environment.python);
    command
        .arg(SCRIPT)
        .current_dir(&work)
        .env_clear()
        .env("PATH", &environment.path)
        .env("HOME", &home)
        .env("TMPDIR", &temporary)
        .env("LANG", "C.UTF-8")
        .env("PYTHONHASHSEED", "0")
        .env("PYTHONUTF8", "1")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        // Without it boto3 asks an address of the cloud for credentials, and waits.
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .envs(options.variables.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stdout(streams.create(STDOUT)?)
        .stderr(streams.create(STDERR)?);
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    Ok((command.spawn()?, streams))
}

/// Waits for the end, or makes one. Whatever the script left behind in its group ends with it.
fn wait(child: &mut Child, streams: &Streams<'_>, options: &RunOptions) -> io::Result<Ending> {
    const SHORTEST_PAUSE: Duration = Duration::from_millis(2);
    const LONGEST_PAUSE: Duration = Duration::from_millis(25);
    let started = Instant::now();
    let mut pause = SHORTEST_PAUSE;
    let forced = loop {
        if has_ended(child)? {
            break None;
        } else if started.elapsed() >= options.time_limit {
            break Some(Ending::TimedOut);
        } else if options.stop.load(Ordering::Relaxed) {
            break Some(Ending::Stopped);
        } else if streams.is_full()? {
            break Some(Ending::TooMuchOutput);
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(LONGEST_PAUSE);
    };
    kill_group(child)?;
    let status = child.wait()?;
    let full = || streams.is_full();
    Ok(match forced {
        Some(ending) => ending,
        None if full()? => Ending::TooMuchOutput,
        None => of_status(status),
    })
}

fn of_status(status: ExitStatus) -> Ending {
    if status.success() { Ending::Success } else { Ending::Failure { code: status.code() } }
}

/// Whether the script has ended. It is left unreaped, so that its number, and with it the number of its
/// group, cannot belong to somebody else when the group is killed.
#[cfg(unix)]
fn has_ended(child: &Child) -> io::Result<bool> {
    use rustix::process::{WaitId, WaitIdOptions, waitid};
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    let status = waitid(WaitId::Pid(pid(child)?), options)?;
    Ok(status.is_some_and(|status| status.exited() || status.killed() || status.dumped()))
}

#[cfg(unix)]
fn kill_group(child: &Child) -> io::Result<()> {
    use rustix::process::{Signal, kill_process_group};
    match kill_process_group(pid(child)?, Signal::KILL) {
        // macOS reports a group of which only the unreaped leader is left in this way.
        Ok(()) | Err(rustix::io::Errno::SRCH | rustix::io::Errno::PERM) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

#[cfg(unix)]
fn pid(child: &Child) -> io::Result<rustix::process::Pid> {
    let pid = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw);
    pid.ok_or_else(|| io::Error::other("the process has no usable number"))
}

#[cfg(not(unix))]
fn has_ended(child: &mut Child) -> io::Result<bool> {
    Ok(child.try_wait()?.is_some())
}

#[cfg(not(unix))]
fn kill_group(child: &mut Child) -> io::Result<()> {
    if child.try_wait()?.is_none() { child.kill() } else { Ok(()) }
}
