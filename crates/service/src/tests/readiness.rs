//! Health, and what is said while there is no index.

use super::app::{Setup, TestApp};
use super::ports::edition;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use viva_core::id::Digest;
use viva_core::manifest::Mismatch;
use viva_core::ports::{Edition, NotReady};

impl TestApp {
    /// Waits until the encoder has encoded its first question.
    pub(crate) async fn warm(&self) {
        while self.get("/readyz").send().await.json()["checks"]["encoder"]["ok"] != true {
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn a_service_with_everything_is_ready() {
    let app = TestApp::start().await;
    app.warm().await;
    for path in ["/readyz", "/healthz"] {
        let reply = app.get(path).send().await;
        assert_eq!((reply.status, &reply.json()["status"]), (200, &"ready".into()));
        assert!(reply.json()["checks"].as_object().unwrap().values().all(|check| check["ok"] == true));
    }
    let embedded = app.script.embedded.load(Ordering::SeqCst);
    assert_eq!(app.get("/readyz").send().await.status, 200);
    assert_eq!(app.script.embedded.load(Ordering::SeqCst), embedded, "a probe must not load the encoder");
}

#[tokio::test]
async fn without_an_index_the_process_lives_and_the_api_says_why() {
    let wanted = Mismatch::Schema { found: 1, wanted: 2 };
    for (reason, code, said) in [
        (NotReady::Starting("embedded 120 of 400 passages".into()), "starting", "120 of 400"),
        (NotReady::Empty, "no_index", "nothing has been ingested"),
        (NotReady::Mismatch(wanted), "no_index", "schema 1"),
        (NotReady::Broken("canary-internal /data/index".into()), "no_index", "cannot be opened"),
    ] {
        let app = TestApp::without_index(reason).await;
        assert_eq!(app.get("/livez").send().await.status, 200);
        for target in [
            "/api/v1/modules",
            "/api/v1/questions",
            "/api/v1/questions/gil",
            "/api/v1/search?q=x",
            "/questions/gil",
        ] {
            let reply = app.get(target).send().await;
            assert_eq!(reply.code(503), code, "{target}");
            assert!(reply.json()["detail"].as_str().unwrap().contains(said), "{target}: {}", reply.text());
            assert!(reply.header("retry-after").unwrap().parse::<u32>().unwrap() > 0);
        }
        assert_eq!(app.ask("x").send().await.code(503), code);
        let ready = app.get("/readyz").send().await;
        assert_eq!((ready.status, &ready.json()["checks"]["index"]["ok"]), (503, &false.into()));
        assert!(!ready.text().contains("canary-internal"));
        assert!(app.get("/metrics").send().await.text().contains("viva_index_ready 0"));
    }
}

#[tokio::test]
async fn an_index_that_comes_later_is_served() {
    let app = TestApp::without_index(NotReady::Starting("opening".into())).await;
    assert_eq!(app.ask("What is the GIL?").send().await.code(503), "starting");
    *app.library.0.lock().unwrap() = Ok(edition(&app.script));
    assert_eq!(app.ask("What is the GIL?").send().await.status, 200);
    assert!(app.get("/metrics").send().await.text().contains("viva_index_ready 1"));
}

#[tokio::test]
async fn each_check_is_told_apart() {
    let app = TestApp::start().await;
    app.warm().await;
    app.script.index_deaf.store(true, Ordering::SeqCst);
    let deaf = app.get("/readyz").send().await;
    assert_eq!((deaf.status, &deaf.json()["checks"]["index"]["ok"]), (503, &false.into()));
    assert!(!deaf.text().contains("canary-internal"), "{}", deaf.text());
    app.script.index_deaf.store(false, Ordering::SeqCst);

    let mut foreign = Arc::into_inner(edition(&app.script)).unwrap();
    foreign.manifest.model.file = Digest([9; 32]);
    *app.library.0.lock().unwrap() = Ok(Arc::new(foreign));
    let mismatched = app.get("/readyz").send().await;
    assert_eq!((mismatched.status, &mismatched.json()["checks"]["manifest"]["ok"]), (503, &false.into()));

    let Edition { mut manifest, guide, search } = Arc::into_inner(edition(&app.script)).unwrap();
    manifest.revision = Digest([8; 32]);
    *app.library.0.lock().unwrap() = Ok(Arc::new(Edition { manifest, guide, search }));
    assert_eq!(app.get("/readyz").send().await.json()["checks"]["manifest"]["ok"], false);
}

#[tokio::test]
async fn a_broken_encoder_is_not_ready_until_it_works() {
    let setup = Setup::new();
    let script = Arc::clone(&setup.script);
    script.encoder_broken.store(true, Ordering::SeqCst);
    let app = setup.start().await;
    let cold = app.get("/readyz").send().await;
    assert_eq!((cold.status, &cold.json()["checks"]["encoder"]["ok"]), (503, &false.into()));
    assert!(!cold.text().contains("canary-internal"));
    script.encoder_broken.store(false, Ordering::SeqCst);
    app.warm().await;
}
