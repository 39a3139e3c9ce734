//! Guides made for a test.

use std::path::{Path, PathBuf};

/// A content folder that a test writes.
pub struct GuideFolder {
    root: PathBuf,
}

impl GuideFolder {
    /// A guide of three entries in one module, and a plain document.
    pub fn small(root: &Path) -> Self {
        let guide = Self { root: root.to_owned() };
        guide.write(
            "09-concurrency/module.yaml",
            "number: 9\nid: concurrency\ntitle: Concurrency\nsummary: Threads and processes. And locks.\nprerequisites: []\n",
        );
        guide.write(
            "09-concurrency/gil.md",
            &entry("What is the GIL?", "the global interpreter lock", "locks"),
        );
        guide.write("09-concurrency/locks.md", &entry("Locks", "a mutex for critical sections", "deadlocks"));
        guide.write(
            "09-concurrency/deadlocks.md",
            &entry("Deadlocks", "two threads that wait for each other", "gil"),
        );
        guide.write("notes/kafka.md", "# Kafka notes\n\n## Offsets\nA consumer commits offsets to a topic.\n\n## Lag\nLag is how far a consumer group is behind.\n");
        guide
    }

    pub fn path(&self) -> &Path {
        &self.root
    }

    pub fn write(&self, file: &str, text: &str) {
        let path = self.root.join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub fn read(&self, file: &str) -> String {
        std::fs::read_to_string(self.root.join(file)).unwrap()
    }
}

/// An entry about `topic` in the guide's format.
pub fn entry(question: &str, topic: &str, related: &str) -> String {
    format!(
        "---\nquestion: {question}\nlevel: mid\nroles: [python-developer]\nfocus: []\naliases: [{topic}, explain {topic}]\n\
         related: [{related}]\n---\n\n## Short answer\nThis is about {topic}. It is short and to the point about {topic}.\n\n\
         ## Explanation\nThe long story of {topic} begins here. It goes on for a while and explains {topic} in full.\n\n\
         ## Example\n```python\nprint(\"{topic}\")\n```\n```output\n{topic}\n```\n\n## Pitfalls\n- Forgetting {topic} is a mistake.\n\n\
         ## Going deeper\nExperts of {topic} know the internals of {topic}.\n\n## Key points\n\
         - essential: First point of {topic}.\n- essential: Second point of {topic}.\n- expected: Third point of {topic}.\n\
         - bonus: Fourth point of {topic}.\n\n## Follow-ups\n### Why is there {topic}?\nBecause of history. It was needed.\n\n\
         ### When does {topic} fail?\nWhen nobody looks. Or at night.\n\n### Who uses {topic}?\nEveryone does. Some do not know.\n"
    )
}
