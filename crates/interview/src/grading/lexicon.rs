//! Words that turn a statement into its opposite.

use crate::text::words::{Token, tokens};
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// Words that negate what follows them in their clause.
const NEGATIONS: &str = "not no never without cannot cant nor none nothing neither hardly dont doesnt isnt arent wont wasnt werent didnt shouldnt couldnt \
wouldnt havent hasnt nobody unlike";

/// Groups of opposites: the first of a line is the opposite of every other one on it.
const OPPOSITES: &str = "mutable immutable frozen
ordered unordered
quick slow
before after afterwards
more less fewer
always never seldom rarely
increase decrease reduce
same different
share separate own
sync async
lazy eager
lazily eagerly
deep shallow
hide expose
hidden exposed
strong weak
begin end
read write
compile runtime
implicit explicit
static dynamic
local global
public private
shrink grow
add delete
open close
accept reject
permit forbid prevent
enable disable
gain lose
cheap expensive
high low
higher lower
big little
long short
early late
earlier later
best worst
better worse
max min
maximum minimum
many few
all none some
only also
once repeatedly every each
parent child
superclass subclass
client server
input output
push pull
stateless stateful
sequential parallel
serial concurrent
horizontal vertical
linear constant quadratic logarithmic exponential
left right
inner outer
top bottom
upper lower
positive negative
true false
truthy falsy
safe unsafe
required optional
manual automatic
manually automatically
internal external
old new
copy reference
value reference
stack heap
encrypt decrypt
encode decode
acquire release
hold release
producer consumer
sender receiver
primary replica
leader follower
commit rollback
optimistic pessimistic
precision recall
bias variance
underfit overfit
train test
supervised unsupervised
batch stream
cold warm
hit miss
success failure
succeed fail
keep discard
include exclude
inclusive exclusive
permanent temporary
persistent ephemeral
durable volatile
loose tight
direct indirect
simple complex
easy hard
equal unequal
present absent
inheritance composition
inherit compose
finite infinite
bounded unbounded
limited unlimited
fixed variable
contiguous scattered
raise catch
ascending descending
unique duplicate
immediately eventually
rare common
rarely commonly
narrow broad
specific general
complete partial mixture
visible invisible
usual unusual
together separately
1 several many
recommend discourage
necessary unnecessary
possible impossible
useful useless
outside inside
lost kept
survive lost
first last";

/// Prefixes that make an opposite.
const PREFIXES: [&str; 6] = ["un", "in", "im", "non", "ir", "dis"];

/// How far a negation reaches, in content words.
pub(crate) const REACH: usize = 9;

static NEGATING: LazyLock<HashSet<&str>> = LazyLock::new(|| NEGATIONS.split_whitespace().collect());

struct Opposites {
    stems: HashMap<String, HashSet<String>>,
    /// A word to put in the place of a stem.
    words: HashMap<String, &'static str>,
}

static OPPOSED: LazyLock<Opposites> = LazyLock::new(|| {
    let mut found = Opposites { stems: HashMap::new(), words: HashMap::new() };
    for line in OPPOSITES.lines() {
        let words: Vec<&'static str> = line.split_whitespace().collect();
        let Some((first, others)) = words.split_first() else { continue };
        for other in others {
            for (one, two) in [(first, other), (other, first)] {
                let (a, b) = (stem(one), stem(two));
                if a != b {
                    found.stems.entry(a.clone()).or_default().insert(b);
                    found.words.entry(a).or_insert(two);
                }
            }
        }
    }
    found
});

fn stem(word: &str) -> String {
    tokens(word).into_iter().next().map_or_else(|| word.to_owned(), |token| token.stem)
}

/// Whether a word negates what follows.
pub(crate) fn negates(token: &Token) -> bool {
    NEGATING.contains(token.lower.as_str())
}

/// Whether one of `stems` is an opposite of `stem`.
pub(crate) fn has_opposite<'a>(stem: &str, mut stems: impl Iterator<Item = &'a String>) -> bool {
    let opposed = OPPOSED.stems.get(stem);
    stems.any(|other| opposed.is_some_and(|found| found.contains(other)) || is_prefixed(stem, other))
}

fn is_prefixed(one: &str, other: &str) -> bool {
    // Stemming cuts "hashable" and "unhashable" at different places.
    let meets =
        |short: &str, rest: &str| rest.len() >= 4 && (short.starts_with(rest) || rest.starts_with(short));
    let makes = |short: &str, long: &str| {
        short.len() >= 4
            && PREFIXES.iter().any(|prefix| long.strip_prefix(prefix).is_some_and(|rest| meets(short, rest)))
    };
    makes(one, other) || makes(other, one)
}

/// A word that says the opposite of `stem`.
pub(crate) fn opposite_word(stem: &str) -> Option<&'static str> {
    OPPOSED.words.get(stem).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opposites_are_found_by_list_and_by_prefix() {
        let check = |a: &str, b: &str| {
            let other = [stem(b)];
            has_opposite(&stem(a), other.iter())
        };
        for (a, b) in [
            ("mutable", "immutable"),
            ("hides", "exposes"),
            ("faster", "slower"),
            ("ordered", "unordered"),
            ("hashable", "unhashable"),
        ] {
            assert!(check(a, b) && check(b, a), "{a} {b}");
        }
        assert!(!check("lock", "thread"));
        assert_eq!(opposite_word(&stem("shallow")), Some("deep"));
    }
}
