use super::check;
use crate::read::{Reading, read};
use std::fmt::Write as _;
use std::path::Path;

/// A content folder to make mistakes in; one module `threads` with its entries.
struct Folder(tempfile::TempDir);

const MODULE: &str = "number: 9\nid: threads\ntitle: Threads\nsummary: One thing. Another thing.\n";

impl Folder {
    fn new() -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        folder.write("09-threads/module.yaml", MODULE);
        folder
    }

    fn write(&self, path: &str, text: impl AsRef<[u8]>) -> &Self {
        let path = self.0.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        self
    }

    /// An entry like [`entry`], changed.
    fn entry(&self, id: &str, related: [&str; 3], change: impl Fn(String) -> String) -> &Self {
        self.write(&format!("09-threads/{id}.md"), change(entry(id, related)))
    }

    fn read(&self) -> Reading {
        read(&[self.0.path().to_owned()])
    }

    fn check(&self, expected: &[&str]) {
        let report = check(&self.read());
        let found: Vec<_> = report
            .diagnostics
            .iter()
            .map(|d| format!("{}:{}:{} {} {}", file_name(&d.file), d.line, d.column, d.severity, d.rule))
            .collect();
        assert_eq!(found, expected, "{:#?}", report.diagnostics);
    }
}

fn file_name(path: &str) -> &str {
    Path::new(path).file_name().unwrap().to_str().unwrap()
}

/// An entry that breaks no rule; its words are its own.
fn entry(id: &str, related: [&str; 3]) -> String {
    let words = |section: &str, count: usize| -> String {
        (0..count).map(|n| format!("{id}_{section}_{n}")).collect::<Vec<_>>().join(" ")
    };
    let mut text =
        format!("---\nquestion: What is {id}?\nlevel: mid\nroles: [data-engineer]\nfocus: []\naliases:\n");
    for n in 0..6 {
        writeln!(text, "  - {id} alias {n}").unwrap();
    }
    writeln!(text, "related: [{}]\n---", related.join(", ")).unwrap();
    write!(
        text,
        "\n## Short answer\nIt is {id}. It helps.\n\n## Explanation\n{}\n\n## Example\n```python\nprint(1)\n```\n\
         ```output\n1\n```\n\n## Pitfalls\n- None of {id}.\n\n## Going deeper\n{}\n\n## Key points\n\
         - essential: One of {id}.\n- essential: Two of {id}.\n- expected: Three.\n- bonus: Four.\n\n## Follow-ups\n\
         ### Why?\nSo.\n\n### How?\nThus.\n\n### When?\nNow.\n",
        words("e", 120),
        words("d", 100)
    )
    .unwrap();
    text
}

/// Four entries that are related to one another, the first of them changed.
fn check_change(change: impl Fn(String) -> String, expected: &[&str]) {
    let folder = Folder::new();
    folder.entry("a", ["b", "c", "d"], change);
    folder.entry("b", ["a", "c", "d"], |text| text);
    folder.entry("c", ["a", "b", "d"], |text| text);
    folder.entry("d", ["a", "b", "c"], |text| text);
    folder.check(expected);
}

fn check_replaced(from: &str, to: &str, expected: &[&str]) {
    check_change(
        |text| {
            assert!(text.contains(from), "{from}");
            text.replacen(from, to, 1)
        },
        expected,
    );
}

#[test]
fn a_proper_guide_has_no_findings() {
    check_change(|text| text, &[]);
    check_change(|text| text.replace('\n', "\r\n"), &[]);
}

#[test]
fn front_matter_rules() {
    check_replaced("level: mid", "level: middle", &["a.md:3:8 error unknown-level"]);
    check_replaced("level: mid", "levle: mid", &["a.md:1:1 error missing-key", "a.md:3:1 error unknown-key"]);
    check_replaced("[data-engineer]", "[Data Engineer]", &["a.md:4:9 error invalid-id"]);
    check_replaced("[data-engineer]", "[]", &["a.md:1:1 error missing-key"]);
    check_replaced("  - a alias 0\n", "", &["a.md:7:5 warning alias-count"]);
    check_replaced("a alias 1", "A Alias 0", &["a.md:8:5 warning duplicate-alias"]);
    check_replaced("a alias 1", "B alias 0", &["b.md:7:5 error shared-alias"]);
    check_replaced("related: [b", "related: [a", &["a.md:13:11 error related-self"]);
    check_replaced("related: [b", "related: [bb", &["a.md:13:11 error unknown-related"]);
    check_replaced("related: [b, ", "related: [", &["a.md:13:11 warning related-count"]);
}

#[test]
fn section_rules() {
    check_replaced(
        "## Pitfalls",
        "## Pitfals",
        &["a.md:1:1 error missing-section", "a.md:30:1 error unknown-section"],
    );
    check_replaced(
        "## Pitfalls\n",
        "## Pitfalls\n\n## Pitfalls\n",
        &["a.md:30:1 error empty-section", "a.md:32:1 error duplicate-section"],
    );
    check_replaced(
        "## Short answer\nIt is a. It helps.\n\n## Explanation\n",
        "## Explanation\nx\n## Short answer\nIt is a. It helps.\n",
        &["a.md:16:1 warning word-count", "a.md:18:1 error section-order"],
    );
    check_replaced("\n## Short", "Stray.\n## Short", &["a.md:15:1 warning text-before-sections"]);
    check_replaced("It is a. It helps.", "It is a.", &["a.md:16:1 error short-answer-length"]);
    check_replaced("It helps.", "B. C. D. E.", &["a.md:16:1 warning short-answer-length"]);
    check_replaced("a_e_0", "### Inner\n", &["a.md:20:1 warning heading-inside-section"]);
    check_replaced(" a_d_99", "", &["a.md:33:1 warning word-count"]);
    // A heading in a code block is code.
    check_replaced("print(1)", "## Explanation\nprint(1)", &[]);
}

#[test]
fn key_point_and_follow_up_rules() {
    check_replaced("- bonus: Four.\n", "", &["a.md:36:1 error key-point-count"]);
    check_replaced("- essential: Two", "- expected: Two", &["a.md:36:1 error key-point-count"]);
    check_replaced(
        "- bonus: Four.\n",
        "- bonus: Four,\n  on two lines.\n- expectd: Five.\n",
        &["a.md:42:1 error key-point-form"],
    );
    check_replaced("### When?\nNow.\n", "", &["a.md:42:1 error follow-up-count"]);
    check_replaced("### When?\nNow.\n", "### When?\n", &["a.md:49:1 error empty-follow-up"]);
    check_replaced("### Why?", "Stray.\n### Why?", &["a.md:43:1 warning text-before-follow-ups"]);
}

#[test]
fn fence_rules() {
    check_replaced(
        "```python\n",
        "```\n",
        &["a.md:23:1 error fence-language", "a.md:26:1 error output-without-python"],
    );
    check_replaced("```python\n", "```python no-run\n", &["a.md:23:1 error no-run-reason"]);
    check_replaced("```python\n", "```python no-run=\"needs a Spark cluster\"\n", &[]);
    check_replaced("```python\n", "```python title=x\n", &["a.md:23:1 error fence-info"]);
    check_replaced("```python\n", "```python continue\n", &[]);
    check_replaced(
        "```output\n1\n```\n",
        "```output\n1\n```\n```output\n2\n```\n",
        &["a.md:29:1 error output-without-python"],
    );
}

#[test]
fn no_long_sentence_stands_in_two_entries() {
    let sentence = "This sentence of nine words says nothing at all.";
    let folder = Folder::new();
    let into_pitfalls = |text: String| text.replace("- None", &format!("- {sentence} None"));
    let below_heading =
        |text: String| text.replace("## Going deeper\n", &format!("## Going deeper\n{sentence}\n"));
    folder.entry("a", ["b", "c", "d"], into_pitfalls);
    folder.entry("b", ["a", "c", "d"], into_pitfalls);
    folder.entry("c", ["a", "b", "d"], below_heading);
    folder.entry("d", ["a", "b", "c"], |text| text.replace("print(1)", &format!("print(1)  # {sentence}")));
    folder.check(&["b.md:31:3 error repeated-sentence", "c.md:34:1 warning repeated-sentence"]);
}

#[test]
fn sections_do_not_repeat_one_another() {
    let longer = |text: String| {
        let words: Vec<_> = (0..100).map(|n| format!("a_e_{n}")).collect();
        let start = text.find("a_d_0").unwrap();
        let end = text.find(" a_d_99").unwrap() + " a_d_99".len();
        format!("{}{}{}", &text[..start], words.join(" "), &text[end..])
    };
    check_change(longer, &["a.md:33:1 warning paraphrase"]);
}

#[test]
fn entries_that_nothing_leads_to_are_named() {
    let folder = Folder::new();
    for (id, related) in [("a", ["b", "c", "d"]), ("e", ["f", "g", "h"])] {
        folder.entry(id, related, |text| text);
        for other in related {
            let [x, y, z] = related.map(|next| if next == other { id } else { next });
            folder.entry(other, [x, y, z], |text| text);
        }
    }
    folder.check(&["e.md:13:11 warning related-island"]);
}

const SYLLABUS: &str = "roles: [Data Engineer]\nfocus_areas: [OOP]\nmodules:\n  - number: 9\n    id: threads\n    title: Threads\n    \
                        questions_at_least: 4\n    required:\n      - { id: a, question: What? }\n      - { id: z, question: Which? }\n  \
                        - number: 10\n    id: asyncio\n    title: Async\n    questions_at_least: 2\n    required: []\n";

#[test]
fn the_syllabus_says_what_is_missing_and_what_is_known() {
    let folder = Folder::new();
    folder.write("syllabus.yaml", SYLLABUS);
    folder.entry("a", ["b", "c", "b"], |text| text.replace("focus: []", "focus: [opp]"));
    folder.entry("b", ["a", "c", "a"], |text| text.replace("data-engineer", "data-enginer"));
    folder.entry("c", ["a", "b", "a"], |text| text);
    folder.check(&[
        "a.md:5:9 error unknown-focus",
        "b.md:4:9 error unknown-role",
        "syllabus.yaml:5:9 error syllabus-missing",
        "syllabus.yaml:12:9 error syllabus-missing",
    ]);
    let report = check(&folder.read());
    let messages: Vec<_> = report.diagnostics.iter().map(|d| d.message.as_str()).collect();
    assert_eq!(
        messages,
        [
            "`opp` is no focus area of the syllabus",
            "`data-enginer` is no role of the syllabus; did you mean `data-engineer`?",
            "module 9 `threads`: 3 of at least 4 questions; missing: z",
            "module 10 `asyncio`: the module is missing; 0 of at least 2 questions",
        ]
    );
    let [threads, asyncio] = report.modules.as_slice() else { panic!("{:?}", report.modules) };
    assert_eq!((threads.questions, threads.runnable, threads.key_points, threads.follow_ups), (3, 3, 12, 9));
    assert_eq!((threads.missing.as_slice(), threads.lacking), (&["z".to_owned()][..], 1));
    assert!(threads.words > 3 * 220 && threads.no_run.is_empty());
    assert_eq!((asyncio.number, asyncio.questions, asyncio.lacking), (10, 0, 2));
}

#[test]
fn modules_agree_with_the_syllabus_and_with_one_another() {
    let folder = Folder::new();
    folder.write("syllabus.yaml", "roles: []\nfocus_areas: []\nmodules:\n  - { number: 8, id: threads, title: Threads, questions_at_least: 0, required: [] }\n");
    folder.write(
        "09-threads/module.yaml",
        format!("{MODULE}prerequisites: [thread]\n").replace(" Another thing.", ""),
    );
    folder.write("10-threads/module.yaml", MODULE.replace('9', "10"));
    folder.write("09-more/module.yaml", MODULE.replace("threads", "more"));
    folder.write("11-new/x.md", "# X\n");
    folder.check(&[
        "module.yaml:1:1 error duplicate-module",
        "module.yaml:3:8 error module-yaml",
        "module.yaml:4:10 warning module-summary",
        "module.yaml:5:17 error unknown-prerequisite",
        "module.yaml:1:1 error duplicate-module",
        "11-new:1:1 error module-missing",
    ]);
}

#[test]
fn special_modules_have_their_own_shape() {
    let folder = Folder::new();
    for (folder_name, id) in
        [("19-system-design", "system-design"), ("20-coding-challenges", "coding-challenges")]
    {
        let module = MODULE.replace("threads", id).replace('9', &folder_name[..2]);
        folder.write(&format!("{folder_name}/module.yaml"), module);
    }
    let related = ["y", "y", "y"];
    let no_digits = |text: String| {
        text.chars()
            .map(|c| if c.is_ascii_digit() { (b'a' + (c as u8 - b'0')) as char } else { c })
            .collect::<String>()
    };
    folder.write("19-system-design/x.md", no_digits(entry("x", related)));
    folder.write("20-coding-challenges/y.md", entry("y", ["x", "x", "x"]));
    folder.check(&[
        "x.md:1:1 warning diagram-missing",
        "x.md:1:1 warning numbers-missing",
        "y.md:1:1 warning assert-missing",
    ]);
}
