//! Damaged generations: found when they are opened, or harmless.

use crate::reference::{assert_agrees, search};
use crate::support::{Corpus, Lcg, build, close, corpus, holder, ids, query, reopen, wanted};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use viva_core::ports::{ChunkIndex, Library, NotReady};
use viva_retrieval::{EmbeddedWriter, Shelf};

#[tokio::test]
async fn damage_to_any_file_is_found_at_opening() {
    let seed = 31;
    println!("seed {seed}");
    let folder = tempfile::tempdir().unwrap();
    let corpus = corpus(1, 120);
    build(&EmbeddedWriter::new(folder.path().to_owned(), holder(), ids()), &corpus).await.unwrap();
    assert!(opens(folder.path(), &corpus).await.is_ok());
    let mut random = Lcg(seed);
    let (mut found, mut harmless) = (0, 0);
    let files = files(folder.path());
    assert!(files.len() > 50, "{files:?}");
    for file in files {
        let is_log = file.components().any(|part| part.as_os_str() == "wal");
        for damage in [Damage::Flip, Damage::Truncate, Damage::Remove] {
            if is_log && !file.exists() {
                continue; // every opening starts a new one
            }
            let original = fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            damage.inflict(&file, &original, &mut random);
            let result = opens(folder.path(), &corpus).await;
            let what = format!("{damage:?} of {}", file.display());
            // The engine cuts the idle tails of its bit sets itself; what they say is sealed.
            let is_bit_set =
                file.file_name().is_some_and(|name| name.to_string_lossy().starts_with("flags_"));
            let lost = fs::read(&file).map_or(0, |left| left.len());
            let is_idle_tail = is_bit_set
                && matches!(damage, Damage::Truncate)
                && file.exists()
                && original[lost.min(original.len())..].iter().all(|byte| *byte == 0);
            if is_log
                || (is_idle_tail && result.is_ok())
                || (file.ends_with("CURRENT") && result == Err(NotReady::Empty))
                || file.to_string_lossy().ends_with("LOCK")
            {
                harmless += 1; // not read, or the pointer removed as a whole, which is said
            } else {
                let Err(NotReady::Broken(reason)) = result else {
                    panic!("{what} was not found: {result:?}")
                };
                assert!(reason.contains(&folder.path().display().to_string()), "{what}: {reason}");
                found += 1;
            }
            if let Some(parent) = file.parent() {
                fs::create_dir_all(parent).unwrap();
            }
            fs::write(&file, &original).unwrap();
        }
    }
    assert!(opens(folder.path(), &corpus).await.is_ok());
    close(Some(folder)).await;
    println!("{found} damages found at opening, {harmless} harmless");
}

/// An index that was damaged is replaced by the next build, and the shelf takes it.
#[tokio::test]
async fn a_new_build_heals() {
    let folder = tempfile::tempdir().unwrap();
    let (old, new) = (corpus(1, 60), corpus(2, 60));
    let writer = EmbeddedWriter::new(folder.path().to_owned(), holder(), ids());
    build(&writer, &old).await.unwrap();
    let guide = files(folder.path()).into_iter().find(|file| file.ends_with("guide.json")).unwrap();
    fs::write(&guide, "{}").unwrap();
    let shelf = Shelf::new(Arc::new(reopen(folder.path()).await), wanted());
    assert!(matches!(shelf.refresh().await, Err(NotReady::Broken(_))));
    assert_eq!(writer.manifest().await.unwrap(), None, "a damaged index counts as none");
    assert!(matches!(shelf.refresh().await, Err(NotReady::Broken(_))));
    build(&writer, &new).await.unwrap();
    assert_eq!(shelf.refresh().await, Ok(true));
    let before = files(folder.path());
    assert_eq!(writer.manifest().await.unwrap(), Some(new.manifest));
    assert_eq!(
        files(folder.path()),
        before,
        "asking for the manifest touches nothing that a reader has open"
    );
    drop(shelf);
    close(Some(folder)).await;
}

/// A file that somebody put there does not become part of the index.
#[tokio::test]
async fn a_foreign_file_is_cleared_away() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = corpus(1, 60);
    build(&EmbeddedWriter::new(folder.path().to_owned(), holder(), ids()), &corpus).await.unwrap();
    let manifest = files(folder.path()).into_iter().find(|file| file.ends_with("manifest.json")).unwrap();
    let foreign = manifest.parent().unwrap().join("segments").join("stray").join("segment.json");
    fs::create_dir_all(foreign.parent().unwrap()).unwrap();
    fs::write(&foreign, "{}").unwrap();
    assert!(opens(folder.path(), &corpus).await.is_ok());
    assert!(!foreign.exists());
    close(Some(folder)).await;
}

#[derive(Debug, Clone, Copy)]
enum Damage {
    Flip,
    Truncate,
    Remove,
}

impl Damage {
    fn inflict(self, file: &Path, original: &[u8], random: &mut Lcg) {
        let mut bytes = original.to_vec();
        match self {
            Self::Flip if !bytes.is_empty() => {
                let place = random.below(bytes.len());
                bytes[place] ^= 1 << random.below(8);
                fs::write(file, bytes).unwrap();
            }
            Self::Truncate if !bytes.is_empty() => {
                bytes.truncate(random.below(bytes.len()));
                fs::write(file, bytes).unwrap();
            }
            _ => fs::remove_file(file).unwrap(),
        }
    }
}

async fn opens(folder: &Path, corpus: &Corpus) -> Result<(), NotReady> {
    let shelf = Shelf::new(Arc::new(reopen(folder).await), wanted());
    shelf.refresh().await?;
    let edition = shelf.current()?;
    let ask = query(Lcg(5).unit_vector(), Lcg(5).terms(), 50);
    assert_agrees(&edition.search.search(&ask).await.unwrap(), &search(corpus, &ask), "opened");
    drop((shelf, edition));
    drop(reopen(folder).await); // the engine writes when it closes
    Ok(())
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(self::files(&path));
        } else {
            files.push(path);
        }
    }
    files.sort();
    files
}
