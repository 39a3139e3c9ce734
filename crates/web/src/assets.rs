//! The static files, compiled in.
//!
//! Their addresses carry a digest of all of them together, so that they may be cached for ever and a module's relative
//! `import` of another finds the version that it was built with. Refused: a digest for each file, which would have to be
//! written into the modules' import lines, or into an import map, which the page's policy counts as an inline script.

use sha2::{Digest, Sha256};
use std::sync::LazyLock;

/// One static file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asset {
    /// Its address: `/static/{digest}/{name}`.
    pub path: String,
    /// Its name.
    pub name: &'static str,
    /// The `content-type` to send.
    pub content_type: &'static str,
    /// The file.
    pub bytes: &'static [u8],
}

/// The `cache-control` to send with every asset.
pub const CACHE_CONTROL: &str = "public, max-age=31536000, immutable";

const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";

const FILES: &[(&str, &str, &[u8])] = &[
    ("viva.css", CSS, include_bytes!("../static/viva.css")),
    ("favicon.svg", "image/svg+xml", include_bytes!("../static/favicon.svg")),
    ("app.js", JS, include_bytes!("../static/app.js")),
    ("ask.js", JS, include_bytes!("../static/ask.js")),
    ("stream.js", JS, include_bytes!("../static/stream.js")),
    ("panel.js", JS, include_bytes!("../static/panel.js")),
    ("drafts.js", JS, include_bytes!("../static/drafts.js")),
    ("guide.js", JS, include_bytes!("../static/guide.js")),
    ("interview.js", JS, include_bytes!("../static/interview.js")),
    ("review.js", JS, include_bytes!("../static/review.js")),
];

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    let mut all = Sha256::new();
    for (name, _, bytes) in FILES {
        all.update(name.as_bytes());
        all.update(bytes);
    }
    let digest =
        all.finalize().iter().take(6).fold(String::new(), |digest, byte| digest + &format!("{byte:02x}"));
    let asset = |(name, content_type, bytes): &(&'static str, &'static str, &'static [u8])| Asset {
        path: format!("/static/{digest}/{name}"),
        name,
        content_type,
        bytes,
    };
    FILES.iter().map(asset).collect()
});

/// All static files.
pub fn assets() -> &'static [Asset] {
    &ASSETS
}

/// The file at `path`, if there is one.
pub fn asset(path: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.path == path)
}

/// The address of the file called `name`; its plain name where there is none, which a test rules out.
pub(crate) fn path_of(name: &'static str) -> &'static str {
    ASSETS.iter().find(|asset| asset.name == name).map_or(name, |asset| asset.path.as_str())
}

#[cfg(test)]
mod tests;
