//! Row 19: an ingest killed at any moment leaves the old index or the new one, never a mixture, and the next goes on.

use crate::program;
use std::process::Stdio;
use std::time::Duration;
use viva_tests::{GuideFolder, entry};

/// Kills in an ordinary run; `VIVA_TEST_KILLS` asks for more.
const KILLS: u32 = 6;

/// A small generator, so that a failure can be repeated from its seed.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test reads how long it may take")]
fn a_killed_ingest_leaves_the_old_index_or_the_new_one() {
    let kills = std::env::var("VIVA_TEST_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(KILLS);
    let seed = std::env::var("VIVA_TEST_SEED").ok().and_then(|n| n.parse().ok()).unwrap_or(20_261_122);
    println!("seed {seed}, {kills} kills");
    let mut random = Random(seed);
    let folder = tempfile::tempdir().unwrap();
    let guide = GuideFolder::small(&folder.path().join("content"));
    let program = program(folder.path());
    let mut serving = program.json(&["ingest", "--json"])["revision"].clone();
    let whole = Duration::from_secs(4);
    for round in 0..kills {
        let id = format!("topic-{round}");
        guide.write(
            &format!("09-concurrency/{id}.md"),
            &entry(&format!("Topic {round}"), &format!("topic number {round}"), "locks"),
        );
        let mut child =
            program.command(&["ingest"]).stderr(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(random.below(whole.as_millis() as u64)));
        child.kill().unwrap();
        child.wait().unwrap();
        let found = program.json(&["search", "--json", "explain the global interpreter lock"]);
        assert_eq!(found["hits"][0]["question_id"], "gil", "round {round}: {found}");
        let now = &found["revision"];
        let finished = program.json(&["ingest", "--json"]);
        let is_old_or_new = *now == serving || *now == finished["revision"];
        assert!(is_old_or_new, "round {round}: {now} is neither {serving} nor {}", finished["revision"]);
        serving = finished["revision"].clone();
        let found = program.json(&["search", "--json", &format!("explain topic number {round}")]);
        assert_eq!(found["revision"], serving);
        assert_eq!(found["hits"][0]["question_id"], id, "round {round}: {found}");
    }
    // What many interrupted ingests made is what one clean ingest makes.
    let clean = tempfile::tempdir().unwrap();
    let report = crate::program(clean.path()).json(&["ingest", "--json", guide.path().to_str().unwrap()]);
    assert_eq!(report["revision"], serving);
}
