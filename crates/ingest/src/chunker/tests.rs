use super::*;
use crate::digest::{chunk_id, content_digest};
use crate::testing::{follow_up, guide, module, question, section, words};
use proptest::prelude::*;
use std::collections::HashSet;
use viva_core::guide::Section;

fn chunked(questions: Vec<Question>, max_tokens: usize) -> ChunkedGuide {
    let options = ChunkerOptions::default();
    Chunker::new(&options, max_tokens, &words).guide(&guide(vec![module("threads", "Threads", questions)]))
}

fn texts(chunked: &ChunkedGuide) -> Vec<&str> {
    chunked.chunks.iter().map(|sized| sized.chunk.text.as_str()).collect()
}

#[test]
fn a_card_has_a_row_for_every_wording() {
    let gil = question("gil", "What is the GIL?", &["global lock", "", " global lock ", "What is the GIL?"]);
    let chunked = chunked(vec![gil], 256);
    let card = &chunked.chunks[0].chunk;
    assert_eq!(card.origin, Origin::Card);
    assert_eq!(card.text, "What is the GIL?\nglobal lock");
    assert_eq!(card.passages, ["What is the GIL?", "Threads: What is the GIL?", "global lock"]);
    assert_eq!(chunked.chunks[0].tokens, [4, 5, 2]);
    assert_eq!(bm25_text(card), card.text);
}

#[test]
fn the_module_row_is_an_option() {
    let options = ChunkerOptions { module_row: false, ..ChunkerOptions::default() };
    let threads = guide(vec![module("threads", "Threads", vec![question("gil", "What?", &["lock"])])]);
    let chunked = Chunker::new(&options, 256, &words).guide(&threads);
    assert_eq!(chunked.chunks[0].chunk.passages, ["What?", "lock"]);
    assert_ne!(chunker_identity(&options, 256), chunker_identity(&ChunkerOptions::default(), 256));
}

#[test]
fn a_bare_question_has_a_card_and_an_empty_section_gives_nothing() {
    let mut gil = question("gil", "What is the GIL?", &[]);
    gil.sections = vec![section(SectionKind::Explanation, "Explanation", " \n\n ")];
    assert_eq!(texts(&chunked(vec![gil], 256)), ["What is the GIL?"]);
}

#[test]
fn a_section_that_fits_is_one_chunk_with_its_heading_path() {
    let mut gil = question("gil", "What is the GIL?", &[]);
    gil.sections = vec![section(SectionKind::ShortAnswer, "Short answer", "A lock.\n\nIt is held.")];
    let chunked = chunked(vec![gil], 256);
    let chunk = &chunked.chunks[1].chunk;
    assert_eq!(chunk.text, "A lock.\n\nIt is held.");
    assert_eq!(chunk.passages, ["Threads > What is the GIL? > Short answer\nA lock.\n\nIt is held."]);
    assert_eq!(bm25_text(chunk), chunk.passages[0]);
    let short = SectionKind::ShortAnswer;
    assert_eq!(chunk.origin, Origin::Section { kind: short, anchor: "short-answer".to_owned(), part: 0 });
}

#[test]
fn a_follow_up_is_a_chunk_of_its_own() {
    let mut gil = question("gil", "What is the GIL?", &[]);
    gil.follow_ups = vec![follow_up("Why?", "Because."), follow_up("Since when?", "Always.\n\nNearly.")];
    let chunked = chunked(vec![gil], 256);
    let chunk = &chunked.chunks[2].chunk;
    assert_eq!(chunk.text, "Since when?\nAlways.\n\nNearly.");
    assert!(
        chunk.passages[0].starts_with("Threads > What is the GIL? > Since when?\n"),
        "{:?}",
        chunk.passages
    );
    let Origin::Section { kind, anchor, part } = &chunk.origin else { panic!("{:?}", chunk.origin) };
    assert_eq!((*kind, anchor.as_str(), *part), (SectionKind::FollowUp, "follow-up-2", 0));
}

/// The parts of `markdown` where `room` tokens are left beside the heading path.
fn parts(markdown: &str, room: usize) -> Vec<String> {
    let mut doc = question("doc", "Doc", &[]);
    doc.sections = vec![section(SectionKind::Text, "", markdown)];
    let chunked = chunked(vec![doc], room + words("Threads > Doc"));
    assert_eq!(chunked.over_window, 0);
    chunked.chunks.into_iter().skip(1).map(|sized| sized.chunk.text).collect()
}

#[test]
fn long_text_is_cut_between_paragraphs_into_parts_of_about_equal_size() {
    let paragraph = "one two three four five six.";
    let text = [paragraph; 4].join("\n\n");
    // Three would fit into the first part: one would be left over.
    assert_eq!(parts(&text, 20), vec![[paragraph; 2].join("\n\n"); 2]);
}

#[test]
fn code_that_fits_is_never_cut_and_keeps_its_output() {
    let code = "```python\na = 1\n\n\nb = 2\n\nc = 3\n```\n```output\n1 2 3\n```";
    let before = "one two three four five six seven eight nine ten.";
    let after = "Eleven twelve thirteen fourteen fifteen.";
    let text = format!("{before}\n\n{code}\n\n{after}");
    assert_eq!(parts(&text, 17), [before, code, after]);
}

#[test]
fn what_leads_into_something_stays_with_it() {
    let before = "one two three four five six seven eight nine ten.";
    let list = "- one two three four five\n- one two three four five";
    let code = "```sh\none two three four five six seven eight nine ten\n```";
    for lead_in in ["### How so", "Like so:", "**Like so.**"] {
        assert_eq!(
            parts(&format!("{before}\n\n{lead_in}\n{list}"), 16),
            [before, &format!("{lead_in}\n{list}")]
        );
        assert_eq!(
            parts(&format!("{before}\n\n{lead_in}\n\n{code}"), 16),
            [before, &format!("{lead_in}\n\n{code}")]
        );
    }
    // Part of a longer paragraph, or without room: it stays where it was.
    let whole = format!("{before}\nLike so:");
    assert_eq!(parts(&format!("{whole}\n\n{code}"), 16), [whole.as_str(), code]);
    let whole = format!("{before}\n\nLike so:");
    assert_eq!(parts(&format!("{whole}\n\n{code}"), 13), [whole.as_str(), code]);
}

#[test]
fn long_code_is_cut_between_lines_and_rather_at_empty_ones() {
    let text = "```python\na = 1\nb = 2\nc = 3\nd = 4\n\n    e = 5\nf = 6\ng = 7\nh = 8\ni = 9\n```";
    let expected = ["```python\na = 1\nb = 2\nc = 3\nd = 4", "    e = 5\nf = 6\ng = 7\nh = 8\ni = 9\n```"];
    assert_eq!(parts(text, 18), expected);
}

#[test]
fn a_line_of_code_that_is_too_long_is_cut_and_counted() {
    let line = (0..40).map(|n| format!("n{n}")).collect::<Vec<_>>().join(" ");
    let mut doc = question("doc", "Doc", &[]);
    doc.sections = vec![section(SectionKind::Text, "", &format!("```\nfirst\n{line}\nlast\n```"))];
    let chunked = chunked(vec![doc], 22);
    assert_eq!((chunked.cut_lines, chunked.over_window), (1, 0));
    assert!(chunked.chunks.len() > 3, "{:?}", texts(&chunked));
}

#[test]
fn a_question_longer_than_the_window_is_counted() {
    let long = "why ".repeat(300);
    assert_eq!(chunked(vec![question("why", &long, &[])], 256).over_window, 2);
}

#[test]
fn a_passage_may_fill_the_window() {
    let of = |tokens: usize| {
        let mut doc = question("doc", "Doc", &[]);
        let text = "word ".repeat(tokens - words("Threads > Doc"));
        doc.sections = vec![section(SectionKind::Text, "", &text)];
        chunked(vec![doc], 64).chunks.into_iter().skip(1).map(|sized| sized.tokens[0]).collect::<Vec<_>>()
    };
    assert_eq!(of(64), [64]);
    assert_eq!(of(65).len(), 2);
}

#[test]
fn the_size_asked_for_is_kept_and_the_window_is_the_limit() {
    let sized = |tokens: usize| ChunkerOptions {
        passage_tokens: NonZeroUsize::new(tokens),
        ..ChunkerOptions::default()
    };
    let mut doc = question("doc", "Doc", &[]);
    doc.sections = vec![section(SectionKind::Text, "", &"One two three. ".repeat(60))];
    let doc = guide(vec![module("m", "M", vec![doc])]);
    let options = sized(40);
    let small = Chunker::new(&options, 256, &words).guide(&doc);
    assert!(small.chunks.iter().all(|sized| sized.tokens.iter().all(|tokens| *tokens <= 40)));
    assert_eq!(chunker_identity(&sized(1_000), 256), chunker_identity(&ChunkerOptions::default(), 256));
    assert_ne!(chunker_identity(&sized(40), 256), chunker_identity(&ChunkerOptions::default(), 256));
}

#[test]
fn an_encoder_whose_lines_do_not_add_up_still_gets_what_fits() {
    // Every line break is a token of its own, which the sum over lines cannot know.
    let count = |text: &str| words(text) + text.matches('\n').count();
    let options = ChunkerOptions::default();
    let mut doc = question("doc", "Doc", &[]);
    doc.sections = vec![section(SectionKind::Text, "", &"word\n".repeat(300))];
    let chunked = Chunker::new(&options, 66, &count).guide(&guide(vec![module("m", "M", vec![doc])]));
    assert!(chunked.chunks.iter().flat_map(|sized| &sized.tokens).all(|tokens| *tokens <= 64));
}

#[test]
fn tokens_are_counted_in_proportion_to_length() {
    // How much text the token counter is shown.
    let shown = |paragraphs: usize| {
        let bytes = std::cell::Cell::new(0);
        let count = |text: &str| {
            bytes.set(bytes.get() + text.len());
            words(text)
        };
        let paragraph = |n| format!("Word{n} and *more* `code{n}` of it.\n\n");
        let text = (0..paragraphs).map(paragraph).collect::<Vec<_>>().concat();
        let mut doc = question("doc", "Doc", &[]);
        doc.sections = vec![section(SectionKind::Text, "", &text)];
        let options = ChunkerOptions::default();
        Chunker::new(&options, 256, &count).guide(&guide(vec![module("m", "M", vec![doc])]));
        bytes.get() as f64
    };
    let growth = shown(16_000) / shown(8_000);
    assert!(growth < 2.3, "twice the text, {growth} times the work");
}

/// Tokens as a word-piece encoder might count them: long words have several.
fn pieces(text: &str) -> usize {
    text.split_whitespace().map(|word| word.chars().count().div_ceil(4)).sum()
}

fn block() -> impl Strategy<Value = String> {
    let words = |most| prop::collection::vec("[a-zé.`*_]{1,9}", 1..most).prop_map(|words| words.join(" "));
    let line = "[ ]{0,8}[a-z_=()#:.]{1,30}( [a-z0-9]{1,9}){0,5}";
    let code = |info: &'static str| {
        prop::collection::vec(prop_oneof![4 => line, 1 => Just(String::new()), 1 => "[a-z]{60,400}"], 1..30)
            .prop_map(move |lines| format!("```{info}\n{}\n```", lines.join("\n")))
    };
    prop_oneof![
        words(60),
        prop::collection::vec(words(20), 1..6).prop_map(|items| format!("- {}", items.join("\n- "))),
        prop::collection::vec(words(4), 2..9)
            .prop_map(|cells| format!("| {} |\n|---|\n| x |", cells.join(" |\n| "))),
        words(5).prop_map(|heading| format!("### {heading}")),
        code("python"),
        code("output"),
        code("mermaid"),
        "\\PC{0,200}",
        "[ \\t\\n#>`~*|-]{0,40}",
        "[a-z]{200,900}",
    ]
}

fn markdown() -> impl Strategy<Value = String> {
    let breaks = prop_oneof![Just("\n"), Just("\n\n"), Just("\n\n\n  \n"), Just("\r\n")];
    prop::collection::vec((block(), breaks), 0..8)
        .prop_map(|blocks| blocks.into_iter().map(|(block, end)| block + end).collect())
}

fn without_white_space(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

fn document(sections: Vec<String>) -> Question {
    let mut doc = question("doc", "What is this?", &["it", "that one"]);
    doc.sections = (0..)
        .zip(sections)
        .map(|(n, markdown)| Section {
            anchor: format!("text-{n}"),
            ..section(SectionKind::Text, "Some heading", &markdown)
        })
        .collect();
    doc
}

fn chunks_of(chunked: &ChunkedGuide, wanted: &str) -> Vec<SizedChunk> {
    let is_wanted = |sized: &&SizedChunk| match &sized.chunk.origin {
        Origin::Section { anchor, .. } => anchor == wanted,
        Origin::Card => false,
    };
    chunked.chunks.iter().filter(is_wanted).cloned().collect()
}

proptest! {
    #[test]
    fn no_text_is_lost_and_every_part_is_verbatim_and_fits(text in markdown(), max_tokens in 40_usize..300) {
        let options = ChunkerOptions::default();
        let doc = guide(vec![module("m", "Module", vec![document(vec![text.clone()])])]);
        let chunked = Chunker::new(&options, max_tokens, &pieces).guide(&doc);
        let parts = chunks_of(&chunked, "text-0");
        let mut at = 0;
        for (n, sized) in parts.iter().enumerate() {
            let part = &sized.chunk.text;
            let found = text[at..].find(part.as_str());
            prop_assert!(found.is_some(), "part {n} is not in the rest of the text: {part:?}");
            at += found.unwrap_or(0) + part.len();
            prop_assert!(!part.trim().is_empty());
            prop_assert!(sized.chunk.passages[0].ends_with(part.as_str()));
            prop_assert_eq!(sized.tokens[0], pieces(&sized.chunk.passages[0]));
            let tokens = sized.tokens[0];
            prop_assert!(tokens <= max_tokens, "part {n} has {tokens}");
        }
        let joined: String = parts.iter().map(|sized| without_white_space(&sized.chunk.text)).collect();
        prop_assert_eq!(joined, without_white_space(&text));
    }

    #[test]
    fn code_that_fits_stands_in_one_part(blocks in prop::collection::vec(block(), 1..8)) {
        // Only where the generated block is the one that Markdown sees: noise around it may open another
        // fence.
        let openings = ["```python\n", "```output\n", "```mermaid\n"];
        let is_code = |block: &String| openings.iter().any(|opening| block.starts_with(opening));
        let is_plain = |block: &String| is_code(block) || !block.contains(['`', '~', '<', '>', '$']);
        let blocks: Vec<_> = blocks.into_iter().filter(is_plain).collect();
        let text = blocks.join("\n\n");
        let options = ChunkerOptions::default();
        let doc = guide(vec![module("m", "Module", vec![document(vec![text])])]);
        let chunked = Chunker::new(&options, 128, &pieces).guide(&doc);
        let parts = chunks_of(&chunked, "text-0");
        let room = 128 - pieces("Module > What is this? > Some heading");
        for code in blocks.iter().filter(|block| is_code(block) && pieces(block) <= room) {
            prop_assert!(parts.iter().any(|sized| sized.chunk.text.contains(code.as_str())), "cut: {code}");
        }
    }

    #[test]
    fn ids_are_unique_and_do_not_depend_on_the_order_of_modules(
        texts in prop::collection::vec(markdown(), 1..4),
    ) {
        let mut other = document(texts.clone());
        other.id = viva_core::id::QuestionId::new("other").unwrap();
        let modules = || vec![
            module("one", "One", vec![document(texts.clone()), question("bare", "What is this?", &[])]),
            module("two", "Two", vec![other.clone()]),
        ];
        let ids = |modules: Vec<Module>| -> Vec<_> {
            let options = ChunkerOptions::default();
            let chunked = Chunker::new(&options, 90, &pieces).guide(&guide(modules));
            let id = |SizedChunk { chunk, .. }: &SizedChunk| {
                chunk_id(&chunk.question, &chunk.origin, content_digest(&chunk.passages))
            };
            chunked.chunks.iter().map(id).collect()
        };
        let (forwards, backwards) = (ids(modules()), ids(modules().into_iter().rev().collect()));
        let distinct: HashSet<_> = forwards.iter().copied().collect();
        prop_assert_eq!(distinct.len(), forwards.len());
        prop_assert_eq!(distinct, backwards.into_iter().collect::<HashSet<_>>());
    }
}
