//! Names of subjects that are not the guide's.
//!
//! A guide mentions Java; it is not about Java. Words alone cannot tell the two apart, a list of names can: one that stands
//! in the question, and by which no entry is called, is a sign that something else is asked about. The list is of the whole
//! field, so that it serves any guide: what a guide does have an entry for is taken out of it when the guide is loaded.

use std::collections::HashSet;
use viva_core::guide::Guide;

const NAMES: &str = include_str!("elsewhere.txt");

/// One name: its words, and the company that it must be seen in, if any.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Name {
    /// Between spaces, or with one before it where only its beginning counts.
    text: String,
    company: Option<String>,
}

/// The names that no entry is called by.
pub(crate) struct Elsewhere(Vec<Name>);

impl Elsewhere {
    pub(crate) fn of(guide: &Guide) -> Self {
        let called: HashSet<String> = guide
            .questions()
            .flat_map(|question| std::iter::once(&question.text).chain(&question.aliases))
            .map(|text| normal(text))
            .collect();
        let called: String = called.into_iter().collect::<Vec<_>>().concat();
        let names = NAMES.lines().filter(|line| !line.starts_with('#')).flat_map(str::split_whitespace);
        Self(names.map(name).filter(|name| !called.contains(&name.text)).collect())
    }

    /// How many of them stand in a question.
    pub(crate) fn count(&self, question: &str) -> usize {
        let text = normal(question);
        let stands = |name: &&Name| {
            text.contains(&name.text) && name.company.as_ref().is_none_or(|company| text.contains(company))
        };
        self.0.iter().filter(stands).count()
    }
}

fn name(entry: &str) -> Name {
    let (text, company) = match entry.split_once(':') {
        Some((text, company)) if !text.is_empty() && !company.starts_with(':') => (text, Some(company)),
        _ => (entry, None),
    };
    let text = text.replace('_', " ");
    let text = if text.ends_with('-') { format!(" {text}") } else { format!(" {text} ") };
    Name { text, company: company.map(|word| format!(" {}", word.replace('_', " "))) }
}

/// Lower case, words between single spaces; what belongs to names such as `c++`, `.net` and `pl/sql` stays.
fn normal(text: &str) -> String {
    let mut normal = String::from(" ");
    for word in text.to_lowercase().split(|c: char| !c.is_alphanumeric() && !"+#./:-_".contains(c)) {
        let word = word.trim_end_matches(['.', ':', '/', '-', '_']).trim_start_matches(['/', '-', '_', ':']);
        if !word.is_empty() {
            normal.push_str(word);
            normal.push(' ');
        }
    }
    normal
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fakes::{guide, guide_of, question};

    #[test]
    fn names_are_found_unless_an_entry_is_called_so() {
        let elsewhere = Elsewhere::of(&guide());
        for (text, count) in [
            ("how does c++ handle this?", 1),
            ("ORA-01555: snapshot too old", 1),
            ("rust lifetime annotations", 1),
            ("my threads rust in the rain", 0),
            ("google cloud pub/sub ordering", 2),
            ("why do threads share memory", 0),
        ] {
            assert_eq!(elsewhere.count(text).min(2), count, "{text}");
        }
        let about_helm = guide_of(vec![question("helm", "What is Helm?", &[], &[])]);
        assert_eq!(Elsewhere::of(&about_helm).count("helm chart"), 0);
    }
}
