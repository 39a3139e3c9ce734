//! A leaning message and its topic -> a question that is complete in itself.

use super::gate::Lean;
use super::topic::Topic;
use regex::Regex;
use std::sync::LazyLock;

/// A completed message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Completed {
    /// What is searched.
    pub(crate) text: String,
    /// Why it differs from what was typed.
    pub(crate) reason: String,
}

/// A pronoun that a noun can take the place of; the words that follow "this" and "that" show that they stand alone.
static PRONOUN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)\b(?:
            (?P<own>its|their)\b
            | (?P<it>it|they|them|both)\b
            | (?P<this>this|that|these|those)(?P<next>\s*(?:$|[?.!,;])|\s+(?:is|are|was|does|do|did|has|have|can|would|should|will|work|works|mean|means|happen|happens|exist|matter|different|better|faster|slower|compare|differ|from|with|for|in|on|to|and|or|as|when|if)\b)
        )",
    )
    .ok()
});

/// Completes `message` with `topic`.
pub(crate) fn complete(message: &str, lean: Lean, topic: &Topic) -> Completed {
    let line = message.split_whitespace().collect::<Vec<_>>().join(" ");
    let from =
        topic.entry.as_ref().map_or_else(|| "the last question".to_owned(), |entry| format!("`{entry}`"));
    let replaced = match (lean, &topic.noun) {
        (Lean::Pronoun, Some(noun)) => put_in(&line, noun),
        _ => None,
    };
    let text = replaced.unwrap_or_else(|| {
        let bare = line.trim_end_matches(['?', '.', '!', ' ']);
        match (lean, &topic.noun) {
            (Lean::Comparison, Some(noun)) => format!("{noun}: {bare}?"),
            (_, Some(noun)) => format!("{bare} (about {noun})?"),
            (_, None) => format!("{bare} (about: {})", topic.question),
        }
    });
    let reason = match lean {
        Lean::Pronoun => format!("pronoun carried over from {from}"),
        Lean::Comparison => format!("compared with {from}"),
        Lean::Ellipsis => format!("completed with the topic of {from}"),
        Lean::Aspect => format!("an aspect of {from}"),
    };
    Completed { text, reason }
}

/// The noun in the place of the first pronoun.
fn put_in(line: &str, noun: &str) -> Option<String> {
    let found = PRONOUN.as_ref()?.captures(line)?;
    let whole = found.get(0)?;
    let put = if found.name("own").is_some() {
        format!("{noun}'s")
    } else if found.name("it").is_some() {
        noun.to_owned()
    } else {
        format!("{noun}{}", found.name("next").map_or("", |next| next.as_str()))
    };
    Some(format!("{}{put}{}", &line[..whole.start()], &line[whole.end()..]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use viva_core::id::QuestionId;

    #[test]
    fn the_topic_is_put_in() {
        let topic = Topic {
            entry: QuestionId::new("gil").ok(),
            module: None,
            near: vec![],
            question: "What is the GIL?".into(),
            noun: Some("the GIL".into()),
        };
        for (message, lean, expected) in [
            ("why does it exist?", Lean::Pronoun, "why does the GIL exist?"),
            ("how is that different from asyncio?", Lean::Pronoun, "how is the GIL different from asyncio?"),
            ("what are its limits", Lean::Pronoun, "what are the GIL's limits"),
            ("which one is faster?", Lean::Pronoun, "which one is faster (about the GIL)?"),
            ("and for processes?", Lean::Ellipsis, "and for processes (about the GIL)?"),
            ("difference to a mutex?", Lean::Comparison, "the GIL: difference to a mutex?"),
            ("can I switch this off?", Lean::Pronoun, "can I switch this off (about the GIL)?"),
        ] {
            assert_eq!(complete(message, lean, &topic).text, expected);
        }
        assert_eq!(
            complete("why does it exist?", Lean::Pronoun, &topic).reason,
            "pronoun carried over from `gil`"
        );
        let bare = Topic { noun: None, entry: None, ..topic };
        assert_eq!(complete("why?", Lean::Ellipsis, &bare).text, "why (about: What is the GIL?)");
    }
}
