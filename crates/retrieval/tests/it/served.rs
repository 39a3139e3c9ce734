//! The served home: without a server, with one that hangs, and, where there is one, the suite and the comparison.

use crate::support::{Kit, Lcg, build, close, corpus, embedded_kit, ids, query, wanted};
use qdrant_client::Qdrant;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::net::{TcpListener, TcpStream};
use viva_core::ports::{ChunkIndex, Library, NotReady, SearchError};
use viva_core::search::{Filter, Hit, LegChoice, LegRank, SearchQuery};
use viva_core::vector::QueryVectors;
use viva_retrieval::{ApiKey, ServedHome, ServedOptions, ServedWriter, Shelf};

mod suite {
    crate::suite::suite!(
        super::served_kit(),
        #[ignore = "needs a Qdrant server: set VIVA_TEST_QDRANT_URL to its gRPC address"]
    );
}

/// The address of the server to test against.
#[expect(clippy::disallowed_methods, reason = "a test is told by its caller where the server is")]
fn url() -> String {
    std::env::var("VIVA_TEST_QDRANT_URL")
        .expect("set VIVA_TEST_QDRANT_URL to the gRPC address of a Qdrant server")
}

fn served_options(url: &str) -> ServedOptions {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    ServedOptions {
        alias: format!("viva-test-{}-{number}", std::process::id()),
        deadline: Duration::from_secs(5),
        ..ServedOptions::new(url)
    }
}

fn kit_at(options: ServedOptions) -> Kit {
    let home = Arc::new(ServedHome::new(options.clone()).unwrap());
    let writer = Box::new(ServedWriter::new(options, ids()).unwrap());
    Kit { home, writer, folder: None }
}

fn served_kit() -> Kit {
    kit_at(served_options(&url()))
}

fn impatient(url: &str) -> ServedOptions {
    let [deadline, patience] = [Duration::from_millis(300), Duration::from_millis(600)];
    ServedOptions { deadline, patience, ..ServedOptions::new(url) }
}

#[tokio::test]
async fn an_absent_server_is_said_so_at_once() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let options = impatient(&url);
    let shelf = Shelf::new(Arc::new(ServedHome::new(options.clone()).unwrap()), wanted());
    let Err(NotReady::Starting(reason)) = shelf.refresh().await else { panic!("there is no server") };
    assert!(reason.contains(&url) && reason.contains("start it"), "{reason}");
    let writer = ServedWriter::new(options, ids()).unwrap();
    let error = writer.begin().await.err().unwrap();
    let text = format!("{error}: {}", std::error::Error::source(&error).unwrap());
    assert!(text.contains(&url), "{text}");
}

#[tokio::test]
async fn a_server_that_hangs_costs_no_more_than_the_limit() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let open = tokio::spawn(async move {
        let mut sockets: Vec<TcpStream> = Vec::new();
        while let Ok((socket, _)) = listener.accept().await {
            sockets.push(socket); // and never answers
        }
    });
    let shelf = Shelf::new(Arc::new(ServedHome::new(impatient(&url)).unwrap()), wanted());
    let start = Instant::now();
    let Err(NotReady::Starting(reason)) = shelf.refresh().await else { panic!("it never answers") };
    assert!(reason.contains("300 ms") && reason.contains(&url), "{reason}");
    println!("gave up after {:?}", start.elapsed());
    open.abort();
}

#[test]
fn an_address_that_is_none_is_refused_by_name() {
    let error = ServedHome::new(ServedOptions::new("not an address")).err().unwrap();
    assert!(error.to_string().contains("not an address"), "{error}");
}

#[test]
fn the_key_does_not_print() {
    let options =
        ServedOptions { api_key: Some(ApiKey::new("canary")), ..ServedOptions::new("http://127.0.0.1:1") };
    assert!(!format!("{options:?}").contains("canary"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a Qdrant server: set VIVA_TEST_QDRANT_URL to its gRPC address"]
async fn both_homes_rank_alike() {
    let corpus = corpus(50, 3_000);
    let (embedded, served) = (embedded_kit(), served_kit());
    let (here, there) = (embedded.edition(&corpus).await, served.edition(&corpus).await);
    let mut random = Lcg(51);
    let mut hits = 0;
    for round in 0..200 {
        let forms =
            (0..=round % 2).map(|_| QueryVectors { dense: random.unit_vector(), sparse: random.terms() });
        let forms: Vec<_> = forms.collect();
        let level = (round % 3 == 0).then_some(viva_core::guide::Level::Mid);
        let filter = Filter { level, ..Filter::default() };
        for legs in [LegChoice::Hybrid, LegChoice::Dense, LegChoice::Bm25] {
            let ask = SearchQuery { forms: forms.clone(), legs, filter: filter.clone(), limit: 50 };
            let (a, b) = (here.search.search(&ask).await.unwrap(), there.search.search(&ask).await.unwrap());
            assert_same(&a, &b, &format!("round {round}, {legs:?}"));
            hits += a.len();
        }
    }
    println!("{hits} hits alike in both homes");
    drop((here, embedded.home));
    close(embedded.folder).await;
}

/// The same chunks in the same order at the same ranks; a BM25 sum may differ in its last digit.
fn assert_same(here: &[Hit], there: &[Hit], what: &str) {
    let places = |hits: &[Hit]| -> Vec<_> {
        let rank = |leg: Option<LegRank>| leg.map(|leg| leg.rank);
        hits.iter().map(|hit| (hit.id, rank(hit.legs.dense), rank(hit.legs.bm25))).collect()
    };
    assert_eq!(places(here), places(there), "{what}");
    for (a, b) in here.iter().zip(there) {
        assert!((a.score - b.score).abs() < 1e-5 && a.chunk == b.chunk, "{what}: {a:?} and {b:?}");
    }
}

/// A relay in front of the server that can be cut and restored.
struct Relay {
    url: String,
    task: tokio::task::JoinHandle<()>,
}

impl Relay {
    async fn start(address: &str, server: String) -> Self {
        let listener = loop {
            match TcpListener::bind(address).await {
                Ok(listener) => break listener,
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        };
        let url = format!("http://{}", listener.local_addr().unwrap());
        let task = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            while let Ok((mut here, _)) = listener.accept().await {
                let server = server.clone();
                connections.spawn(async move {
                    let mut there = TcpStream::connect(server).await.unwrap();
                    let _ = tokio::io::copy_bidirectional(&mut here, &mut there).await;
                });
            }
        });
        Self { url, task }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a Qdrant server: set VIVA_TEST_QDRANT_URL to its gRPC address"]
async fn a_lost_server_is_found_again() {
    let server = url().trim_start_matches("http://").to_owned();
    let relay = Relay::start("127.0.0.1:0", server.clone()).await;
    let address = relay.url.trim_start_matches("http://").to_owned();
    let options = ServedOptions { deadline: Duration::from_secs(1), ..served_options(&relay.url) };
    let kit = kit_at(options);
    let edition = kit.edition(&corpus(60, 60)).await;
    let ask = query(Lcg(1).unit_vector(), Lcg(1).terms(), 10);
    let before = edition.search.search(&ask).await.unwrap();
    relay.task.abort();
    let _ = relay.task.await;
    let lost = edition.search.search(&ask).await.unwrap_err();
    assert!(matches!(lost, SearchError::Unavailable(_)), "{lost}");
    assert!(edition.search.ping().await.is_err());
    // Nobody answers any more.
    let hole = std::net::TcpListener::bind(&address).unwrap();
    let start = Instant::now();
    let lost = edition.search.search(&ask).await.unwrap_err();
    assert!(matches!(lost, SearchError::Timeout(_)), "{lost}");
    println!("gave up after {:?}", start.elapsed());
    drop(hole);
    let relay = Relay::start(&address, server).await;
    let mut after = edition.search.search(&ask).await;
    for _ in 0..10 {
        if after.is_ok() {
            break;
        }
        after = edition.search.search(&ask).await;
    }
    assert_eq!(after.unwrap(), before, "it recovers by itself");
    relay.task.abort();
}

#[tokio::test]
#[ignore = "needs a Qdrant server: set VIVA_TEST_QDRANT_URL to its gRPC address"]
async fn only_its_own_collections_are_removed() {
    let options = served_options(&url());
    let client = Qdrant::from_url(&options.url).skip_compatibility_check().build().unwrap();
    let names = async || {
        let mut names: Vec<String> =
            client.list_collections().await.unwrap().collections.into_iter().map(|c| c.name).collect();
        names.retain(|name| name.starts_with(&options.alias));
        names.sort();
        names
    };
    // A neighbour whose alias begins like ours.
    let neighbour = ServedOptions { alias: format!("{}_x", options.alias), ..options.clone() };
    let theirs = kit_at(neighbour);
    let kept = theirs.edition(&corpus(70, 30)).await;
    let kit = kit_at(options.clone());
    for number in 71..74 {
        build(kit.writer.as_ref(), &corpus(number, 30)).await.unwrap();
        drop(kit.writer.begin().await.unwrap()); // removes the replaced one, and is abandoned
    }
    let left = names().await;
    assert_eq!(left.len(), 2, "{left:?}");
    kept.search.search(&query(Lcg(1).unit_vector(), Lcg(1).terms(), 3)).await.unwrap();
    let shelf = kit.shelf();
    shelf.refresh().await.unwrap();
    assert_eq!(shelf.current().unwrap().manifest, corpus(73, 30).manifest);
}
