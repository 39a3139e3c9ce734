//! Names of subjects that are not the guide's.
//!
//! A guide mentions Java; it is not about Java. Words alone cannot tell the two apart, a list of names can: one that stands
//! in the question, and by which the entry that was found is not called, is a sign that something else is asked about. The list
//! is of the whole field, so that it serves any guide: an entry on Java, or one that says "as in Java" in an alias, is called so.
//!
//! To take a name out of the list for all entries as soon as one entry is called so was refused: one alias that compares
//! Python with Java would let pass every question about Java.

use std::collections::HashMap;
use viva_core::guide::Guide;
use viva_core::id::QuestionId;

const NAMES: &str = include_str!("elsewhere.txt");

/// One name: its words, and the company that it must be seen in, if any.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Name {
    /// Between spaces, or with one before it where only its beginning counts.
    text: String,
    company: Option<String>,
}

/// The names, and what each entry is called.
pub(crate) struct Elsewhere {
    names: Vec<Name>,
    called: HashMap<QuestionId, String>,
}

impl Elsewhere {
    pub(crate) fn of(guide: &Guide) -> Self {
        let names = NAMES.lines().filter(|line| !line.starts_with('#')).flat_map(str::split_whitespace);
        let called = guide.questions().map(|question| {
            let wordings = std::iter::once(&question.text).chain(&question.aliases);
            (question.id.clone(), wordings.map(|text| normal(text)).collect())
        });
        Self { names: names.map(name).collect(), called: called.collect() }
    }

    /// How many of them stand in a question without being a name of the entry that was found for it.
    pub(crate) fn count(&self, question: &str, found: Option<&QuestionId>) -> usize {
        let text = normal(question);
        let called = found.and_then(|id| self.called.get(id)).map_or("", String::as_str);
        let stands = |name: &&Name| {
            text.contains(&name.text)
                && name.company.as_ref().is_none_or(|company| text.contains(company))
                && !called.contains(&name.text)
        };
        self.names.iter().filter(stands).count()
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
    fn names_are_found_unless_the_entry_is_called_so() {
        let elsewhere = Elsewhere::of(&guide());
        for (text, count) in [
            ("how does c++ handle this?", 1),
            ("ORA-01555: snapshot too old", 1),
            ("rust lifetime annotations", 1),
            ("my threads rust in the rain", 0),
            ("google cloud pub/sub ordering", 2),
            ("why do threads share memory", 0),
        ] {
            assert_eq!(elsewhere.count(text, None).min(2), count, "{text}");
        }
        let charts = [question("helm", "What is Helm?", &[], &[]), question("chart", "A chart?", &[], &[])];
        let elsewhere = Elsewhere::of(&guide_of(charts.to_vec()));
        let found = |id: &str| elsewhere.count("helm chart", Some(&QuestionId::new(id).unwrap()));
        assert_eq!((found("helm"), found("chart")), (0, 1));
    }
}
