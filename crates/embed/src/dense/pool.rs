//! Worker threads, each with a session of its own, behind one queue.
//!
//! Queries go first and wait together: whatever is waiting when a worker becomes free is run as one batch. Passages
//! come in runs that are small enough not to keep a query waiting for long; as many runs are admitted as keep the
//! workers busy, the rest stays with the caller. Work for idle hours is taken when nobody has asked for anything for a
//! while. Whoever gives up waiting is skipped. A pool that is told to rest has its workers drop their sessions, which are
//! most of what an ingest holds, and make new ones when there is work again.

use super::model::Dense;
use std::any::Any;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use viva_core::ports::{BoxError, EmbedError};
use viva_core::vector::DenseVector;

/// Runs of passages that are admitted for each worker: one that is run, one that is next.
const RUNS_PER_WORKER: usize = 2;
/// How long nobody must have asked for anything before work for idle hours is taken: a person who types on, or a client
/// that sends one request after the other, never waits for it.
const QUIET: Duration = Duration::from_millis(500);

/// What the queue lets through.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// The most queries that wait.
    pub waiting: usize,
    /// The most texts of a run.
    pub texts: usize,
    /// The most tokens of a run, padding included.
    pub tokens: usize,
}

/// Makes a session anew after a panic or a rest.
pub(crate) type Factory<M> = dyn Fn() -> Result<M, BoxError> + Send + Sync;

type Reply = oneshot::Sender<Result<Vec<DenseVector>, Refusal>>;

/// Why a job was not done; several callers may share one.
#[derive(Debug, Clone)]
enum Refusal {
    Unavailable(String),
    Failed(String),
}

struct Job {
    texts: Vec<String>,
    /// Estimated length of the longest text, in tokens.
    tokens: usize,
    reply: Reply,
    /// Held by a run of passages until it is done.
    _permit: Option<OwnedSemaphorePermit>,
}

#[derive(Default)]
struct State {
    queries: VecDeque<Job>,
    passages: VecDeque<Job>,
    /// Runs for idle hours.
    leisure: VecDeque<Job>,
    /// When a query or passages were last asked for or worked on.
    busy: Option<Instant>,
    workers: usize,
    /// How often the workers were told to rest.
    rests: u64,
    /// Why nothing is taken any more.
    closed: Option<String>,
}

struct Queue {
    state: Mutex<State>,
    wake: Condvar,
    limits: Limits,
}

/// The workers. Dropping it refuses what waits, lets each worker end its run, and joins the threads.
pub(crate) struct Pool {
    queue: Arc<Queue>,
    admission: Arc<Semaphore>,
    threads: Vec<JoinHandle<()>>,
}

impl Pool {
    /// Starts a worker for each session.
    pub(crate) fn start<M: Dense + Send + 'static>(
        models: Vec<M>,
        again: Arc<Factory<M>>,
        limits: Limits,
    ) -> std::io::Result<Self> {
        let state = Mutex::new(State { workers: models.len(), ..State::default() });
        let queue = Arc::new(Queue { state, wake: Condvar::new(), limits });
        let admission = Arc::new(Semaphore::new(models.len() * RUNS_PER_WORKER));
        let mut pool = Self { queue, admission, threads: Vec::new() };
        for (number, model) in models.into_iter().enumerate() {
            let worker = Worker { queue: Arc::clone(&pool.queue), again: Arc::clone(&again) };
            let builder = thread::Builder::new().name(format!("embed-{number}"));
            pool.threads.push(builder.spawn(move || worker.run(model))?);
        }
        Ok(pool)
    }

    /// Encodes one query; `tokens` estimates its length.
    pub(crate) async fn query(&self, text: &str, tokens: usize) -> Result<DenseVector, EmbedError> {
        let (reply, answer) = oneshot::channel();
        self.queue.push_query(Job { texts: vec![text.to_owned()], tokens, reply, _permit: None })?;
        let vector = receive(answer).await?.pop();
        vector.ok_or_else(|| EmbedError::Failed("the model gave no vector".into()))
    }

    /// Encodes runs of passages; a vector for each text of each run, in their order.
    pub(crate) async fn passages(&self, runs: Vec<Vec<String>>) -> Result<Vec<Vec<DenseVector>>, EmbedError> {
        let mut answers = Vec::with_capacity(runs.len());
        for texts in runs {
            let permit = Arc::clone(&self.admission).acquire_owned().await;
            let permit = permit.map_err(|_| EmbedError::Unavailable(SHUT_DOWN.to_owned()))?;
            let (reply, answer) = oneshot::channel();
            let job = Job { texts, tokens: 0, reply, _permit: Some(permit) };
            self.queue.push(job, |state| {
                state.busy = Some(Instant::now());
                &mut state.passages
            })?;
            answers.push(answer);
        }
        let mut vectors = Vec::with_capacity(answers.len());
        for answer in answers {
            vectors.push(receive(answer).await?);
        }
        Ok(vectors)
    }

    /// Encodes runs of passages whenever nothing else is to be done, one run at a time.
    pub(crate) async fn leisurely(
        &self,
        runs: Vec<Vec<String>>,
    ) -> Result<Vec<Vec<DenseVector>>, EmbedError> {
        let mut vectors = Vec::with_capacity(runs.len());
        for texts in runs {
            let (reply, answer) = oneshot::channel();
            self.queue.push(Job { texts, tokens: 0, reply, _permit: None }, |state| &mut state.leisure)?;
            vectors.push(receive(answer).await?);
        }
        Ok(vectors)
    }

    /// Lets every worker drop its session, once nothing waits.
    pub(crate) fn rest(&self) {
        self.queue.lock().rests += 1;
        self.queue.wake.notify_all();
    }
}

/// What a worker is to do next.
enum Task {
    Run(Vec<Job>),
    Rest,
}

const SHUT_DOWN: &str = "it is being shut down";

impl Drop for Pool {
    fn drop(&mut self) {
        self.queue.close(SHUT_DOWN.to_owned());
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("an encoder thread panicked outside of a run");
            }
        }
    }
}

async fn receive(
    answer: oneshot::Receiver<Result<Vec<DenseVector>, Refusal>>,
) -> Result<Vec<DenseVector>, EmbedError> {
    match answer.await {
        Ok(Ok(vectors)) => Ok(vectors),
        Ok(Err(refusal)) => Err(refusal.into()),
        Err(_) => Err(EmbedError::Unavailable("its worker has ended".to_owned())),
    }
}

impl From<Refusal> for EmbedError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Unavailable(why) => Self::Unavailable(why),
            Refusal::Failed(why) => Self::Failed(why.into()),
        }
    }
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push_query(&self, job: Job) -> Result<(), EmbedError> {
        let mut state = self.lock();
        if let Some(why) = &state.closed {
            return Err(EmbedError::Unavailable(why.clone()));
        }
        if state.queries.len() >= self.limits.waiting {
            // Those who gave up hold no place.
            state.queries.retain(|job| !job.reply.is_closed());
        }
        if state.queries.len() >= self.limits.waiting {
            return Err(EmbedError::Unavailable(format!("{} queries are waiting", state.queries.len())));
        }
        state.queries.push_back(job);
        state.busy = Some(Instant::now());
        drop(state);
        self.wake.notify_one();
        Ok(())
    }

    fn push(&self, job: Job, line: impl Fn(&mut State) -> &mut VecDeque<Job>) -> Result<(), EmbedError> {
        let mut state = self.lock();
        if let Some(why) = &state.closed {
            return Err(EmbedError::Unavailable(why.clone()));
        }
        line(&mut state).push_back(job);
        drop(state);
        self.wake.notify_one();
        Ok(())
    }

    /// Waits for work: all waiting queries that fit in one run, else one run of passages, else, after a quiet while, one
    /// run for idle hours. `None` ends the worker; `rests` is how often it has rested.
    fn take(&self, rests: &mut u64) -> Option<Task> {
        let mut state = self.lock();
        loop {
            if state.closed.is_some() {
                return None;
            }
            let queries = self.take_queries(&mut state);
            if !queries.is_empty() {
                return Some(Task::Run(queries));
            }
            while let Some(run) = state.passages.pop_front() {
                if !run.reply.is_closed() {
                    return Some(Task::Run(vec![run]));
                }
            }
            state.leisure.retain(|run| !run.reply.is_closed());
            if !state.leisure.is_empty() {
                let wait = QUIET.saturating_sub(state.busy.map_or(QUIET, |busy| busy.elapsed()));
                if !wait.is_zero() {
                    state = self.wake.wait_timeout(state, wait).unwrap_or_else(PoisonError::into_inner).0;
                    continue;
                }
                return state.leisure.pop_front().map(|run| Task::Run(vec![run]));
            }
            if *rests != state.rests {
                *rests = state.rests;
                return Some(Task::Rest);
            }
            state = self.wake.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn take_queries(&self, state: &mut State) -> Vec<Job> {
        let mut taken: Vec<Job> = Vec::new();
        let mut longest = 0;
        while let Some(next) = state.queries.pop_front() {
            if next.reply.is_closed() {
                continue;
            }
            let would_be = longest.max(next.tokens);
            let fits = taken.len() < self.limits.texts && (taken.len() + 1) * would_be <= self.limits.tokens;
            if !taken.is_empty() && !fits {
                state.queries.push_front(next);
                break;
            }
            longest = would_be;
            taken.push(next);
        }
        taken
    }

    /// Refuses what waits and what comes.
    fn close(&self, why: String) {
        let mut state = self.lock();
        let waiting: Vec<_> = state.queries.drain(..).collect();
        let waiting: Vec<_> = waiting.into_iter().chain(state.passages.drain(..)).collect();
        let waiting: Vec<_> = waiting.into_iter().chain(state.leisure.drain(..)).collect();
        state.closed = Some(why.clone());
        drop(state);
        for job in waiting {
            // Nobody may be listening any more.
            let _ = job.reply.send(Err(Refusal::Unavailable(why.clone())));
        }
        self.wake.notify_all();
    }
}

struct Worker<M> {
    queue: Arc<Queue>,
    again: Arc<Factory<M>>,
}

impl<M: Dense> Worker<M> {
    fn run(self, model: M) {
        let (mut session, mut rests) = (Some(model), 0);
        while let Some(task) = self.queue.take(&mut rests) {
            let Task::Run(jobs) = task else {
                session = None;
                continue;
            };
            let mut model = match session.take().map_or_else(|| (self.again)(), Ok) {
                Ok(model) => model,
                Err(error) => {
                    reply(jobs, Err(error));
                    continue;
                }
            };
            let texts: Vec<&str> = jobs.iter().flat_map(|job| &job.texts).map(String::as_str).collect();
            // The session is dropped after a panic, so nobody sees what it left half done.
            let result = catch_unwind(AssertUnwindSafe(|| model.embed(&texts)));
            let broken = result.is_err();
            reply(jobs, result.unwrap_or_else(|panic| Err(describe(&*panic).into())));
            if !broken {
                session = Some(model);
                continue;
            }
            tracing::error!("an encoder session panicked and is made anew");
            drop(model);
            match (self.again)() {
                Ok(new) => session = Some(new),
                Err(error) => {
                    tracing::error!("an encoder session could not be made anew: {error}");
                    return;
                }
            }
        }
    }
}

impl<M> Drop for Worker<M> {
    fn drop(&mut self) {
        let mut state = self.queue.lock();
        state.workers -= 1;
        let is_last = state.workers == 0 && state.closed.is_none();
        drop(state);
        if is_last {
            self.queue.close("its last session has failed, see the log".to_owned());
        }
    }
}

/// Hands each job its share of the vectors.
fn reply(jobs: Vec<Job>, result: Result<Vec<DenseVector>, BoxError>) {
    let wanted: usize = jobs.iter().map(|job| job.texts.len()).sum();
    let result = result.and_then(|vectors| check(vectors, wanted));
    match result {
        Ok(vectors) => {
            let mut vectors = vectors.into_iter();
            for job in jobs {
                let share = vectors.by_ref().take(job.texts.len()).collect();
                // Whoever gave up meanwhile does not listen.
                let _ = job.reply.send(Ok(share));
            }
        }
        Err(error) => {
            let refusal = Refusal::Failed(error.to_string());
            for job in jobs {
                let _ = job.reply.send(Err(refusal.clone()));
            }
        }
    }
}

fn check(vectors: Vec<DenseVector>, wanted: usize) -> Result<Vec<DenseVector>, BoxError> {
    if vectors.len() != wanted {
        return Err(format!("the model gave {} vectors for {wanted} texts", vectors.len()).into());
    }
    if vectors.iter().flatten().any(|component| !component.is_finite()) {
        return Err("the model gave a vector with a component that is no number".into());
    }
    Ok(vectors)
}

fn describe(panic: &(dyn Any + Send)) -> String {
    let message = panic.downcast_ref::<&str>().copied();
    let message = message.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("the session panicked: {}", message.unwrap_or("no message"))
}
