//! One window: where it is, what it shows, and what is done to it.

use super::watch::{Seen, Watch};
use super::{LOOK, PATIENCE, keys, quoted};
use chromiumoxide::Page;
use chromiumoxide::cdp::browser_protocol::emulation::{
    MediaFeature, SetDeviceMetricsOverrideParams, SetEmulatedMediaParams, SetScriptExecutionDisabledParams,
    SetTouchEmulationEnabledParams,
};
use chromiumoxide::cdp::browser_protocol::input::InsertTextParams;
use chromiumoxide::cdp::browser_protocol::page::AddScriptToEvaluateOnNewDocumentParams;
use chromiumoxide::cdp::js_protocol::runtime::EvaluateParams;
use chromiumoxide::layout::Point;
use chromiumoxide::page::ScreenshotParams;
use serde_json::Value;
use std::time::Instant;

/// `find("css")` or `find("css >> text")`: the first element that is shown (and holds the text).
const FIND: &str = include_str!("../scripts/find.js");

/// The place to click on an element: `null` while there is none, a text where something else lies on it.
const PLACE: &str = include_str!("../scripts/place.js");

/// A window.
pub(crate) struct Tab {
    page: Page,
    base: String,
    watch: Watch,
}

impl Tab {
    pub(super) async fn new(page: Page, base: &str) -> Self {
        let watch = Watch::over(&page).await;
        let tab = Self { page, base: base.trim_end_matches('/').to_owned(), watch };
        tab.size(1440, 900).await;
        tab
    }

    /// Opens a path of the service, or a whole address.
    pub(crate) async fn open(&self, target: &str) {
        let address =
            if target.starts_with('/') { format!("{}{target}", self.base) } else { target.to_owned() };
        if address.contains('#') {
            // The driver waits for a load, and another place on the same page is none.
            self.page.goto("about:blank").await.unwrap();
        }
        self.page.goto(address.as_str()).await.unwrap_or_else(|error| panic!("{address}: {error}"));
        self.loaded().await;
    }

    /// Waits until the page at hand is complete.
    pub(crate) async fn loaded(&self) {
        self.until("document.readyState === 'complete'").await;
    }

    pub(crate) async fn reload(&self) {
        // Not the driver's reload, which waits for an event that a fast page has fired already.
        self.run("window.isOld = true; setTimeout(() => location.reload(), 0)").await;
        self.until("!window.isOld && document.readyState === 'complete'").await;
    }

    /// Path, query and fragment of where it is.
    pub(crate) async fn path(&self) -> String {
        self.text_of("location.pathname + location.search + location.hash").await
    }

    /// A value of the page; `find` is there (see [`FIND`]), and promises are awaited.
    pub(crate) async fn value(&self, script: &str) -> Value {
        self.try_value(script, true).await.unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// A value of the page that is a text.
    pub(crate) async fn text_of(&self, script: &str) -> String {
        let value = self.value(script).await;
        value.as_str().unwrap_or_else(|| panic!("{script} is {value}, not a text")).to_owned()
    }

    /// A value of the page that is a number.
    pub(crate) async fn number(&self, script: &str) -> f64 {
        let value = self.value(script).await;
        value.as_f64().unwrap_or_else(|| panic!("{script} is {value}, not a number"))
    }

    /// Whether a condition holds now.
    pub(crate) async fn is(&self, condition: &str) -> bool {
        self.value(&format!("Boolean({condition})")).await == true
    }

    /// Runs statements.
    pub(crate) async fn run(&self, script: &str) {
        self.value(&format!("{{ {script}; }} null")).await;
    }

    async fn try_value(&self, script: &str, wait: bool) -> Result<Value, String> {
        // Between the braces `find` and a page's own names do not meet.
        let expression = format!("{{ {FIND} {script} }}");
        let params = EvaluateParams::builder()
            .expression(expression)
            .return_by_value(true)
            .await_promise(wait)
            .user_gesture(true)
            .build()?;
        let reply = self.page.execute(params).await.map_err(|error| error.to_string())?.result;
        match reply.exception_details {
            Some(thrown) => {
                Err(format!("{} {:?}", thrown.text, thrown.exception.and_then(|e| e.description)))
            }
            None => Ok(reply.result.value.unwrap_or(Value::Null)),
        }
    }

    /// Waits until a condition holds; one that throws does not hold yet.
    pub(crate) async fn until(&self, condition: &str) {
        let began = Instant::now();
        loop {
            // Promises cannot be awaited where scripts are off.
            let found = self.try_value(&format!("Boolean({condition})"), false).await;
            if found.as_ref().is_ok_and(|found| *found == true) {
                return;
            }
            let is_hopeless = began.elapsed() > PATIENCE;
            assert!(!is_hopeless, "never: {condition} ({found:?})\n{}", self.shown().await);
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Waits until an element is shown: see [`FIND`].
    pub(crate) async fn sees(&self, wanted: &str) {
        self.until(&format!("find({})", quoted(wanted))).await;
    }

    /// Whether an element is shown now.
    pub(crate) async fn has(&self, wanted: &str) -> bool {
        self.is(&format!("find({})", quoted(wanted))).await
    }

    /// The text of an element that is shown.
    pub(crate) async fn text(&self, wanted: &str) -> String {
        self.sees(wanted).await;
        self.text_of(&format!("find({}).innerText", quoted(wanted))).await
    }

    /// How many elements a selector finds, shown or not.
    pub(crate) async fn count(&self, css: &str) -> usize {
        self.number(&format!("document.querySelectorAll({}).length", quoted(css))).await as usize
    }

    /// Clicks on the middle of an element, once it is there and nothing lies on it.
    pub(crate) async fn click(&self, wanted: &str) {
        let at = self.place(wanted).await;
        self.page.click(at).await.unwrap();
    }

    /// Clicks twice, as fast as it goes.
    pub(crate) async fn click_twice(&self, wanted: &str) {
        let at = self.place(wanted).await;
        self.page.click(at).await.unwrap();
        self.page.click(at).await.unwrap();
    }

    async fn place(&self, wanted: &str) -> Point {
        let script = PLACE.replace("WANTED", &quoted(wanted));
        let began = Instant::now();
        loop {
            let place = self.try_value(&script, false).await;
            if let Ok(Value::Array(at)) = &place {
                return Point::new(at[0].as_f64().unwrap(), at[1].as_f64().unwrap());
            }
            let is_hopeless = began.elapsed() > PATIENCE;
            assert!(!is_hopeless, "`{wanted}` cannot be clicked: {place:?}\n{}", self.shown().await);
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Clicks on something that leads to another page, and waits for that page.
    pub(crate) async fn follow(&self, wanted: &str) {
        self.run("window.isOld = true").await;
        self.click(wanted).await;
        self.until("!window.isOld && document.readyState === 'complete'").await;
    }

    /// Presses a key, with nothing held.
    pub(crate) async fn press(&self, key: &str) {
        keys::press(&self.page, key, 0).await;
    }

    /// Presses a key with modifiers held: [`super::SHIFT`] and its like.
    pub(crate) async fn press_with(&self, key: &str, modifiers: i64) {
        keys::press(&self.page, key, modifiers).await;
    }

    /// Puts text where the focus is, as an input method does.
    pub(crate) async fn write(&self, text: &str) {
        self.page.execute(InsertTextParams::new(text)).await.unwrap();
    }

    /// Empties a field and writes into it.
    pub(crate) async fn fill(&self, wanted: &str, text: &str) {
        self.click(wanted).await;
        self.run(&format!("find({}).select()", quoted(wanted))).await;
        self.write(text).await;
    }

    /// A desktop's window.
    pub(crate) async fn size(&self, width: u32, height: u32) {
        self.measures(width, height, false).await;
    }

    /// A phone's screen, which is touched.
    pub(crate) async fn phone(&self, width: u32, height: u32) {
        self.measures(width, height, true).await;
    }

    async fn measures(&self, width: u32, height: u32, is_phone: bool) {
        let screen = SetDeviceMetricsOverrideParams::new(i64::from(width), i64::from(height), 1.0, is_phone);
        self.page.execute(screen).await.unwrap();
        self.page.execute(SetTouchEmulationEnabledParams::new(is_phone)).await.unwrap();
    }

    /// What the system prefers: `light` or `dark`; and how the page is laid out: `screen` or `print`.
    pub(crate) async fn system(&self, scheme: &str, medium: &str) {
        let feature = MediaFeature::new("prefers-color-scheme", scheme);
        let media = SetEmulatedMediaParams::builder().media(medium).feature(feature).build();
        self.page.execute(media).await.unwrap();
    }

    /// Pages that are loaded from now on run no scripts.
    pub(crate) async fn without_scripts(&self) {
        self.page.execute(SetScriptExecutionDisabledParams::new(true)).await.unwrap();
    }

    /// Pages that are loaded from now on run this before their own scripts.
    pub(crate) async fn before_scripts(&self, script: &str) {
        self.page.execute(AddScriptToEvaluateOnNewDocumentParams::new(script)).await.unwrap();
    }

    /// How dialogs are answered from now on; they are accepted until this is called.
    pub(crate) fn answer_dialogs(&self, accept: bool) {
        *self.watch.accept.lock().unwrap() = accept;
    }

    /// What the tab has said up to now.
    pub(crate) fn seen(&self) -> Seen {
        self.watch.seen.lock().unwrap().clone()
    }

    /// What it said is forgotten.
    pub(crate) fn forget(&self) {
        *self.watch.seen.lock().unwrap() = Seen::default();
    }

    /// What is in the window, as a picture (PNG).
    pub(crate) async fn picture(&self) -> Vec<u8> {
        self.page.screenshot(ScreenshotParams::default()).await.unwrap()
    }

    pub(crate) async fn close(self) {
        self.page.close().await.unwrap();
    }

    /// For messages: what one would see.
    async fn shown(&self) -> String {
        let page = "location.href + '\\n' + document.body.innerText.slice(0, 2000)";
        let page = self.try_value(page, false).await;
        format!("{page:?}\n{:?}", self.seen())
    }
}
