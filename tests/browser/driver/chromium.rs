//! The browser's process.

use super::tab::Tab;
use chromiumoxide::browser::{Browser, BrowserConfig};
use chromiumoxide::cdp::browser_protocol::browser::{
    PermissionDescriptor, PermissionSetting, SetPermissionParams,
};
use futures::StreamExt;
use tempfile::TempDir;
use tokio::task::JoinHandle;

/// A host that leads to this machine, for pages of somebody else.
pub(crate) const STRANGER: &str = "stranger.example";

/// One browser with a profile of its own; it ends when dropped.
pub(crate) struct Chromium {
    browser: Browser,
    handler: JoinHandle<()>,
    _profile: TempDir,
}

impl Chromium {
    /// Debian's `chromium`, without a window.
    pub(crate) async fn launch() -> Self {
        let profile = tempfile::tempdir().unwrap();
        let rules = format!("MAP {STRANGER} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1");
        let config = BrowserConfig::builder()
            .chrome_executable("/usr/bin/chromium")
            .new_headless_mode()
            // Tests run as root in a container, where there is no sandbox to be had.
            .no_sandbox()
            .user_data_dir(profile.path())
            .viewport(None)
            .window_size(1440, 900)
            .launch_timeout(super::PATIENCE)
            .request_timeout(super::PATIENCE)
            // Nothing is ever looked up outside of this machine.
            .arg(("host-resolver-rules", rules.as_str()))
            .build()
            .unwrap();
        let (browser, mut handler) =
            Browser::launch(config).await.expect("Debian's chromium is installed and starts");
        let handler = tokio::spawn(async move { while handler.next().await.is_some() {} });
        for name in ["clipboard-read", "clipboard-write"] {
            let permission = PermissionDescriptor::new(name);
            let granted = SetPermissionParams::new(permission, PermissionSetting::Granted);
            browser.execute(granted).await.unwrap();
        }
        Self { browser, handler, _profile: profile }
    }

    /// A new window on the pages at `base`, such as `http://127.0.0.1:8080`.
    pub(crate) async fn tab(&self, base: &str) -> Tab {
        let page = self.browser.new_page("about:blank").await.unwrap();
        Tab::new(page, base).await
    }

    pub(crate) async fn close(mut self) {
        let _ = self.browser.close().await;
        let _ = self.browser.wait().await;
        self.handler.abort();
    }
}
