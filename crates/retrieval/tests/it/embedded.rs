//! The embedded home by itself: locks, old generations, many searches at a time.

use crate::support::{
    Kit, Lcg, build, close, corpus, embedded_kit, holder, ids, options, query, reopen, wanted,
};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;
use viva_core::ports::{ChunkIndex, IndexError, Library};
use viva_retrieval::{EmbeddedHome, EmbeddedWriter, Holder, OpenError, Shelf};

mod suite {
    crate::suite::suite!(crate::support::embedded_kit(),);
}

/// Runs one of these tests in a process of its own, with `argument` on its standard input.
pub(crate) fn child(test: &str, argument: &Path) -> Child {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--ignored", "--nocapture", "--test-threads=1"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    writeln!(child.stdin.as_mut().unwrap(), "{}", argument.display()).unwrap();
    child
}

/// What the parent wrote; `None` where there is none, because somebody ran all ignored tests.
pub(crate) fn argument() -> Option<PathBuf> {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).unwrap();
    let line = line.trim();
    (!line.is_empty()).then(|| PathBuf::from(line))
}

fn generations(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> =
        names.filter(|name| name.starts_with("gen-") || name.starts_with("build-")).collect();
    names.sort();
    names
}

async fn eventually(what: &str, condition: impl Fn() -> bool) {
    for _ in 0..1_000 {
        if condition() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("never: {what}");
}

#[tokio::test]
async fn a_second_process_is_told_who_holds_the_index() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = child("embedded::child_that_serves", folder.path());
    let mut said = BufReader::new(server.stdout.take().unwrap()).lines().map_while(Result::ok);
    assert!(said.any(|line| line.contains("serving")));
    let Err(OpenError::Held { holder: found, .. }) = EmbeddedHome::open(options(folder.path()), holder())
    else {
        panic!("two processes hold one index");
    };
    let expected = Holder {
        pid: server.id(),
        command: "viva serve".to_owned(),
        address: Some("http://127.0.0.1:8080".to_owned()),
    };
    assert_eq!(found, expected);
    assert_eq!(found.to_string(), format!("`viva serve` (pid {}) at http://127.0.0.1:8080", server.id()));
    // Building beside it is allowed.
    let writer = EmbeddedWriter::new(folder.path().to_owned(), holder(), ids());
    build(&writer, &corpus(1, 30)).await.unwrap();
    server.kill().unwrap();
    server.wait().unwrap();
    drop(reopen(folder.path()).await);
}

#[test]
#[ignore = "the child of `a_second_process_is_told_who_holds_the_index`"]
fn child_that_serves() {
    let Some(folder) = argument() else { return };
    let home = EmbeddedHome::open(options(&folder), Holder::this_process("viva serve")).unwrap();
    home.announce("http://127.0.0.1:8080").unwrap();
    println!("serving");
    std::thread::sleep(Duration::from_mins(1));
}

#[tokio::test]
async fn a_second_builder_is_told_who_builds() {
    let folder = tempfile::tempdir().unwrap();
    let writer =
        |command: &str| EmbeddedWriter::new(folder.path().to_owned(), Holder::this_process(command), ids());
    let mut first = writer("viva ingest").begin().await.unwrap();
    first.add(corpus(1, 30).chunks).await.unwrap();
    let Err(IndexError::Locked { holder }) = writer("viva serve").begin().await else {
        panic!("two builders at one time");
    };
    assert_eq!(holder, format!("`viva ingest` (pid {})", std::process::id()));
    drop(first);
    eventually("the abandoned build is gone", || generations(folder.path()).is_empty()).await;
}

#[tokio::test]
async fn old_generations_go_when_nobody_reads_them() {
    let kit = embedded_kit();
    let folder = kit.folder.as_ref().unwrap().path();
    let shelf = kit.shelf();
    build(kit.writer.as_ref(), &corpus(1, 60)).await.unwrap();
    shelf.refresh().await.unwrap();
    let turn = shelf.current().unwrap();
    build(kit.writer.as_ref(), &corpus(2, 60)).await.unwrap();
    shelf.refresh().await.unwrap();
    assert_eq!(generations(folder).len(), 2, "a turn still reads the old one");
    turn.search.search(&query(Lcg(1).unit_vector(), Lcg(1).terms(), 5)).await.unwrap();
    drop(turn);
    eventually("the old generation is gone", || generations(folder).len() == 1).await;
    // Without a reader the builder does it.
    let Kit { home, folder, writer } = kit;
    drop((shelf, home));
    let folder = folder.unwrap();
    drop(reopen(folder.path()).await);
    build(writer.as_ref(), &corpus(3, 60)).await.unwrap();
    assert_eq!(generations(folder.path()), ["gen-000003"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_searches_at_a_time_agree() {
    let corpus = corpus(5, 1_000);
    let kit = embedded_kit();
    let edition = kit.edition(&corpus).await;
    let ask = query(Lcg(3).unit_vector(), Lcg(3).terms(), 20);
    let first = edition.search.search(&ask).await.unwrap();
    let tasks: Vec<_> = (0..64)
        .map(|_| {
            let (edition, ask) = (Arc::clone(&edition), ask.clone());
            tokio::spawn(async move { edition.search.search(&ask).await.unwrap() })
        })
        .collect();
    tasks[0].abort(); // a caller that goes away harms nobody
    for task in tasks.into_iter().skip(1) {
        assert_eq!(task.await.unwrap(), first);
    }
    drop((edition, kit.home));
    close(kit.folder).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shelf_that_watches_notices_by_itself() {
    let kit = embedded_kit();
    let shelf = Arc::new(Shelf::new(Arc::clone(&kit.home), wanted()));
    let stop = tokio_util::sync::CancellationToken::new();
    let watching = tokio::spawn({
        let (shelf, stop) = (Arc::clone(&shelf), stop.clone());
        async move { shelf.watch(Duration::from_millis(10), stop).await }
    });
    build(kit.writer.as_ref(), &corpus(1, 30)).await.unwrap();
    eventually("the first edition is there", || shelf.current().is_ok()).await;
    build(kit.writer.as_ref(), &corpus(2, 30)).await.unwrap();
    let second = corpus(2, 0).manifest.revision;
    eventually("the second is there", || shelf.current().unwrap().manifest.revision == second).await;
    stop.cancel();
    watching.await.unwrap();
    drop((shelf, kit.home));
    close(kit.folder).await;
}
