//! A model's text, in pieces cut anywhere -> text, code blocks and markers.
//!
//! Models write `[1]`, but also `[1, 2]`, `[[3]]`, `[^1]`, `[source 2]`, `【3†L1】` and `[1](url)`, and a stream cuts all of them
//! in two. What may still become a marker is held back until it is decided; inside code nothing is touched. A
//! marker that names no evidence is taken out with the space before it.

use regex::Regex;
use std::sync::LazyLock;

/// A decided piece of a model's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Prose, with inline code.
    Text(String),
    /// A fenced block with its fences, whole; without the closing one where the text ended before.
    Code(String),
    /// A marker that names evidence.
    Cite(u16),
}

/// A marker in one of the forms that models write; the first group holds the numbers.
static MARKER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)^(?:
            \[\[?\s*\^?(?:(?:sources?|evidence|ref)\s*[:.]?\s*)?(\d{1,3}(?:\s*[,;\x{2013}-]\s*\d{1,3})*)\s*\]\]?
            | [\x{3010}\x{FF3B}]\s*(\d{1,3}(?:\s*[,;\x{2013}-]\s*\d{1,3})*)\s*(?:\x{2020}[^\x{3011}\x{FF3D}]{0,40})?[\x{3011}\x{FF3D}]
        )",
    )
    .ok()
});
/// What may yet become one.
static BEGINNING: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)^(?:
            \[\[?\s*\^?[a-z]{0,8}\s*[:.]?[\d\s,;\x{2013}-]{0,40}\]?
            | [\x{3010}\x{FF3B}][\d\s,;\x{2013}-]{0,40}(?:\x{2020}[^\x{3011}\x{FF3D}]{0,40})?
        )$",
    )
    .ok()
});
/// The most of a link's target that is waited for.
const LINK: usize = 400;

/// Reads a stream of text.
#[derive(Debug)]
pub(crate) struct Markers {
    /// Evidence has the numbers from 1 to this.
    known: u16,
    /// What is not yet decided.
    held: String,
    /// Decided white space behind which a marker may still be taken out.
    space: String,
    at_line_start: bool,
    /// Markers that were taken out.
    pub(crate) dropped: u32,
}

/// What stands at the beginning of the held text.
enum Next {
    /// So many bytes of plain text.
    Plain(usize),
    /// So many bytes of a fenced block.
    Block(usize),
    /// A marker of so many bytes.
    Marker(usize, Vec<u16>),
    /// More text decides.
    Wait,
}

impl Markers {
    pub(crate) fn new(known: u16) -> Self {
        Self { known, held: String::new(), space: String::new(), at_line_start: true, dropped: 0 }
    }

    /// Takes the next piece of the stream.
    pub(crate) fn push(&mut self, text: &str) -> Vec<Piece> {
        self.held.push_str(text);
        self.read(false)
    }

    /// The stream has ended.
    pub(crate) fn finish(&mut self) -> Vec<Piece> {
        let mut pieces = self.read(true);
        let space = std::mem::take(&mut self.space);
        add_text(&mut pieces, &space);
        pieces
    }

    fn read(&mut self, ended: bool) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let mut at = 0;
        let held = std::mem::take(&mut self.held);
        while at < held.len() {
            match next(&held[at..], self.at_line_start, ended) {
                Next::Wait => break,
                Next::Plain(bytes) => {
                    self.plain(&held[at..at + bytes], &mut pieces);
                    at += bytes;
                }
                Next::Block(bytes) => {
                    let space = std::mem::take(&mut self.space);
                    add_text(&mut pieces, &space);
                    pieces.push(Piece::Code(held[at..at + bytes].to_owned()));
                    self.at_line_start = true;
                    at += bytes;
                }
                Next::Marker(bytes, numbers) => {
                    self.marker(&numbers, &mut pieces);
                    at += bytes;
                }
            }
        }
        held[at..].clone_into(&mut self.held);
        pieces
    }

    /// Text behind which only spaces are held back: they go with a marker that is taken out.
    fn plain(&mut self, text: &str, pieces: &mut Vec<Piece>) {
        let kept = text.trim_end_matches(' ');
        if !kept.is_empty() {
            let space = std::mem::take(&mut self.space);
            add_text(pieces, &space);
            add_text(pieces, kept);
            self.at_line_start = kept.ends_with('\n');
        }
        self.space.push_str(&text[kept.len()..]);
    }

    fn marker(&mut self, numbers: &[u16], pieces: &mut Vec<Piece>) {
        let good: Vec<u16> = numbers.iter().copied().filter(|n| (1..=self.known).contains(n)).collect();
        self.dropped += u32::try_from(numbers.len() - good.len()).unwrap_or(u32::MAX);
        let space = std::mem::take(&mut self.space);
        if good.is_empty() {
            return;
        }
        add_text(pieces, &space);
        pieces.extend(good.into_iter().map(Piece::Cite));
        self.at_line_start = false;
    }
}

fn add_text(pieces: &mut Vec<Piece>, text: &str) {
    if text.is_empty() {
        return;
    }
    match pieces.last_mut() {
        Some(Piece::Text(before)) => before.push_str(text),
        _ => pieces.push(Piece::Text(text.to_owned())),
    }
}

fn next(text: &str, at_line_start: bool, ended: bool) -> Next {
    if at_line_start {
        match fenced_block(text, ended) {
            Some(Next::Plain(0)) | None => {}
            Some(found) => return found,
        }
    }
    match text.chars().next() {
        Some('`') => inline_code(text, ended),
        Some('[' | '\u{3010}' | '\u{FF3B}') => marker(text, ended),
        Some('\\') if text.len() == 1 && !ended => Next::Wait,
        Some('\\') => Next::Plain(text.chars().take(2).map(char::len_utf8).sum()),
        _ => {
            let special = |c: char| matches!(c, '`' | '[' | '\u{3010}' | '\u{FF3B}' | '\\');
            let stop = text.find(special).unwrap_or(text.len());
            // A line's beginning may open a block.
            let line = text[..stop].find('\n').map_or(stop, |end| end + 1);
            Next::Plain(line)
        }
    }
}

/// A fenced code block (`CommonMark` 4.5); `None` where the line opens none.
fn fenced_block(text: &str, ended: bool) -> Option<Next> {
    let indent = text.len() - text.trim_start_matches(' ').len();
    let rest = &text[indent..];
    if indent > 3 {
        return None;
    }
    let Some(mark) = rest.chars().next() else { return (!ended).then_some(Next::Wait) };
    if mark != '`' && mark != '~' {
        return None;
    }
    let fence = rest.len() - rest.trim_start_matches(mark).len();
    let (line, after) = match rest.split_once('\n') {
        Some((line, after)) => (line, after),
        // Fewer than three marks, and something else behind them: inline code.
        None if fence < 3 && fence < rest.len() => return None,
        None if !ended => return Some(Next::Wait),
        None => (rest, ""),
    };
    if fence < 3 || (mark == '`' && line[fence..].contains('`')) {
        return None;
    }
    let mut at = text.len() - after.len();
    for line in after.split_inclusive('\n') {
        let bare = line.trim_end_matches(['\n', '\r']).trim_matches(' ');
        let is_closing = bare.len() >= fence && bare.chars().all(|c| c == mark);
        let is_whole = line.ends_with('\n');
        at += line.len();
        if is_closing && (is_whole || ended) {
            return Some(Next::Block(at));
        }
    }
    Some(if ended { Next::Block(text.len()) } else { Next::Wait })
}

/// Inline code to its closing backticks; backticks that are never closed are plain text.
fn inline_code(text: &str, ended: bool) -> Next {
    let ticks = text.len() - text.trim_start_matches('`').len();
    if ticks == text.len() && !ended {
        return Next::Wait;
    }
    let paragraph = text.find("\n\n").map_or(text.len(), |end| end);
    let mut at = ticks;
    while let Some(found) = text[at..paragraph].find('`') {
        let start = at + found;
        let run = text[start..].len() - text[start..].trim_start_matches('`').len();
        at = start + run;
        // A run at the end of what has come may grow.
        if run == ticks && (at < text.len() || ended) {
            return Next::Plain(at);
        }
    }
    if paragraph == text.len() && !ended { Next::Wait } else { Next::Plain(ticks) }
}

fn marker(text: &str, ended: bool) -> Next {
    let is_match = |pattern: &LazyLock<Option<Regex>>| pattern.as_ref().is_some_and(|p| p.is_match(text));
    let opening = text.chars().next().map_or(1, char::len_utf8);
    let Some(found) = MARKER.as_ref().and_then(|pattern| pattern.captures(text)) else {
        return if is_match(&BEGINNING) && !ended { Next::Wait } else { Next::Plain(opening) };
    };
    let whole = found.get(0).map_or(opening, |whole| whole.end());
    let numbers = found.get(1).or_else(|| found.get(2)).map_or(Vec::new(), |list| numbers(list.as_str()));
    let behind = &text[whole..];
    // `[[1]` may be followed by `]`, and `[1]` by a link's target.
    if behind.is_empty() && !ended {
        return Next::Wait;
    }
    if text.starts_with("[[") && !text[..whole].ends_with("]]") {
        return Next::Plain(opening);
    }
    match behind.strip_prefix('(') {
        None => Next::Marker(whole, numbers),
        Some(target) => match target.find([')', '\n', ' ']) {
            Some(end) if target[end..].starts_with(')') => Next::Marker(whole + end + 2, numbers),
            None if !ended && target.len() < LINK => Next::Wait,
            _ => Next::Marker(whole, numbers),
        },
    }
}

/// `1, 2` and `1-3`, without repetitions.
fn numbers(list: &str) -> Vec<u16> {
    let mut all: Vec<u16> = Vec::new();
    for part in list.split([',', ';']) {
        let ends: Vec<u16> =
            part.split(['-', '\u{2013}']).filter_map(|number| number.trim().parse().ok()).collect();
        let range = match ends[..] {
            [from, to] if from <= to && to - from < 20 => (from..=to).collect(),
            _ => ends,
        };
        for n in range {
            if !all.contains(&n) {
                all.push(n);
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(pieces: &[Piece]) -> String {
        let text = |piece: &Piece| match piece {
            Piece::Text(text) | Piece::Code(text) => text.clone(),
            Piece::Cite(n) => format!("<{n}>"),
        };
        pieces.iter().map(text).collect()
    }

    fn whole(text: &str) -> (String, u32) {
        let mut markers = Markers::new(3);
        let mut pieces = markers.push(text);
        pieces.extend(markers.finish());
        (rendered(&pieces), markers.dropped)
    }

    #[test]
    fn markers_are_read_in_every_form() {
        for (text, expected, dropped) in [
            ("A lock [1].", "A lock <1>.", 0),
            ("A [1, 2] b [1][3]", "A <1><2> b <1><3>", 0),
            ("A [[2]] b \u{3010}3\u{2020}L1-L4\u{3011}", "A <2> b <3>", 0),
            ("A [1-3]; \u{FF3B}2\u{FF3D}", "A <1><2><3>; <2>", 0),
            ("A [^1] [Source 2] [sources: 1, 3]", "A <1> <2> <1><3>", 0),
            ("A [1](https://evil.example/x) b", "A <1> b", 0),
            ("A [9]. B [2, 7] c", "A. B <2> c", 2),
            ("[0] start", " start", 1),
            ("see [the docs](x) and [a] and [x1]", "see [the docs](x) and [a] and [x1]", 0),
            ("`a[1]` and ``b ` [2]`` but [3]", "`a[1]` and ``b ` [2]`` but <3>", 0),
            ("an open ` tick [1]", "an open ` tick <1>", 0),
            ("\\[1] stays", "\\[1] stays", 0),
            ("x\n```python\na[1] = 2\n```\nthen [1]", "x\n```python\na[1] = 2\n```\nthen <1>", 0),
            ("```\nopen [1]", "```\nopen [1]", 0),
            ("~~~\n[1]\n~~~", "~~~\n[1]\n~~~", 0),
        ] {
            assert_eq!(whole(text), (expected.to_owned(), dropped), "{text}");
        }
    }

    #[test]
    fn what_is_decided_is_not_held_back() {
        let mut markers = Markers::new(3);
        assert_eq!(rendered(&markers.push("Threads share memory")), "Threads share memory");
        assert_eq!(rendered(&markers.push(" [")), "");
        assert_eq!(rendered(&markers.push("1")), "");
        assert_eq!(rendered(&markers.push("]. And")), " <1>. And");
    }

    proptest::proptest! {
        #[test]
        fn cuts_change_nothing(
            parts in proptest::collection::vec("[a-c \n`~\\\\\\[\\]()0-9,\u{3010}\u{3011}é]{0,6}|\\[[0-9]\\]|```\n|\\[1, 2\\]", 0..24),
            cut in 1_usize..5,
        ) {
            let text = parts.concat();
            let mut markers = Markers::new(3);
            let mut pieces = Vec::new();
            let chars: Vec<char> = text.chars().collect();
            for piece in chars.chunks(cut) {
                pieces.extend(markers.push(&piece.iter().collect::<String>()));
            }
            pieces.extend(markers.finish());
            proptest::prop_assert_eq!((rendered(&pieces), markers.dropped), whole(&text));
        }
    }
}
