use super::{Outcome, Progress, Run, RunError, RunOptions, run_examples};
use crate::read::read;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// A content folder with one entry, and a cache folder.
struct Guide {
    content: tempfile::TempDir,
    options: RunOptions,
}

/// One virtual environment for all tests of this process.
fn cache() -> &'static std::path::Path {
    static CACHE: std::sync::OnceLock<tempfile::TempDir> = std::sync::OnceLock::new();
    CACHE.get_or_init(|| tempfile::tempdir().unwrap()).path()
}

impl Guide {
    fn new(example: &str) -> Self {
        let guide = Self { content: tempfile::tempdir().unwrap(), options: RunOptions::new(cache()) };
        guide.write(example);
        guide
    }

    fn write(&self, example: &str) {
        let front = "---\nquestion: x\nlevel: mid\nroles: []\nfocus: []\naliases: []\nrelated: []\n---\n";
        std::fs::write(self.content.path().join("x.md"), format!("{front}## Example\n{example}")).unwrap();
    }

    fn run(&self) -> Run {
        let reading = read(&[self.content.path().to_owned()]);
        run_examples(&reading, &self.options, &|_| {}).unwrap()
    }
}

/// Runs blocks that begin at line 10 and compares the outcomes.
fn check(example: &str, expected: &[&str]) -> Run {
    let guide = Guide::new(example);
    let run = guide.run();
    assert_eq!(outcomes(&run), expected, "{:#?}", run.diagnostics);
    run
}

fn outcomes(run: &Run) -> Vec<String> {
    let outcome = |result: &super::ExampleResult| match &result.outcome {
        Outcome::Passed { cached: false } => "passed".to_owned(),
        Outcome::Passed { cached: true } => "cached".to_owned(),
        Outcome::Failed => "failed".to_owned(),
        Outcome::NotRun { reason } => reason.clone(),
    };
    run.results.iter().map(outcome).collect()
}

fn findings(run: &Run) -> Vec<String> {
    run.diagnostics.iter().map(|d| format!("{}:{} {}", d.line, d.column, d.rule)).collect()
}

#[test]
fn what_is_printed_is_compared_exactly() {
    let run = check(
        "```python\nprint('ä', 1)\n```\n```output\nä 1\n```\n```python\nprint('a')\nprint('b ')\n```\n```output\na\nb\n\n```\n\
         ```python\nsilent = 1\n```\n```python\nprint('hidden')\n```\n",
        &["passed", "failed", "passed", "failed"],
    );
    assert_eq!(findings(&run), ["20:1 example-output", "28:1 output-missing"]);
    assert!(run.diagnostics[0].message.ends_with("@ line 2\n  a\n- b\n+ b·"), "{}", run.diagnostics[0]);
    assert!(run.diagnostics[1].message.ends_with("+ hidden"), "{}", run.diagnostics[1]);
    assert!(run.python.starts_with("cpython 3."), "{}", run.python);
}

#[test]
fn a_failure_is_shown_where_it_happens() {
    let run = check(
        "```python\nx = 1\n```\n```python continue\n\ny = 2\nassert x == y\n```\n```python continue\nprint(x)\n```\n",
        &["passed", "failed", "the block before it did not pass"],
    );
    assert_eq!(findings(&run), ["16:1 example-failed"]);
    assert!(run.diagnostics[0].message.contains("exit code 1:\nTraceback"), "{}", run.diagnostics[0]);
}

#[test]
fn blocks_share_nothing_unless_they_continue() {
    let run = check(
        "```python\nx = 1  # shared\nprint(x)\n```\n```output\n1\n```\n```python continue\nprint(x + 1)\n```\n```output\n2\n```\n\
         ```python no-run=\"needs a cluster\"\nx = 9\n```\n```python continue\nprint(x + 2)\n```\n```output\n3\n```\n```python\nprint(x)\n```\n",
        &["passed", "passed", "passed", "needs a cluster", "failed"],
    );
    assert!(run.diagnostics[0].message.contains("NameError"), "{}", run.diagnostics[0]);
}

#[test]
fn examples_see_a_clean_environment() {
    check(
        "```python\nimport os, sys\nprint(sorted(k for k in os.environ if k not in ('LC_CTYPE', '__CF_USER_TEXT_ENCODING')))\n\
         print(os.listdir('.'), sys.stdin.read() == '', hash('a') == hash('a'), os.environ['HOME'] != os.getcwd())\n\
         print(os.path.basename(sys.prefix)[:5], os.listdir(os.environ['HOME']))\n```\n```output\n\
         ['AWS_EC2_METADATA_DISABLED', 'HOME', 'LANG', 'PATH', 'PYTHONDONTWRITEBYTECODE', 'PYTHONHASHSEED', 'PYTHONUTF8', 'TMPDIR']\n\
         ['example.py'] True True True\nvenv- []\n```\n",
        &["passed"],
    );
}

#[test]
fn what_runs_without_end_is_ended_with_its_children() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("alive");
    let child = format!(
        "import time\nwhile True:\n    open({:?}, 'a').write('x')\n    time.sleep(0.01)\n",
        file.display().to_string()
    );
    let mut guide = Guide::new(&format!(
        "```python\nimport subprocess, sys, time\nsubprocess.Popen([sys.executable, '-c', {child:?}])\ntime.sleep(600)\n```\n"
    ));
    guide.options.time_limit = Duration::from_secs(2);
    let run = guide.run();
    assert_eq!(findings(&run), ["10:1 example-timeout"]);
    let size = || std::fs::metadata(&file).unwrap().len();
    let before = size();
    assert!(before > 0);
    std::thread::sleep(Duration::from_millis(200));
    assert_eq!(size(), before, "the grandchild is still writing");
}

#[test]
fn endless_output_is_stopped() {
    let run = check("```python\nwhile True:\n    print('x' * 1000)\n```\n", &["failed"]);
    assert_eq!(findings(&run), ["10:1 example-output-size"]);
}

#[test]
fn what_passed_is_not_run_again_until_it_changes() {
    let example = "```python\n# what_passed\nprint(1)\n```\n```output\n1\n```\n```python continue\nprint(2)\n```\n```output\n2\n```\n\
                   ```python\nprint(3)\n```\n```output\n4\n```\n";
    let guide = Guide::new(example);
    assert_eq!(outcomes(&guide.run()), ["passed", "passed", "failed"]);
    assert_eq!(outcomes(&guide.run()), ["cached", "cached", "failed"]);
    guide.write(&example.replace("print(2)", "print(1 + 1)"));
    assert_eq!(outcomes(&guide.run()), ["cached", "passed", "failed"]);
    guide.write(&example.replace("print(1)", "print(1 + 0)"));
    assert_eq!(outcomes(&guide.run()), ["passed", "passed", "failed"]);
    guide.write(&example.replace("\n1\n", "\n5\n"));
    assert_eq!(outcomes(&guide.run()), ["failed", "the block before it did not pass", "failed"]);
}

#[test]
fn pyspark_without_java_is_not_run() {
    let mut guide = Guide::new("```python\nfrom pyspark.sql import SparkSession\n```\n");
    guide.options.path = "/nowhere".into();
    let run = guide.run();
    assert_eq!(outcomes(&run), ["needs Java for PySpark, and there is no `java`"]);
    assert_eq!(findings(&run), [""; 0]);
}

#[test]
fn progress_and_stopping() {
    let guide = Guide::new(&"```python\n# progress\n```\n".repeat(3));
    let reading = read(&[guide.content.path().to_owned()]);
    let seen = AtomicUsize::new(0);
    let progress = |progress: Progress<'_>| {
        if let Progress::Ran { done, total, .. } = progress {
            assert!((1..=3).contains(&done) && total == 3);
            seen.fetch_add(1, Ordering::Relaxed);
            guide.options.stop.store(true, Ordering::Relaxed);
        }
    };
    let mut options = guide.options.clone();
    options.workers = std::num::NonZeroUsize::MIN;
    let run = run_examples(&reading, &options, &progress).unwrap();
    assert_eq!(outcomes(&run), ["passed", "stopped", "stopped"]);
    assert_eq!(seen.load(Ordering::Relaxed), 3);
}

#[test]
fn without_python_the_message_says_what_to_do() {
    let mut guide = Guide::new("```python\nx = 1\n```\n");
    guide.options.python = "/nowhere/python3".into();
    let reading = read(&[guide.content.path().to_owned()]);
    let error = run_examples(&reading, &guide.options, &|_| {}).unwrap_err();
    assert!(matches!(error, RunError::PythonMissing { .. }));
    assert!(error.to_string().contains("install Python 3.11 or newer"), "{error}");
}

#[test]
fn an_environment_that_was_cut_off_is_made_again() {
    let cache = tempfile::tempdir().unwrap();
    let mut guide = Guide::new("```python\nx = 1\n```\n");
    guide.options.cache = cache.path().to_owned();
    assert_eq!(outcomes(&guide.run()), ["passed"]);
    let folders = std::fs::read_dir(cache.path()).unwrap().map(|entry| entry.unwrap().path());
    let mut complete = folders.filter(|path| path.join(".complete").is_file());
    let venv = complete.next().unwrap();
    std::fs::remove_file(venv.join(".complete")).unwrap();
    std::fs::write(venv.join("half"), "").unwrap();
    guide.write("```python\nx = 2\n```\n");
    assert_eq!(outcomes(&guide.run()), ["passed"]);
    assert!(venv.join(".complete").is_file() && !venv.join("half").exists());
}

#[test]
fn packages_that_cannot_be_installed_are_reported() {
    let cache = tempfile::tempdir().unwrap();
    let mut guide = Guide::new("```python\nx = 1\n```\n");
    guide.options.cache = cache.path().to_owned();
    std::fs::write(guide.content.path().join("requirements.txt"), "-r missing-file.txt\n").unwrap();
    let reading = read(&[guide.content.path().to_owned()]);
    let error = run_examples(&reading, &guide.options, &|_| {}).unwrap_err();
    assert!(
        matches!(&error, RunError::Environment { detail, .. } if detail.contains("missing-file.txt")),
        "{error}"
    );
}
