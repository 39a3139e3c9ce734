//! Code -> coloured tokens.
//!
//! The scopes of the syntax definitions are mapped to four classes at once. Refused: syntect's own class writer, which
//! gives every scope a class and makes the page five times as long.

use super::escape_into;
use std::str::FromStr;
use std::sync::LazyLock;
use syntect::parsing::{ParseState, Scope, ScopeStack, SyntaxReference, SyntaxSet};
use syntect::util::LinesWithEndings;

/// Longer code is shown without colours: the definitions are regular expressions.
const MAX_CODE_BYTES: usize = 32 * 1024;
/// As [`MAX_CODE_BYTES`], for one line.
const MAX_LINE_BYTES: usize = 1_000;

static SYNTAXES: LazyLock<SyntaxSet> = LazyLock::new(SyntaxSet::load_defaults_newlines);

/// Scope prefixes with their class, the first match wins; an empty class means no colour.
static CLASSES: LazyLock<Vec<(Scope, &'static str)>> = LazyLock::new(|| {
    [
        ("comment", "c"),
        ("meta.interpolation", ""),
        ("string", "s"),
        ("constant.numeric", "n"),
        ("constant.character", "s"),
        ("constant", "k"),
        ("keyword.operator.logical", "k"),
        ("keyword.operator", ""),
        ("keyword", "k"),
        ("storage", "k"),
        ("variable.language", "k"),
        ("entity.name.tag", "k"),
    ]
    .into_iter()
    .filter_map(|(prefix, class)| Some((Scope::from_str(prefix).ok()?, class)))
    .collect()
});

/// The name of a language for people, where it is one that is coloured.
pub(super) fn language(info: &str) -> Option<&'static str> {
    Some(match info {
        "python" | "py" | "python3" | "pycon" => "Python",
        "sql" | "postgresql" | "sqlite" => "SQL",
        "yaml" | "yml" => "YAML",
        "json" => "JSON",
        "bash" | "sh" | "shell" | "console" => "Shell",
        "rust" => "Rust",
        _ => return None,
    })
}

fn syntax(info: &str) -> Option<&'static SyntaxReference> {
    let name = match language(info)? {
        "Shell" => "Bourne Again Shell (bash)",
        name => name,
    };
    SYNTAXES.find_syntax_by_name(name)
}

/// Writes `code`, escaped, with its tokens in `<span class>`.
pub(super) fn write_code(out: &mut String, code: &str, info: &str) {
    let is_small = code.len() <= MAX_CODE_BYTES && code.lines().all(|line| line.len() <= MAX_LINE_BYTES);
    let start = out.len();
    let coloured =
        is_small.then(|| syntax(info)).flatten().is_some_and(|syntax| write_tokens(out, code, syntax));
    if !coloured {
        out.truncate(start);
        escape_into(out, code);
    }
}

/// `false` where the syntax definition fails; what was written then is to be dropped.
fn write_tokens(out: &mut String, code: &str, syntax: &SyntaxReference) -> bool {
    let mut state = ParseState::new(syntax);
    let mut stack = ScopeStack::new();
    let mut tokens = Tokens { out, class: "", space: String::new() };
    for line in LinesWithEndings::from(code) {
        let Ok(ops) = state.parse_line(line, &SYNTAXES) else { return false };
        let mut done = 0;
        for (at, op) in &ops {
            tokens.write(&line[done..*at], &stack);
            done = *at;
            if stack.apply(op).is_err() {
                return false;
            }
        }
        tokens.write(&line[done..], &stack);
    }
    tokens.end();
    true
}

/// Joins neighbouring tokens of one class.
struct Tokens<'a> {
    out: &'a mut String,
    class: &'static str,
    /// White space that is not written yet: it belongs to the tokens around it only where these are of one class.
    space: String,
}

impl Tokens<'_> {
    fn write(&mut self, text: &str, stack: &ScopeStack) {
        let (token, space) = text.split_at(text.trim_end().len());
        if !token.is_empty() {
            self.switch(class_of(stack));
            escape_into(self.out, token);
        }
        self.space.push_str(space);
    }

    fn switch(&mut self, class: &'static str) {
        let changes = class != self.class;
        if changes && !self.class.is_empty() {
            self.out.push_str("</span>");
        }
        self.out.push_str(&self.space);
        self.space.clear();
        if changes && !class.is_empty() {
            self.out.push_str(&format!("<span class=\"t-{class}\">"));
        }
        self.class = class;
    }

    fn end(&mut self) {
        self.switch("");
    }
}

fn class_of(stack: &ScopeStack) -> &'static str {
    let class = |scope: &Scope| {
        CLASSES.iter().find(|(prefix, _)| prefix.is_prefix_of(*scope)).map(|(_, class)| *class)
    };
    stack.as_slice().iter().rev().find_map(class).unwrap_or("")
}
