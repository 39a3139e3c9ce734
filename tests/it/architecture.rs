//! The arrows and invariants of `crates/README.md`, from `cargo metadata` and the sources.

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What each crate may use of ours, in its code (not in its tests).
const ARROWS: &[(&str, &[&str])] = &[
    ("viva-core", &[]),
    ("viva-settings", &[]),
    ("viva-guide", &["viva-core"]),
    ("viva-embed", &["viva-core"]),
    ("viva-retrieval", &["viva-core"]),
    ("viva-ingest", &["viva-core"]),
    ("viva-assistant", &["viva-core"]),
    ("viva-interview", &["viva-core"]),
    ("viva-llm", &["viva-core"]),
    ("viva-store", &["viva-core"]),
    ("viva-web", &["viva-core"]),
    ("viva-model-server", &[]),
    ("viva-eval", &["viva-assistant", "viva-core", "viva-interview"]),
    ("viva-service", &["viva-assistant", "viva-core", "viva-interview", "viva-settings", "viva-web"]),
];

/// Third-party crates that only the named crates may use.
const CONFINED: &[(&str, &[&str])] = &[
    ("qdrant-client", &["viva-retrieval"]),
    ("qdrant-edge", &["viva-embed", "viva-retrieval"]),
    ("axum", &["viva-service"]),
    ("fastembed", &["viva-embed"]),
    ("ort", &["viva-embed"]),
    ("text-splitter", &["viva-ingest"]),
    ("sqlx", &["viva-store"]),
    ("aws-sdk-bedrockruntime", &["viva-llm"]),
    ("aws-config", &["viva-llm"]),
    ("rustyline", &["viva"]),
    ("maud", &["viva-web"]),
    ("etcetera", &["viva-settings"]),
    ("clap", &["viva"]),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn metadata() -> Metadata {
    MetadataCommand::new().manifest_path(root().join("Cargo.toml")).no_deps().exec().unwrap()
}

/// Direct dependencies of every member, without those for tests.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let of = |package: &cargo_metadata::Package| {
        package
            .dependencies
            .iter()
            .filter(|d| d.kind != DependencyKind::Development)
            .map(|d| d.name.clone())
            .collect()
    };
    metadata().packages.iter().map(|package| (package.name.to_string(), of(package))).collect()
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

fn sources_of(crate_folder: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    sources(&root().join("crates").join(crate_folder).join("src"), &mut found);
    found.into_iter().map(|path| (path.clone(), std::fs::read_to_string(path).unwrap())).collect()
}

#[test]
fn every_arrow_points_down() {
    let all = dependencies();
    for (name, allowed) in ARROWS {
        let ours = all[*name].iter().filter(|d| d.starts_with("viva")).map(String::as_str);
        let forbidden: Vec<&str> = ours.filter(|d| !allowed.contains(d)).collect();
        assert!(forbidden.is_empty(), "{name} must not use {forbidden:?}");
    }
    let known: BTreeSet<&str> = ARROWS.iter().map(|(name, _)| *name).chain(["viva", "viva-tests"]).collect();
    let unlisted: Vec<&String> =
        all.keys().filter(|n| n.starts_with("viva") && !known.contains(n.as_str())).collect();
    assert!(unlisted.is_empty(), "give {unlisted:?} a place in ARROWS and in crates/README.md");
}

#[test]
fn libraries_stay_behind_their_ports() {
    for (name, used) in dependencies() {
        for (library, homes) in CONFINED {
            let is_home = homes.contains(&name.as_str()) || !name.starts_with("viva") || name == "viva-tests";
            assert!(
                is_home || !used.contains(*library),
                "{name} must not use {library}: that is for {homes:?}"
            );
        }
    }
}

#[test]
fn the_core_does_no_io_and_knows_no_wire_format() {
    for (path, text) in sources_of("core") {
        for word in ["std::fs", "std::net", "std::env", "tokio", "serde", "SystemTime::now", "Instant::now"] {
            assert!(!text.contains(word), "{} names {word}", path.display());
        }
    }
}

#[test]
fn judgement_knows_no_adapter_and_no_io() {
    for folder in ["assistant", "ingest", "interview"] {
        for (path, text) in sources_of(folder) {
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            for word in ["std::fs", "std::net", "std::env::", "qdrant", "fastembed", "axum", "reqwest"] {
                assert!(!code.contains(&format!("{word}::")), "{} uses {word}", path.display());
            }
        }
    }
}

#[test]
fn the_environment_is_read_in_settings_alone() {
    for entry in std::fs::read_dir(root().join("crates")).unwrap() {
        let folder = entry.unwrap().file_name().into_string().unwrap();
        if folder == "settings" || !root().join("crates").join(&folder).join("src").is_dir() {
            continue;
        }
        for (path, text) in sources_of(&folder) {
            let is_test =
                path.ends_with("tests.rs") || path.components().any(|part| part.as_os_str() == "tests");
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            assert!(is_test || !code.contains("env::var"), "{} reads the environment", path.display());
        }
    }
}

#[test]
fn every_crate_stands_in_the_map_and_takes_its_versions_from_the_workspace() {
    let map = std::fs::read_to_string(root().join("crates/README.md")).unwrap();
    for package in metadata().packages.iter().filter(|package| package.name.starts_with("viva")) {
        let folder = package.manifest_path.parent().unwrap().file_name().unwrap().to_owned();
        assert!(map.contains(&format!("`{folder}`")), "crates/README.md does not mention `{folder}`");
        let manifest = std::fs::read_to_string(&package.manifest_path).unwrap();
        assert!(manifest.contains("[lints]\nworkspace = true"), "{} has no workspace lints", package.name);
        let own = manifest.lines().find(|line| line.contains('=') && line.contains("version = \""));
        assert_eq!(own, None, "{}: this belongs in the workspace's manifest", package.name);
    }
}

#[test]
fn files_stay_readable() {
    let mut long = Vec::new();
    for entry in std::fs::read_dir(root().join("crates")).unwrap() {
        let folder = entry.unwrap().path().join("src");
        let mut files = Vec::new();
        if folder.is_dir() {
            sources(&folder, &mut files);
        }
        for file in files {
            let lines = std::fs::read_to_string(&file).unwrap().lines().count();
            if lines > 500 {
                long.push(format!("{} ({lines})", file.display()));
            }
        }
    }
    assert!(long.is_empty(), "over 500 lines: {long:?}");
}
