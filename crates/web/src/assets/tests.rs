use super::*;
use std::collections::HashMap;

/// The whole of the first load must stay below this, compressed (ux.md); here it does uncompressed, page included.
const FIRST_LOAD: usize = 150 * 1024;

fn text(name: &str) -> &'static str {
    let asset = assets().iter().find(|asset| asset.name == name).unwrap();
    std::str::from_utf8(asset.bytes).unwrap()
}

#[test]
fn addresses_carry_the_digest_and_are_found() {
    for found in assets() {
        assert_eq!(asset(&found.path), Some(found));
        let digest = found.path.split('/').nth(2).unwrap();
        assert!(digest.len() == 12 && digest.bytes().all(|b| b.is_ascii_hexdigit()), "{}", found.path);
    }
    assert_eq!(asset("/static/000000000000/viva.css"), None);
    assert_eq!(asset("/static/../Cargo.toml"), None);
}

#[test]
fn modules_import_what_is_there() {
    for found in assets().iter().filter(|asset| asset.content_type == JS) {
        let source = text(found.name);
        for import in source.split("from \"./").skip(1).chain(source.split("import \"./").skip(1)) {
            let name = import.split('"').next().unwrap();
            assert!(FILES.iter().any(|(known, ..)| *known == name), "{name} in {}", found.name);
        }
        for forbidden in
            ["eval(", "new Function", "document.write", ".style", "http://", "https://", "onclick"]
        {
            assert!(!source.contains(forbidden), "`{forbidden}` in {}", found.name);
        }
    }
}

#[test]
fn nothing_is_fetched_from_elsewhere() {
    let css = text("viva.css");
    assert!(!css.contains("url(") && !css.contains("@import"));
}

#[test]
fn the_first_load_is_small() {
    let guide = viva_web::pages::samples::small_guide(&str::to_owned);
    let pages = viva_web::pages::samples::all(&guide, viva_web::pages::Theme::System, &str::to_owned);
    let page = pages.iter().map(|(_, html)| html.len()).max().unwrap();
    let files: usize = assets().iter().map(|asset| asset.bytes.len()).sum();
    assert!(page + files < FIRST_LOAD, "{page} + {files}");
}

/// The tokens of the style sheet: light and dark.
fn tokens() -> HashMap<&'static str, (u32, u32)> {
    let css = text("viva.css");
    let colour = |text: &str| u32::from_str_radix(text.trim().trim_start_matches('#'), 16).unwrap();
    css.lines()
        .filter_map(|line| {
            let (name, value) = line.trim().strip_prefix("--")?.split_once(": light-dark(")?;
            let (light, dark) = value.trim_end_matches(");").split_once(',')?;
            Some((name, (colour(light), colour(dark))))
        })
        .collect()
}

/// Relative luminance (WCAG 2.2).
fn luminance(colour: u32) -> f64 {
    let channel = |shift: u32| {
        let c = f64::from((colour >> shift) & 0xff) / 255.0;
        if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(16) + 0.7152 * channel(8) + 0.0722 * channel(0)
}

fn contrast(a: u32, b: u32) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn every_pair_of_colours_can_be_read() {
    let tokens = tokens();
    let text_on = [
        ("text", &["page", "surface", "sunken", "accent-tint", "quoted", "partial-tint", "wrong-tint"][..]),
        ("muted", &["page", "surface", "sunken"]),
        ("accent", &["page", "surface", "sunken", "accent-tint", "wrong-tint"]),
        ("on-accent", &["accent"]),
        ("covered", &["covered-tint", "sunken", "page"]),
        ("partial", &["partial-tint", "sunken", "page"]),
        ("wrong", &["wrong-tint", "surface", "page"]),
    ];
    let graphics_on = [
        ("control", &["page", "surface"][..]),
        ("dense", &["page", "surface"]),
        ("bm25", &["page", "surface"]),
        ("accent", &["sunken"]),
    ];
    let check = |pairs: &[(&str, &[&str])], least: f64| {
        for (front, backs) in pairs {
            for back in *backs {
                let ((fl, fd), (bl, bd)) = (tokens[front], tokens[back]);
                assert!(contrast(fl, bl) >= least, "{front} on {back}, light: {:.2}", contrast(fl, bl));
                assert!(contrast(fd, bd) >= least, "{front} on {back}, dark: {:.2}", contrast(fd, bd));
            }
        }
    };
    check(&text_on, 4.5);
    check(&graphics_on, 3.0);
}

#[test]
fn contrast_is_what_the_standard_says() {
    assert!((contrast(0x00_00_00, 0xff_ff_ff) - 21.0).abs() < 0.01);
    assert!((contrast(0x77_77_77, 0xff_ff_ff) - 4.48).abs() < 0.01);
}
