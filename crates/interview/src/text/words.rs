//! The words of English technical prose, as the grader counts them.

use rust_stemmers::{Algorithm, Stemmer};
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::LazyLock;
use unicode_segmentation::UnicodeSegmentation;

/// Words that carry no claim of their own. Negations, comparatives and quantities are not among them: "only", "never",
/// "before", "one" are what a claim turns on.
const FUNCTION_WORDS: &str = "a about above after again also am an and any anyone anything are as at be because been being but by can could did do \
does doing done down each else for from get gets getting give given gives go goes going got had has have having he her here him his how i if in \
into is it its itself just let lets like ll make makes made making may me mean means might much must my of off on onto or our ours out over own \
please per s say says see she should so some such t take takes tell than that the their theirs them themselves then there these they thing things \
think this those through thus to too under up upon us use used uses using ve very via was way we well were what when where whether which while who \
whom whose why will with within would you your yours yourself re d m really quite basically actually simply rather etc eg ie";

/// Words of one meaning: the first of each line stands for all of them. Phrases are not covered, that is what the
/// sentence encoder is for.
const SAME: &str = "lock mutex
dict dictionary dictionaries dicts
db database databases dbs
config configuration configurations
param parameter parameters params
arg argument arguments args
func function functions
repo repository repositories
app application applications
env environment environments
auth authentication
spec specification
async asynchronous asynchronously
sync synchronous synchronously
k8s kubernetes
perf performance
int integer integers
str string strings
bool boolean booleans
doc documentation docs
impl implementation implementations
iter iterator iterators
ctx context contexts
mem memory
1 one single once
2 two twice both second
3 three third
4 four
5 five
6 six
7 seven
8 eight
9 nine
10 ten
quick fast quickly fastest faster quicker
slow slower slowly slowest
big large larger bigger largest
little small smaller smallest tiny
begin start starts started starting begins
end finish finishes finished ends
error exception exceptions errors
delete remove removes removed deletes deleted deleting removing
create build builds creates created building creating built
fetch retrieve retrieves retrieved fetches retrieval
permit allow allows allowed permits allowing
prevent avoid avoids prevents avoided prevented avoiding preventing
show display shows
keep retain keeps retains kept
share shared shares sharing
ms millisecond milliseconds
sec second seconds
cpu processor processors core cores";

/// What a word is for the grader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Says what the sentence is about.
    Content,
    /// Holds the sentence together.
    Function,
}

/// One word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    /// Lower-case stem, with synonyms brought together.
    pub(crate) stem: String,
    /// As written, lower case.
    pub(crate) lower: String,
    pub(crate) kind: Kind,
    /// Whether it is a number or looks like an identifier: digits, capitals inside, an abbreviation in capitals.
    pub(crate) is_mark: bool,
    /// Where it stands.
    pub(crate) range: Range<usize>,
}

static STEMMER: LazyLock<Stemmer> = LazyLock::new(|| Stemmer::create(Algorithm::English));
static FUNCTION: LazyLock<HashSet<&str>> = LazyLock::new(|| FUNCTION_WORDS.split_whitespace().collect());
/// By word and by stem.
static CANONICAL: LazyLock<HashMap<String, String>> = LazyLock::new(|| {
    let mut found = HashMap::new();
    for (first, rest) in SAME.lines().filter_map(|line| line.split_once(' ')) {
        for word in rest.split(' ') {
            found.insert(word.to_owned(), stem_of(first));
            found.insert(stem_of(word), stem_of(first));
        }
    }
    found
});

/// The words of `text`, in order. Identifiers are split at `_`, `.` and `:`, possessives and contractions joined.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    text.unicode_word_indices().flat_map(|(at, word)| pieces(at, word)).collect()
}

fn pieces(at: usize, word: &str) -> Vec<Token> {
    let is_number = word.chars().all(|c| c.is_ascii_digit() || c == '.' || c == ',');
    if is_number {
        return vec![token(at, word)];
    }
    let mut found = Vec::new();
    let mut start = 0;
    for piece in word.split(['_', '.', ':']) {
        if !piece.is_empty() {
            found.push(token(at + start, piece));
        }
        start += piece.len() + 1;
    }
    found
}

fn token(at: usize, word: &str) -> Token {
    let lower: String =
        word.chars().filter(|c| !matches!(c, '\'' | '\u{2019}' | ',')).flat_map(char::to_lowercase).collect();
    let stem = CANONICAL.get(lower.as_str()).cloned().unwrap_or_else(|| {
        let stem = stem_of(&lower);
        CANONICAL.get(&stem).cloned().unwrap_or(stem)
    });
    let kind = if FUNCTION.contains(lower.as_str()) { Kind::Function } else { Kind::Content };
    let capitals = word.chars().filter(|c| c.is_uppercase()).count();
    let inner_capital = word.chars().skip(1).any(char::is_uppercase);
    let is_mark = word.chars().any(|c| c.is_ascii_digit()) || (capitals >= 2 && inner_capital);
    Token { stem, lower, kind, is_mark, range: at..at + word.len() }
}

fn stem_of(lower: &str) -> String {
    STEMMER.stem(lower).into_owned()
}

/// The stems of the content words of `text`, in order, repetitions included.
pub(crate) fn stems(text: &str) -> Vec<String> {
    tokens(text).into_iter().filter(|token| token.kind == Kind::Content).map(|token| token.stem).collect()
}

/// The different stems of the content words of `text`.
pub(crate) fn stem_set(text: &str) -> HashSet<String> {
    stems(text).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inflections_and_synonyms_meet() {
        assert_eq!(stems("The mutexes were locked"), stems("mutex locks"));
        assert_eq!(stems("two dictionaries"), stems("both dicts"));
        assert_eq!(stems("only one thread"), ["onli", "1", "thread"]);
        assert!(stems("what is it, and how?").is_empty());
    }

    #[test]
    fn identifiers_are_split_and_numbers_are_not() {
        assert_eq!(stems("threading.Lock __len__ 86,400 3.14"), ["thread", "lock", "len", "86400", "3.14"]);
        let marks: Vec<bool> = tokens("GIL TypeError Python list 5").iter().map(|t| t.is_mark).collect();
        assert_eq!(marks, [true, true, false, false, true]);
    }

    proptest::proptest! {
        #[test]
        fn ranges_lie_in_the_text(text in "[ -~äß\u{200b}’]{0,120}") {
            for token in tokens(&text) {
                let _ = &text[token.range];
            }
        }
    }
}
