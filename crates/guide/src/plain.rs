//! Plain documents: Markdown by its headings, other text as one piece.

use crate::files::stem_of;
use crate::front_matter::{self, Block};
use crate::markdown::Outline;
use crate::names::Unique;
use crate::source::{Source, without_blank_lines};
use viva_core::guide::{Section, SectionKind};

/// An entry that has no id and no module yet: both depend on what else there is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Draft {
    /// What the id is made of.
    pub(crate) name: String,
    pub(crate) text: String,
    pub(crate) aliases: Vec<String>,
    pub(crate) sections: Vec<Section>,
    /// The title of the module that the file itself names; else it belongs to its folder's.
    pub(crate) module_title: Option<String>,
}

/// Reads a Markdown document whose outline begins below the front matter: a section for each heading with text below it, and one for the text
/// before the first heading. The first `# ` heading is the title, else the file's name is.
pub(crate) fn markdown(source: &Source, outline: &Outline) -> Draft {
    let text = source.text.as_str();
    let (body, foreign_title) = match front_matter::find(text) {
        Block::Found { yaml, body } => (body, front_matter::foreign_title(&text[yaml])),
        Block::Missing | Block::Unclosed => (0, None),
    };
    let first = outline.headings.iter().find(|heading| heading.level == 1 && !heading.title.is_empty());
    let title = first.map(|heading| heading.title.clone()).or(foreign_title);
    let title = title.unwrap_or_else(|| humanise(stem_of(&source.file.path)));

    let mut anchors = Unique::default();
    let mut sections = Vec::new();
    let mut add = |heading: &str, name: &str, range: std::ops::Range<usize>| {
        let range = without_blank_lines(text, range);
        if !range.is_empty() {
            let anchor = anchors.slug(name, "section");
            let heading = heading.to_owned();
            sections.push(Section {
                kind: SectionKind::Text,
                anchor,
                heading,
                markdown: text[range].to_owned(),
            });
        }
    };
    let first_heading = outline.headings.first().map_or(text.len(), |heading| heading.range.start);
    add(&title, "introduction", body..first_heading.max(body));
    for (index, heading) in outline.headings.iter().enumerate() {
        let end = outline.headings.get(index + 1).map_or(text.len(), |next| next.range.start);
        add(&heading.title, &heading.title, heading.range.end.min(end)..end);
    }
    draft(source, title, sections)
}

/// Reads a text document as one section.
pub(crate) fn text(source: &Source) -> Draft {
    let title = humanise(stem_of(&source.file.path));
    let range = without_blank_lines(&source.text, 0..source.text.len());
    let markdown = source.text[range].to_owned();
    let whole =
        Section { kind: SectionKind::Text, anchor: "text".to_owned(), heading: title.clone(), markdown };
    draft(source, title, if whole.markdown.is_empty() { Vec::new() } else { vec![whole] })
}

fn draft(source: &Source, text: String, sections: Vec<Section>) -> Draft {
    let path = source.file.path.as_str();
    let name = path.rsplit_once('.').map_or(path, |(name, _)| name).to_owned();
    Draft { name, text, aliases: Vec::new(), sections, module_title: None }
}

/// `aws_s3-notes` becomes `aws s3 notes`.
pub(crate) fn humanise(stem: &str) -> String {
    let words: Vec<_> = stem.split(['_', '-', ' ']).filter(|word| !word.is_empty()).collect();
    if words.is_empty() { stem.to_owned() } else { words.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::FileRef;
    use crate::markdown::outline;

    fn read(path: &str, text: &str) -> Draft {
        let source = Source::new(FileRef::new(0, path), text.to_owned());
        let body = match front_matter::find(&source.text) {
            Block::Found { body, .. } => body,
            Block::Missing | Block::Unclosed => 0,
        };
        let outline = outline(&source.text, body).unwrap();
        markdown(&source, &outline)
    }

    fn sections(draft: &Draft) -> Vec<(&str, &str, &str)> {
        let sections = draft.sections.iter();
        sections.map(|s| (s.anchor.as_str(), s.heading.as_str(), s.markdown.as_str())).collect()
    }

    #[test]
    fn headings_make_sections_and_the_text_before_them_too() {
        let draft = read(
            "notes/aws_s3.md",
            "Before.\n\n# S3 & friends\n\n  - indented\n\n## Cost\nA\n## Cost\nB\n### Empty\n## 日本\nC\n",
        );
        assert_eq!((draft.name.as_str(), draft.text.as_str()), ("notes/aws_s3", "S3 & friends"));
        assert_eq!(
            sections(&draft),
            [
                ("introduction", "S3 & friends", "Before."),
                ("s3-friends", "S3 & friends", "  - indented"),
                ("cost", "Cost", "A"),
                ("cost-2", "Cost", "B"),
                ("section", "日本", "C"),
            ]
        );
    }

    #[test]
    fn without_a_heading_the_name_is_the_title() {
        let draft = read("aws_s3-notes.md", "Only text.");
        assert_eq!(draft.text, "aws s3 notes");
        assert_eq!(sections(&draft), [("introduction", "aws s3 notes", "Only text.")]);
    }

    #[test]
    fn front_matter_of_others_gives_the_title_and_is_no_text() {
        let draft = read("post.md", "---\ntitle: \"A post\"\ntags: [x]\n---\nHello.\n");
        assert_eq!(draft.text, "A post");
        assert_eq!(sections(&draft), [("introduction", "A post", "Hello.")]);
    }
}
