//! Does what a model wrote stand in the evidence? A check that needs no model.
//!
//! It looks at what can be looked up: numbers, versions, identifiers and code. A sentence with one that stands neither in
//! the evidence it cites (or, where it cites none, in any cited evidence) nor in the question is named. It says nothing of
//! a sentence without such a token; a false claim in plain words is beyond it.

use crate::markdown::sentences;
use regex::Regex;
use std::collections::HashSet;
use std::sync::LazyLock;
use viva_core::turn::{Grounding, Source};

/// Numbers with their decimals and versions; identifiers with an underscore, a dot, a call or a capital inside.
static TOKENS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?x)
        \b\d[\d_,]*(?:\.\d+)*
        | \b[A-Za-z][A-Za-z0-9]*(?:[_.][A-Za-z0-9_]+)+\b
        | \b_{1,2}[A-Za-z]\w*
        | \b[a-z]+[A-Z]\w*\b
        | \b[A-Z][a-z0-9]+[A-Z]\w*\b
        ",
    )
    .ok()
});
static MARKERS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\s*\[(\d{1,3})\]").ok());
static INLINE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"`+([^`]+)`+").ok());

/// The tokens of each source, looked up for many sentences.
pub(crate) struct Check<'a> {
    sources: &'a [Source],
    tokens: Vec<HashSet<String>>,
    asked: HashSet<String>,
}

impl<'a> Check<'a> {
    /// Prepares the check of an answer to `question` from `sources`.
    pub(crate) fn new(sources: &'a [Source], question: &str) -> Self {
        let of = |source: &Source| all_tokens(&format!("{}\n{}", source.title, source.text));
        Self { sources, tokens: sources.iter().map(of).collect(), asked: all_tokens(question) }
    }

    /// The sentences of `answer` that hold a token from nowhere, and the first lines of code blocks that are not the
    /// guide's (`own_code`).
    pub(crate) fn of(&self, answer: &str, own_code: &[String]) -> Grounding {
        let cited: Vec<u16> = markers(answer);
        let mut unsupported: Vec<String> = sentences_with_markers(answer)
            .into_iter()
            .filter(|sentence| !self.supports(sentence, &cited))
            .map(without_markers)
            .collect();
        unsupported
            .extend(own_code.iter().filter(|block| !self.has_code(block)).map(|block| first_line(block)));
        unsupported.dedup();
        Grounding { unsupported }
    }

    fn supports(&self, sentence: &str, cited: &[u16]) -> bool {
        let own = markers(sentence);
        let numbers = if own.is_empty() { cited } else { &own };
        let tokens = spoken_tokens(&without_markers(sentence));
        tokens.iter().all(|token| self.asked.contains(token) || self.stands_in(token, numbers))
    }

    fn stands_in(&self, token: &str, numbers: &[u16]) -> bool {
        self.sources.iter().zip(&self.tokens).any(|(source, tokens)| {
            numbers.contains(&source.n) && (tokens.contains(token) || has_word(&source.text, token))
        })
    }

    fn has_code(&self, block: &str) -> bool {
        let known =
            |token: &String| self.asked.contains(token) || self.tokens.iter().any(|t| t.contains(token));
        all_tokens(block).iter().all(known)
    }
}

/// Whether `token` stands in `text` with nothing of a word or a number before or after it: not the 5 of 15, nor 3.1 in 3.13.
fn has_word(text: &str, token: &str) -> bool {
    let goes_on = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    text.match_indices(token).any(|(at, _)| {
        let after = &text[at + token.len()..];
        let mut rest = after.chars();
        let next = rest.next();
        let is_fraction = next == Some('.') && rest.next().is_some_and(|c| c.is_ascii_digit());
        let is_number = token.ends_with(|c: char| c.is_ascii_digit());
        let is_part = goes_on(text[..at].chars().next_back()) || goes_on(next);
        !(is_part || is_number && is_fraction)
    })
}

/// Sentences, each with the markers that follow its full stop.
fn sentences_with_markers(answer: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut told = 0;
    for range in sentences(answer) {
        let mut end = range.end;
        while let Some(marker) = MARKERS
            .as_ref()
            .and_then(|pattern| pattern.find(&answer[end..]))
            .filter(|marker| marker.start() == 0)
        {
            end += marker.end();
        }
        let start = range.start.max(told);
        if start < end {
            found.push(&answer[start..end]);
        }
        told = end;
    }
    found
}

fn markers(text: &str) -> Vec<u16> {
    let Some(pattern) = MARKERS.as_ref() else { return Vec::new() };
    pattern.captures_iter(text).filter_map(|found| found[1].parse().ok()).collect()
}

fn without_markers(text: &str) -> String {
    MARKERS
        .as_ref()
        .map_or_else(|| text.to_owned(), |pattern| pattern.replace_all(text, "").trim().to_owned())
}

/// What a sentence claims: its tokens, and the whole of each inline code.
fn spoken_tokens(text: &str) -> HashSet<String> {
    let mut tokens = all_tokens(text);
    if let Some(pattern) = INLINE.as_ref() {
        tokens.extend(
            pattern
                .captures_iter(text)
                .map(|found| found[1].trim().to_owned())
                .filter(|code| !code.is_empty()),
        );
    }
    tokens
}

fn all_tokens(text: &str) -> HashSet<String> {
    let Some(pattern) = TOKENS.as_ref() else { return HashSet::new() };
    pattern.find_iter(text).flat_map(|found| normal(found.as_str())).collect()
}

/// `1,000` and `1_000` are 1000; `3.12.1` also stands for `3.12`; a small number is no claim worth looking up.
fn normal(token: &str) -> Vec<String> {
    if !token.starts_with(|c: char| c.is_ascii_digit()) {
        return vec![token.trim_end_matches('.').to_owned()];
    }
    let number: String = token.chars().filter(|c| *c != ',' && *c != '_').collect();
    let number = number.trim_end_matches('.');
    if matches!(number, "0" | "1" | "2") { Vec::new() } else { vec![number.to_owned()] }
}

fn first_line(block: &str) -> String {
    let line =
        block.lines().find(|line| !line.trim_start().starts_with(['`', '~']) && !line.trim().is_empty());
    format!("code: {}", line.unwrap_or("").trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fakes::source;

    fn unsupported(answer: &str) -> Vec<String> {
        let sources = [
            source(
                1,
                "The switch interval is 5 ms; see `sys.setswitchinterval`. Python 3.13 adds a build. Up to 1,000 threads.",
            ),
            source(2, "Processes start in 40 ms with `multiprocessing.Pool`."),
        ];
        Check::new(&sources, "what of Python 3.9?").of(answer, &[]).unsupported
    }

    #[test]
    fn what_stands_in_no_cited_evidence_is_named() {
        assert!(unsupported("It switches every 5 ms [1]. With 3.13 there is a build [1].").is_empty());
        assert!(unsupported("Up to 1000 threads run [1].").is_empty());
        assert_eq!(unsupported("Python 3.1 adds a build [1]."), ["Python 3.1 adds a build."]);
        assert_eq!(unsupported("It starts in 4 ms [2]."), ["It starts in 4 ms."]);
        assert_eq!(unsupported("Call `setswitch` [1]."), ["Call `setswitch`."]);
        assert_eq!(unsupported("It switches every 15 ms [1]."), ["It switches every 15 ms."]);
        assert_eq!(unsupported("A pool starts in 40 ms. [1]"), ["A pool starts in 40 ms."]);
        assert!(unsupported("A pool starts in 40 ms. [2]").is_empty());
        assert_eq!(unsupported("Call `sys.setcheckinterval` [1]."), ["Call `sys.setcheckinterval`."]);
        assert!(unsupported("You asked about 3.9, and two threads take turns [1].").is_empty());
        assert!(unsupported("Threads share memory.").is_empty());
        assert_eq!(unsupported("No source, 77 ms."), ["No source, 77 ms."]);
    }

    #[test]
    fn code_of_the_models_own_is_named_where_it_brings_new_names() {
        let sources = [source(1, "Use `sys.setswitchinterval`.")];
        let check = Check::new(&sources, "q");
        let own = |code: &str| check.of("", &[code.to_owned()]).unsupported;
        assert!(own("```python\nsys.setswitchinterval(1)\n```").is_empty());
        assert_eq!(own("```python\nos.sched_setaffinity(0)\n```"), ["code: os.sched_setaffinity(0)"]);
    }
}
