//! `viva check`: every mistake with its place, for people and for programs.

use crate::program;
use viva_tests::{GuideFolder, entry};

#[test]
fn mistakes_are_reported_with_file_line_and_rule() {
    let folder = tempfile::tempdir().unwrap();
    let guide = GuideFolder::small(&folder.path().join("content"));
    let good = entry("Queues", "a line of waiting things", "locks");
    let mistakes = [
        ("unknown-key", good.replace("level: mid", "level: mid\nlevle: mid")),
        ("level", good.replace("level: mid", "level: medium")),
        ("related", good.replace("related: [locks]", "related: [lokcs]")),
        ("no-key-points", good.replace("## Key points", "## Key pionts")),
        (
            "order",
            good.replace("## Pitfalls", "## Swap")
                .replace("## Example", "## Pitfalls")
                .replace("## Swap", "## Example"),
        ),
        ("no-front-matter", good.replacen("---", "", 1)),
    ];
    let program = program(folder.path());
    for (name, text) in mistakes {
        guide.write("09-concurrency/queues.md", &text);
        let checked = program.run(&["check", "--json"]);
        assert_eq!(checked.status, 1, "{name}: {checked:?}");
        let document: serde_json::Value = serde_json::from_str(&checked.out).unwrap();
        let found = document["diagnostics"].as_array().unwrap();
        let about = found
            .iter()
            .find(|d| d["file"].as_str().unwrap().ends_with("queues.md") && d["severity"] == "error");
        let about = about.unwrap_or_else(|| panic!("{name}: {document:#}"));
        assert!(
            about["line"].as_u64().unwrap() >= 1 && !about["rule"].as_str().unwrap().is_empty(),
            "{name}"
        );
    }
    let told = program.run(&["check"]);
    assert!(told.out.contains("queues.md:") && told.out.contains("errors"), "{}", told.out);
}

#[test]
fn an_example_must_print_what_the_guide_says() {
    let folder = tempfile::tempdir().unwrap();
    let guide = GuideFolder::small(&folder.path().join("content"));
    let program = program(folder.path()).with("VIVA_EMBED__CACHE_DIR", folder.path().join("cache").display());
    let run = |program: &viva_tests::Program| {
        let checked = program.run(&["check", "--run-examples", "--json"]);
        serde_json::from_str::<serde_json::Value>(&checked.out)
            .unwrap_or_else(|error| panic!("{error}: {checked:?}"))
    };
    let failed = |document: &serde_json::Value| {
        document["modules"]
            .as_array()
            .unwrap()
            .iter()
            .map(|m| m["run"]["failed"].as_u64().unwrap_or(0))
            .sum::<u64>()
    };
    assert_eq!(failed(&run(&program)), 0);
    let text = guide.read("09-concurrency/gil.md").replace("```output\nthe global", "```output\nno global");
    guide.write("09-concurrency/gil.md", &text);
    assert_eq!(failed(&run(&program)), 1);
}
