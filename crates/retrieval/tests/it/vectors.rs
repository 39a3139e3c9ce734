//! The vectors that are kept between builds: torn, damaged, rewritten.

use crate::support::{DIMENSION, Lcg, model};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;
use viva_core::id::Digest;
use viva_core::manifest::ModelIdentity;
use viva_core::ports::{IndexError, VectorCache};
use viva_core::vector::DenseVector;
use viva_retrieval::FileVectorCache;

const RECORD: usize = 32 + 4 * DIMENSION + 4;

pub(crate) fn vectors(from: u8, to: u8) -> Vec<(Digest, DenseVector)> {
    (from..to).map(|number| (Digest([number; 32]), Lcg(u64::from(number)).unit_vector())).collect()
}

fn open(folder: &Path) -> FileVectorCache {
    loop {
        match FileVectorCache::open(folder, &model()) {
            // A child that another test is just starting holds copies of all locks for a moment.
            Err(IndexError::Locked { .. }) => std::thread::sleep(Duration::from_millis(5)),
            cache => return cache.unwrap(),
        }
    }
}

fn file(folder: &Path) -> PathBuf {
    folder.join(format!("{}-{DIMENSION}.bin", model().file))
}

fn assert_knows(cache: &FileVectorCache, vectors: &[(Digest, DenseVector)]) {
    let digests: Vec<Digest> = vectors.iter().map(|(digest, _)| *digest).collect();
    let known = cache.known(&digests);
    for (digest, vector) in vectors {
        assert_eq!(known.get(digest), Some(vector));
    }
    assert_eq!(cache.len(), vectors.len());
}

#[test]
fn vectors_are_remembered_and_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let cache = open(folder.path());
    assert!(cache.is_empty());
    cache.remember(&vectors(0, 10)).unwrap();
    cache.remember(&vectors(5, 20)).unwrap();
    assert_knows(&cache, &vectors(0, 20));
    assert_eq!(cache.known(&[Digest([99; 32])]).len(), 0);
    drop(cache);
    let cache = open(folder.path());
    assert_knows(&cache, &vectors(0, 20));
    let live: Vec<Digest> = vectors(3, 7).into_iter().map(|(digest, _)| digest).collect();
    cache.retain(&live).unwrap();
    assert_knows(&cache, &vectors(3, 7));
    cache.remember(&vectors(30, 31)).unwrap();
    drop(cache);
    let cache = open(folder.path());
    assert_knows(&cache, &[vectors(3, 7), vectors(30, 31)].concat());
}

#[test]
fn a_tail_torn_at_any_byte_is_cut_off() {
    let folder = tempfile::tempdir().unwrap();
    open(folder.path()).remember(&vectors(0, 3)).unwrap();
    let whole = fs::read(file(folder.path())).unwrap();
    for length in 0..whole.len() {
        fs::write(file(folder.path()), &whole[..length]).unwrap();
        let cache = open(folder.path());
        let complete = (length.saturating_sub(8) / RECORD) as u8;
        assert_knows(&cache, &vectors(0, complete));
        cache.remember(&vectors(50, 51)).unwrap();
        drop(cache);
        assert_knows(&open(folder.path()), &[vectors(0, complete), vectors(50, 51)].concat());
    }
}

#[test]
fn a_damaged_record_is_skipped_and_hides_no_other() {
    let folder = tempfile::tempdir().unwrap();
    open(folder.path()).remember(&vectors(0, 5)).unwrap();
    let whole = fs::read(file(folder.path())).unwrap();
    let mut random = Lcg(77);
    for _ in 0..200 {
        let place = 8 + random.below(whole.len() - 8);
        let mut damaged = whole.clone();
        damaged[place] ^= 1 << random.below(8);
        fs::write(file(folder.path()), &damaged).unwrap();
        let lost = (place - 8) / RECORD;
        let kept: Vec<_> = vectors(0, 5)
            .into_iter()
            .enumerate()
            .filter(|(at, _)| *at != lost)
            .map(|(_, kept)| kept)
            .collect();
        assert_knows(&open(folder.path()), &kept);
    }
}

#[test]
fn models_do_not_share_and_processes_do_not_either() {
    let folder = tempfile::tempdir().unwrap();
    let cache = open(folder.path());
    cache.remember(&vectors(0, 2)).unwrap();
    let other = ModelIdentity { file: Digest([8; 32]), ..model() };
    assert!(FileVectorCache::open(folder.path(), &other).unwrap().is_empty());
    assert!(matches!(FileVectorCache::open(folder.path(), &model()), Err(IndexError::Locked { .. })));
    let wrong = cache.remember(&[(Digest([9; 32]), vec![1.0])]).unwrap_err();
    assert!(matches!(wrong, IndexError::Failed { .. }), "{wrong}");
    assert_knows(&cache, &vectors(0, 2));
}
