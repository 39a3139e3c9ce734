//! Ingest: what is reused, what a change costs, what is refused.

use crate::program;
use viva_tests::{GuideFolder, entry};

#[test]
fn nothing_is_embedded_twice() {
    let folder = tempfile::tempdir().unwrap();
    let guide = GuideFolder::small(&folder.path().join("content"));
    let program = program(folder.path());
    let first = program.json(&["ingest", "--json"]);
    assert_eq!(first["outcome"], "written");
    assert!(first["passages"]["embedded"].as_u64().unwrap() > 20, "{first}");
    assert_eq!(program.json(&["ingest", "--json"])["outcome"], "unchanged");

    // One more entry: only its passages are embedded.
    guide.write("09-concurrency/semaphores.md", &entry("Semaphores", "a counter of permits", "locks"));
    let second = program.json(&["ingest", "--json"]);
    assert_eq!(second["questions"].as_u64().unwrap(), first["questions"].as_u64().unwrap() + 1);
    assert_eq!(second["passages"]["reused"], first["passages"]["distinct"]);
    let new = second["passages"]["embedded"].as_u64().unwrap();
    assert!(new > 0 && new < first["passages"]["embedded"].as_u64().unwrap(), "{second}");

    let rebuilt = program.json(&["ingest", "--rebuild", "--json"]);
    assert_eq!(rebuilt["passages"]["embedded"], second["passages"]["distinct"]);
    assert_eq!(rebuilt["revision"], second["revision"]);
}

#[test]
fn the_file_systems_order_and_line_endings_do_not_matter() {
    let revision = |line_ending: &str| {
        let folder = tempfile::tempdir().unwrap();
        let guide = GuideFolder::small(&folder.path().join("content"));
        let text = guide.read("09-concurrency/gil.md").replace('\n', line_ending);
        guide.write("09-concurrency/gil.md", &text);
        program(folder.path()).json(&["ingest", "--json"])["revision"].clone()
    };
    assert_eq!(revision("\n"), revision("\r\n"));
}

#[test]
fn other_settings_make_another_index() {
    let folder = tempfile::tempdir().unwrap();
    GuideFolder::small(&folder.path().join("content"));
    let program = program(folder.path());
    program.json(&["ingest", "--json"]);
    let other = program.clone().with("VIVA_INGEST__CHUNK_TOKENS", 40).json(&["ingest", "--json"]);
    assert_eq!(other["outcome"], "written", "a change of chunker is noticed");
}

#[test]
fn nothing_is_no_guide() {
    let folder = tempfile::tempdir().unwrap();
    GuideFolder::small(&folder.path().join("content"));
    let program = program(folder.path());
    let before = program.json(&["ingest", "--json"])["revision"].clone();
    std::fs::create_dir(folder.path().join("empty")).unwrap();
    let refused = program.run(&["ingest", "empty"]);
    assert_eq!(refused.status, 1);
    assert!(refused.err.contains("no questions"), "{}", refused.err);
    let refused = program.run(&["ingest", "nowhere"]);
    assert!(refused.status == 1 && refused.err.contains("nowhere"), "{}", refused.err);
    let found = program.json(&["search", "--json", "explain the global interpreter lock"]);
    assert_eq!(found["revision"], before, "the index that was there still answers");
}
