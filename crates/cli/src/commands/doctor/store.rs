//! The database of conversations and interviews.
//!
//! Opening one brings it up to this version, which looking must not do: a copy of the file is opened instead.

use super::{Finding, State, finding};
use crate::wiring::Wiring;
use std::path::Path;
use std::time::Duration;
use viva_store::{Address, Store, StoreOptions};

/// Larger files are not copied for a look.
const LARGEST: u64 = 512 << 20;
/// A server that writes at the moment of the copy makes it look damaged; not so the next one.
const LOOKS: usize = 3;

pub(super) async fn look(wiring: &Wiring) -> Finding {
    if wiring.settings.store.url.is_some() {
        let what = "store.url names a database; it is checked when Viva starts";
        return finding("store", State::Good, what, None);
    }
    let file = wiring.settings.data.dir.join("viva.db");
    let shown = file.display();
    let size = match std::fs::metadata(&file) {
        Ok(metadata) => metadata.len(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return finding("store", State::Good, format!("{shown} will be made at the first start"), None);
        }
        Err(error) => return finding("store", State::Bad, format!("{shown}: {error}"), None),
    };
    if size > LARGEST {
        let what = format!("{shown} is there ({} MiB, too large for a look inside)", size >> 20);
        return finding("store", State::Good, what, None);
    }
    let mut looked = check(&file).await;
    for _ in 1..LOOKS {
        if looked.as_ref().is_ok_and(Vec::is_empty) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
        looked = check(&file).await;
    }
    match looked {
        Ok(problems) if problems.is_empty() => {
            finding("store", State::Good, format!("{shown} is intact"), None)
        }
        Ok(problems) => {
            let cure = "keep a copy, then put back a backup, or move it away to begin with an empty one";
            finding("store", State::Bad, format!("{shown}: {}", problems.join("; ")), Some(cure))
        }
        Err(error) => finding("store", State::Bad, format!("{shown}: {error}"), None),
    }
}

/// What is wrong in a copy of the file. What a running server has not yet moved into it lies in its log, which comes along.
async fn check(file: &Path) -> Result<Vec<String>, String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let copy = folder.path().join("viva.db");
    std::fs::copy(file, &copy).map_err(|error| error.to_string())?;
    let log = file.with_extension("db-wal");
    if log.exists() {
        std::fs::copy(&log, folder.path().join("viva.db-wal")).map_err(|error| error.to_string())?;
    }
    let opened = Store::open(StoreOptions::new(Address::file(&copy))).await;
    // The copy's name would only puzzle.
    let renamed = |text: String| text.replace(&*copy.to_string_lossy(), "it");
    let store = opened.map_err(|error| renamed(error.to_string()))?;
    let found = store.check().await.map_err(|error| renamed(error.to_string()));
    store.close().await;
    found.map(|problems| problems.into_iter().map(renamed).collect())
}
