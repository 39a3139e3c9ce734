//! Question lists as plain text.
//!
//! ```text
//! MODULE 3: OOP CONCEPTS
//! Q21. What is OOP?
//! answer lines …                     up to the next heading, also one that is glued to a line's end
//! COMMON TOPICS
//! - decorators                       a question without an answer
//! ```
//!
//! The file is cut at its headings; everything between two headings belongs to the first of them, so no
//! text can get lost: what belongs to no question becomes an entry of its own. Bullets directly below a
//! `MODULE` line or an upper-case heading are questions without an answer.

mod fences;
mod heading;

use crate::names::slug;
use crate::plain::{Draft, humanise};
use crate::source::{Source, without_blank_lines};
use heading::{Kind, Sequence};
use std::ops::Range;
use viva_core::guide::{Section, SectionKind};

/// The longest question, in characters; what a line says beyond it belongs to the answer.
const MOST_QUESTION_CHARS: usize = 300;

/// Reads `source` as a question list; `None` where it is none. Markdown must show more of the format
/// than other text, because it has a structure of its own to go by.
pub(crate) fn parse(source: &Source, is_markdown: bool) -> Option<Vec<Draft>> {
    let marks = marks(&source.text);
    let count = |wanted: fn(&What) -> bool| marks.iter().filter(|mark| wanted(&mark.what)).count();
    let questions = count(|what| matches!(what, What::Question { .. }));
    let modules = count(|what| matches!(what, What::Module { .. }));
    let bare = count(|what| matches!(what, What::Bare { .. }));
    let is_list = if is_markdown {
        questions >= 2 || (questions == 1 && modules > 0)
    } else {
        questions >= 1 || (modules > 0 && bare > 0)
    };
    is_list.then(|| drafts(source, &marks))
}

/// A heading: where it is and what it says.
#[derive(Debug)]
struct Mark {
    range: Range<usize>,
    what: What,
}

#[derive(Debug)]
enum What {
    Module { title: String },
    Question { number: u32, text: Range<usize> },
    Group { title: String },
    Bare { text: String },
}

fn marks(text: &str) -> Vec<Mark> {
    let lines: Vec<&str> = text.split('\n').collect();
    let is_heading = |text: &str| {
        let after = text.strip_prefix('Q').map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()));
        after.is_some_and(|rest| rest.starts_with(['.', ')', ':'])) || text.starts_with("MODULE ")
    };
    let protected = fences::protected(&lines, is_heading);
    let open = |index: usize| !protected[index];
    let mut sequence =
        Sequence::of(lines.iter().enumerate().filter(|(i, _)| open(*i)).map(|(_, line)| *line));
    let mut marks: Vec<Mark> = Vec::new();
    let mut in_list = false;
    let mut start = 0;
    for (index, line) in lines.iter().enumerate() {
        let at = start;
        start += line.len() + 1;
        if line.trim().is_empty() {
            continue;
        }
        if protected[index] {
            in_list = false;
            continue;
        }
        let found = sequence.find(line);
        let before = &line[..found.first().map_or(line.len(), |first| first.start)];
        in_list = in_list && !before.is_empty() && list_line(before, at, &mut marks);
        if found.is_empty() && !in_list {
            let next = lines[index + 1..].iter().position(|line| !line.trim().is_empty());
            let next = next.map(|ahead| index + 1 + ahead).filter(|next| open(*next));
            if let Some(title) = group_title(line)
                && next.is_some_and(|next| bullet(lines[next]).is_some_and(is_bare))
            {
                marks.push(Mark { range: at..at + line.len(), what: What::Group { title } });
                in_list = true;
            }
        }
        for found in found {
            let range = at + found.start..at + found.end;
            let text = at + found.text_start..at + found.end;
            in_list = found.kind == Kind::Module;
            let what = match found.kind {
                Kind::Question { number } => What::Question { number, text },
                Kind::Module => What::Module { title: undecorated(&line[found.start..found.end]) },
            };
            marks.push(Mark { range, what });
        }
    }
    marks
}

/// Takes in a line of a bare list; false where the list has ended before it.
fn list_line(line: &str, at: usize, marks: &mut Vec<Mark>) -> bool {
    let range = at..at + line.len();
    if let Some(item) = bullet(line) {
        marks.push(Mark { range, what: What::Bare { text: undecorated(item) } });
        return true;
    }
    match marks.last_mut() {
        Some(Mark { range, what: What::Bare { text } }) if line.starts_with(['\t', ' ']) => {
            text.push(' ');
            text.push_str(line.trim());
            range.end = at + line.len();
            true
        }
        _ => false,
    }
}

/// The text of a bullet: `- x`, `• x`, `3) x`.
fn bullet(line: &str) -> Option<&str> {
    const SYMBOLS: [char; 17] =
        ['•', '●', '▪', '◦', '‣', '·', '–', '—', '○', '■', '□', '➢', '➤', '►', '✓', '✔', '\u{f0b7}'];
    let line = line.trim_start();
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let rest = if let Some(rest) = line.strip_prefix(SYMBOLS) {
        rest
    } else if (1..=3).contains(&digits) {
        line[digits..].strip_prefix(['.', ')'])?.strip_prefix([' ', '\t'])?
    } else {
        line.strip_prefix(['-', '*', '+'])?.strip_prefix([' ', '\t'])?
    };
    Some(rest.trim()).filter(|item| !item.is_empty())
}

/// A topic, not a statement: only such a list has questions for items.
fn is_bare(item: &str) -> bool {
    const MOST_CHARS: usize = 120;
    !item.ends_with(['.', ';', ':']) && item.chars().take(MOST_CHARS + 1).count() <= MOST_CHARS
}

/// The title of a line in capitals such as `COMMON TOPICS:`.
fn group_title(line: &str) -> Option<String> {
    const MOST_BYTES: usize = 80;
    const MARKS: &str = " &/,-–—()+.'’:#*_0123456789";
    if line.len() > MOST_BYTES {
        return None;
    }
    let title = undecorated(line);
    let title = title.trim_end_matches(':').trim_end();
    let capitals = title.chars().filter(|c| c.is_uppercase()).count();
    let fits = title.chars().all(|c| c.is_uppercase() || MARKS.contains(c));
    let begins = title.starts_with(|c: char| c.is_alphanumeric());
    (capitals >= 2 && fits && begins && !title.ends_with('.')).then(|| title.to_owned())
}

/// Without the Markdown marks of a heading or of bold text around a line.
fn undecorated(line: &str) -> String {
    let line = line.trim();
    let line = line.trim_start_matches('#').trim_start();
    let bold = ["**", "__"].iter().find_map(|mark| line.strip_prefix(mark).map(|rest| (*mark, rest)));
    match bold {
        Some((mark, rest)) => rest.strip_suffix(mark).map_or(line, str::trim).to_owned(),
        None => line.to_owned(),
    }
}

fn drafts(source: &Source, marks: &[Mark]) -> Vec<Draft> {
    let text = source.text.as_str();
    let mut drafts = Drafts { text, list: Vec::new(), module: None, module_is_empty: false, group: None };
    let preamble = marks.first().map_or(text.len(), |first| first.range.start);
    drafts.loose(&humanise(crate::files::stem_of(&source.file.path)), 0..preamble);
    for (index, mark) in marks.iter().enumerate() {
        let end = marks.get(index + 1).map_or(text.len(), |next| next.range.start);
        let body = mark.range.end..end;
        match &mark.what {
            What::Module { title } => {
                drafts.end_module();
                let name = module_name(title);
                drafts.module = Some(name.clone());
                drafts.module_is_empty = true;
                drafts.group = None;
                drafts.loose(&name, body);
            }
            What::Group { title } => {
                drafts.group = Some(title.clone());
                drafts.loose(title, body);
            }
            What::Bare { text } => drafts.bare(text, body),
            What::Question { number, text } => drafts.question(*number, text.clone(), mark.range.start, body),
        }
    }
    drafts.end_module();
    drafts.list
}

/// `MODULE 3: OOP CONCEPTS` is called `OOP CONCEPTS`; a module without a title keeps its number.
fn module_name(heading: &str) -> String {
    let after = heading.trim_start_matches(|c: char| c.is_alphabetic()).trim_start();
    let after = after.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start();
    let title = after.trim_start_matches([':', '.', '-', '–', '—']).trim();
    if title.is_empty() { heading.trim().to_owned() } else { title.to_owned() }
}

struct Drafts<'a> {
    text: &'a str,
    list: Vec<Draft>,
    module: Option<String>,
    module_is_empty: bool,
    group: Option<String>,
}

impl Drafts<'_> {
    /// A module without questions is a topic without an answer.
    fn end_module(&mut self) {
        if self.module_is_empty
            && let Some(title) = self.module.clone()
        {
            self.push(title, Vec::new(), 0..0);
        }
    }

    fn question(&mut self, number: u32, heading: Range<usize>, start: usize, body: Range<usize>) {
        let mut title = heading.clone();
        let mut answer = body;
        if self.text[title.clone()].trim().is_empty() {
            // `Q5.` alone: the question stands on the next line that is not blank.
            let content = without_blank_lines(self.text, answer.clone());
            let line = self.text[content.clone()].find('\n').unwrap_or(content.len());
            title = content.start..content.start + line;
            answer.start = title.end;
        }
        let written = &self.text[title.clone()];
        if let Some(cut) = cut(written) {
            title.end = title.start + cut;
            answer.start = title.end;
        }
        let marks = &self.text[start..heading.start];
        let trimmed = self.text[title].trim();
        let trimmed = if marks.contains('*') { trimmed.trim_end_matches('*') } else { trimmed };
        let trimmed = if marks.starts_with('#') { trimmed.trim_end_matches('#') } else { trimmed };
        let question = match trimmed.trim() {
            "" => format!("Question {number}"),
            question => question.to_owned(),
        };
        self.push(question, Vec::new(), answer);
    }

    fn bare(&mut self, item: &str, body: Range<usize>) {
        let heading = self.group.as_ref().or(self.module.as_ref());
        let heading = heading.cloned().unwrap_or_default();
        // The heading says what the item is about, and an entry has no other place for it.
        let alias = format!("{heading}: {item}");
        self.push(item.to_owned(), vec![alias], body.start..body.start);
        self.loose(&heading, body);
    }

    /// Text that belongs to no question.
    fn loose(&mut self, title: &str, range: Range<usize>) {
        if !self.text[range.clone()].trim().is_empty() {
            self.push(title.to_owned(), Vec::new(), range);
        }
    }

    fn push(&mut self, text: String, aliases: Vec<String>, answer: Range<usize>) {
        let markdown = self.text[without_blank_lines(self.text, answer)].to_owned();
        let sections = if markdown.is_empty() {
            Vec::new()
        } else {
            let (anchor, heading) = ("answer".to_owned(), "Answer".to_owned());
            vec![Section { kind: SectionKind::Text, anchor, heading, markdown }]
        };
        let name = if slug(&text).is_empty() { "question".to_owned() } else { text.clone() };
        self.list.push(Draft { name, text, aliases, sections, module_title: self.module.clone() });
        self.module_is_empty = false;
    }
}

/// Where a heading that is too long for a question is cut: after its first question mark, or at a blank.
fn cut(heading: &str) -> Option<usize> {
    let (limit, _) = heading.char_indices().nth(MOST_QUESTION_CHARS)?;
    let within = &heading[..limit];
    let mark = within.find('?').map(|at| at + 1);
    Some(mark.or_else(|| within.rfind(char::is_whitespace).filter(|at| *at > 0)).unwrap_or(limit))
}

#[cfg(test)]
mod tests;
