//! Statements cut into clauses, with what is negated in each.

use super::lexicon::{REACH, negates};
use crate::text::words::{Kind, tokens};
use regex::{Regex, RegexBuilder};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// A clause: its content stems, each with the polarities that it occurs in (`true` is negated).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Clause(pub(crate) BTreeMap<String, BTreeSet<bool>>);

impl Clause {
    pub(crate) fn has(&self, stem: &str) -> bool {
        self.0.contains_key(stem)
    }

    pub(crate) fn stems(&self) -> impl Iterator<Item = &String> {
        self.0.keys()
    }

    /// Whether `stem` stands in both, but nowhere with the same polarity.
    pub(crate) fn denies(&self, other: &Self, stem: &str) -> bool {
        match (self.0.get(stem), other.0.get(stem)) {
            (Some(here), Some(there)) => here.is_disjoint(there),
            _ => false,
        }
    }
}

static BOUNDARY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let words = "but|whereas|while|and|because|so|if|when|then|since|which|although|though|unless|until|than|who|where|or|instead of|rather than|before|after";
    let pattern = format!(r"[,;:()–—]|\s-\s|[.?!](?:\s|$)|\b(?:{words})\b");
    RegexBuilder::new(&pattern).case_insensitive(true).build().ok()
});

static CONTRACTION: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let verbs = "do|does|did|is|are|was|were|could|should|would|has|have|had|must|need";
    RegexBuilder::new(&format!(r"\b({verbs})n['’]?t\b")).case_insensitive(true).build().ok()
});

/// How many words of `text` negate.
pub(crate) fn negations(text: &str) -> usize {
    tokens(&spelled(text)).iter().filter(|token| negates(token)).count()
}

/// `text` with its contracted negations written out.
fn spelled(text: &str) -> String {
    let spelled = CONTRACTION.as_ref().map_or_else(|| text.into(), |p| p.replace_all(text, "$1 not"));
    spelled.replace("cannot", "can not").replace("can't", "can not").replace("won't", "will not")
}

/// All clauses of a text in one, with the polarities of every word.
pub(crate) fn merged(text: &str) -> Clause {
    let mut all = Clause::default();
    for clause in clauses(text) {
        for (stem, polarities) in clause.0 {
            all.0.entry(stem).or_default().extend(polarities);
        }
    }
    all
}

/// The clauses of `text` that have a content word.
pub(crate) fn clauses(text: &str) -> Vec<Clause> {
    let spelled = spelled(text);
    let cuts = BOUNDARY.as_ref().map(|p| p.find_iter(&spelled).map(|m| m.range()).collect::<Vec<_>>());
    let mut found = Vec::new();
    let mut start = 0;
    let mut is_negated = false;
    let end = spelled.len()..spelled.len();
    for cut in cuts.unwrap_or_default().into_iter().chain(std::iter::once(end)) {
        let (clause, dangling) = clause(&spelled[start..cut.start], is_negated);
        found.extend(clause);
        let word = spelled[cut.clone()].trim().to_lowercase();
        // "not when it is called": the negation belongs to what follows.
        is_negated = dangling || matches!(word.as_str(), "unless" | "instead of" | "rather than");
        start = cut.end;
    }
    found
}

/// The clause, and whether it ends in a negation of what comes next.
fn clause(text: &str, begins_negated: bool) -> (Option<Clause>, bool) {
    let mut clause = Clause::default();
    let mut reach = if begins_negated { REACH } else { 0 };
    let mut dangling = false;
    for token in tokens(text) {
        if negates(&token) {
            reach = REACH;
            dangling = true;
        } else if token.kind == Kind::Content {
            clause.0.entry(token.stem).or_default().insert(reach > 0);
            reach = reach.saturating_sub(1);
            dangling = false;
        }
    }
    ((!clause.0.is_empty()).then_some(clause), dangling)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn negations_reach_to_the_end_of_their_clause() {
        let found = clauses("A closure looks up variables when it is called, not when it isn't created.");
        let of = |stem: &str| found.iter().find_map(|clause| clause.0.get(stem)).cloned().unwrap_or_default();
        assert_eq!(of("call"), BTreeSet::from([false]));
        assert_eq!(of(&crate::text::words::stems("created")[0]), BTreeSet::from([true]));
        let turned = clauses("A closure looks up variables when it is created and not when it is called.");
        let called = turned.iter().find_map(|clause| clause.0.get("call")).cloned().unwrap_or_default();
        assert_eq!(called, BTreeSet::from([true]));
        let one = clauses("An object isn't deallocated at zero");
        let two = clauses("An object is deallocated at zero");
        assert!(one[0].denies(&two[0], &crate::text::words::stems("deallocated")[0]));
        assert!(clauses("...").is_empty());
    }
}
