//! What every home must do, run against each.

use crate::reference::{self, assert_agrees};
use crate::support::{
    Corpus, Kit, Lcg, build, chunk, corpus, finish, model, module, query, question_id, role, section, wanted,
};
use std::sync::Arc;
use std::time::{Duration, Instant};
use viva_core::chunk::Origin;
use viva_core::guide::{Guide, Level, SectionKind};
use viva_core::id::Digest;
use viva_core::manifest::ModelIdentity;
use viva_core::ports::{ChunkSearch, Edition, Library, NotReady};
use viva_core::search::{Filter, LegChoice, SearchQuery};
use viva_core::vector::{QueryVectors, SparseVector};
use viva_retrieval::{Shelf, Wanted};

/// One test for each item of the suite, against the home that `$kit` makes.
macro_rules! suite {
    ($kit:expr, $(#[$attribute:meta])*) => {
        $crate::suite::suite!(@tests $kit, [$(#[$attribute])*]
            agrees_with_the_reference, filters_are_exact, a_card_counts_by_its_best_row, legs_may_be_searched_alone,
            several_forms_are_fused, no_term_is_no_error, ties_are_in_reading_order, a_full_leg_of_ties_is_settled,
            the_guide_comes_back_whole, nothing_ingested_is_said_so, a_switch_loses_no_search,
            a_mismatch_is_never_served, a_wrong_count_is_never_served, an_abandoned_build_leaves_no_trace,
            an_empty_guide_is_an_index);
    };
    (@tests $kit:expr, $attributes:tt $($name:ident),*) => {
        $($crate::suite::suite!(@test $kit, $attributes $name);)*
    };
    (@test $kit:expr, [$(#[$attribute:meta])*] $name:ident) => {
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        $(#[$attribute])*
        async fn $name() {
            let mut kit = $kit;
            let folder = kit.folder.take();
            crate::suite::$name(kit).await;
            crate::support::close(folder).await;
        }
    };
}
pub(crate) use suite;

fn random_query(random: &mut Lcg, limit: usize) -> SearchQuery {
    query(random.unit_vector(), random.terms(), limit)
}

async fn check(edition: &Edition, corpus: &Corpus, query: &SearchQuery, what: &str) {
    let hits = edition.search.search(query).await.unwrap();
    assert_agrees(&hits, &reference::search(corpus, query), what);
    for hit in &hits {
        let original = corpus.chunks.iter().find(|chunk| chunk.id == hit.id).unwrap();
        assert_eq!(*hit.chunk, original.chunk, "{what}");
    }
}

pub(crate) async fn agrees_with_the_reference(kit: Kit) {
    let corpus = corpus(1, 5_000);
    let edition = kit.edition(&corpus).await;
    edition.search.ping().await.unwrap();
    let mut random = Lcg(11);
    let mut times = Vec::new();
    for round in 0..40 {
        let query = random_query(&mut random, 1 + round * 5);
        let start = Instant::now();
        edition.search.search(&query).await.unwrap();
        times.push(start.elapsed());
        check(&edition, &corpus, &query, &format!("round {round}")).await;
    }
    times.sort_unstable();
    println!(
        "hybrid search over 5,000 points: p50 {:?}, max {:?}",
        times[times.len() / 2],
        times[times.len() - 1]
    );
}

pub(crate) async fn filters_are_exact(kit: Kit) {
    let corpus = corpus(2, 900);
    let edition = kit.edition(&corpus).await;
    let some = vec![question_id(3), question_id(40), question_id(299), question_id(9_999)];
    let filters = [
        Filter { module: Some(module(1)), ..Filter::default() },
        Filter { level: Some(Level::Senior), ..Filter::default() },
        Filter { role: Some(role(1)), ..Filter::default() },
        Filter { questions: some, ..Filter::default() },
        Filter {
            module: Some(module(0)),
            level: Some(Level::Junior),
            role: Some(role(2)),
            questions: Vec::new(),
        },
    ];
    let mut random = Lcg(12);
    for (number, filter) in filters.into_iter().enumerate() {
        for _ in 0..5 {
            let query = SearchQuery { filter: filter.clone(), ..random_query(&mut random, 20) };
            check(&edition, &corpus, &query, &format!("filter {number}")).await;
        }
    }
    let nothing = Filter { questions: vec![question_id(9_999)], ..Filter::default() };
    let query = SearchQuery { filter: nothing, ..random_query(&mut random, 20) };
    assert_eq!(edition.search.search(&query).await.unwrap(), []);
}

pub(crate) async fn a_card_counts_by_its_best_row(kit: Kit) {
    let mut random = Lcg(13);
    let [far, near, other] = [random.unit_vector(), random.unit_vector(), random.unit_vector()];
    let mixed: Vec<f32> = near.iter().zip(&far).map(|(a, b)| (a + b) / 2.0).collect();
    let term = SparseVector { indices: vec![1], values: vec![1.0] };
    let chunks = vec![
        chunk(3, 0, section(SectionKind::Explanation, 0), vec![mixed], term.clone()),
        chunk(3, 1, Origin::Card, vec![far, near.clone(), other], term.clone()),
    ];
    let corpus = finish(3, 2, chunks);
    let edition = kit.edition(&corpus).await;
    let query = SearchQuery { legs: LegChoice::Dense, ..query(near, SparseVector::default(), 2) };
    let hits = edition.search.search(&query).await.unwrap();
    assert_eq!(hits[0].chunk.origin, Origin::Card);
    assert!((hits[0].score - 1.0).abs() < 1e-5, "the best of its rows, not their mean: {}", hits[0].score);
    check(&edition, &corpus, &query, "max-sim").await;
}

pub(crate) async fn legs_may_be_searched_alone(kit: Kit) {
    let corpus = corpus(4, 600);
    let edition = kit.edition(&corpus).await;
    let mut random = Lcg(14);
    for round in 0..10 {
        for legs in [LegChoice::Dense, LegChoice::Bm25] {
            let query = SearchQuery { legs, ..random_query(&mut random, 15) };
            let hits = edition.search.search(&query).await.unwrap();
            for hit in &hits {
                let own = if legs == LegChoice::Dense { hit.legs.dense } else { hit.legs.bm25 };
                assert_eq!(own.map(|leg| leg.score), Some(hit.score), "a single leg's score is its own");
            }
            check(&edition, &corpus, &query, &format!("{legs:?} {round}")).await;
        }
    }
}

pub(crate) async fn several_forms_are_fused(kit: Kit) {
    let corpus = corpus(5, 600);
    let edition = kit.edition(&corpus).await;
    let mut random = Lcg(15);
    for round in 0..10 {
        let forms =
            (0..2 + round % 2).map(|_| QueryVectors { dense: random.unit_vector(), sparse: random.terms() });
        let forms: Vec<_> = forms.collect();
        for legs in [LegChoice::Hybrid, LegChoice::Dense, LegChoice::Bm25] {
            let query = SearchQuery { forms: forms.clone(), legs, filter: Filter::default(), limit: 25 };
            check(&edition, &corpus, &query, &format!("{legs:?} of {} forms", forms.len())).await;
        }
    }
}

pub(crate) async fn no_term_is_no_error(kit: Kit) {
    let corpus = corpus(6, 300);
    let edition = kit.edition(&corpus).await;
    let mut random = Lcg(16);
    let hybrid = query(random.unit_vector(), SparseVector::default(), 10);
    check(&edition, &corpus, &hybrid, "dense alone is left").await;
    let hits = edition.search.search(&hybrid).await.unwrap();
    assert!(hits.len() == 10 && hits.iter().all(|hit| hit.legs.bm25.is_none()));
    let bm25 = SearchQuery { legs: LegChoice::Bm25, ..hybrid.clone() };
    assert_eq!(edition.search.search(&bm25).await.unwrap(), []);
    let unknown = SparseVector { indices: vec![4_000_000_000], values: vec![1.0] };
    let unknown = SearchQuery { legs: LegChoice::Bm25, ..query(random.unit_vector(), unknown, 10) };
    assert_eq!(edition.search.search(&unknown).await.unwrap(), []);
    let none = SearchQuery { limit: 0, ..hybrid };
    assert_eq!(edition.search.search(&none).await.unwrap(), []);
}

pub(crate) async fn ties_are_in_reading_order(kit: Kit) {
    let mut random = Lcg(17);
    let row = random.unit_vector();
    let term = SparseVector { indices: vec![9], values: vec![1.0] };
    let mut chunks: Vec<_> = (0..60)
        .flat_map(|question| {
            let part = |part| section(SectionKind::Text, part);
            [part(1), part(0), Origin::Card]
                .map(|origin| chunk(7, question, origin, vec![row.clone()], term.clone()))
        })
        .collect();
    chunks.reverse();
    let corpus = finish(7, 60, chunks);
    let edition = kit.edition(&corpus).await;
    for legs in [LegChoice::Hybrid, LegChoice::Dense, LegChoice::Bm25] {
        let query = SearchQuery { legs, ..query(row.clone(), term.clone(), 7) };
        let hits = edition.search.search(&query).await.unwrap();
        let keys: Vec<_> =
            hits.iter().map(|hit| (hit.chunk.question.clone(), hit.chunk.origin.clone())).collect();
        let part = |part| section(SectionKind::Text, part);
        let [a, b, c] = [question_id(0), question_id(1), question_id(2)];
        let expected = [
            (a.clone(), Origin::Card),
            (a.clone(), part(0)),
            (a, part(1)),
            (b.clone(), Origin::Card),
            (b.clone(), part(0)),
            (b, part(1)),
            (c, Origin::Card),
        ];
        assert_eq!(keys, expected, "{legs:?}");
    }
}

/// More points with one score than a leg is deep: which of them the engine returns is chance, the result is not.
pub(crate) async fn a_full_leg_of_ties_is_settled(kit: Kit) {
    let mut random = Lcg(18);
    let term = SparseVector { indices: vec![9], values: vec![1.0] };
    let mut chunks: Vec<_> = (0..400)
        .map(|question| chunk(8, question, Origin::Card, vec![random.unit_vector()], term.clone()))
        .collect();
    chunks.reverse();
    let corpus = finish(8, 400, chunks);
    let edition = kit.edition(&corpus).await;
    let first = edition.search.search(&query(random.unit_vector(), term.clone(), 30)).await.unwrap();
    assert_eq!(first.len(), 30);
    let bm25 = SearchQuery { legs: LegChoice::Bm25, ..query(random.unit_vector(), term, 30) };
    let hits = edition.search.search(&bm25).await.unwrap();
    let questions: Vec<_> = hits.iter().map(|hit| hit.chunk.question.clone()).collect();
    assert_eq!(questions, (0..30).map(question_id).collect::<Vec<_>>());
}

fn assert_same_guide(a: &Guide, b: &Guide) {
    assert_eq!(a.revision(), b.revision());
    assert_eq!(a.modules(), b.modules());
}

pub(crate) async fn the_guide_comes_back_whole(kit: Kit) {
    let corpus = corpus(9, 3_000); // a guide of more than one page
    assert_eq!(kit.writer.manifest().await.unwrap(), None);
    let edition = kit.edition(&corpus).await;
    assert_same_guide(&edition.guide, &corpus.guide);
    assert_eq!(edition.manifest, corpus.manifest);
    assert_eq!(kit.writer.manifest().await.unwrap(), Some(corpus.manifest));
}

pub(crate) async fn nothing_ingested_is_said_so(kit: Kit) {
    let shelf = kit.shelf();
    assert!(matches!(shelf.current(), Err(NotReady::Starting(_))));
    assert_eq!(shelf.refresh().await, Err(NotReady::Empty));
    assert!(matches!(shelf.current(), Err(NotReady::Empty)));
}

pub(crate) async fn a_switch_loses_no_search(kit: Kit) {
    let (old, new) = (corpus(20, 400), corpus(21, 500));
    build(kit.writer.as_ref(), &old).await.unwrap();
    let shelf = Arc::new(kit.shelf());
    assert_eq!(shelf.refresh().await, Ok(true));
    assert_eq!(shelf.refresh().await, Ok(false));
    let before = shelf.current().unwrap();
    let searching = tokio::spawn(search_until_switched(Arc::clone(&shelf), new.manifest.revision));
    build(kit.writer.as_ref(), &new).await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(
        shelf.current().unwrap().manifest.revision,
        old.manifest.revision,
        "nothing moves before a refresh"
    );
    assert_eq!(shelf.refresh().await, Ok(true));
    let searches = searching.await.unwrap();
    println!("{searches} searches during the switch, none failed");
    // A turn that took the old edition keeps it.
    let mut random = Lcg(19);
    check(&before, &old, &random_query(&mut random, 10), "the old edition").await;
    check(&shelf.current().unwrap(), &new, &random_query(&mut random, 10), "the new edition").await;
}

async fn search_until_switched(shelf: Arc<Shelf>, last: Digest) -> usize {
    let mut random = Lcg(20);
    for searches in 1.. {
        let edition = shelf.current().unwrap();
        let hits = edition.search.search(&random_query(&mut random, 10)).await.unwrap();
        let number = u64::from_be_bytes(edition.manifest.revision.0[..8].try_into().unwrap());
        assert!(hits.iter().all(|hit| hit.chunk.text == format!("edition {number}")), "mixed editions");
        if edition.manifest.revision == last {
            return searches;
        }
    }
    0
}

pub(crate) async fn a_mismatch_is_never_served(kit: Kit) {
    let good = corpus(22, 60);
    build(kit.writer.as_ref(), &good).await.unwrap();
    let other = Wanted { model: ModelIdentity { name: "another".to_owned(), ..model() }, ..wanted() };
    let stranger = Shelf::new(Arc::clone(&kit.home), other);
    assert!(matches!(stranger.refresh().await, Err(NotReady::Mismatch(_))));
    assert!(matches!(stranger.current(), Err(NotReady::Mismatch(_))));
    let shelf = kit.shelf();
    shelf.refresh().await.unwrap();
    let mut bad = corpus(23, 60);
    "other-terms".clone_into(&mut bad.manifest.sparse);
    build(kit.writer.as_ref(), &bad).await.unwrap();
    assert_eq!(shelf.refresh().await, Ok(false), "the old one goes on serving");
    assert_eq!(shelf.current().unwrap().manifest.revision, good.manifest.revision);
    assert!(shelf.trouble().unwrap().contains("other-terms"), "{:?}", shelf.trouble());
    shelf.current().unwrap().search.search(&random_query(&mut Lcg(1), 5)).await.unwrap();
    build(kit.writer.as_ref(), &corpus(24, 60)).await.unwrap();
    assert_eq!(shelf.refresh().await, Ok(true));
    assert_eq!(shelf.trouble(), None);
}

pub(crate) async fn a_wrong_count_is_never_served(kit: Kit) {
    let good = corpus(25, 60);
    build(kit.writer.as_ref(), &good).await.unwrap();
    let mut short = corpus(26, 60);
    short.manifest.chunks = 61;
    let error = build(kit.writer.as_ref(), &short).await.unwrap_err();
    let text = format!("{error}: {:?}", std::error::Error::source(&error).map(ToString::to_string));
    assert!(text.contains("60") && text.contains("61"), "{text}");
    assert_eq!(kit.writer.manifest().await.unwrap(), Some(good.manifest));
}

pub(crate) async fn an_abandoned_build_leaves_no_trace(kit: Kit) {
    let good = corpus(27, 60);
    build(kit.writer.as_ref(), &good).await.unwrap();
    let mut abandoned = kit.writer.begin().await.unwrap();
    abandoned.add(corpus(28, 60).chunks).await.unwrap();
    drop(abandoned);
    let shelf = kit.shelf();
    shelf.refresh().await.unwrap();
    assert_eq!(shelf.current().unwrap().manifest, good.manifest);
    let next = corpus(29, 60);
    while let Err(error) = build(kit.writer.as_ref(), &next).await {
        assert!(error.to_string().contains("is writing"), "{error}"); // still clearing away
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    shelf.refresh().await.unwrap();
    assert_eq!(shelf.current().unwrap().manifest, next.manifest);
}

pub(crate) async fn an_empty_guide_is_an_index(kit: Kit) {
    let mut none = finish(30, 1, Vec::new());
    none.guide = Guide::new(none.manifest.revision, Vec::new());
    none.manifest.questions = 0;
    let edition = kit.edition(&none).await;
    let search: &dyn ChunkSearch = edition.search.as_ref();
    assert_eq!(search.search(&random_query(&mut Lcg(1), 5)).await.unwrap(), []);
}
