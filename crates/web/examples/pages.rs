//! Writes every page with sample data into a folder, with the static files beside it, to be looked at:
//! `cargo run -p viva-web --example pages -- /tmp/web-pages`.

#![expect(clippy::unwrap_used, reason = "sample data is known to be valid")]
#[path = "../samples/mod.rs"]
mod samples;

use std::path::{Path, PathBuf};
use viva_web::pages::Theme;

fn main() -> std::io::Result<()> {
    let folder = PathBuf::from(std::env::args().nth(1).unwrap_or_else(|| "target/web-pages".to_owned()));
    let content = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../content");
    let reading = viva_guide::read(&[content]);
    for theme in [Theme::Light, Theme::Dark] {
        for (name, html) in samples::all(&reading.guide, theme, &str::to_owned) {
            let file = folder.join(format!("{name}-{}.html", theme.as_str()));
            std::fs::create_dir_all(&folder)?;
            std::fs::write(file, html)?;
        }
    }
    for asset in viva_web::assets() {
        let file = folder.join(asset.path.trim_start_matches('/'));
        std::fs::create_dir_all(file.parent().unwrap_or(&folder))?;
        std::fs::write(file, asset.bytes)?;
    }
    Ok(())
}
