//! Cuts a guide on all processors: cutting is more than half of what an ingest of few changes takes.

use crate::chunker::{ChunkedGuide, Chunker};
use crate::options::IngestOptions;
use crate::pipeline::IngestPorts;
use crate::progress::{Meter, Progress, Stage};
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use viva_core::guide::{Guide, Module, Question};

/// The chunks of `guide`, in its order; `None` where it was stopped. Blocks.
pub(crate) fn cut(
    ports: &IngestPorts,
    options: &IngestOptions,
    guide: &Guide,
    progress: &dyn Progress,
    cancel: &CancellationToken,
) -> Option<ChunkedGuide> {
    let questions: Vec<_> = guide.modules().iter().flat_map(with_module).collect();
    let total = questions.len();
    let meter = Meter { stage: Stage::Chunk, total, reused: 0, total_work: total };
    let began = ports.clock.monotonic();
    progress.report(meter.update(0, 0, Duration::ZERO));
    let (next, done) = (AtomicUsize::new(0), Mutex::new(0));
    let work = || {
        let count_tokens = |text: &str| ports.embedder.count_tokens(text);
        let chunker = Chunker::new(&options.chunker, ports.embedder.max_tokens(), &count_tokens);
        let mut cut = Vec::new();
        while !cancel.is_cancelled() {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some((module, question)) = questions.get(number) else { break };
            let mut chunks = ChunkedGuide::default();
            chunker.question(module, question, &mut chunks);
            cut.push((number, chunks));
            // Reported under the lock: listeners hear the numbers in their order.
            let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
            *done += 1;
            progress.report(meter.update(*done, *done, ports.clock.monotonic().saturating_sub(began)));
        }
        cut
    };
    let mut cut = on_all_processors(&work);
    cut.sort_unstable_by_key(|(number, _)| *number);
    (cut.len() == total).then(|| joined(cut.into_iter().map(|(_, chunks)| chunks)))
}

fn with_module(module: &Module) -> impl Iterator<Item = (&Module, &Question)> {
    module.questions.iter().map(move |question| (module, question))
}

/// What `work` returns, called once on each processor; its panic is passed on.
fn on_all_processors<T: Send>(work: &(impl Fn() -> Vec<T> + Sync)) -> Vec<T> {
    let processors = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    thread::scope(|scope| {
        let workers: Vec<_> = (0..processors).map(|_| scope.spawn(work)).collect();
        let results = workers.into_iter().map(thread::ScopedJoinHandle::join);
        results.flat_map(|result| result.unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    })
}

fn joined(parts: impl Iterator<Item = ChunkedGuide>) -> ChunkedGuide {
    let mut whole = ChunkedGuide::default();
    for ChunkedGuide { chunks, cut_lines, over_window } in parts {
        whole.chunks.extend(chunks);
        whole.cut_lines += cut_lines;
        whole.over_window += over_window;
    }
    whole
}
