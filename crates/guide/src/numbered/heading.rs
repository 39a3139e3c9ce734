//! Which `Q12.` and `MODULE 3:` in a line are headings.
//!
//! At the start of a line they nearly always are. Further right they are where a converter glued the
//! line to the one before (`print("Hello")Q2. Why is Python popular?`), and are not inside words
//! (`FAQ1.`), code (`x = Q2.value`) and prose (`see Q2. It …`). Neither mistake is visible afterwards, so
//! the rules ask for evidence that grows with the doubt: the next number in sequence, a capital, a
//! question mark at the end. A single regular expression was refused: it cannot weigh these.

/// A heading in a line; offsets are bytes of that line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// Where it begins: with its marks (`## `, `**`) at the start of a line.
    pub(super) start: usize,
    /// Where its text begins, after number and separator.
    pub(super) text_start: usize,
    /// Where its text ends: at the next heading or at the end of the line.
    pub(super) end: usize,
    pub(super) kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Question { number: u32 },
    Module,
}

/// What has been seen of the file so far.
#[derive(Debug)]
pub(super) struct Sequence {
    /// The separator after the number that this file uses: `.`, `)` or `:`.
    separator: u8,
    question: Option<u32>,
    module: Option<u32>,
    after_module: bool,
}

impl Sequence {
    /// Learns the separator from the first heading that stands at the start of a line.
    pub(super) fn of<'a>(mut lines: impl Iterator<Item = &'a str>) -> Self {
        let at_start = |line: &'a str| {
            let first = candidates(line).into_iter().next()?;
            let separator = first.separator.filter(|_| is_decoration(&line[..first.start]))?;
            line[first.end..].starts_with(char::is_whitespace).then_some(separator)
        };
        let separator = lines.find_map(at_start).unwrap_or(b'.');
        Self { separator, question: None, module: None, after_module: false }
    }

    /// The headings of the next line.
    pub(super) fn find(&mut self, line: &str) -> Vec<Found> {
        let candidates = candidates(line);
        let is_table_row = line.trim_start().starts_with('|');
        let mut found: Vec<Found> = Vec::new();
        for (index, candidate) in candidates.iter().enumerate() {
            let segment_end = candidates.get(index + 1).map_or(line.len(), |next| next.start);
            let view = View::new(line, is_table_row, candidate, segment_end);
            let accepted = match candidate.separator {
                Some(_) => self.accepts_question(candidate, &view),
                None => self.accepts_module(candidate, &view),
            };
            if !accepted {
                continue;
            }
            if let Some(previous) = found.last_mut() {
                previous.end = candidate.start;
            }
            let kind = self.record(candidate);
            let start = if view.joint == Joint::LineStart { 0 } else { candidate.start };
            found.push(Found { start, text_start: candidate.end, end: line.len(), kind });
        }
        found
    }

    fn record(&mut self, candidate: &Candidate) -> Kind {
        if candidate.separator.is_some() {
            self.question = Some(candidate.number);
            self.after_module = false;
            Kind::Question { number: candidate.number }
        } else {
            self.module = Some(candidate.number);
            self.after_module = true;
            Kind::Module
        }
    }

    fn accepts_question(&self, candidate: &Candidate, view: &View<'_>) -> bool {
        let is_next = self.question.is_none_or(|last| candidate.number == last + 1)
            || (self.after_module && candidate.number == 1);
        let usual_separator = candidate.separator == Some(self.separator);
        if view.joint == Joint::LineStart {
            if view.text.is_empty() {
                return usual_separator && (is_next || candidate.number == 1);
            }
            if !view.spaced {
                return view.capital() && view.asks;
            }
            return if usual_separator {
                view.asks || view.capital() || (is_next && self.question.is_some() && view.letter())
            } else {
                is_next && view.asks
            };
        }
        let separator_fits = usual_separator || candidate.separator == Some(b'.');
        let spaced = view.spaced || (view.capital() && view.asks && is_next);
        if !separator_fits || !spaced || view.text.is_empty() {
            return false;
        }
        match view.joint {
            Joint::Word | Joint::Sentence => is_next && view.capital() && view.asks,
            Joint::Code => is_next || (view.capital() && view.asks),
            Joint::Closing => view.capital() && (is_next || view.asks),
            Joint::LineStart | Joint::None => false,
        }
    }

    fn accepts_module(&self, candidate: &Candidate, view: &View<'_>) -> bool {
        const MOST_TITLE_CHARS: usize = 120;
        let shouted = !view.text.chars().any(char::is_lowercase);
        if view.text.len() > 4 * MOST_TITLE_CHARS || view.text.chars().count() > MOST_TITLE_CHARS {
            return false;
        }
        if view.joint == Joint::LineStart {
            return candidate.upper_case || !view.text.ends_with(['.', ',', ';']);
        }
        let is_next = self.module.is_some_and(|last| candidate.number == last + 1);
        candidate.upper_case
            && !view.text.is_empty()
            && match view.joint {
                Joint::Word => is_next,
                Joint::Code | Joint::Closing => is_next || shouted,
                Joint::LineStart | Joint::Sentence | Joint::None => false,
            }
    }
}

/// Something shaped like a heading.
#[derive(Debug)]
struct Candidate {
    start: usize,
    /// After number and separator.
    end: usize,
    number: u32,
    /// Of a question; `None` for a module.
    separator: Option<u8>,
    upper_case: bool,
}

fn candidates(line: &str) -> Vec<Candidate> {
    let bytes = line.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let candidate = match bytes[at] {
            b'Q' => question_at(bytes, at),
            b'M' => module_at(bytes, at),
            _ => None,
        };
        at = candidate.as_ref().map_or(at + 1, |candidate| candidate.end);
        found.extend(candidate);
    }
    found
}

fn question_at(bytes: &[u8], start: usize) -> Option<Candidate> {
    let (number, after) = number_at(bytes, start + 1)?;
    let separator = bytes.get(after).copied().filter(|byte| matches!(byte, b'.' | b')' | b':'))?;
    Some(Candidate { start, end: after + 1, number, separator: Some(separator), upper_case: true })
}

fn module_at(bytes: &[u8], start: usize) -> Option<Candidate> {
    let word = bytes.get(start..start + 6)?;
    let upper_case = word == b"MODULE";
    if !upper_case && word != b"Module" {
        return None;
    }
    let blanks = |from: usize| bytes[from..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let gap = blanks(start + 6);
    let (number, after) = number_at(bytes, start + 6 + gap).filter(|_| gap > 0)?;
    let separator = after + blanks(after);
    let end = match bytes.get(separator) {
        None => separator,
        Some(b':' | b'.' | b'-') => separator + 1,
        // En and em dash.
        Some(0xe2) if matches!(bytes.get(separator + 1..separator + 3), Some([0x80, 0x93 | 0x94])) => {
            separator + 3
        }
        Some(_) => return None,
    };
    Some(Candidate { start, end, number, separator: None, upper_case })
}

/// A number of one to four digits.
fn number_at(bytes: &[u8], start: usize) -> Option<(u32, usize)> {
    let digits = bytes.get(start..)?.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let number = bytes[start..start + digits]
        .iter()
        .fold(0_u32, |n, digit| n.saturating_mul(10).saturating_add(u32::from(digit - b'0')));
    (1..=4).contains(&digits).then_some((number, start + digits))
}

/// What a candidate is glued to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Joint {
    /// Nothing but indentation and Markdown marks.
    LineStart,
    /// A letter, digit or underscore: `learnQ3.`
    Word,
    /// A blank after the end of a sentence or of code: `done. Q3.`
    Sentence,
    /// A closing bracket or quote: `)Q3.`
    Code,
    /// Other punctuation that ends something: `.Q3.`
    Closing,
    /// Anything else: inside code or prose.
    None,
}

/// A candidate with what surrounds it.
#[derive(Debug)]
struct View<'a> {
    joint: Joint,
    /// The text up to the next candidate, trimmed.
    text: &'a str,
    /// Its first character, quotes and marks aside.
    first: Option<char>,
    /// Whether a blank follows the separator.
    spaced: bool,
    /// Whether the text ends like a question.
    asks: bool,
}

impl<'a> View<'a> {
    fn new(line: &'a str, is_table_row: bool, candidate: &Candidate, segment_end: usize) -> Self {
        let before = &line[..candidate.start];
        let rest = &line[candidate.end..segment_end];
        let text = rest.trim();
        let ending = text.trim_end_matches(['*', '_', '"', ')', ' ', '#']);
        Self {
            // In the middle of a table row it is the text of a cell.
            joint: if is_table_row && rest.contains('|') { Joint::None } else { joint(before) },
            text,
            first: text.trim_start_matches(['*', '"', '(', '“', '\'']).chars().next(),
            spaced: rest.starts_with(char::is_whitespace),
            asks: ending.ends_with(['?', '？']),
        }
    }

    /// Whether the text begins like a sentence, or with a name in code.
    fn capital(&self) -> bool {
        self.first.is_some_and(|c| c.is_uppercase() || matches!(c, '_' | '`'))
    }

    /// Whether it begins with a letter at all.
    fn letter(&self) -> bool {
        self.first.is_some_and(|c| c.is_alphabetic() || matches!(c, '_' | '`'))
    }
}

/// Whether only indentation and Markdown marks stand before a heading.
fn is_decoration(before: &str) -> bool {
    // Bounded, so that a long line of marks is not walked once for each of its candidates.
    const MOST_BYTES: usize = 32;
    before.len() <= MOST_BYTES && before.chars().all(|c| matches!(c, ' ' | '\t' | '#' | '*' | '_'))
}

fn joint(before: &str) -> Joint {
    if is_decoration(before) {
        return Joint::LineStart;
    }
    let Some(last) = before.chars().next_back() else { return Joint::LineStart };
    match last {
        c if c.is_whitespace() => {
            let ends = before.trim_end().ends_with(['.', '!', '?', ')', ']', '}', '"', '`', ';', '”']);
            if ends { Joint::Sentence } else { Joint::None }
        }
        // The abbreviation, in every spelling of its plural and number.
        'A' if before.ends_with("FA") => Joint::None,
        c if c.is_alphanumeric() || c == '_' => Joint::Word,
        '"' | '\'' | '`' => {
            let quoted = before.trim_end_matches(last);
            let is_fence = quoted.trim().is_empty() && before.len() - quoted.len() >= 3;
            let opens = quoted.ends_with(|c: char| c.is_whitespace() || "([{=,:".contains(c));
            if is_fence || !(opens || quoted.is_empty()) { Joint::Code } else { Joint::None }
        }
        ')' | ']' | '}' => Joint::Code,
        '/' | '\\' | '-' | '+' | '=' | '<' | '(' | '[' | '{' | '$' | '#' | '@' | '&' | ',' | '~' | '^' => {
            Joint::None
        }
        _ => Joint::Closing,
    }
}
