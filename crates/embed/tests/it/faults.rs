//! Files that are not what they should be (`reliability.md`, row 33): every fault is noticed before a query, and the
//! error names the file, the checksum and the way out.

use crate::common::{cache, copy, files, replace, wait};
use std::path::Path;
use viva_core::ports::Embedder;
use viva_embed::{AssetState, EmbedOptions, Encoder, OpenError, inspect, missing, setup};

fn open_error(options: &EmbedOptions) -> OpenError {
    Encoder::open(options).err().expect("the fault is noticed")
}

/// Spoils every file in turn and looks at what opening says.
fn check(spoil: impl Fn(&Path, Vec<u8>) -> Vec<u8>) {
    for number in 0..files(cache()).len() {
        let (_folder, options) = copy();
        let file = files(&options.cache_dir).remove(number);
        let content = std::fs::read(&file).unwrap();
        replace(&file, &spoil(&file, content));
        let error = open_error(&options);
        let message = error.to_string();
        let OpenError::Damaged { file: named, expected, .. } = error else { panic!("{message}") };
        assert_eq!(named, file);
        assert!(message.contains(&file.display().to_string()), "{message}");
        assert!(message.contains(expected) && message.contains("viva setup"), "{message}");
        let bad = inspect(&options).unwrap().into_iter().filter(|a| matches!(a.state, AssetState::Bad(_)));
        assert_eq!(bad.map(|asset| asset.path).collect::<Vec<_>>(), [file]);
    }
}

#[test]
fn truncated_files_are_noticed() {
    check(|_, mut content| {
        content.truncate(content.len().min(1024) / 2);
        content
    });
    check(|_, mut content| {
        content.pop();
        content
    });
}

#[test]
fn flipped_bits_are_noticed() {
    for place in [0, 3, 7] {
        check(|_, mut content| {
            let at = (content.len() - 1) * place / 7;
            content[at] ^= 1 << place;
            content
        });
    }
}

#[test]
fn swapped_files_are_noticed() {
    check(|file, _| {
        let other = if file.ends_with("config.json") { "tokenizer.json" } else { "config.json" };
        std::fs::read(cache().join("models/all-MiniLM-L6-v2").join(other)).unwrap()
    });
}

#[test]
fn missing_files_are_named() {
    for number in 0..files(cache()).len() {
        let (_folder, options) = copy();
        let file = files(&options.cache_dir).remove(number);
        std::fs::remove_file(&file).unwrap();
        let error = open_error(&options);
        assert!(matches!(&error, OpenError::Missing { file: named } if *named == file), "{error}");
        assert_eq!(missing(&options).unwrap(), [file]);
    }
}

#[test]
fn a_start_with_all_files_calls_nobody() {
    let (_folder, mut options) = copy();
    options.python = "/nowhere/python".to_owned();
    assert!(missing(&options).unwrap().is_empty());
    let report = setup(&options, &mut |_| {}).unwrap();
    assert_eq!((report.fetched.len(), report.kept.len()), (0, 6));
    let encoder = Encoder::open(&options).unwrap();
    assert_eq!(wait(encoder.embed_query("ready?")).unwrap().dense.len(), 384);
}

#[test]
fn a_runtime_of_ones_own_must_be_there() {
    let (_folder, mut options) = copy();
    options.runtime = Some(options.cache_dir.join("libmine.so"));
    assert!(matches!(open_error(&options), OpenError::Missing { .. } | OpenError::OtherRuntime { .. }));
    let error = setup(&options, &mut |_| {}).unwrap_err().to_string();
    assert!(error.contains("libmine.so"), "{error}");
}
