//! Models that fastembed knows by name, from a cache of the hub that was filled before: a tiny graph in the place of
//! the real one, since weights are not fetched for a test.

use crate::common::{cache, wait};
use std::fs;
use std::path::PathBuf;
use tempfile::TempDir;
use viva_core::ports::Embedder;
use viva_embed::{EmbedOptions, Encoder, OpenError, missing, setup};

/// A hub's cache that holds `repository` with the tiny model and the default model's tokenizer.
fn hub(model: &str, repository: &str, config: Option<&str>) -> (TempDir, EmbedOptions, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let mut options = EmbedOptions::new(folder.path().join("viva"));
    model.clone_into(&mut options.model);
    let home = options.cache_dir.join("hub").join(format!("models--{}", repository.replace('/', "--")));
    let snapshot = home.join("snapshots/abc");
    fs::create_dir_all(snapshot.join("onnx")).unwrap();
    fs::create_dir_all(home.join("refs")).unwrap();
    fs::write(home.join("refs/main"), "abc").unwrap();
    fs::write(snapshot.join("onnx/model.onnx"), include_bytes!("../fixtures/tiny.onnx")).unwrap();
    for file in ["tokenizer.json", "config.json", "special_tokens_map.json", "tokenizer_config.json"] {
        fs::copy(cache().join("models/all-MiniLM-L6-v2").join(file), snapshot.join(file)).unwrap();
    }
    if let Some(config) = config {
        fs::write(snapshot.join("config.json"), config).unwrap();
    }
    let runtime = cache().join("onnxruntime");
    let target = options.cache_dir.join("onnxruntime/1.31.1");
    fs::create_dir_all(&target).unwrap();
    for entry in fs::read_dir(runtime.join("1.31.1")).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), target.join(entry.file_name())).unwrap();
    }
    (folder, options, snapshot)
}

#[test]
fn a_model_in_the_hubs_cache_opens_without_a_network() {
    let (_folder, mut options, _) = hub("bge-small-en-v1.5", "Xenova/bge-small-en-v1.5", None);
    options.python = "/nowhere/python".to_owned();
    assert!(missing(&options).unwrap().is_empty());
    assert_eq!(setup(&options, &mut |_| {}).unwrap().fetched, Vec::<PathBuf>::new());
    let encoder = Encoder::open(&options).unwrap();
    assert_eq!(encoder.identity().name, "bge-small-en-v1.5");
    assert_eq!(encoder.max_tokens(), 510);
    assert_eq!(wait(encoder.embed_query("hello")).unwrap().dense.len(), 384);
}

#[test]
fn a_model_of_another_dimension_is_refused_by_name_of_its_file() {
    let (_folder, options, snapshot) = hub("bge-base-en-v1.5", "Xenova/bge-base-en-v1.5", None);
    let error = Encoder::open(&options).err().unwrap();
    assert!(error.to_string().contains("384 components where 768 are expected"), "{error}");
    let OpenError::Dimension { file, .. } = error else { panic!("{error}") };
    assert_eq!(file, snapshot.join("onnx/model.onnx"));
}

#[test]
fn a_tokenizer_of_another_model_is_refused_by_name_of_its_file() {
    let config = r#"{"vocab_size": 1000, "pad_token_id": 0}"#;
    let (_folder, options, snapshot) = hub("bge-small-en-v1.5", "Xenova/bge-small-en-v1.5", Some(config));
    let error = Encoder::open(&options).err().unwrap();
    let message = error.to_string();
    let OpenError::Tokenizer { file, expected: 1000, .. } = error else { panic!("{message}") };
    assert_eq!(file, snapshot.join("tokenizer.json"));
}

#[test]
fn what_is_no_model_is_refused_by_name_of_its_file() {
    let (_folder, options, snapshot) = hub("bge-small-en-v1.5", "Xenova/bge-small-en-v1.5", None);
    fs::write(snapshot.join("onnx/model.onnx"), "no model").unwrap();
    let error = Encoder::open(&options).err().unwrap();
    assert!(matches!(&error, OpenError::Model { file, .. } if file.ends_with("onnx/model.onnx")), "{error}");
}

#[test]
fn files_that_were_never_fetched_and_names_nobody_knows() {
    let (_folder, mut options, snapshot) = hub("bge-small-en-v1.5", "Xenova/bge-small-en-v1.5", None);
    fs::remove_file(snapshot.join("tokenizer.json")).unwrap();
    let error = Encoder::open(&options).err().unwrap().to_string();
    assert!(error.contains("tokenizer.json") && error.contains("viva setup"), "{error}");
    assert_eq!(missing(&options).unwrap().len(), 1);
    options.model = "bge-smal-en-v1.5".to_owned();
    let error = Encoder::open(&options).err().unwrap().to_string();
    assert!(error.contains("`bge-small-en-v1.5`"), "{error}");
    assert!(setup(&options, &mut |_| {}).is_err());
}
