//! Who may search the index, and who may build one: advisory locks of the operating system, which end with their
//! process however it ends. The holder writes its name into the file, so that a second process can say who it is.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// A process that holds an index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// Its process id.
    pub pid: u32,
    /// What it was started as, such as `viva serve`.
    pub command: String,
    /// Where it answers, for a server that does: `http://127.0.0.1:8080`.
    pub address: Option<String>,
}

impl Holder {
    /// This process, started as `command`.
    pub fn this_process(command: impl Into<String>) -> Self {
        Self { pid: std::process::id(), command: command.into(), address: None }
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { pid, command, address } = self;
        write!(f, "`{command}` (pid {pid})")?;
        address.as_ref().map_or(Ok(()), |address| write!(f, " at {address}"))
    }
}

/// What a process that only removes old folders calls itself.
const TIDYING: &str = "tidying up";
const TIDYING_TRIES: usize = 100;
const RETRY: Duration = Duration::from_millis(5);

/// A lock that is held until it is dropped.
#[derive(Debug)]
pub(crate) struct HeldLock {
    file: Mutex<File>,
}

/// Why a lock cannot be had.
pub(crate) enum LockError {
    Held(Holder),
    Io(io::Error),
}

impl HeldLock {
    /// Takes the lock at `path` for `holder`, at once or not at all; only a holder that is just tidying up is waited
    /// for, since it will be gone in a moment.
    pub(crate) fn take(path: &Path, holder: &Holder) -> Result<Self, LockError> {
        for _ in 0..TIDYING_TRIES {
            match Self::try_take(path, holder) {
                Err(LockError::Held(other)) if other.command == TIDYING => std::thread::sleep(RETRY),
                result => return result,
            }
        }
        Self::try_take(path, holder)
    }

    /// Takes the lock at `path` for removing what is left over; `None` where it is held.
    pub(crate) fn take_for_tidying(path: &Path) -> Option<Self> {
        Self::try_take(path, &Holder::this_process(TIDYING)).ok()
    }

    fn try_take(path: &Path, holder: &Holder) -> Result<Self, LockError> {
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(LockError::Io)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(LockError::Held(read_holder(path))),
            Err(TryLockError::Error(error)) => return Err(LockError::Io(error)),
        }
        let lock = Self { file: Mutex::new(file) };
        lock.describe(holder).map_err(LockError::Io)?;
        Ok(lock)
    }

    /// Writes another description of the holder.
    pub(crate) fn describe(&self, holder: &Holder) -> io::Result<()> {
        let text = serde_json::to_vec(holder)?;
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.set_len(0)?;
        file.rewind()?;
        file.write_all(&text)?;
        file.flush()
    }
}

/// Who holds the lock at `path`. It may be writing its name just now, so an unreadable one is read again.
fn read_holder(path: &Path) -> Holder {
    for _ in 0..20 {
        let read = fs::read(path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        if let Some(holder) = read {
            return holder;
        }
        std::thread::sleep(RETRY);
    }
    Holder { pid: 0, command: "another process".to_owned(), address: None }
}

/// Why an embedded index cannot be opened for searching at all.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process searches it; ask that one, or stop it.
    #[error("{holder} holds {}", folder.display())]
    Held {
        /// Who.
        holder: Holder,
        /// The folder of the index.
        folder: PathBuf,
    },
    /// The folder cannot be used.
    #[error("the index folder {} cannot be used: check that it is a folder that may be written", folder.display())]
    Folder {
        /// The folder of the index.
        folder: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}
