//! A disk that fills up: said so with its place, and nothing that was there is harmed.
//!
//! A small file system is mounted in a namespace of its own, which needs no privilege where the system allows it;
//! elsewhere the test says why it does nothing.

use crate::embedded::argument;
use crate::support::{Lcg, corpus, holder, ids, model, query, reopen, wanted};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use viva_core::id::Digest;
use viva_core::ports::{ChunkIndex, IndexError, Library, VectorCache};
use viva_retrieval::{EmbeddedWriter, FileVectorCache, Shelf};

#[test]
fn a_full_disk_is_said_so_and_harms_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().display().to_string();
    let test = std::env::current_exe().unwrap();
    let script = format!(
        "mount -t tmpfs -o size=600m tmpfs '{place}' || exit 77; \
         echo '{place}' | '{}' --exact full_disk::child_on_a_small_disk --ignored --nocapture",
        test.display()
    );
    let output = Command::new("unshare").args(["-rm", "sh", "-c", &script]).output();
    match output {
        Err(error) => println!("skipped: no `unshare` here ({error})"),
        Ok(output) if output.status.success() => print!("{}", String::from_utf8_lossy(&output.stdout)),
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr);
            let cannot_mount = output.status.code() == Some(77) || said.contains("unshare");
            assert!(cannot_mount, "{}\n{said}", String::from_utf8_lossy(&output.stdout));
            println!("skipped: no file system can be mounted here ({})", said.trim());
        }
    }
}

#[tokio::test]
#[ignore = "the child of `a_full_disk_is_said_so_and_harms_nothing`"]
async fn child_on_a_small_disk() {
    let Some(disk) = argument() else { return };
    let cache = FileVectorCache::open(&disk.join("vectors"), &model()).unwrap();
    let known: Vec<_> = vector_batch(0, 50);
    cache.remember(&known).unwrap();
    let index = disk.join("index");
    let writer = EmbeddedWriter::new(index.clone(), holder(), ids());
    let old = corpus(1, 300);
    crate::support::build(&writer, &old).await.unwrap();
    let shelf = Shelf::new(Arc::new(reopen(&index).await), wanted());
    shelf.refresh().await.unwrap();
    fill(&disk.join("ballast"));
    // Writing is refused, with the place.
    let refused = writer.begin().await.err().unwrap();
    assert!(matches!(&refused, IndexError::StorageFull { place } if place.contains("index")), "{refused}");
    let refused = (1..).find_map(|batch| cache.remember(&vector_batch(batch, 2_000)).err()).unwrap();
    assert!(matches!(&refused, IndexError::StorageFull { place } if place.contains("vectors")), "{refused}");
    let refused = cache.retain(&digests(&known)).err();
    println!("rewriting the vectors on a full disk: {refused:?}");
    // Reading goes on.
    let ask = query(Lcg(1).unit_vector(), Lcg(1).terms(), 10);
    shelf.current().unwrap().search.search(&ask).await.unwrap();
    assert_eq!(cache.known(&digests(&known)).len(), known.len());
    // And when there is room again, so does writing, without a restart.
    std::fs::remove_file(disk.join("ballast")).unwrap();
    cache.retain(&digests(&known)).unwrap();
    cache.remember(&vector_batch(1, 50)).unwrap();
    assert_eq!(cache.len(), 100);
    drop(cache);
    assert_eq!(FileVectorCache::open(&disk.join("vectors"), &model()).unwrap().len(), 100);
    let new = corpus(2, 300);
    crate::support::build(&writer, &new).await.unwrap();
    shelf.refresh().await.unwrap();
    assert_eq!(shelf.current().unwrap().manifest, new.manifest);
    println!("a full disk was said so, and writing went on when there was room");
}

fn vector_batch(batch: u64, count: u64) -> Vec<(Digest, Vec<f32>)> {
    let mut random = Lcg(batch);
    (0..count)
        .map(|number| {
            let mut digest = [0; 32];
            digest[..8].copy_from_slice(&batch.to_be_bytes());
            digest[8..16].copy_from_slice(&number.to_be_bytes());
            (Digest(digest), random.unit_vector())
        })
        .collect()
}

fn digests(vectors: &[(Digest, Vec<f32>)]) -> Vec<Digest> {
    vectors.iter().map(|(digest, _)| *digest).collect()
}

/// Writes until nothing fits, and gives a little back for the vectors to fill.
fn fill(ballast: &Path) {
    use std::io::Write;
    let mut file = std::fs::File::create(ballast).unwrap();
    let some = vec![1; 65_536];
    while file.write_all(&some).is_ok() {}
    let length = file.metadata().unwrap().len();
    file.set_len(length.saturating_sub(1 << 20)).unwrap();
}
