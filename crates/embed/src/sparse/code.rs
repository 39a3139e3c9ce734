//! What of a text is code, as terms of their own.
//!
//! | in the text | terms |
//! |---|---|
//! | `__slots__`, `max_workers` | the name |
//! | `asyncio.gather`, `np.float64`, `3.12` | the dotted name; of three parts and more also each neighbouring pair |
//! | `*args`, `**kwargs`, `@property`, `--no-deps` | the name with its sigil |
//! | `C#`, `C++` | the name with its ending |
//! | `==`, `:=`, `->`; a lone `%` or `@` | the operator |
//! | `is`, `with`, `WHERE` …, where they are meant as code | the keyword |
//! | `yield from`, `not in`, `GROUP BY` | the pair |
//! | `TypeError`, `DataFrame` | its parts, as words |
//!
//! Keywords are the hard part: `is`, `not` and `for` stand in every English sentence, so as plain terms they would
//! tell nothing. They count where the text marks them: between backticks, in capitals, called like a function, or
//! in the company of `vs`, of an operator, or of words such as "statement" (see [`keywords`](super::keywords)).

use super::lexer::{Kind, Lexeme, lex};

const OPERATORS: [&str; 41] = [
    "==", "!=", "<=", ">=", ":=", "->", "=>", "//", "**", "+=", "-=", "*=", "/=", "//=", "**=", "%=", "@=",
    "&=", "|=", "^=", "<<", ">>", "<<=", ">>=", "...", "&&", "||", "===", "!==", "<=>", "::", "++", "--",
    "??", "?.", "<>", "..", "|>", "=~", "~=", "<-",
];
/// Operators of one character that count wherever they stand alone.
const LONE_OPERATORS: &str = "%@&^~/<=+*>";
/// Those that begin a line of Markdown with another meaning.
const LINE_MARKERS: &str = "+*>";
/// Those that count only between backticks.
const LONE_IN_CODE: &str = "|-!?:.$#";
const SIGILS: [&str; 12] = ["*", "**", "@", "-", "--", "$", "%", "!", "&", ".", "#", "~"];
const ENDINGS: [&str; 2] = ["++", "#"];

/// Longer names are not looked for by anyone.
const MAX_TERM: usize = 64;

/// What [`code_terms`] finds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct CodeTerms {
    /// Code terms, each between backticks, separated by spaces.
    pub code: String,
    /// Parts of names in camel case, separated by spaces.
    pub parts: String,
}

/// Finds the code terms of a text, as often as they stand in it.
pub(super) fn code_terms(text: &str) -> CodeTerms {
    let lexemes = lex(text);
    let has_lower_case = text.contains(char::is_lowercase);
    let mut scanner =
        Scanner { lexemes: &lexemes, has_lower_case, keyword_at: None, terms: CodeTerms::default() };
    for place in 0..lexemes.len() {
        match scanner.at(place).map(|lexeme| lexeme.kind) {
            Some(Kind::Word) => scanner.word(place),
            Some(Kind::Symbol) => scanner.symbol(place),
            _ => {}
        }
    }
    scanner.terms
}

/// Walks over the pieces of a text and gathers its terms.
pub(super) struct Scanner<'s, 't> {
    lexemes: &'s [Lexeme<'t>],
    pub(super) has_lower_case: bool,
    /// Where the last keyword was that counted.
    pub(super) keyword_at: Option<usize>,
    terms: CodeTerms,
}

impl<'s, 't> Scanner<'s, 't> {
    pub(super) fn at(&self, place: usize) -> Option<&'s Lexeme<'t>> {
        self.lexemes.get(place)
    }

    /// The lexeme at `place` if it is a word that follows without a gap.
    fn glued_word(&self, place: usize) -> Option<&'t str> {
        self.at(place).filter(|lexeme| lexeme.glued && lexeme.kind == Kind::Word).map(|lexeme| lexeme.text)
    }

    /// The symbol at `place` that follows without a gap.
    fn glued_symbol(&self, place: usize) -> Option<&'t str> {
        self.at(place).filter(|lexeme| lexeme.glued && lexeme.kind == Kind::Symbol).map(|lexeme| lexeme.text)
    }

    pub(super) fn emit(&mut self, term: &str) {
        if term.len() <= MAX_TERM {
            if !self.terms.code.is_empty() {
                self.terms.code.push(' ');
            }
            self.terms.code.push('`');
            self.terms.code.push_str(term);
            self.terms.code.push('`');
        }
    }

    fn word(&mut self, place: usize) {
        let Some(lexeme) = self.at(place) else { return };
        let word = lexeme.text;
        self.camel(word);
        if word.contains('_') && word.contains(char::is_alphanumeric) {
            self.emit(word);
        }
        self.dotted(place, word);
        if let Some(ending) = self.ending(place + 1) {
            self.emit(&format!("{word}{ending}"));
        }
        self.keyword(place);
    }

    /// `a.b.c`, from its first word on.
    fn dotted(&mut self, place: usize, word: &str) {
        let is_continued = place >= 2
            && self.at(place).is_some_and(|lexeme| lexeme.glued)
            && self.glued_symbol(place - 1) == Some(".")
            && self.at(place - 2).is_some_and(|lexeme| lexeme.kind == Kind::Word);
        if is_continued {
            return;
        }
        let mut parts = vec![word];
        let mut end = place + 1;
        while let (Some("."), Some(part)) = (self.glued_symbol(end), self.glued_word(end + 1)) {
            parts.push(part);
            end += 2;
        }
        if parts.len() > 1 {
            self.emit(&parts.join("."));
        }
        if parts.len() > 2 {
            for pair in parts.windows(2) {
                self.emit(&pair.join("."));
            }
        }
    }

    fn camel(&mut self, word: &str) {
        let parts = camel_parts(word);
        if parts.len() > 1 && word.len() <= MAX_TERM {
            for part in parts {
                if !self.terms.parts.is_empty() {
                    self.terms.parts.push(' ');
                }
                self.terms.parts.push_str(part);
            }
        }
    }

    fn symbol(&mut self, place: usize) {
        let Some(lexeme) = self.at(place) else { return };
        match self.named_by_sigil(place) {
            Some(name) => self.sigil(place, lexeme.text, name),
            None => {
                if let Some(operator) = self.operator(place) {
                    self.emit(operator);
                }
            }
        }
    }

    fn follows_word(&self, place: usize) -> bool {
        let before = place.checked_sub(1).and_then(|before| self.at(before));
        self.at(place).is_some_and(|lexeme| lexeme.glued)
            && before.is_some_and(|word| word.kind == Kind::Word)
    }

    /// The name that the symbol at `place` is put in front of.
    fn named_by_sigil(&self, place: usize) -> Option<&'t str> {
        let lexeme = self.at(place).filter(|lexeme| SIGILS.contains(&lexeme.text))?;
        let is_sigil = lexeme.kind == Kind::Symbol && !self.follows_word(place);
        self.glued_word(place + 1).filter(|_| is_sigil)
    }

    /// `*args`, `--no-deps`; not `*emphasis*`, not `-1`.
    fn sigil(&mut self, place: usize, sigil: &str, name: &str) {
        let is_name = name.starts_with(|c: char| c.is_alphabetic() || c == '_');
        let is_emphasis = sigil.starts_with('*')
            && self.glued_symbol(place + 2).is_some_and(|closing| closing.starts_with('*'));
        if !is_name || is_emphasis {
            return;
        }
        let mut term = format!("{sigil}{name}");
        let mut end = place + 2;
        while let (true, Some("-"), Some(part)) =
            (sigil.starts_with('-'), self.glued_symbol(end), self.glued_word(end + 1))
        {
            term.push('-');
            term.push_str(part);
            end += 2;
        }
        self.emit(&term);
    }

    /// What the symbol at `place` adds to the name before it.
    fn ending(&self, place: usize) -> Option<&'static str> {
        let symbol = self.glued_symbol(place).filter(|_| self.follows_word(place))?;
        let is_last = self.glued_word(place + 1).is_none();
        ENDINGS.into_iter().find(|ending| is_last && symbol.starts_with(ending))
    }

    /// The operator that the symbol at `place` is: the whole run, or the run without the end of a sentence.
    pub(super) fn operator(&self, place: usize) -> Option<&'t str> {
        let lexeme = self.at(place).filter(|lexeme| lexeme.kind == Kind::Symbol)?;
        // "**" at the end of a word also ends bold text.
        let ends_bold = lexeme.text == "**" && !lexeme.in_code && self.follows_word(place);
        if ends_bold || self.named_by_sigil(place).is_some() || self.ending(place).is_some() {
            return None;
        }
        let is_last = self.at(place + 1).is_none_or(|next| !next.glued);
        let trimmed = if is_last { lexeme.text.trim_end_matches(['.', '?', ':', '!']) } else { lexeme.text };
        [lexeme.text, trimmed]
            .into_iter()
            .find(|run| OPERATORS.contains(run) || is_lone(lexeme, run, is_last))
    }
}

/// Whether `run` is an operator of one character that stands by itself.
fn is_lone(lexeme: &Lexeme<'_>, run: &str, is_last: bool) -> bool {
    let stands_alone = !lexeme.glued && is_last && run.chars().count() == 1;
    let counts = LONE_OPERATORS.contains(run) && !(lexeme.starts_line && LINE_MARKERS.contains(run));
    stands_alone
        && (counts || (lexeme.in_code && (LONE_OPERATORS.contains(run) || LONE_IN_CODE.contains(run))))
}

/// `HTTPServerError` is `HTTP`, `Server`, `Error`; a plural (`LLMs`) is one word.
fn camel_parts(word: &str) -> Vec<&str> {
    let chars: Vec<(usize, char)> = word.char_indices().collect();
    let mut cuts = vec![0];
    for window in 1..chars.len() {
        let (Some((_, before)), Some((at, here))) = (chars.get(window - 1), chars.get(window)) else { break };
        let after = chars.get(window + 1).map(|(_, c)| *c);
        let is_plural = after == Some('s') && window + 2 == chars.len();
        let begins = here.is_uppercase()
            && (!before.is_uppercase() || (after.is_some_and(char::is_lowercase) && !is_plural));
        if begins && before.is_alphanumeric() {
            cuts.push(*at);
        }
    }
    cuts.push(word.len());
    cuts.windows(2).filter_map(|cut| word.get(*cut.first()?..*cut.get(1)?)).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in super::super) fn check(text: &str, expected: &[&str]) {
        let found = code_terms(text).code;
        let found: Vec<_> = found.split_whitespace().map(|term| term.trim_matches('`')).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn names() {
        check("__slots__ and max_workers", &["__slots__", "max_workers"]);
        check("use asyncio.gather.", &["asyncio.gather"]);
        check("np.float64 in Python 3.12", &["np.float64", "3.12"]);
        check("tf.keras.layers", &["tf.keras.layers", "tf.keras", "keras.layers"]);
        check("f(*args, **kwargs)", &["*args", "**kwargs"]);
        check("@property or --no-deps, not -1", &["@property", "--no-deps"]);
        check("C# or C++? c++.", &["C#", "C++", "c++"]);
        check("this is **bold** and *slanted*, a - b", &[]);
        check("a sentence. Another one (with a note)", &[]);
    }

    #[test]
    fn operators() {
        check("is vs ==?", &["is", "=="]);
        check("the walrus := works", &[":="]);
        check("x!=y", &["!="]);
        check("% vs // and **", &["%", "//", "and", "**"]);
        check("what does @ do?", &["@"]);
        check("a | b, `|`", &["|"]);
        check("* a bullet\n- another\n> a quote\n# a heading\n---", &[]);
        check("https://example.org/a", &["example.org"]);
    }

    #[test]
    fn camel_case_has_parts() {
        let check = |word: &str, expected: &[&str]| assert_eq!(camel_parts(word), expected);
        check("TypeError", &["Type", "Error"]);
        check("HTTPServerError", &["HTTP", "Server", "Error"]);
        check("PySpark", &["Py", "Spark"]);
        check("LLMs", &["LLMs"]);
        check("GIL", &["GIL"]);
        check("__init__", &["__init__"]);
        check("float64", &["float64"]);
        assert_eq!(code_terms("a TypeError: bad").parts, "Type Error");
    }
}
