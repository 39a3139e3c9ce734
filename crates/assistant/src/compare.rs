//! "Lock vs semaphore": a question about two things is answered from both entries.

use regex::Regex;
use std::sync::LazyLock;

/// The two things that a question compares, as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Comparison {
    pub(crate) left: String,
    pub(crate) right: String,
}

/// One side: at most eight words, so that a long sentence that happens to hold "or" is no comparison.
const SIDE: &str = r"[\w@*+#._()/-]+(?:\s+[\w@*+#._()/-]+){0,7}?";

static PATTERNS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    [
        format!(r"(?i)\bdifferences?\s+(?:is\s+there\s+)?between\s+(?P<l>{SIDE})\s+and\s+(?P<r>{SIDE})\s*[?.!]*$"),
        format!(r"(?i)\bcompare\s+(?P<l>{SIDE})\s+(?:and|with|to|against)\s+(?P<r>{SIDE})\s*[?.!]*$"),
        format!(r"(?i)\bhow\s+(?:is|are|does|do)\s+(?:an?\s+|the\s+)?(?P<l>{SIDE})\s+(?:different|differ|differs)\s+(?:from|to|than)\s+(?P<r>{SIDE})\s*[?.!]*$"),
        format!(r"(?i)^(?:what\s+is\s+better\W+|which\s+is\s+better\W+|when\s+(?:to|do\s+i|should\s+i)\s+use\s+)?(?P<l>{SIDE})\s+(?:vs\.?|versus|or|compared\s+(?:to|with))\s+(?P<r>{SIDE})\s*[?.!]*$"),
    ]
    .iter()
    .filter_map(|pattern| Regex::new(pattern).ok())
    .collect()
});

/// Reads a comparison out of a question; `None` where there is none.
pub(crate) fn comparison(question: &str) -> Option<Comparison> {
    let found = PATTERNS.iter().find_map(|pattern| pattern.captures(question.trim()))?;
    let side = |name: &str| {
        let text = found.name(name)?.as_str().trim();
        let text =
            ["a ", "an ", "the "].iter().find_map(|article| text.strip_prefix(article)).unwrap_or(text);
        (!text.is_empty()).then(|| text.to_owned())
    };
    let (left, right) = (side("l")?, side("r")?);
    (!left.eq_ignore_ascii_case(&right)).then_some(Comparison { left, right })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comparisons_are_read_in_many_wordings() {
        for (question, left, right) in [
            ("lock vs semaphore", "lock", "semaphore"),
            ("What is the difference between a lock and a semaphore?", "lock", "semaphore"),
            ("compare asyncio.gather with TaskGroup", "asyncio.gather", "TaskGroup"),
            ("how is a process different from a thread?", "process", "thread"),
            ("when should I use Dask or PySpark?", "Dask", "PySpark"),
            ("append() vs. extend()", "append()", "extend()"),
            ("*args versus **kwargs", "*args", "**kwargs"),
        ] {
            let found = comparison(question).unwrap_or_else(|| panic!("{question}"));
            assert_eq!((found.left.as_str(), found.right.as_str()), (left, right), "{question}");
        }
    }

    #[test]
    fn other_questions_are_no_comparisons() {
        for question in [
            "what is a lock?",
            "why does my program stop or hang when I use two locks in different order in two threads?",
            "list vs list",
            "",
        ] {
            assert_eq!(comparison(question), None, "{question}");
        }
    }
}
