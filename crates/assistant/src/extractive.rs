//! [`Evidence`] -> text with markers: the guide's own words, byte for byte.

use crate::evidence::Evidence;
use crate::markdown::ends_in_paragraph;
use crate::quote::quote;
use crate::words::Words;
use viva_core::guide::SectionKind;
use viva_core::turn::{Citation, Source};

/// A piece of an extractive answer: text, and the citation that its marker stands for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Piece {
    pub(crate) text: String,
    pub(crate) citation: Citation,
}

/// One piece for each source, in order. The guide's text is never changed; headings and markers are put around it.
pub(crate) fn compose(words: &Words, evidence: &Evidence, question: &str) -> Vec<Piece> {
    let several = evidence.entries.len() > 1;
    let mut entry = None;
    let mut pieces: Vec<Piece> = Vec::new();
    for source in &evidence.sources {
        let opens_entry = entry != Some(&source.question);
        entry = Some(&source.question);
        let mut text = if pieces.is_empty() { String::new() } else { "\n\n".to_owned() };
        if several && opens_entry {
            text.push_str("### ");
            text.push_str(&source.title);
            text.push_str("\n\n");
        }
        text.push_str(&body(source, evidence.lead_of(source.n), opens_entry));
        let citation = Citation {
            n: source.n,
            question: source.question.clone(),
            section: source.section,
            anchor: source.anchor.clone(),
            quote: quote(words, &source.text, question).to_owned(),
        };
        pieces.push(Piece { text, citation });
    }
    pieces
}

/// The section under its heading. The marker stands at the end of the text where that is a paragraph, otherwise
/// beside the heading, so that it never touches code, a list or a table.
fn body(source: &Source, lead: Option<&str>, opens_entry: bool) -> String {
    let heading = match source.section {
        SectionKind::ShortAnswer if opens_entry => None,
        SectionKind::ShortAnswer => Some("In short"),
        SectionKind::Explanation => Some("Explanation"),
        SectionKind::Example => Some("Example"),
        SectionKind::Pitfalls => Some("Pitfalls"),
        SectionKind::Deeper => Some("Going deeper"),
        SectionKind::FollowUp => lead,
        SectionKind::Text => None,
    };
    let marker = format!("[{}]", source.n);
    match heading {
        Some(heading) => format!("**{heading}** {marker}\n\n{}", source.text),
        None if ends_in_paragraph(&source.text) => format!("{} {marker}", source.text),
        None => format!("{}\n\n{marker}", source.text),
    }
}
