//! Does a message lean on what was said before?
//!
//! Read from the message's own form: pronouns with nothing before them to refer to, ellipsis ("and for processes?"),
//! comparisons with one side missing, questions about an aspect ("any drawbacks?"), commands ("go deeper"). A message that
//! names its own topic in full is complete, whatever small words it holds.

use crate::words::Words;
use regex::Regex;
use std::collections::HashSet;
use std::sync::LazyLock;
use viva_core::guide::SectionKind;

/// How a message is to be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// It stands on its own.
    Complete,
    /// More of the same is wanted.
    Deeper,
    /// It is completed from the last answer.
    Leaning(Leaning),
}

/// How a message leans.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Leaning {
    pub(crate) lean: Lean,
    pub(crate) aspect: Option<Aspect>,
    /// It has no topic word of its own.
    pub(crate) is_bare: bool,
}

/// What in a message leans.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lean {
    /// A pronoun.
    Pronoun,
    /// A comparison that names one side.
    Comparison,
    /// Only the new part of a question.
    Ellipsis,
    /// An aspect of something that is not named.
    Aspect,
}

/// Which side of a topic is asked for, and the section that tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Aspect(pub(crate) SectionKind);

struct Patterns {
    deeper: Regex,
    announced: Regex,
    joined: Regex,
    pronoun: Regex,
    one_sided: Regex,
    aspects: [(Regex, SectionKind); 4],
    wh: Regex,
}

static PATTERNS: LazyLock<Option<Patterns>> = LazyLock::new(|| Patterns::new().ok());

impl Patterns {
    fn new() -> Result<Self, regex::Error> {
        let aspect =
            |pattern: &str, kind| Regex::new(&format!("(?i){pattern}")).map(|pattern| (pattern, kind));
        Ok(Self {
            deeper: Regex::new(
                r"(?ix)^\W*(?:(?:ok(?:ay)?|great|thanks?|thank\syou|cool|interesting|please|can\syou|could\syou|and)[,.!\s]+)*
                (?:go|dig|dive|drill)?\s*(?:(?:a\s(?:bit|little)\s)?(?:deeper|further)|more(?:\s(?:please|details?|depth|info(?:rmation)?))?
                   |in\smore\s(?:detail|depth)|(?:tell|show|give)\sme\smore(?:\sdetails?|\sabout\s(?:it|this|that))?
                   |continue|keep\sgoing|go\son|elaborate|expand(?:\son\s(?:it|this|that))?|say\smore|explain\s(?:more|further|in\smore\s(?:detail|depth)))
                (?:\s(?:please|on\s(?:this|that|it)|into\s(?:this|that|it)))?\W*$",
            )?,
            announced: Regex::new(
                r"(?i)^\W*(?:(?:ok(?:ay)?|alright|right|great|thanks?|cool|and|so|but)[,.!\s]+)*(?:now|next(?:\s+(?:question|one|topic|up))?|new\s+(?:question|topic)|(?:a\s+)?different\s+(?:question|topic|thing)|something\s+(?:else|different)|another\s+(?:question|topic|thing)|switching\s+(?:topics?|gears)|changing\s+(?:the\s+)?(?:topics?|subject)|change\s+of\s+(?:topic|subject)|moving\s+on|unrelated(?:ly)?|by\s+the\s+way|btw)\b",
            )?,
            joined: Regex::new(
                r"(?i)^\W*(?:and|or|but|so|then|also|plus|(?:and\s+|but\s+|so\s+)?(?:what|how)\s+about|what\s+if|same\s+(?:for|with)|even|still|except|not|only|is\s+there\s+also|why\s+not|how\s+come|how\s+so|for|in|with|without|on|instead|compared|versus|vs\.?)\b",
            )?,
            pronoun: Regex::new(
                r"(?i)\b(?:it|its|it's|itself|they|them|their|theirs|they're|these|those|this|that|that's|the\s+(?:same|former|latter|other(?:\s+one)?|first(?:\s+one)?|second(?:\s+one)?|two|one)|both|each\s+(?:one|of\s+them)|either(?:\s+one)?|neither|one\s+of\s+(?:them|those|these)|which\s+(?:one|of\s+(?:them|those|these|the\s+two))|there)\b|\bones?\b(?:\W*$|\s+(?:myself|yourself|for|in|on|at|with|by|to|of|when|if|and|or|instead|is|are|do|does|that|from|then|again|should|would|makes?|has|have)\b)",
            )?,
            one_sided: Regex::new(
                r"(?ix)\b(?:differ(?:s|ent|ence)?\s+(?:from|to|than|with)|compared?\s+(?:to|with)|better\s+than|faster\s+than|slower\s+than|instead\s+of|rather\s+than|over|similar\s+to|(?:the\s+)?same\s+as|as\s+opposed\s+to|opposite\s+of|alternatives?\s+to|versus|vs\.?)\b",
            )?,
            aspects: [
                aspect(
                    r"\b(?:examples?|code|snippet|sample|show\s+me|demo|what\s+does\s+(?:it|that)\s+look\s+like|in\s+practice|real[\s-]+(?:world|life)|exampel|eg|how\s+(?:do|would|can)\s+(?:i|you|we)\s+(?:use|write|implement|do)\s+(?:it|that|this|one|them))\b",
                    SectionKind::Example,
                )?,
                aspect(
                    r"\b(?:drawbacks?|downsides?|disadvantages?|cons|pitfalls?|gotchas?|traps?|mistakes?|problems?|issues?|risks?|limits?|limitations?|caveats?|go(?:es)?\s+wrong|when\s+(?:not|would(?:n't| you not)|should(?:n't| you not| i not))|avoid|dangers?|security|failures?|weakness(?:es)?)\b",
                    SectionKind::Pitfalls,
                )?,
                aspect(
                    r"\b(?:under\s+the\s+hood|internally|internals|trade-?offs?|in\s+production|at\s+scale|performance|how\s+fast|how\s+slow|cost|overhead|memory|(?:time\s+)?complexity|big[\s-]*o|versions?|scale)\b",
                    SectionKind::Deeper,
                )?,
                aspect(
                    r"\b(?:why|how|when|who|benefits?|advantages?|pros|use\s+cases?|best\s+practices?|purpose|point|steps|details?)\b",
                    SectionKind::Explanation,
                )?,
            ],
            wh: Regex::new(
                r"(?i)^\W*(?:(?:and|so|but|then|or|also)\s+)?(?:what|who|how|why|when|where|which|is|are|does|do|can|could|should|would|explain|describe|compare|define|design|implement|write|difference)\b",
            )?,
        })
    }
}

/// What the reader needs to know of the guide.
pub(crate) struct Known<'a> {
    /// Whether an entry is called by all the topic words of the message.
    pub(crate) names_an_entry: &'a dyn Fn(&[String]) -> bool,
}

/// Reads a message that follows an answer.
pub(crate) fn read(message: &str, words: &Words, known: &Known<'_>) -> Reading {
    let Some(patterns) = PATTERNS.as_ref() else { return Reading::Complete };
    let line = message.split_whitespace().collect::<Vec<_>>().join(" ");
    if patterns.deeper.is_match(&line) {
        return Reading::Deeper;
    }
    let is_long = line.split(' ').count() > 22 || message.contains("```") || message.lines().count() > 3;
    if is_long {
        return Reading::Complete;
    }
    let announced = patterns.announced.is_match(&line);
    let aspect = aspect(patterns, &line);
    let stems = topic_stems(&line, words, patterns);
    let leaning = |lean, aspect| Reading::Leaning(Leaning { lean, aspect, is_bare: stems.is_empty() });
    let names = !stems.is_empty() && (known.names_an_entry)(&stems);
    if pronoun_leans(patterns, &line, words) {
        return leaning(Lean::Pronoun, aspect);
    }
    if announced {
        return Reading::Complete;
    }
    if stems.is_empty() {
        return leaning(if aspect.is_some() { Lean::Aspect } else { Lean::Ellipsis }, aspect);
    }
    if missing_side(patterns, &line, words) {
        return leaning(Lean::Comparison, None);
    }
    let is_joined = patterns.joined.is_match(&line);
    let asks_in_full = patterns.wh.is_match(&line) && names;
    let asks_about = line.to_lowercase().contains(" about ");
    if is_joined && stems.len() <= 4 && (asks_about || !asks_in_full) {
        return leaning(Lean::Ellipsis, aspect);
    }
    Reading::Complete
}

/// Whether a message is joined to what was said before it ("and …", "what about …", "in …"): it rather moves on than stays.
pub(crate) fn is_joined(message: &str) -> bool {
    PATTERNS.as_ref().is_some_and(|patterns| patterns.joined.is_match(message))
}

fn aspect(patterns: &Patterns, line: &str) -> Option<Aspect> {
    patterns.aspects.iter().find(|(pattern, _)| pattern.is_match(line)).map(|(_, kind)| Aspect(*kind))
}

/// The words that could name a topic: neither function words nor words of an aspect.
fn topic_stems(line: &str, words: &Words, patterns: &Patterns) -> Vec<String> {
    let mut text = line.to_owned();
    for (pattern, _) in &patterns.aspects {
        text = pattern.replace_all(&text, " ").into_owned();
    }
    let mut stems = words.stems(&text);
    stems.retain(|stem| !FILLER_STEMS.contains(stem.as_str()));
    stems.sort();
    stems.dedup();
    stems
}

/// Stems that say something, but name nothing: what can be asked of any topic (its price, its safety, who needs it) leaves it
/// as it was.
const FILLERS: &str = "happen exist matter realli actual good bad ok okay yes nice great cool thank interest sure alway still start stop caus mean kind sort \
help worth possibl first second last two pls plz real quick third exact simpl short own anyth big small lot bit part choos pick price \
expens cheap cheaper pay money budget bill effort overkil troubl hassl team compani startup manag boss colleagu beginn larg long slow \
slower slowli fast faster speed latenc effici secur safe attack stolen hack harm reliabl robust stabl matur readi product user traffic \
bottleneck fail broken crash altern option switch replac version support deprec standard catch bug trap hard difficult complic easi \
easier plain word sentenc step best worst pros con recommend opinion peopl usual typic common often practic avoid valid permiss type \
algorithm point reason sens true fals anyway everyon everybodi somebodi learn rememb care watch take give say look favourit better wors \
day hour minut much many fix piec servic singl consid style wrong sinc three four five ten script program";

static FILLER_STEMS: LazyLock<HashSet<&str>> = LazyLock::new(|| FILLERS.split_whitespace().collect());

/// A pronoun with no topic word before it in the message.
fn pronoun_leans(patterns: &Patterns, line: &str, words: &Words) -> bool {
    let Some(found) = patterns.pronoun.find(line) else { return false };
    let before = topic_stems(&line[..found.start()], words, patterns);
    let behind = line[found.end()..].trim_start();
    let said = found.as_str().to_lowercase();
    // "is it true that …", "is there a way …": the pronoun is empty.
    if said == "there" && behind.trim_matches(|c: char| !c.is_alphanumeric()).is_empty() {
        return true;
    }
    let is_empty = said == "there"
        || (said == "it" && EMPTY_IT.iter().any(|word| behind.to_lowercase().starts_with(word)))
        || (matches!(said.as_str(), "this" | "that" | "these" | "those") && is_determiner(behind, words));
    before.len() <= 1 && !is_empty
}

const EMPTY_IT: [&str; 6] = ["true that", "possible to", "better to", "ok to", "okay to", "worth learning"];

/// "that function": followed by a word of its own and more; still leaning where that word is all there is.
fn is_determiner(behind: &str, words: &Words) -> bool {
    let following: Vec<&str> = behind.split_whitespace().take(4).collect();
    following.len() >= 4
        && following.first().is_some_and(|word| !words.stems(word).is_empty())
        && words.stems(behind).len() > 3
}

/// "how is it different from X", "better than X?", "vs X": nothing stands on the near side.
fn missing_side(patterns: &Patterns, line: &str, words: &Words) -> bool {
    let Some(found) = patterns.one_sided.find(line) else { return false };
    topic_stems(&line[..found.start()], words, patterns).is_empty()
        && !words.stems(&line[found.end()..]).is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(message: &str) -> Reading {
        let known = ["decor", "list", "tupl", "docker", "gil", "kafka", "closur", "asyncio"];
        let names = |stems: &[String]| stems.iter().all(|stem| known.contains(&stem.as_str()));
        read(message, &Words::new(), &Known { names_an_entry: &names })
    }

    #[test]
    fn commands_are_read_in_many_wordings() {
        for message in [
            "go deeper",
            "Tell me more!",
            "more details please",
            "ok, elaborate",
            "dig deeper into this",
            "more",
        ] {
            assert_eq!(of(message), Reading::Deeper, "{message}");
        }
    }

    #[test]
    fn leaning_messages_are_found() {
        for (message, lean) in [
            ("why does it exist?", Lean::Pronoun),
            ("how is that different from asyncio?", Lean::Pronoun),
            ("what are its drawbacks", Lean::Pronoun),
            ("and for processes?", Lean::Ellipsis),
            ("what about sets?", Lean::Ellipsis),
            ("why?", Lean::Aspect),
            ("any drawbacks?", Lean::Aspect),
            ("show me an example", Lean::Aspect),
            ("difference to a semaphore?", Lean::Comparison),
            ("which one is faster?", Lean::Pronoun),
            ("ok, and how do they share memory?", Lean::Pronoun),
        ] {
            assert!(
                matches!(of(message), Reading::Leaning(found) if found.lean == lean),
                "{message}: {:?}",
                of(message)
            );
        }
    }

    #[test]
    fn what_can_be_asked_of_anything_names_no_topic() {
        for (message, bare) in [
            ("is it worth it for a small team?", true),
            ("should I switch", true),
            ("is it production ready?", true),
            ("how does it work with asyncio?", false),
        ] {
            match of(message) {
                Reading::Leaning(found) => assert_eq!(found.is_bare, bare, "{message}"),
                other => panic!("{message}: {other:?}"),
            }
        }
    }

    #[test]
    fn joined_messages_are_told() {
        for (message, joined) in
            [("and writing?", true), ("What about sets?", true), ("for processes", true), ("writing?", false)]
        {
            assert_eq!(is_joined(message), joined, "{message}");
        }
    }

    #[test]
    fn complete_messages_are_left_alone() {
        for message in [
            "what is a decorator?",
            "docker layer caching",
            "now kafka",
            "ok next question: how do closures work",
            "is it true that tuples are faster than lists?",
            "and what is a decorator?",
            "list vs tuple",
            "why does my list grow when I pass it to a function with a default argument?",
        ] {
            assert_eq!(of(message), Reading::Complete, "{message}");
        }
    }
}
