//! Builds that are killed at random moments: the index is the old one or the new one, never a mixture.

use crate::embedded::{argument, child};
use crate::support::{Lcg, build, close, corpus, holder, query, reopen, wanted};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use viva_core::ports::{Ids, Library, NotReady};
use viva_retrieval::{EmbeddedWriter, Shelf};

#[tokio::test]
async fn a_killed_build_leaves_the_old_index_or_the_new_one() {
    kill(40, 0x5EED).await;
}

#[tokio::test]
#[ignore = "takes minutes: two thousand kills"]
async fn two_thousand_killed_builds() {
    kill(2_000, u64::from(std::process::id())).await;
}

async fn kill(kills: usize, seed: u64) {
    println!("seed {seed}");
    let folder = tempfile::tempdir().unwrap();
    let mut random = Lcg(seed);
    let mut acknowledged = 0;
    let mut editions = 0;
    for round in 0..kills {
        let mut builder = child("kill::child_that_builds", folder.path());
        let mut said = BufReader::new(builder.stdout.take().unwrap()).lines().map_while(Result::ok);
        let mut finished: Vec<u64> = Vec::new();
        if round % 4 == 0 {
            // Let one through, however slow the machine is.
            finished
                .extend(said.by_ref().find_map(|line| line.strip_prefix("finished ")?.parse::<u64>().ok()));
        }
        std::thread::sleep(Duration::from_millis(random.below(400) as u64));
        builder.kill().unwrap();
        builder.wait().unwrap();
        // What it said before it was killed was durable.
        finished.extend(said.filter_map(|line| line.strip_prefix("finished ")?.parse::<u64>().ok()));
        acknowledged = finished.into_iter().max().unwrap_or(0).max(acknowledged);
        editions = check(folder.path(), acknowledged, &format!("seed {seed}, kill {round}")).await;
        if round % 100 == 99 {
            println!("{} kills, {acknowledged} editions acknowledged", round + 1);
        }
    }
    close(Some(folder)).await;
    println!("{kills} kills, {acknowledged} editions acknowledged, {editions} is served");
    assert!(acknowledged > 0, "no build ever finished: the test proves nothing");
}

/// The number of the edition that is served, 0 where there is none, after checking that it is all of a piece.
async fn check(folder: &Path, acknowledged: u64, what: &str) -> u64 {
    let home = reopen(folder).await;
    let shelf = Shelf::new(Arc::new(home), wanted());
    let edition = match shelf.refresh().await {
        Ok(_) => shelf.current().unwrap(),
        Err(NotReady::Empty) if acknowledged == 0 => return 0,
        Err(error) => panic!("{what}: {error}"),
    };
    let number = u64::from_be_bytes(edition.manifest.revision.0[..8].try_into().unwrap());
    assert!(number >= acknowledged, "{what}: edition {number} is served, {acknowledged} was acknowledged");
    let expected = corpus(number, edition.manifest.chunks as usize);
    assert_eq!(edition.manifest, expected.manifest, "{what}");
    assert_eq!(edition.guide.modules(), expected.guide.modules(), "{what}");
    let ask = query(Lcg(number).unit_vector(), Lcg(number).terms(), 200);
    let hits = edition.search.search(&ask).await.unwrap();
    assert!(hits.iter().all(|hit| hit.chunk.text == format!("edition {number}")), "{what}: mixed");
    crate::reference::assert_agrees(&hits, &crate::reference::search(&expected, &ask), what);
    number
}

/// Names that no killed predecessor has given: the number of the edition and the process.
struct ChildIds(AtomicU64);

impl Ids for ChildIds {
    fn fresh(&self) -> String {
        format!("{}-{}", std::process::id(), self.0.fetch_add(1, Ordering::Relaxed))
    }
}

#[tokio::test]
#[ignore = "the child of `a_killed_build_leaves_the_old_index_or_the_new_one`"]
async fn child_that_builds() {
    use viva_core::ports::ChunkIndex;
    let Some(folder) = argument() else { return };
    let writer = EmbeddedWriter::new(folder, holder(), Arc::new(ChildIds(AtomicU64::new(0))));
    let serving = writer.manifest().await.unwrap();
    let last = serving.map_or(0, |manifest| u64::from_be_bytes(manifest.revision.0[..8].try_into().unwrap()));
    for number in last + 1.. {
        build(&writer, &corpus(number, 150)).await.unwrap();
        println!("finished {number}");
    }
}
