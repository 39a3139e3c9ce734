//! Mermaid diagrams, drawn here: flowcharts and sequence diagrams of the subset that the guide uses.
//!
//! A picture for those who see it and the same in words for everybody, both from one parse. What is not understood is
//! shown as its source. Refused: a renderer of the whole language. The ones for Rust put colours and fonts into `style`
//! attributes, which the page's policy forbids and a dark theme cannot reach, read the system's fonts, or take seconds
//! for thirty boxes; and the original is a megabyte of script.

mod draw;
mod flow;
mod layout;
mod order;
mod sequence;

use crate::markdown::escape_into;

/// More boxes or arrows than this are told in words only: nobody reads such a picture, and the layout's cost is bounded.
const MAX_PARTS: usize = 120;

/// The diagram as a picture above its description; source text in a box where it cannot be read.
pub(crate) fn html(source: &str) -> String {
    let drawn = flow::parse(source)
        .map(|flow| (layout::place(&flow).map(|placed| draw::flow(&flow, &placed)), flow.words()))
        .or_else(|| sequence::parse(source).map(|sequence| (sequence.draw(), sequence.words())));
    let mut out = String::from("<div class=\"diagram\">");
    if let Some((picture, words)) = drawn {
        write_drawn(&mut out, picture.as_deref(), &words);
    } else {
        out.push_str(concat!(
            "<p>A diagram, as its source:</p>",
            "<pre role=\"group\" tabindex=\"0\" aria-label=\"Diagram source\"><code>"
        ));
        escape_into(&mut out, source);
        out.push_str("</code></pre>");
    }
    out.push_str("</div>\n");
    out
}

/// The picture with its words folded; without a picture, the words alone.
fn write_drawn(out: &mut String, picture: Option<&str>, words: &[String]) {
    if let Some(svg) = picture {
        let label = "Diagram, described in words below";
        out.push_str(&format!(
            "<div class=\"canvas\" role=\"group\" tabindex=\"0\" aria-label=\"{label}\">{svg}</div>"
        ));
        out.push_str("<details><summary>The diagram in words</summary>");
    }
    out.push_str("<ul>");
    for line in words {
        out.push_str("<li>");
        escape_into(out, line);
        out.push_str("</li>");
    }
    out.push_str("</ul>");
    if picture.is_some() {
        out.push_str("</details>");
    }
}

/// `label` broken at spaces into lines of about `limit` characters.
fn wrap(label: &str, limit: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in label.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= limit => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    if lines.is_empty() { vec![String::new()] } else { lines }
}

/// Width of the widest line, in pixels: an upper estimate for 13 px sans-serif, as no font is at hand here.
fn text_width(lines: &[String]) -> f64 {
    lines.iter().map(|line| line.chars().map(char_width).sum::<f64>()).fold(0.0, f64::max)
}

fn char_width(c: char) -> f64 {
    match c {
        'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | '(' | ')' | '[' | ']' | ' '
        | 't' | 'f' | 'r' => 4.6,
        'm' | 'w' | 'M' | 'W' | '%' | '@' => 11.5,
        c if c.is_ascii_uppercase() => 9.2,
        c if c.is_ascii() => 7.4,
        _ => 13.0,
    }
}

/// Distance of two lines of text.
const LINE: f64 = 17.0;

/// Writes centred lines of text around a point.
fn write_lines(out: &mut String, class: &str, lines: &[String], x: f64, y: f64) {
    let first = y - LINE * (lines.len() as f64 - 1.0) / 2.0 + 4.5;
    out.push_str(&format!("<text class=\"{class}\" x=\"{x:.0}\" y=\"{first:.1}\">"));
    for (at, line) in lines.iter().enumerate() {
        let dy = if at == 0 { 0.0 } else { LINE };
        out.push_str(&format!("<tspan x=\"{x:.0}\" dy=\"{dy:.0}\">"));
        escape_into(out, line);
        out.push_str("</tspan>");
    }
    out.push_str("</text>");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flowchart_is_drawn_and_told() {
        let html = html(
            "flowchart LR\n  A[Clients] -- \"reads, writes\" --> B{Hit?} & C[(Store)]\n  B -. miss .-> C\n",
        );
        assert!(html.contains("<svg"), "{html}");
        for line in ["Clients → Hit?: reads, writes", "Clients → Store: reads, writes", "Hit? → Store: miss"]
        {
            assert!(html.contains(line), "{line} in {html}");
        }
    }

    #[test]
    fn a_sequence_is_drawn_and_told() {
        let html = html(
            "sequenceDiagram\n participant A as Client\n A->>B: read\n Note over A,B: wait\n alt CP\n B--xA: error\n end\n",
        );
        assert!(html.contains("<svg"), "{html}");
        assert!(
            html.contains("Client → B: read") && html.contains("Note: wait") && html.contains("lost"),
            "{html}"
        );
    }

    #[test]
    fn what_is_not_understood_is_shown_as_source() {
        let html = html("gantt\n title <script>");
        assert!(!html.contains("<svg") && html.contains("&lt;script&gt;"), "{html}");
    }

    #[test]
    fn a_giant_is_told_in_words() {
        let source =
            (0..=MAX_PARTS).fold("flowchart TD\n".to_owned(), |text, n| text + &format!("a{n} --> b{n}\n"));
        let html = html(&source);
        assert!(!html.contains("<svg") && html.contains("a7 → b7"), "{html}");
    }
}
