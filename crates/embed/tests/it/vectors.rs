//! What the vectors are. The reference values come from the published weights, computed in double precision by a
//! plain `numpy` rendering of BERT's layers, mean pooling and normalisation.

use crate::common::{cache, encoder, wait};
use viva_core::ports::Embedder;
use viva_core::vector::DenseVector;
use viva_embed::{EmbedOptions, Encoder};

const REFERENCES: [(&str, [f32; 7]); 4] = [
    ("What is the GIL in Python?", [-0.07471, 0.00427, -0.04962, 0.05983, -0.04604, -0.11868, -0.0299]),
    (
        "Why does CPython have a global interpreter lock?",
        [-0.06992, -0.03581, -0.0426, -0.01522, 0.04414, -0.00935, -0.10193],
    ),
    (
        "def f(*args, **kwargs):\n    return sum(args)",
        [-0.03021, 0.05165, -0.00491, 0.05418, -0.07098, -0.00671, 0.04906],
    ),
    ("Überraschung 中文 naïve", [-0.05308, 0.10019, 0.04935, 0.03572, 0.03878, 0.01359, 0.03856]),
];
/// The same for "The lock. " two hundred times, of which the model sees the first 256 tokens.
const LONG_REFERENCE: [f32; 7] = [-0.11786, 0.04415, -0.00964, -0.03005, -0.04814, 0.04405, 0.04667];

/// Compares the first six components and the last.
fn assert_like(vector: &[f32], reference: [f32; 7], text: &str) {
    assert_eq!(vector.len(), 384);
    let probed = vector[..6].iter().chain(vector.last());
    for (found, expected) in probed.zip(reference) {
        assert!((found - expected).abs() < 2e-5, "{text}: {found} is not {expected}");
    }
}

fn cosine(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn dense(text: &str) -> DenseVector {
    wait(encoder().embed_query(text)).unwrap().dense
}

#[test]
fn vectors_are_those_of_the_published_model() {
    for (text, reference) in REFERENCES {
        assert_like(&dense(text), reference, text);
    }
    let likeness = cosine(&dense(REFERENCES[0].0), &dense(REFERENCES[1].0));
    assert!((likeness - 0.286).abs() < 5e-4, "{likeness}");
}

#[test]
fn texts_are_cut_at_the_window() {
    let long = "The lock. ".repeat(200);
    assert!(encoder().count_tokens(&long) > encoder().max_tokens());
    assert_like(&dense(&long), LONG_REFERENCE, "long");
}

#[test]
fn passages_keep_their_order_whatever_runs_they_are_cut_into() {
    let mut passages: Vec<_> = REFERENCES.iter().map(|(text, _)| (*text).to_owned()).collect();
    passages.extend((0..40).map(|n| "word ".repeat(n % 7 * 30)));
    passages.push(passages[0].clone());
    let vectors = wait(encoder().embed_passages(passages.clone())).unwrap();
    assert_eq!(vectors.len(), passages.len());
    for ((text, reference), vector) in REFERENCES.iter().zip(&vectors) {
        assert_like(vector, *reference, text);
    }
    assert_eq!(vectors[0], vectors[passages.len() - 1]);
    for (passage, vector) in passages.iter().zip(&vectors).skip(REFERENCES.len()).step_by(9) {
        let alone = dense(passage);
        assert!(cosine(&alone, vector) > 0.999_99, "{passage}");
        assert!((cosine(vector, vector) - 1.0).abs() < 1e-5);
    }
    assert!(wait(encoder().embed_passages(Vec::new())).unwrap().is_empty());
}

#[test]
fn queries_carry_both_legs_and_are_the_same_from_the_cache() {
    let first = wait(encoder().embed_query("What does `yield from` do?")).unwrap();
    let second = wait(encoder().embed_query("What does `yield from` do?")).unwrap();
    assert_eq!(first, second);
    assert!(!first.sparse.indices.is_empty());
    let stop_words = wait(encoder().embed_query("why is it so")).unwrap();
    assert!(stop_words.sparse.indices.is_empty() && stop_words.dense.len() == 384);
}

#[test]
fn many_queries_at_once_get_each_their_own_vector() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).build().unwrap();
    runtime.block_on(async {
        let ask = |n: usize| tokio::spawn(encoder().embed_query(Box::leak(question(n).into_boxed_str())));
        let asked: Vec<_> = (0..120).map(|n| (n % 40, ask(n % 40))).collect();
        for (n, answer) in asked {
            let vectors = answer.await.unwrap().unwrap();
            let alone = encoder().embed_passages(vec![question(n)]).await.unwrap();
            assert!(cosine(&vectors.dense, &alone[0]) > 0.999_99, "{n}");
        }
    });
}

fn question(n: usize) -> String {
    format!("What is {} good for{}?", ["a lock", "a thread", "a queue"][n % 3], " in Python".repeat(n))
}

#[test]
fn tokens_are_the_models_own() {
    let encoder = encoder();
    assert_eq!(encoder.max_tokens(), 254);
    assert_eq!(encoder.count_tokens(""), 0);
    assert_eq!(encoder.count_tokens("What is the GIL in Python?"), 7);
    assert_eq!(encoder.count_tokens(&"lock ".repeat(1000)), 1000);
}

#[test]
fn the_identity_names_the_published_weights() {
    let identity = encoder().identity();
    assert_eq!((identity.name.as_str(), identity.dimension), ("all-MiniLM-L6-v2", 384));
    assert!(identity.file.to_string().starts_with("53aa51172d14"));
    assert!(encoder().sparse_identity().starts_with("edge-bm25"));
}

#[test]
fn more_workers_give_the_same_vectors() {
    let options = EmbedOptions::new(cache().to_owned()).for_ingest();
    let encoder = Encoder::open(&options).unwrap();
    let texts: Vec<_> = REFERENCES.iter().map(|(text, _)| (*text).to_owned()).collect();
    for ((text, reference), vector) in REFERENCES.iter().zip(wait(encoder.embed_passages(texts)).unwrap()) {
        assert_like(&vector, *reference, text);
    }
}
