use super::model::Dense;
use super::pool::{Limits, Pool};
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use viva_core::ports::{BoxError, EmbedError};
use viva_core::vector::DenseVector;

/// A model that gives each text's length, waits for a permission before each run, and does what some texts say.
struct Scripted {
    permissions: Arc<Mutex<Receiver<()>>>,
    runs: Sender<Vec<String>>,
}

impl Dense for Scripted {
    fn embed(&mut self, texts: &[&str]) -> Result<Vec<DenseVector>, BoxError> {
        self.runs.send(texts.iter().map(|text| (*text).to_owned()).collect())?;
        self.permissions.lock().unwrap().recv()?;
        match texts {
            ["panic", ..] => panic!("as the text says"),
            ["fail", ..] => Err("as the text says".into()),
            ["too few", ..] => Ok(Vec::new()),
            ["not a number", ..] => Ok(texts.iter().map(|_| vec![f32::NAN]).collect()),
            _ => Ok(texts.iter().map(|text| vec![text.len() as f32]).collect()),
        }
    }
}

struct Rig {
    pool: Pool,
    permit: Sender<()>,
    runs: Receiver<Vec<String>>,
    restarts: Arc<Mutex<usize>>,
    /// Held by each session, too.
    permissions: Arc<Mutex<Receiver<()>>>,
}

const LIMITS: Limits = Limits { waiting: 3, texts: 2, tokens: 100 };

/// One worker; `restarts` many new sessions can be made.
fn rig(restarts: usize) -> Rig {
    let (permit, permissions) = channel();
    let (run, runs) = channel();
    let permissions = Arc::new(Mutex::new(permissions));
    let left = Arc::new(Mutex::new(restarts));
    let model = Scripted { permissions: Arc::clone(&permissions), runs: run.clone() };
    let (restarts, shared) = (Arc::clone(&left), Arc::clone(&permissions));
    let again = move || {
        let mut left = left.lock().unwrap();
        *left = left.checked_sub(1).ok_or("no more sessions")?;
        Ok(Scripted { permissions: Arc::clone(&permissions), runs: run.clone() })
    };
    let pool = Pool::start(vec![model], Arc::new(again), LIMITS).unwrap();
    Rig { pool, permit, runs, restarts, permissions: shared }
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

/// Lets a future put its work into the queue.
fn begin<T>(future: Pin<&mut impl Future<Output = T>>) {
    assert!(matches!(future.poll(&mut Context::from_waker(Waker::noop())), Poll::Pending));
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn queries_overtake_passages_and_share_a_run() {
    let rig = rig(0);
    let mut passages = pin!(rig.pool.passages(vec![texts(&["p", "pp"]), texts(&["ppp"])]));
    begin(passages.as_mut());
    assert_eq!(rig.runs.recv().unwrap(), ["p", "pp"]);
    let mut first = pin!(rig.pool.query("q", 1));
    let mut second = pin!(rig.pool.query("qq", 1));
    let mut third = pin!(rig.pool.query("qqq", 1));
    for query in [first.as_mut(), second.as_mut(), third.as_mut()] {
        begin(query);
    }
    for _ in 0..4 {
        rig.permit.send(()).unwrap();
    }
    assert_eq!(wait(first).unwrap(), [1.0]);
    assert_eq!(wait(second).unwrap(), [2.0]);
    assert_eq!(wait(third).unwrap(), [3.0]);
    assert_eq!(wait(passages).unwrap(), [vec![vec![1.0], vec![2.0]], vec![vec![3.0]]]);
    let runs: Vec<_> = rig.runs.try_iter().collect();
    assert_eq!(runs, [texts(&["q", "qq"]), texts(&["qqq"]), texts(&["ppp"])]);
}

#[test]
fn work_for_idle_hours_comes_after_everything_else() {
    let rig = rig(0);
    let mut first = pin!(rig.pool.passages(vec![texts(&["p"])]));
    begin(first.as_mut());
    assert_eq!(rig.runs.recv().unwrap(), ["p"]);
    let mut idle = pin!(rig.pool.leisurely(vec![texts(&["idle"]), texts(&["hours"])]));
    begin(idle.as_mut());
    let mut passages = pin!(rig.pool.passages(vec![texts(&["pp"])]));
    let mut query = pin!(rig.pool.query("q", 1));
    begin(passages.as_mut());
    begin(query.as_mut());
    for _ in 0..5 {
        rig.permit.send(()).unwrap();
    }
    assert_eq!(wait(idle).unwrap(), [[[4.0]], [[5.0]]]);
    let runs: Vec<_> = rig.runs.try_iter().collect();
    assert_eq!(runs, [["q"], ["pp"], ["idle"], ["hours"]]);
    wait(first).unwrap();
    wait(passages).unwrap();
    wait(query).unwrap();
}

#[test]
fn long_queries_do_not_share_a_run() {
    let rig = rig(0);
    let mut busy = pin!(rig.pool.query("busy", 1));
    begin(busy.as_mut());
    assert_eq!(rig.runs.recv().unwrap(), ["busy"]);
    let mut short = pin!(rig.pool.query("short", 1));
    let mut long = pin!(rig.pool.query("long", 90));
    begin(short.as_mut());
    begin(long.as_mut());
    for _ in 0..3 {
        rig.permit.send(()).unwrap();
    }
    wait(short).unwrap();
    wait(long).unwrap();
    assert_eq!(rig.runs.try_iter().collect::<Vec<_>>(), [["short"], ["long"]]);
}

#[test]
fn who_gives_up_is_skipped_and_holds_no_place() {
    let rig = rig(0);
    let mut busy = Box::pin(rig.pool.query("busy", 1));
    begin(busy.as_mut());
    assert_eq!(rig.runs.recv().unwrap(), ["busy"]);
    let mut given_up: Vec<_> = (0..3).map(|_| Box::pin(rig.pool.query("given up", 1))).collect();
    for query in &mut given_up {
        begin(query.as_mut());
    }
    let refused = wait(rig.pool.query("one too many", 1)).unwrap_err();
    assert!(matches!(&refused, EmbedError::Unavailable(why) if why == "3 queries are waiting"), "{refused}");
    drop(given_up);
    let mut patient = pin!(rig.pool.query("patient", 1));
    begin(patient.as_mut());
    rig.permit.send(()).unwrap();
    rig.permit.send(()).unwrap();
    assert_eq!(wait(patient).unwrap(), [7.0]);
    assert_eq!(rig.runs.try_iter().collect::<Vec<_>>(), [["patient"]]);
}

#[test]
fn only_a_few_runs_of_passages_are_admitted() {
    let rig = rig(0);
    let mut many = Box::pin(rig.pool.passages((0..50).map(|n| vec![n.to_string()]).collect()));
    begin(many.as_mut());
    rig.permit.send(()).unwrap();
    rig.permit.send(()).unwrap();
    drop(many);
    rig.permit.send(()).unwrap();
    assert_eq!(wait(rig.pool.query("after", 1)).unwrap(), [5.0]);
    let runs = rig.runs.try_iter().count();
    assert!(runs <= 3, "{runs} runs although their caller had gone");
}

#[test]
fn a_panic_is_an_error_and_the_session_is_made_anew() {
    let rig = rig(1);
    rig.permit.send(()).unwrap();
    rig.permit.send(()).unwrap();
    let error = wait(rig.pool.query("panic", 1)).unwrap_err();
    let EmbedError::Failed(source) = error else { panic!("{error}") };
    assert_eq!(source.to_string(), "the session panicked: as the text says");
    assert_eq!(wait(rig.pool.query("well", 1)).unwrap(), [4.0]);
    assert_eq!(*rig.restarts.lock().unwrap(), 0);
}

#[test]
fn when_the_last_session_cannot_be_made_anew_callers_are_told() {
    let rig = rig(0);
    let mut panics = pin!(rig.pool.query("panic", 1));
    begin(panics.as_mut());
    rig.runs.recv().unwrap();
    let mut waits = pin!(rig.pool.query("waits", 1));
    begin(waits.as_mut());
    rig.permit.send(()).unwrap();
    assert!(matches!(wait(panics), Err(EmbedError::Failed(_))));
    let waits = wait(waits).unwrap_err();
    assert!(matches!(&waits, EmbedError::Unavailable(why) if why.contains("see the log")), "{waits}");
    assert!(matches!(wait(rig.pool.query("later", 1)), Err(EmbedError::Unavailable(_))));
    assert!(matches!(wait(rig.pool.passages(vec![texts(&["p"])])), Err(EmbedError::Unavailable(_))));
}

/// Tells the pool to rest and waits until the session is gone; the pool can make new ones.
fn rest(rig: &Rig) {
    rig.pool.rest();
    while Arc::strong_count(&rig.permissions) > 2 {
        std::thread::yield_now();
    }
}

#[test]
fn a_session_that_rested_is_made_anew_when_there_is_work() {
    let rig = rig(1);
    for _ in 0..3 {
        rig.permit.send(()).unwrap();
    }
    assert_eq!(wait(rig.pool.passages(vec![texts(&["p"])])).unwrap(), [[[1.0]]]);
    rest(&rig);
    assert_eq!(*rig.restarts.lock().unwrap(), 1);
    assert_eq!(wait(rig.pool.query("qq", 1)).unwrap(), [2.0]);
    assert_eq!(*rig.restarts.lock().unwrap(), 0);
    assert_eq!(wait(rig.pool.query("qqq", 1)).unwrap(), [3.0], "the new session stays");
}

#[test]
fn a_session_that_cannot_be_made_anew_after_a_rest_is_an_error_each_time() {
    let rig = rig(0);
    rest(&rig);
    for _ in 0..2 {
        let error = wait(rig.pool.query("well", 1)).unwrap_err();
        let EmbedError::Failed(source) = error else { panic!("{error}") };
        assert_eq!(source.to_string(), "no more sessions");
    }
}

#[test]
fn errors_and_unusable_vectors_reach_the_caller() {
    let rig = rig(0);
    for text in ["fail", "too few", "not a number"] {
        rig.permit.send(()).unwrap();
        assert!(matches!(wait(rig.pool.query(text, 1)), Err(EmbedError::Failed(_))), "{text}");
    }
    rig.permit.send(()).unwrap();
    assert_eq!(wait(rig.pool.query("well", 1)).unwrap(), [4.0]);
}

#[test]
fn dropping_the_pool_ends_its_threads_and_sessions() {
    let Rig { pool, permit, runs, .. } = rig(0);
    permit.send(()).unwrap();
    assert_eq!(wait(pool.query("well", 1)).unwrap(), [4.0]);
    drop(pool);
    assert_eq!(runs.recv().unwrap(), ["well"]);
    assert!(runs.recv().is_err(), "the session is gone");
}
