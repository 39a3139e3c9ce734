//! Cuts a text into words, runs of operator characters and other marks, and knows what stands in code.

/// Characters that operators and sigils are made of.
const OPERATOR_CHARS: &str = "=!<>:+-*/%@&|^~.?#$\\";

/// What a [`Lexeme`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Letters, digits and underscores.
    Word,
    /// A run of operator characters.
    Symbol,
    /// Any other single character: brackets, quotes, commas.
    Mark,
}

/// A piece of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lexeme<'t> {
    pub kind: Kind,
    pub text: &'t str,
    /// Whether it follows the one before without white space or a backtick.
    pub glued: bool,
    /// Whether it stands between backticks.
    pub in_code: bool,
    /// Whether nothing but white space stands before it on its line.
    pub starts_line: bool,
}

/// Cuts `text`. Linear in its length; white space and backticks are not among the pieces.
pub(super) fn lex(text: &str) -> Vec<Lexeme<'_>> {
    let mut lexemes = Vec::new();
    let mut code = CodeState::default();
    let (mut glued, mut starts_line) = (false, true);
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let class = Class::of(first);
        let end = match class {
            Class::Mark => first.len_utf8(),
            _ => rest.find(|c| Class::of(c) != class).unwrap_or(rest.len()),
        };
        let (piece, after) = rest.split_at(end);
        rest = after;
        let kind = match class {
            Class::Space => {
                let line_ends = piece.matches('\n').count();
                starts_line |= line_ends > 0;
                code.pass_lines(line_ends);
                glued = false;
                continue;
            }
            Class::Backtick => {
                code.pass_backticks(piece.len());
                (glued, starts_line) = (false, false);
                continue;
            }
            Class::Word => Kind::Word,
            Class::Operator => Kind::Symbol,
            Class::Mark => Kind::Mark,
        };
        lexemes.push(Lexeme { kind, text: piece, glued, in_code: code.is_open(), starts_line });
        (glued, starts_line) = (true, false);
    }
    lexemes
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Space,
    Backtick,
    Word,
    Operator,
    Mark,
}

impl Class {
    fn of(c: char) -> Self {
        match c {
            '`' => Self::Backtick,
            '_' => Self::Word,
            c if c.is_alphanumeric() => Self::Word,
            c if c.is_whitespace() => Self::Space,
            c if OPERATOR_CHARS.contains(c) => Self::Operator,
            _ => Self::Mark,
        }
    }
}

/// Whether code is open, as Markdown has it: a run of backticks closes what a run as long has opened. A span of one
/// or two ends with its paragraph, so that a stray backtick does not turn the rest of the text into code.
#[derive(Default)]
struct CodeState {
    opened_by: usize,
}

impl CodeState {
    fn is_open(&self) -> bool {
        self.opened_by > 0
    }

    fn pass_backticks(&mut self, count: usize) {
        if self.opened_by == 0 {
            self.opened_by = count;
        } else if self.opened_by == count {
            self.opened_by = 0;
        }
    }

    fn pass_lines(&mut self, count: usize) {
        if count > 1 && self.opened_by < 3 {
            self.opened_by = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let found: Vec<_> = lex(text).into_iter().map(|lexeme| lexeme.text).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn words_symbols_and_marks() {
        check("is vs ==?", &["is", "vs", "==?"]);
        check("f(*args, **kw)", &["f", "(", "*", "args", ",", "**", "kw", ")"]);
        check("`a.b`\n\tü_1", &["a", ".", "b", "ü_1"]);
        check("", &[]);
    }

    #[test]
    fn code_is_what_stands_between_backticks() {
        let in_code = |text| lex(text).into_iter().filter(|l| l.in_code).map(|l| l.text).collect::<Vec<_>>();
        assert_eq!(in_code("a `b` c ``d`` e"), ["b", "d"]);
        assert_eq!(in_code("```py\nx\n\ny\n```\nz"), ["py", "x", "y"]);
        assert_eq!(in_code("a ` stray\n\nb"), ["stray"]);
    }
}
