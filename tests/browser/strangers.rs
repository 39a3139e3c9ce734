//! Pages of somebody else, open in the same browser.

use crate::driver::STRANGER;
use crate::stage::{GIL, Stage};
use std::io::{Read, Write};
use std::net::TcpListener;

/// Serves one page to everybody; its address by the stranger's name.
fn foreign_page(html: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let mut request = [0; 4096];
            let _ = stream.read(&mut request);
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                html.len()
            );
            let _ = stream.write_all(format!("{head}{html}").as_bytes());
        }
    });
    format!("http://{STRANGER}:{port}/")
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run runs it; cargo test -p viva-tests --test browser -- --ignored"]
async fn another_page_can_neither_change_nor_read_nor_frame_anything() {
    let stage = Stage::extractive().await;
    let tab = &stage.tab;
    stage.asks(GIL).await;
    let conversation = tab.path().await;
    let ours = stage.server.url("");
    let form = |action: &str, kind: &str, fields: &str| {
        format!(
            "<form id='{kind}' method=post action='{ours}{action}' enctype='{kind}'>{fields}<button>Win a prize</button></form>"
        )
    };
    let page = foreign_page(format!(
        "<!DOCTYPE html>{}{}<iframe src='{ours}/'></iframe>",
        form(
            &format!("{conversation}/delete"),
            "application/x-www-form-urlencoded",
            "<input name=csrf value=guess>"
        ),
        form("/api/v1/conversations", "text/plain", "<input name='{\"title\":\"' value='mine\"}'>"),
    ));
    for kind in ["application/x-www-form-urlencoded", "text/plain"] {
        tab.open(&page).await;
        tab.follow(&format!("form[id='{kind}'] button")).await;
        let status = "performance.getEntriesByType('navigation')[0].responseStatus";
        assert_eq!(tab.number(status).await, 403.0, "{kind}: {}", tab.text("body").await);
    }
    // Nothing can be read, by any way of asking.
    tab.open(&page).await;
    for options in ["{}", "{ credentials: 'include' }", "{ method: 'POST', body: '{}' }"] {
        let fetched =
            format!("fetch('{ours}/api/v1/conversations', {options}).then((r) => r.text(), () => 'refused')");
        assert_eq!(tab.text_of(&fetched).await, "refused", "{options}");
    }
    let framed = tab.seen().console.iter().any(|line| line.contains("frame"));
    assert!(framed, "the frame was refused: {:?}", tab.seen().console);
    // A name that leads here but is not ours is not served (DNS rebinding).
    let port = stage.server.address().rsplit(':').next().unwrap().to_owned();
    tab.open(&format!("http://{STRANGER}:{port}/")).await;
    let status = "performance.getEntriesByType('navigation')[0].responseStatus";
    assert_eq!(tab.number(status).await, 421.0);
    let (_, kept) = stage.server.get("/api/v1/conversations").await;
    assert_eq!(kept["conversations"].as_array().unwrap().len(), 1, "{kept}");
    stage.close().await;
}
