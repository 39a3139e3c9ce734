use super::{Reading, read};
use crate::diagnostic::Severity;
use proptest::prelude::*;
use std::path::{Path, PathBuf};
use viva_core::guide::{Level, QuestionKind, SectionKind, Weight};
use viva_core::id::QuestionId;

struct Folder(tempfile::TempDir);

impl Folder {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = Self(tempfile::Builder::new().prefix("notes").tempdir().unwrap());
        for (path, text) in files {
            folder.write(path, text.as_bytes());
        }
        folder
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn write(&self, path: &str, bytes: &[u8]) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    fn read(&self) -> Reading {
        read(&[self.0.path().to_owned()])
    }

    /// Reads and expects these findings, as `file:line:column rule`.
    fn check(&self, expected: &[&str]) -> Reading {
        let reading = self.read();
        assert_eq!(findings(&reading), expected, "{:#?}", reading.diagnostics);
        reading
    }
}

fn findings(reading: &Reading) -> Vec<String> {
    let all = reading.diagnostics.iter();
    all.map(|d| format!("{}:{}:{} {}", d.file, d.line, d.column, d.rule)).collect()
}

/// `module/id` of every question.
fn questions(reading: &Reading) -> Vec<String> {
    reading.guide.questions().map(|question| format!("{}/{}", question.module, question.id)).collect()
}

const MODULE: (&str, &str) =
    ("09-threads/module.yaml", "number: 9\nid: threads\ntitle: Threads\nsummary: A. B.\n");

const GIL: &str = "---
question: What is the GIL?
level: mid
roles: [data-engineer]
focus: [oop]
aliases: [global interpreter lock]
related: [thread]
---

## Short answer
A lock. One thread runs.

## Example

```python
# ## not a heading
print(\"a\\n\")
```

```output
a

```

## Going deeper
  Deep.

## Key points
- essential: One lock
  for all.
- bonus: Optional.

## Follow-ups
### Why `still` threads?
They wait.

And more.
### How?
So.
";

#[test]
fn an_entry_is_read_in_full() {
    let reading = Folder::new(&[MODULE, ("09-threads/gil.md", GIL)]).check(&[]);
    let question = reading.guide.question(&QuestionId::new("gil").unwrap()).unwrap();
    assert_eq!((question.text.as_str(), question.kind), ("What is the GIL?", QuestionKind::Structured));
    assert_eq!((question.level, question.source.as_str()), (Some(Level::Mid), "09-threads/gil.md"));
    assert_eq!((question.roles[0].as_str(), question.focus[0].as_str()), ("data-engineer", "oop"));
    assert_eq!(
        (question.aliases[0].as_str(), question.related[0].as_str()),
        ("global interpreter lock", "thread")
    );
    let sections: Vec<_> =
        question.sections.iter().map(|s| (s.kind, s.anchor.as_str(), s.heading.as_str())).collect();
    assert_eq!(
        sections,
        [
            (SectionKind::ShortAnswer, "short-answer", "Short answer"),
            (SectionKind::Example, "example", "Example"),
            (SectionKind::Deeper, "deeper", "Going deeper"),
        ]
    );
    assert_eq!(
        question.sections[1].markdown,
        "```python\n# ## not a heading\nprint(\"a\\n\")\n```\n\n```output\na\n\n```"
    );
    assert_eq!(question.sections[2].markdown, "  Deep.");
    let points: Vec<_> = question.key_points.iter().map(|p| (p.weight, p.text.as_str())).collect();
    assert_eq!(points, [(Weight::Essential, "One lock for all."), (Weight::Bonus, "Optional.")]);
    let follow_ups: Vec<_> =
        question.follow_ups.iter().map(|f| (f.question.as_str(), f.answer.as_str())).collect();
    assert_eq!(follow_ups, [("Why `still` threads?", "They wait.\n\nAnd more."), ("How?", "So.")]);
}

#[test]
fn sections_that_do_not_belong_are_kept_as_text() {
    let text = format!("{GIL}\n## Short answer\nAgain.\n\n## History\nOld.\n");
    let reading = Folder::new(&[MODULE, ("09-threads/gil.md", &text)])
        .check(&["09-threads/gil.md:44:1 unknown-section"]);
    let question = reading.guide.question(&QuestionId::new("gil").unwrap()).unwrap();
    let kept: Vec<_> = question.sections.iter().filter(|section| section.kind == SectionKind::Text).collect();
    let kept: Vec<_> =
        kept.iter().map(|s| (s.anchor.as_str(), s.heading.as_str(), s.markdown.as_str())).collect();
    assert_eq!(kept, [("short-answer-2", "Short answer", "Again."), ("history", "History", "Old.")]);
}

#[test]
fn the_revision_is_of_the_content_alone() {
    let files = [MODULE, ("09-threads/gil.md", GIL), ("09-threads/a.md", GIL)];
    let first = Folder::new(&files).read();
    let reversed: Vec<_> = files.iter().rev().copied().collect();
    assert_eq!(Folder::new(&reversed).read().guide.revision(), first.guide.revision());
    let windows = files.map(|(path, text)| (path, text.replace('\n', "\r\n")));
    let windows: Vec<_> = windows.iter().map(|(path, text)| (*path, text.as_str())).collect();
    assert_eq!(Folder::new(&windows).read().guide.revision(), first.guide.revision());
    for (from, to) in
        [("A lock", "A block"), ("bonus", "expected"), ("[thread]", "[]"), ("mid", "senior"), ("So.", "So!")]
    {
        let changed = GIL.replace(from, to);
        let other = Folder::new(&[MODULE, ("09-threads/gil.md", &changed), ("09-threads/a.md", GIL)]).read();
        assert_ne!(other.guide.revision(), first.guide.revision(), "{from}");
    }
}

#[test]
fn plain_documents_come_after_the_guide_in_a_module_of_their_folder() {
    let content = Folder::new(&[MODULE, ("09-threads/gil.md", GIL)]);
    let notes = Folder::new(&[
        ("gil.md", "# Again\nText"),
        ("aws/s3.txt", "Buckets\n# hold objects"),
        ("aws/list.txt", "MODULE 1: Queues\nQ1. What is SQS?\nA queue.\n"),
        ("own.md", GIL),
        ("README.md", "# No"),
        (".hidden/x.md", "# No"),
        ("image.png", "no"),
    ]);
    let reading = read(&[content.0.path().to_owned(), notes.0.path().to_owned()]);
    assert_eq!(findings(&reading), [""; 0]);
    let modules: Vec<_> = reading.guide.modules().iter().map(|m| (m.number, m.id.to_string())).collect();
    let own = crate::names::slug(notes.0.path().file_name().unwrap().to_str().unwrap());
    assert_eq!(modules, [(9, "threads".to_owned()), (10, own.clone()), (11, "queues".to_owned())]);
    let expected = [
        "threads/gil",
        &format!("{own}/own"),
        &format!("{own}/aws-s3"),
        &format!("{own}/gil-2"),
        "queues/what-is-sqs",
    ];
    assert_eq!(questions(&reading), expected);
    let text = reading.guide.question(&QuestionId::new("aws-s3").unwrap()).unwrap();
    assert_eq!((text.text.as_str(), text.sections[0].markdown.as_str()), ("s3", "Buckets\n# hold objects"));
}

#[test]
fn a_single_file_is_a_guide() {
    let folder = Folder::new(&[("a.md", "# A\nx"), ("b.md", "# B\ny")]);
    let reading = read(&[folder.path("b.md")]);
    assert_eq!((findings(&reading), questions(&reading)), (vec![], vec!["b/b".to_owned()]));
}

#[test]
fn the_syllabus_gives_the_reading_order() {
    let syllabus = "roles: []\nfocus_areas: []\nmodules:\n  - {number: 9, id: threads, title: Threads, questions_at_least: 0, \
                    required: [{id: z, question: Z}, {id: m, question: M}]}\n";
    let folder = Folder::new(&[
        MODULE,
        ("syllabus.yaml", syllabus),
        ("09-threads/a.md", GIL),
        ("09-threads/m.md", GIL),
        ("09-threads/z.md", GIL),
    ]);
    assert_eq!(questions(&folder.check(&[])), ["threads/z", "threads/m", "threads/a"]);
}

#[test]
fn mistakes_are_reported_and_the_rest_is_read() {
    let folder = Folder::new(&[
        MODULE,
        ("09-threads/bad-yaml.md", "---\nquestion: [\n---\n"),
        ("09-threads/Bad_Name.md", GIL),
        ("09-threads/deep.md", &format!("{GIL}\n{}deep", "> ".repeat(100))),
        ("09-threads/gil.md", GIL),
        ("09-threads/no-front.md", "# Title\nText"),
        ("09-threads/open.md", "---\nquestion: x\n"),
        ("09-threads/sub/gil.md", GIL),
    ]);
    let reading = folder.check(&[
        "09-threads/Bad_Name.md:1:1 invalid-id",
        "09-threads/bad-yaml.md:2:11 front-matter",
        "09-threads/deep.md:41:129 nesting-too-deep",
        "09-threads/no-front.md:1:1 front-matter-missing",
        "09-threads/open.md:1:1 front-matter",
        "09-threads/sub/gil.md:1:1 duplicate-id",
    ]);
    assert_eq!(
        questions(&reading),
        ["threads/bad-name", "threads/gil", "threads/09-threads-no-front", "threads/09-threads-open"]
    );
}

#[test]
fn nothing_to_read_is_an_error() {
    let folder = Folder::new(&[("image.png", "no")]);
    assert_eq!(findings(&folder.read()), [".:1:1 root-empty"]);
    let reading = read(&[folder.path("missing"), folder.path("image.png"), PathBuf::from("/dev/null")]);
    assert_eq!(findings(&reading), [".:1:1 root-unreadable"; 3]);
    assert_eq!(reading.diagnostics.iter().map(|d| d.root).collect::<Vec<_>>(), [0, 1, 2]);
    assert!(reading.diagnostics.iter().all(|d| d.severity == Severity::Error));
    assert_eq!(reading.guide.questions().count(), 0);
}

#[test]
fn bytes_that_are_no_text_are_named() {
    let folder = Folder::new(&[]);
    folder.write("latin.md", b"# Title\r\nna\xefve");
    folder.write("nul.txt", b"a\nb\0c");
    folder.write("ok.md", b"# Fine\n");
    let reading = folder.check(&["latin.md:2:3 not-utf8", "nul.txt:2:2 nul-byte"]);
    assert!(reading.diagnostics[0].message.contains("byte offset 11;"), "{}", reading.diagnostics[0]);
    assert_eq!(reading.guide.questions().count(), 1);
}

#[test]
fn a_file_that_is_too_large_is_skipped() {
    let folder = Folder::new(&[("ok.md", "# Fine\n")]);
    folder.write("large.md", &vec![b'a'; (10 << 20) + 1]);
    folder.check(&["large.md:1:1 file-too-large"]);
}

#[cfg(unix)]
#[test]
fn links_and_pipes_lead_nowhere() {
    use std::os::unix::fs::symlink;
    let outside = Folder::new(&[("secret.md", "# Secret")]);
    let folder = Folder::new(&[("real/a.md", "# A\n")]);
    symlink(outside.path("secret.md"), folder.path("absolute.md")).unwrap();
    let name = outside.0.path().file_name().unwrap();
    symlink(Path::new("..").join(name).join("secret.md"), folder.path("climbing.md")).unwrap();
    symlink("real/a.md", folder.path("inside.md")).unwrap();
    symlink(".", folder.path("ring")).unwrap();
    symlink(outside.0.path(), folder.path("away")).unwrap();
    symlink("/dev/zero", folder.path("endless.md")).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(folder.path("pipe.md")).status().unwrap().success());
    symlink("pipe.md", folder.path("pipe-link.md")).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(folder.path("socket.md")).unwrap();
    let reading = folder.check(&[
        "absolute.md:1:1 outside-root",
        "climbing.md:1:1 outside-root",
        "endless.md:1:1 outside-root",
        "pipe-link.md:1:1 not-a-file",
        "pipe.md:1:1 not-a-file",
        "ring:1:1 linked-folder",
        "socket.md:1:1 not-a-file",
    ]);
    let texts: Vec<_> = reading.guide.questions().map(|question| question.text.as_str()).collect();
    assert_eq!(texts, ["A", "A"]);
}

#[cfg(target_os = "linux")]
#[test]
fn file_names_that_cannot_be_shown_are_refused() {
    use std::os::unix::ffi::OsStrExt;
    let folder = Folder::new(&[("a\u{1b}[2J.md", "# A\n"), ("ok.md", "# Fine\n")]);
    std::fs::write(folder.0.path().join(std::ffi::OsStr::from_bytes(b"\xff.md")), "# B\n").unwrap();
    folder.check(&["a\\u{1b}[2J.md:1:1 file-name", "\u{fffd}.md:1:1 file-name"]);
}

/// A quarter of a mebibyte of everything that parsers have stumbled over, as an entry, a document and a list.
#[test]
fn hostile_files_are_read() {
    const SIZE: usize = 1 << 18;
    let folder = Folder::new(&[MODULE]);
    for (index, pattern) in
        ["[", "{a: ", "- ", "> ", "&a [*a, ", "## a\n", "- essential: a\n", "`", "### b\n", "a: |\n"]
            .iter()
            .enumerate()
    {
        let long = pattern.repeat(SIZE / pattern.len());
        folder.write(
            &format!("09-threads/yaml-{index}.md"),
            format!("---\nquestion: {long}\n---\n").as_bytes(),
        );
        folder.write(&format!("09-threads/body-{index}.md"), format!("{GIL}\n{long}").as_bytes());
        folder.write(&format!("plain-{index}.md"), long.as_bytes());
        folder.write(&format!("list-{index}.txt"), format!("Q1. a?\n{long}").as_bytes());
    }
    let reading = folder.read();
    let _ = crate::check(&reading);
}

/// Entries come and go; what frames them must always hold.
#[test]
fn the_modules_and_the_syllabus_of_this_project_agree() {
    let content = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../content");
    let reading = read(&[content]);
    assert_eq!(
        reading.guide.modules().iter().filter(|m| m.number <= 20 && !m.summary.is_empty()).count(),
        20
    );
    let report = crate::check(&reading);
    let framing = report.diagnostics.iter().filter(|d| {
        let frames = ["module.yaml", "syllabus.yaml"].iter().any(|name| d.file.ends_with(name));
        (frames && d.rule != "syllabus-missing") || d.rule == "module-missing" || d.file == "."
    });
    assert_eq!(framing.map(ToString::to_string).collect::<Vec<_>>(), [""; 0]);
    assert!(reading.requirements().contains("pandas"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever bytes a file holds, reading and checking end without a panic, and every place exists.
    #[test]
    fn no_bytes_cause_a_panic(
        files in prop::collection::vec((0..4_usize, prop::collection::vec(any::<u8>(), 0..200), ".{0,200}"), 1..4),
        cut in 0..GIL.len(),
    ) {
        let folder = Folder::new(&[MODULE]);
        for (index, (kind, bytes, text)) in files.iter().enumerate() {
            let at = GIL.char_indices().map(|(at, _)| at).take_while(|at| *at <= cut).last().unwrap_or(0);
            let mixed = format!("{}{text}{}", &GIL[..at], &GIL[at..]);
            match kind {
                0 => folder.write(&format!("09-threads/f{index}.md"), mixed.as_bytes()),
                1 => folder.write(&format!("09-threads/f{index}.md"), bytes),
                2 => folder.write(&format!("{index:02}-x/module.yaml"), text.as_bytes()),
                _ => folder.write(&format!("f{index}.txt"), format!("Q1. a?\n{text}").as_bytes()),
            }
        }
        for diagnostic in crate::check(&folder.read()).diagnostics {
            prop_assert!(diagnostic.line >= 1 && diagnostic.column >= 1, "{}", diagnostic);
        }
    }
}
