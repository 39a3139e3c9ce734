//! Keywords that the engine takes for stop words, where a text means them as code.
//!
//! A text marks them: between backticks, in capitals, called like a function, or in the company of `vs`, of an
//! operator, or of words such as "statement". A grammar was refused: it would still have to guess at "is".

use super::code::Scanner;
use super::lexer::Kind;

/// Words that the engine drops and that are keywords or names in Python or SQL.
const KEYWORDS: [&str; 25] = [
    "all", "and", "any", "as", "between", "by", "do", "for", "from", "having", "if", "in", "into", "is",
    "not", "on", "or", "over", "re", "then", "this", "when", "where", "while", "with",
];
/// Keywords that are operators.
const WORD_OPERATORS: [&str; 5] = ["and", "in", "is", "not", "or"];
/// Words after a keyword that make it one.
const CUES: [&str; 12] = [
    "vs",
    "versus",
    "operator",
    "operators",
    "keyword",
    "keywords",
    "statement",
    "statements",
    "clause",
    "clauses",
    "loop",
    "loops",
];
/// Pairs with a word that the engine drops.
const PAIRS: [(&str, &str); 15] = [
    ("async", "for"),
    ("async", "with"),
    ("do", "while"),
    ("for", "else"),
    ("group", "by"),
    ("if", "else"),
    ("import", "as"),
    ("is", "not"),
    ("is", "null"),
    ("not", "in"),
    ("order", "by"),
    ("partition", "by"),
    ("raise", "from"),
    ("while", "else"),
    ("yield", "from"),
];

impl Scanner<'_, '_> {
    /// The keyword at `place`, and the pair that begins with it.
    pub(super) fn keyword(&mut self, place: usize) {
        let Some(lexeme) = self.at(place) else { return };
        let lower = lexeme.text.to_lowercase();
        if KEYWORDS.contains(&lower.as_str()) && self.means_code(place, &lower) {
            self.keyword_at = Some(place);
            self.emit(&lower);
        }
        let next = self.at(place + 1).filter(|next| next.kind == Kind::Word && !next.glued);
        let next = next.map(|next| next.text.to_lowercase()).unwrap_or_default();
        if PAIRS.contains(&(lower.as_str(), next.as_str())) {
            self.emit(&format!("{lower}+{next}"));
        }
    }

    /// Whether the keyword at `place` is meant as code.
    fn means_code(&self, place: usize, lower: &str) -> bool {
        let Some(lexeme) = self.at(place) else { return false };
        let in_capitals = self.has_lower_case
            && lexeme.text.chars().count() > 1
            && lexeme.text.chars().all(char::is_uppercase);
        let is_called = self.at(place + 1).is_some_and(|next| next.glued && next.text == "(");
        lexeme.in_code || in_capitals || is_called || self.has_company(place, lower)
    }

    /// Whether the words around the keyword at `place` speak of it as one.
    fn has_company(&self, place: usize, lower: &str) -> bool {
        let word = |at: Option<usize>| {
            let lexeme = at.and_then(|at| self.at(at)).filter(|lexeme| lexeme.kind == Kind::Word);
            lexeme.map(|lexeme| lexeme.text.to_lowercase()).unwrap_or_default()
        };
        let (before, after) = (word(place.checked_sub(1)), word(Some(place + 1)));
        let is_compared =
            CUES.contains(&after.as_str()) || ["vs", "versus", "between"].contains(&before.as_str());
        // "between where and having": the second follows the first over an "and".
        let is_second = ["and", "or"].contains(&before.as_str())
            && self.keyword_at.is_some_and(|keyword| keyword + 2 == place);
        let is_operator = WORD_OPERATORS.contains(&lower);
        let near = place.saturating_sub(2)..=place + 2;
        let beside_operator = is_operator && near.into_iter().any(|at| self.operator(at).is_some());
        is_compared || is_second || beside_operator || (is_operator && self.is_among_logical(place))
    }

    /// "and or", or three and more of `and`, `or`, `not` in a row, commas aside.
    fn is_among_logical(&self, place: usize) -> bool {
        let is_comma = |at: usize| self.at(at).is_some_and(|lexeme| lexeme.text == ",");
        let is_logical = |at: usize| {
            self.at(at).is_some_and(|lexeme| {
                ["and", "or", "not"].iter().any(|logical| lexeme.text.eq_ignore_ascii_case(logical))
            })
        };
        let in_row = |at: usize| is_logical(at) || is_comma(at);
        let start = (0..place).rev().take(6).take_while(|at| in_row(*at)).last().unwrap_or(place);
        let run: Vec<_> = (start..start + 12)
            .take_while(|at| in_row(*at))
            .filter(|at| is_logical(*at))
            .filter_map(|at| self.at(at))
            .map(|lexeme| lexeme.text.to_lowercase())
            .collect();
        run.len() >= 3 || run == ["and", "or"]
    }
}

#[cfg(test)]
mod tests {
    use super::super::code::tests::check;

    #[test]
    fn keywords_count_where_they_are_meant_as_code() {
        check("what do and or not return", &["and", "or", "not"]);
        check("and, or, not", &["and", "or", "not"]);
        check("the with statement", &["with"]);
        check("difference between where and having", &["where", "having"]);
        check("any() vs all()", &["any", "all"]);
        check("`not` is a keyword in Python", &["not"]);
        check("WHERE is not HAVING", &["WHERE".to_lowercase().as_str(), "is+not", "having"]);
        check("yield from and async with", &["yield+from", "async+with"]);
        check("it is a lock, and not for all of them", &[]);
        check("WHAT IS THIS FOR", &[]);
    }
}
