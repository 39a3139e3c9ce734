//! The encoder beside the bare session: what tokenising, queueing, batching and pooling cost, and what sorting by
//! length gains.
//!
//! Needs the files that `viva setup` fetches. The bare session is the same graph and the same weights in ONNX Runtime,
//! fed with token ids that were made before the clock starts.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a benchmark ends by panicking")]

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use ort::session::Session;
use ort::session::builder::GraphOptimizationLevel;
use ort::value::Tensor;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokenizers::Tokenizer;
use tokio::runtime::{Builder, Runtime};
use viva_core::ports::Embedder;
use viva_embed::{EmbedOptions, Encoder, default_cache_dir, load_runtime, setup};

const QUERY: &str = "Why does CPython have a global interpreter lock?";
const PASSAGES: usize = 64;
const BARE_BATCH: usize = 4;

struct Bare {
    session: Session,
    tokenizer: Tokenizer,
}

/// Token ids of texts, padded to the longest.
struct Ids {
    shape: [usize; 2],
    tokens: Vec<i64>,
    mask: Vec<i64>,
}

impl Bare {
    fn open(folder: &Path, threads: usize) -> Self {
        let environment = load_runtime(&EmbedOptions::new(folder.to_owned())).unwrap();
        let model = folder.join("models/all-MiniLM-L6-v2");
        let weights: Arc<[u8]> = std::fs::read(model.join("model.safetensors")).unwrap().into();
        let session = Session::builder(&environment)
            .unwrap()
            .with_optimization_level(GraphOptimizationLevel::Level3)
            .unwrap()
            .with_intra_threads(threads)
            .unwrap()
            .with_external_initializer_file_in_memory("model.safetensors", weights)
            .unwrap()
            .commit_from_memory(include_bytes!("../model/all-minilm-l6-v2.onnx"))
            .unwrap();
        let mut tokenizer = Tokenizer::from_file(model.join("tokenizer.json")).unwrap();
        tokenizer.with_padding(None).with_truncation(None).unwrap();
        Self { session, tokenizer }
    }

    fn ids(&self, texts: &[String]) -> Ids {
        let encodings: Vec<_> =
            texts.iter().map(|text| self.tokenizer.encode_fast(text.as_str(), true).unwrap()).collect();
        let longest = encodings.iter().map(|encoding| encoding.len().min(256)).max().unwrap();
        let (mut tokens, mut mask) = (Vec::new(), Vec::new());
        for encoding in &encodings {
            let own = encoding.len().min(256);
            tokens.extend(encoding.get_ids()[..own].iter().map(|id| i64::from(*id)));
            tokens.extend(std::iter::repeat_n(0, longest - own));
            mask.extend(std::iter::repeat_n(1, own));
            mask.extend(std::iter::repeat_n(0, longest - own));
        }
        Ids { shape: [texts.len(), longest], tokens, mask }
    }

    fn run(&mut self, input: &Ids) -> f32 {
        let tensor = |values: Vec<i64>| Tensor::from_array((input.shape, values)).unwrap();
        let kinds = vec![0; input.tokens.len()];
        let outputs = self
            .session
            .run(ort::inputs![
                "input_ids" => tensor(input.tokens.clone()),
                "attention_mask" => tensor(input.mask.clone()),
                "token_type_ids" => tensor(kinds),
            ])
            .unwrap();
        outputs["last_hidden_state"].try_extract_tensor::<f32>().unwrap().1[0]
    }
}

#[expect(clippy::disallowed_methods, reason = "a benchmark has no settings to be given the folder by")]
fn cache() -> PathBuf {
    let home = std::env::var_os("HOME").expect("HOME names the user's folder");
    let xdg = std::env::var_os("XDG_CACHE_HOME");
    let folder = default_cache_dir(Path::new(&home), xdg.as_ref().map(Path::new));
    setup(&EmbedOptions::new(folder.clone()), &mut |_| {}).unwrap();
    folder
}

/// Passages of 60 to 240 tokens, no two alike.
fn passages() -> Vec<String> {
    let sentence = "The global interpreter lock lets one thread at a time run Python code, so that counts of \
                    references stay right without a lock for each object. ";
    let text = sentence.repeat(10);
    (0..PASSAGES).map(|n| format!("Passage {n}. {}", &text[..280 + n * 53 % 800])).collect()
}

fn queries(c: &mut Criterion, bare: &mut [(usize, Bare)], encoders: &[(&str, Encoder)], runtime: &Runtime) {
    let mut group = c.benchmark_group("query");
    for (threads, bare) in bare {
        let ids = bare.ids(&[QUERY.to_owned()]);
        group.bench_function(format!("bare, {threads} threads"), |b| b.iter(|| black_box(bare.run(&ids))));
    }
    for (name, encoder) in encoders {
        group.bench_function(*name, |b| {
            b.iter(|| black_box(runtime.block_on(encoder.embed_query(QUERY)).unwrap()));
        });
    }
    group.finish();
}

fn throughput(
    c: &mut Criterion,
    bare: &mut [(usize, Bare)],
    encoders: &[(&str, Encoder)],
    runtime: &Runtime,
) {
    let mut group = c.benchmark_group("passages");
    group.sample_size(10).throughput(Throughput::Elements(PASSAGES as u64));
    for (threads, bare) in bare {
        let mut sorted = passages();
        sorted.sort_by_key(String::len);
        let batches: Vec<_> = sorted.chunks(BARE_BATCH).map(|batch| bare.ids(batch)).collect();
        group.bench_function(format!("bare, {threads} threads"), |b| {
            b.iter(|| batches.iter().map(|batch| bare.run(batch)).sum::<f32>());
        });
    }
    for (name, encoder) in encoders {
        group.bench_function(*name, |b| {
            let embed = |texts| runtime.block_on(encoder.embed_passages(texts)).unwrap();
            b.iter_batched(passages, embed, BatchSize::LargeInput);
        });
    }
    group.finish();
}

fn concurrent(c: &mut Criterion, encoders: &[(&str, Encoder)], runtime: &Runtime) {
    let mut group = c.benchmark_group("queries at once");
    group.throughput(Throughput::Elements(PASSAGES as u64));
    for (name, encoder) in encoders {
        group.bench_function(*name, |b| {
            b.iter(|| {
                let texts: Vec<_> = (0..PASSAGES).map(|n| format!("{QUERY} {n}")).collect();
                std::thread::scope(|scope| {
                    for part in texts.chunks(PASSAGES / 8) {
                        scope.spawn(move || {
                            for text in part {
                                black_box(runtime.block_on(encoder.embed_query(text)).unwrap());
                            }
                        });
                    }
                });
            });
        });
    }
    group.finish();
}

fn encode(c: &mut Criterion) {
    let folder = cache();
    let runtime = Builder::new_multi_thread().worker_threads(2).build().unwrap();
    let open = |workers, threads| {
        let mut options = EmbedOptions::new(folder.clone());
        (options.workers, options.threads, options.query_cache) = (workers, threads, 0);
        Encoder::open(&options).unwrap()
    };
    let encoders = [
        ("encoder, 1 session of 1 thread", open(1, 1)),
        ("encoder, 1 session of 2 threads", open(1, 2)),
        ("encoder, 2 sessions of 1 thread", open(2, 1)),
    ];
    let mut bare = [1, 2].map(|threads| (threads, Bare::open(&folder, threads)));
    queries(c, &mut bare, &encoders, &runtime);
    throughput(c, &mut bare, &encoders, &runtime);
    concurrent(c, &encoders, &runtime);
}

criterion_group!(benches, encode);
criterion_main!(benches);
