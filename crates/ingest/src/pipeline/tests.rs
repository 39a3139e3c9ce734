use crate::progress::Stage;
use crate::report::Outcome;
use crate::testing::{
    Bench, FakeEmbedder, MemoryCache, MemoryIndex, follow_up, guide, module, question, section, vector_of,
    words,
};
use crate::{IngestError, chunker};
use std::collections::HashSet;
use std::error::Error as _;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;
use viva_core::chunk::EmbeddedChunk;
use viva_core::guide::{Guide, Question, SectionKind};
use viva_core::id::Digest;
use viva_core::manifest::{Manifest, SCHEMA_VERSION};
use viva_core::ports::{EmbedError, IndexError};

/// A question with a card of three rows, two sections and a follow-up: six passages.
fn entry(id: &str, explanation: &str) -> Question {
    let mut entry = question(id, &format!("What is {id}?"), &[&format!("about {id}")]);
    entry.sections = vec![
        section(SectionKind::ShortAnswer, "Short answer", &format!("It is {id}, in short.")),
        section(SectionKind::Explanation, "Explanation", explanation),
    ];
    entry.follow_ups = vec![follow_up(&format!("Why {id}?"), "Because it is so.")];
    entry
}

fn entries(explanations: &[&str]) -> Guide {
    let questions = (0..).zip(explanations).map(|(n, text)| entry(&format!("q{n}"), text)).collect();
    guide(vec![module("module", "Module", questions)])
}

fn three() -> Guide {
    entries(&["First of all.", "Second, a little longer.", "Third, the longest one of them."])
}

#[tokio::test]
async fn a_first_ingest_embeds_everything_and_serves() {
    let mut bench = Bench::new();
    let guide = three();
    let report = bench.run(&guide).await.unwrap();
    assert_eq!((report.outcome, report.questions, report.chunks), (Outcome::Written, 3, 12));
    assert_eq!((report.work.passages, report.work.embedded, report.work.reused), (18, 18, 0));
    assert_eq!(
        report.work.embedded_tokens,
        bench.embedder.texts().iter().map(|text| words(text)).sum::<usize>()
    );

    let (manifest, chunks) = bench.serving().unwrap();
    assert_eq!((manifest.schema, manifest.revision), (SCHEMA_VERSION, guide.revision()));
    assert_eq!((manifest.questions, manifest.chunks, manifest.built_at), (3, 12, 1_000));
    assert_eq!((manifest.model.name.as_str(), manifest.sparse.as_str()), ("fake", "words"));
    assert_eq!(manifest.chunker, chunker::chunker_identity(&bench.options.chunker, 64));
    let owners: Vec<_> = chunks.iter().map(|point| point.chunk.question.as_str()).collect();
    assert!(owners.is_sorted(), "{owners:?}");
    for point in &chunks {
        let expected: Vec<_> = point.chunk.passages.iter().map(|passage| vector_of(passage)).collect();
        assert_eq!(point.dense, expected, "rows of {:?}", point.chunk.origin);
    }
    assert_eq!(chunks.iter().map(|point| point.id).collect::<HashSet<_>>().len(), 12);
}

#[tokio::test]
async fn bm25_sees_every_chunk_against_the_mean_of_all() {
    let mut bench = Bench::new();
    let report = bench.run(&three()).await.unwrap();
    let (manifest, chunks) = bench.serving().unwrap();
    let lengths: Vec<_> = chunks.iter().map(|point| words(chunker::bm25_text(&point.chunk))).collect();
    let mean = lengths.iter().sum::<usize>() as f32 / lengths.len() as f32;
    assert!((manifest.mean_terms - mean).abs() < 1e-4 && (report.work.mean_terms - mean).abs() < 1e-4);
    for (point, length) in chunks.iter().zip(lengths) {
        assert_eq!(point.sparse.indices, [length as u32]);
        assert_eq!(point.sparse.values, [manifest.mean_terms]);
    }
}

#[tokio::test]
async fn an_unchanged_guide_costs_nothing() {
    let mut bench = Bench::new();
    bench.run(&three()).await.unwrap();
    let report = bench.run(&three()).await.unwrap();
    assert_eq!((report.outcome, report.questions, report.chunks), (Outcome::Unchanged, 3, 12));
    assert!(bench.embedder.texts().is_empty());
    assert_eq!(bench.index.begun.load(std::sync::atomic::Ordering::Relaxed), 1);
}

#[tokio::test]
async fn each_part_of_the_manifest_counts() {
    let mut bench = Bench::new();
    bench.run(&three()).await.unwrap();
    bench.options.chunker.module_row = false;
    let report = bench.run(&three()).await.unwrap();
    assert_eq!((report.outcome, report.work.embedded), (Outcome::Written, 0));

    let changes: [fn(&mut Manifest); 5] = [
        |manifest| manifest.schema += 1,
        |manifest| manifest.revision = Digest([9; 32]),
        |manifest| manifest.chunker.push('2'),
        |manifest| manifest.model.dimension += 1,
        |manifest| manifest.sparse.push('2'),
    ];
    for (number, change) in changes.into_iter().enumerate() {
        change(&mut bench.index.serving.lock().unwrap().as_mut().unwrap().0);
        assert_eq!(bench.run(&three()).await.unwrap().outcome, Outcome::Written, "change {number}");
        assert_eq!(bench.run(&three()).await.unwrap().outcome, Outcome::Unchanged, "after change {number}");
    }
}

#[tokio::test]
async fn another_model_shares_no_vector_with_the_one_before() {
    let mut bench = Bench::new();
    bench.run(&three()).await.unwrap();
    let other = FakeEmbedder { file: Digest([2; 32]), ..FakeEmbedder::default() };
    let report = bench.run_with(other, &three()).await.unwrap();
    assert_eq!((report.outcome, report.work.embedded), (Outcome::Written, 18));
}

#[tokio::test]
async fn a_changed_section_costs_its_own_passages() {
    let mut bench = Bench::new();
    bench.run(&three()).await.unwrap();
    let changed = entries(&["First of all.", "Second, rewritten.", "Third, the longest one of them."]);
    let report = bench.run(&changed).await.unwrap();
    assert_eq!(bench.embedder.texts(), ["Module > What is q1? > Explanation\nSecond, rewritten."]);
    assert_eq!((report.work.embedded, report.work.reused, report.chunks), (1, 17, 12));
    let (manifest, chunks) = bench.serving().unwrap();
    assert_eq!(manifest.revision, changed.revision());
    assert!(chunks.iter().any(|point| point.chunk.text == "Second, rewritten."));
    assert!(!chunks.iter().any(|point| point.chunk.text.starts_with("Second, a little")));
    // The section that is gone is gone from the cache too.
    assert_eq!(bench.cache.vectors.lock().unwrap().len(), 18);
}

#[tokio::test]
async fn a_renamed_alias_costs_one_row() {
    let mut bench = Bench::new();
    let with_alias =
        |alias: &str| guide(vec![module("m", "M", vec![question("gil", "What?", &["lock", alias])])]);
    bench.run(&with_alias("old words")).await.unwrap();
    bench.run(&with_alias("new words")).await.unwrap();
    assert_eq!(bench.embedder.texts(), ["new words"]);
    assert_eq!(bench.serving().unwrap().1[0].dense[3], vector_of("new words"));
}

#[tokio::test]
async fn equal_texts_are_embedded_once() {
    let mut bench = Bench::new();
    let twins = vec![question("a", "What is it?", &["same"]), question("b", "What is it?", &["same"])];
    let report = bench.run(&guide(vec![module("m", "M", twins)])).await.unwrap();
    assert_eq!((report.work.passages, report.work.distinct, report.work.embedded), (6, 3, 3));
    assert_eq!(bench.embedder.texts().len(), 3);
    assert_eq!(report.chunks, 2);
}

#[tokio::test]
async fn the_longest_passages_go_first() {
    let mut bench = Bench::new();
    bench.run(&three()).await.unwrap();
    let lengths: Vec<_> = bench.embedder.texts().iter().map(|text| words(text)).collect();
    assert!(lengths.is_sorted_by(|a, b| a >= b), "{lengths:?}");
    assert!(lengths.first() > lengths.last());
    let calls: Vec<_> = bench.embedder.calls.lock().unwrap().iter().map(Vec::len).collect();
    assert_eq!(calls, [4, 4, 4, 4, 2]);
}

#[tokio::test]
async fn a_failing_encoder_changes_nothing_and_the_next_run_does_the_rest() {
    let mut bench = Bench::new();
    bench.run(&entries(&["The index before."])).await.unwrap();
    let before = bench.serving();
    // Four calls, two under way: of those that are under way when one fails, the others still count.
    let failing = FakeEmbedder { failing: vec![1], ..FakeEmbedder::default() };
    let error = bench.run_with(failing, &three()).await.unwrap_err();
    let IngestError::Embed { kept, source: EmbedError::Unavailable(_) } = &error else { panic!("{error:?}") };
    assert_eq!(bench.serving(), before);
    let calls = bench.embedder.calls.lock().unwrap().len();
    assert!(calls < 4 && *kept == 4 * (calls - 1), "{kept} kept of {calls} calls");

    let report = bench.run(&three()).await.unwrap();
    assert_eq!(
        report.work.reused,
        kept + 5,
        "the entry before shares five passages with the first of the three"
    );
    assert_eq!(report.work.embedded + report.work.reused, 18);
    assert_eq!(bench.embedder.texts().len(), report.work.embedded);
    assert_eq!(report.outcome, Outcome::Written);
}

#[tokio::test]
async fn an_encoder_that_returns_nonsense_is_an_error() {
    let mut bench = Bench::new();
    let error = bench
        .run_with(FakeEmbedder { too_short_by: 1, ..FakeEmbedder::default() }, &three())
        .await
        .unwrap_err();
    let IngestError::Embed { kept: 0, source: EmbedError::Failed(complaint) } = &error else {
        panic!("{error:?}")
    };
    assert!(complaint.to_string().contains("4 passages"), "{complaint}");
    assert!(bench.serving().is_none() && bench.cache.vectors.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_remembered_vector_of_another_shape_is_embedded_again() {
    let mut bench = Bench::new();
    bench.run(&three()).await.unwrap();
    let mut spoilt = 0;
    for (n, vector) in bench.cache.vectors.lock().unwrap().values_mut().enumerate() {
        match n {
            0 => vector.truncate(1),
            1 => vector[0] = f32::NAN,
            _ => continue,
        }
        spoilt += 1;
    }
    *bench.index.serving.lock().unwrap() = None;
    assert_eq!(bench.run(&three()).await.unwrap().work.embedded, spoilt);
    *bench.index.serving.lock().unwrap() = None;
    assert_eq!(bench.run(&three()).await.unwrap().work.embedded, 0, "the cache holds the new vectors");
}

#[tokio::test]
async fn an_index_that_cannot_be_finished_keeps_the_vectors() {
    let mut bench = Bench::new();
    bench.index = Arc::new(MemoryIndex { fails_to_finish: true, ..MemoryIndex::default() });
    let error = bench.run(&three()).await.unwrap_err();
    assert!(matches!(error, IngestError::Index(IndexError::StorageFull { .. })), "{error:?}");
    assert!(error.source().is_some(), "the cause is for the log");
    assert!(bench.serving().is_none());

    bench.index = Arc::default();
    let report = bench.run(&three()).await.unwrap();
    assert_eq!((report.outcome, report.work.embedded, report.work.reused), (Outcome::Written, 0, 18));
}

#[tokio::test]
async fn a_locked_index_is_noticed_before_the_work() {
    let mut bench = Bench::new();
    bench.index = Arc::new(MemoryIndex { is_locked: true, ..MemoryIndex::default() });
    let error = bench.run(&three()).await.unwrap_err();
    assert!(matches!(error, IngestError::Index(IndexError::Locked { .. })), "{error:?}");
    assert!(bench.embedder.texts().is_empty());
}

#[tokio::test]
async fn a_stop_keeps_what_was_embedded() {
    let mut bench = Bench::new();
    let cancels = Some((3, bench.cancel.clone()));
    let error =
        bench.run_with(FakeEmbedder { cancels, ..FakeEmbedder::default() }, &three()).await.unwrap_err();
    let IngestError::Cancelled { kept } = error else { panic!("{error:?}") };
    assert!(kept >= 4, "{kept}");
    assert_eq!(bench.cache.vectors.lock().unwrap().len(), kept);
    assert!(bench.serving().is_none());

    bench.cancel = tokio_util::sync::CancellationToken::new();
    let report = bench.run(&three()).await.unwrap();
    assert_eq!((report.work.reused, report.work.embedded), (kept, 18 - kept));
}

#[tokio::test]
async fn a_stop_before_the_start_does_nothing() {
    let mut bench = Bench::new();
    bench.cancel.cancel();
    let error = bench.run(&three()).await.unwrap_err();
    assert!(matches!(error, IngestError::Cancelled { kept: 0 }), "{error:?}");
    assert_eq!(bench.index.begun.load(std::sync::atomic::Ordering::Relaxed), 0);
}

#[tokio::test]
async fn an_empty_guide_is_refused() {
    let mut bench = Bench::new();
    bench.run(&three()).await.unwrap();
    let before = bench.serving();
    for empty in [guide(Vec::new()), guide(vec![module("m", "M", vec![question("blank", " ", &[])])])] {
        let error = bench.run(&empty).await.unwrap_err();
        assert!(matches!(error, IngestError::EmptyGuide), "{error:?}");
    }
    assert_eq!(bench.serving(), before);
}

#[tokio::test]
async fn a_rebuild_trusts_neither_manifest_nor_cache() {
    let mut bench = Bench::new();
    bench.run(&three()).await.unwrap();
    for vector in bench.cache.vectors.lock().unwrap().values_mut() {
        vector[0] += 1.0;
    }
    bench.options.rebuild = true;
    let report = bench.run(&three()).await.unwrap();
    assert_eq!((report.outcome, report.work.embedded, report.work.reused), (Outcome::Written, 18, 0));

    // Nor does anything of the old cache come back with the next ingest.
    bench.options.rebuild = false;
    *bench.index.serving.lock().unwrap() = None;
    assert_eq!(bench.run(&three()).await.unwrap().work.reused, 18);
    let (_, chunks) = bench.serving().unwrap();
    let is_right = |point: &EmbeddedChunk| {
        point.chunk.passages.iter().zip(&point.dense).all(|(passage, row)| *row == vector_of(passage))
    };
    assert!(chunks.iter().all(is_right));
}

#[tokio::test]
async fn vectors_are_remembered_by_number_and_by_time() {
    let mut bench = Bench::new();
    bench.options.remember_every = NonZeroUsize::new(8).unwrap();
    bench.run(&three()).await.unwrap();
    assert_eq!(*bench.cache.remembered.lock().unwrap(), [8, 8, 2]);

    let mut bench = Bench::new();
    bench.options.remember_after = Duration::ZERO;
    bench.run(&three()).await.unwrap();
    assert_eq!(*bench.cache.remembered.lock().unwrap(), [4, 4, 4, 4, 2]);
}

#[tokio::test]
async fn chunks_are_written_in_batches() {
    let mut bench = Bench::new();
    bench.options.chunks_per_write = NonZeroUsize::new(5).unwrap();
    bench.run(&three()).await.unwrap();
    assert_eq!(*bench.index.writes.lock().unwrap(), [5, 5, 2]);
}

#[tokio::test]
async fn a_cache_that_cannot_be_trimmed_does_not_undo_the_switch() {
    let mut bench = Bench::new();
    bench.cache = Arc::new(MemoryCache { fails_to_trim: true, ..MemoryCache::default() });
    assert_eq!(bench.run(&three()).await.unwrap().outcome, Outcome::Written);
    assert!(bench.serving().is_some());
}

#[tokio::test]
async fn progress_goes_through_the_stages_and_ends_complete() {
    let mut bench = Bench::new();
    bench.run(&entries(&["The index before."])).await.unwrap();
    bench.run(&three()).await.unwrap();
    let updates = bench.listener.0.lock().unwrap().clone();
    assert!(updates.is_sorted_by_key(|update| update.stage));
    for (stage, total, reused) in [(Stage::Chunk, 3, 0), (Stage::Embed, 13, 5), (Stage::Write, 12, 0)] {
        let of_stage: Vec<_> = updates.iter().filter(|update| update.stage == stage).collect();
        assert!(of_stage.is_sorted_by_key(|update| update.done));
        let last = of_stage.last().unwrap();
        assert_eq!((last.done, last.total, last.reused), (total, total, reused), "{stage:?}");
        assert!(last.rate.is_some_and(|rate| rate > 0.0));
        assert_eq!(last.remaining, Some(Duration::ZERO));
    }
}
