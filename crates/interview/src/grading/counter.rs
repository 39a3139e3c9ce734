//! Statements that say the opposite of a key point, made by rule, to compare an answer with.
//!
//! A sentence encoder puts "is mutable" and "is not mutable" close together, so that nearness to the point alone tells
//! little. Whether an answer is nearer to the point or to one of its opposites tells more.

use super::lexicon::opposite_word;
use crate::sheet::Sheet;
use crate::text::words::{Kind, Token, stem_set, tokens};
use regex::{Regex, RegexBuilder};
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// The most counter-statements of a point: each is a sentence to encode.
const MOST: usize = 7;
/// The most auxiliaries that are negated, and words that are replaced.
const MOST_NEGATED: usize = 3;
const MOST_REPLACED: usize = 2;

static AUXILIARY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let verbs = r"\b(?:is|are|can|must|does|do|has|have|was|were|should|will|may|would)\b(?P<after>\s+(?:not|never|only)\b)?";
    RegexBuilder::new(verbs).build().ok()
});

static DENIAL: LazyLock<Option<Regex>> =
    LazyLock::new(|| RegexBuilder::new(r"\b(not|never|without|cannot|no)\b").build().ok());

/// The counter-statements of each point of `sheet`, in its order.
pub(crate) fn counter_statements(sheet: &Sheet) -> Vec<Vec<String>> {
    let topics = topics(sheet);
    let surfaces = surfaces(sheet);
    sheet.points.iter().map(|point| of_point(&point.text, &topics, &surfaces)).collect()
}

fn of_point(text: &str, topics: &[String], surfaces: &HashMap<String, String>) -> Vec<String> {
    let mut found = negated(text);
    if found.is_empty() {
        let mut chars = text.chars();
        let lower = chars.next().map(|c| c.to_lowercase().to_string()).unwrap_or_default();
        found.push(format!("It is not true that {lower}{}", chars.as_str()));
    }
    let words = tokens(text);
    let replaceable = words.iter().filter_map(|token| Some((token, opposite_word(&token.stem)?)));
    found.extend(replaceable.take(MOST_REPLACED).map(|(token, word)| replace(text, &[(token, word)])));
    for (at, one) in topics.iter().enumerate() {
        for other in &topics[..at] {
            found.extend(swapped(text, &words, one, other, surfaces));
        }
    }
    let mut seen = HashSet::from([text.to_owned()]);
    found.retain(|statement| seen.insert(statement.clone()));
    found.truncate(MOST);
    found
}

fn negated(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    if let Some(pattern) = AUXILIARY.as_ref() {
        for verb in pattern.captures_iter(text).take(MOST_NEGATED) {
            let Some(whole) = verb.get(0) else { continue };
            let (before, after) = (&text[..whole.start()], &text[whole.end()..]);
            found.push(match verb.name("after") {
                Some(denial) => format!("{}{after}", &text[..denial.start()]),
                None => format!("{before}{} not{after}", whole.as_str()),
            });
        }
    }
    if let Some(denial) = DENIAL.as_ref().and_then(|pattern| pattern.find(text)) {
        let word = match denial.as_str() {
            "cannot" => "can",
            "without" => "with",
            "no" => "a",
            _ => "",
        };
        found.push(format!("{}{word}{}", &text[..denial.start()], &text[denial.end()..]).replace("  ", " "));
    }
    found
}

/// The two or three things that a question sets side by side: its own words that at least two points use.
fn topics(sheet: &Sheet) -> Vec<String> {
    let asked = stem_set(&sheet.text);
    let count = |stem: &String| {
        sheet.points.iter().filter(|point| point.terms.iter().any(|term| term.stem == *stem)).count()
    };
    let mut counted: Vec<(usize, String)> =
        asked.into_iter().map(|stem| (count(&stem), stem)).filter(|(n, _)| *n >= 2).collect();
    counted.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    counted.into_iter().take(3).map(|(_, stem)| stem).collect()
}

/// How each stem is written in the question or its points.
fn surfaces(sheet: &Sheet) -> HashMap<String, String> {
    let mut found = HashMap::new();
    let texts = std::iter::once(sheet.text.as_str()).chain(sheet.points.iter().map(|p| p.text.as_str()));
    for text in texts {
        for token in tokens(text).into_iter().filter(|token| token.kind == Kind::Content) {
            found.entry(token.stem).or_insert_with(|| text[token.range].to_owned());
        }
    }
    found
}

fn swapped(
    text: &str,
    words: &[Token],
    one: &str,
    other: &str,
    surfaces: &HashMap<String, String>,
) -> Option<String> {
    let (one_word, other_word) = (surfaces.get(one)?, surfaces.get(other)?);
    let edits: Vec<(&Token, &str)> = words
        .iter()
        .filter_map(|token| match token.stem.as_str() {
            stem if stem == one => Some((token, other_word.as_str())),
            stem if stem == other => Some((token, one_word.as_str())),
            _ => None,
        })
        .collect();
    (!edits.is_empty()).then(|| replace(text, &edits))
}

fn replace(text: &str, edits: &[(&Token, &str)]) -> String {
    let mut result = String::with_capacity(text.len() + 16);
    let mut at = 0;
    for (token, word) in edits {
        result.push_str(&text[at..token.range.start]);
        result.push_str(word);
        at = token.range.end;
    }
    result.push_str(&text[at..]);
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::sheet_of;

    #[test]
    fn statements_are_negated_replaced_and_swapped() {
        let points = ["A list is mutable, whereas a tuple's slots cannot be changed.", "Lists never hash."];
        let sheet = sheet_of("What is the difference between a list and a tuple?", &points);
        let found = counter_statements(&sheet);
        for wanted in [
            "A list is not mutable, whereas a tuple's slots cannot be changed.",
            "A list is mutable, whereas a tuple's slots can be changed.",
            "A list is immutable, whereas a tuple's slots cannot be changed.",
        ] {
            assert!(found[0].iter().any(|text| text == wanted), "{wanted}: {found:?}");
        }
        assert!(found.iter().flatten().all(|text| !points.contains(&text.as_str())));
        let points = ["A list is mutable, a tuple is not.", "A list over-allocates, a tuple does not."];
        let found = counter_statements(&sheet_of("list vs tuple", &points));
        assert!(found[0].iter().any(|text| text == "A tuple is mutable, a list is not."), "{found:?}");
    }

    proptest::proptest! {
        #[test]
        fn any_point_has_at_most_a_handful(text in "[A-Za-z ,.éß’-]{1,80}") {
            let found = counter_statements(&sheet_of("what", &[&text, "Another point is made."]));
            proptest::prop_assert!(found[0].len() <= MOST);
        }
    }
}
