//! What a first visit costs.

use crate::stage::Stage;

/// The budget for a first load, in bytes as they come over the wire.
const BUDGET: f64 = 150_000.0;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run runs it; cargo test -p viva-tests --test browser -- --ignored"]
async fn a_first_load_is_light_and_does_not_wait_for_scripts() {
    let stage = Stage::real().await;
    for page in ["/", "/guide", "/questions/gil", "/status"] {
        // A profile of its own, so that nothing is cached.
        let chromium = crate::driver::Chromium::launch().await;
        let tab = chromium.tab(&stage.server.url("")).await;
        tab.open(page).await;
        let entries =
            "[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]";
        let bytes =
            tab.number(&format!("{entries}.reduce((sum, entry) => sum + entry.transferSize, 0)")).await;
        let files = tab.number(&format!("{entries}.length")).await;
        println!("{page}: {bytes} bytes in {files} files");
        assert!((5_000.0..BUDGET).contains(&bytes), "{page}: {bytes}");
        let blocking = format!(
            "{entries}.filter((e) => e.initiatorType === 'script' && e.renderBlockingStatus === 'blocking').map((e) => e.name)"
        );
        assert_eq!(tab.value(&blocking).await, serde_json::json!([]));
        chromium.close().await;
    }
    stage.close().await;
}
