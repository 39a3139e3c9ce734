use super::*;
use proptest::prelude::*;

fn markers() -> Vec<Marker> {
    let marker = |n: u16| Marker {
        n,
        href: format!("/questions/q{n}#explanation"),
        label: format!("Q{n}, explanation"),
    };
    (1..=3).map(marker).collect()
}

/// A browser's view of the stream: finished blocks, and the open one.
#[derive(Default)]
struct View {
    finished: Vec<String>,
    open: String,
}

impl View {
    fn apply(&mut self, updates: Vec<BlockUpdate>) {
        for update in updates {
            match update {
                BlockUpdate::Finished { index, html } => {
                    assert_eq!(index, self.finished.len(), "each block once, in order");
                    self.finished.push(html);
                    self.open.clear();
                }
                BlockUpdate::Open { index, html } => {
                    assert_eq!(index, self.finished.len());
                    self.open = html;
                }
                BlockUpdate::Grow { index, text } => {
                    assert_eq!(index, self.finished.len());
                    let mut escaped = String::new();
                    markdown::escape_into(&mut escaped, &text.replace('\'', "\u{1}").replace('"', "\u{2}"));
                    let escaped = escaped.replace('\u{1}', "'").replace('\u{2}', "\"");
                    let at = self.open.find("</code>").expect("a fence is open");
                    self.open.insert_str(at, &escaped);
                }
            }
        }
    }

    fn all(&self) -> String {
        self.finished.concat()
    }
}

fn stream<'a>(pieces: impl IntoIterator<Item = &'a str>) -> (View, Vec<String>) {
    let mut renderer = StreamRenderer::new(markers(), 3);
    let (mut view, mut opens) = (View::default(), Vec::new());
    for piece in pieces {
        renderer.push(piece);
        view.apply(renderer.flush());
        opens.push(view.open.clone());
    }
    view.apply(renderer.finish());
    assert!(renderer.flush().is_empty(), "nothing is left behind");
    (view, opens)
}

fn whole(text: &str) -> String {
    markdown::render(text, Style { markers: &markers(), heading: 3 }).into_string()
}

fn char_by_char(text: &str) -> (View, Vec<String>) {
    stream(text.char_indices().map(|(at, c)| &text[at..at + c.len_utf8()]))
}

const ANSWER: &str = "**In short** [1]\n\nThe *lock* lets `one` thread run [2]. See [docs](https://a.example/x).\n\n\
    - one **two** [1][2]\n- three [1, 3]\n  - four\n\n```python\nx = 1  # **no** [1]\nif x < 2:\n    print('a')\n```\n\n\
    | a | b |\n|---|--:|\n| 1 | `x` |\n| 2 | [3] |\n\n> quoted\nlazy\n\n1. a\n2. b\n\nHead\n----\n\nlast __words__";

#[test]
fn an_answer_ends_as_a_reload_shows_it() {
    let (view, _) = char_by_char(ANSWER);
    assert_eq!(view.all(), whole(ANSWER));
    assert_eq!(view.finished.len(), 9);
}

#[test]
fn no_mark_is_seen_before_its_partner() {
    let (_, opens) = char_by_char(ANSWER);
    for open in opens.iter().filter(|open| !open.contains("<pre")) {
        for mark in ["*", "`", "|", "](", "__", "[1", "[d", "http"] {
            let words = ammonia::Builder::empty().clean(open).to_string();
            assert!(!words.contains(mark), "`{mark}` in {open}");
        }
    }
}

#[test]
fn words_are_there_before_their_partner() {
    let (view, opens) =
        stream(["This is **very imp", "ortant** and [a li", "nk](https://a.exam", "ple) `co", "de` [", "1]"]);
    assert_eq!(opens[0], "<p>This is very imp</p>\n");
    assert_eq!(opens[1], "<p>This is <strong>very important</strong> and a li</p>\n");
    assert_eq!(opens[2], "<p>This is <strong>very important</strong> and a link</p>\n");
    assert!(opens[3].ends_with(" co</p>\n"), "{}", opens[3]);
    assert!(opens[4].ends_with("</code></p>\n"), "{}", opens[4]);
    assert!(view.all().contains("class=\"cite\""));
}

#[test]
fn an_open_fence_only_grows_and_is_coloured_when_it_closes() {
    let text = "```python\nif True:\n    x = '<b>'\n```\nend";
    let mut renderer = StreamRenderer::new(Vec::new(), 3);
    let mut view = View::default();
    let mut before = String::new();
    for (at, c) in text.char_indices() {
        renderer.push(&text[at..at + c.len_utf8()]);
        let updates = renderer.flush();
        let opened = updates.iter().filter(|update| matches!(update, BlockUpdate::Open { .. })).count();
        view.apply(updates);
        if view.finished.is_empty() && at > 10 {
            assert_eq!(opened, 0, "sent again at {at}");
            let code = view.open.trim_end_matches("</code></pre></div>\n").to_owned();
            assert!(code.starts_with(&before), "{code} after {before}");
            assert!(!code.contains("class=\"t-"), "{code}");
            before = code;
        }
    }
    view.apply(renderer.finish());
    assert!(view.finished[0].contains("class=\"t-k\""), "{}", view.finished[0]);
    assert_eq!(view.all(), whole(text));
}

#[test]
fn a_table_waits_for_its_delimiter_row() {
    let (_, opens) = stream(["Intro.\n\n| a | b |\n", "| -", "-- |", "---|\n", "| one | two", " |\n"]);
    assert!(!opens[0].contains('a') && !opens[1].contains('a'), "{opens:?}");
    assert!(opens[4].contains("<td>two</td>"), "{opens:?}");
}

#[test]
fn the_cost_grows_with_the_text() {
    let cost = |count: usize| {
        let mut renderer = StreamRenderer::new(Vec::new(), 3);
        for _ in 0..count {
            renderer.push("- an item of a list that is one single block for ever\n");
            renderer.flush();
        }
        renderer.finish();
        renderer.rendered()
    };
    let (small, large) = (cost(2_000), cost(4_000));
    assert!((large as f64) < 2.3 * small as f64, "{small} {large}");
}

/// Pieces of Markdown that are put together at random.
fn fragment() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "\n",
        "\n\n",
        "word ",
        "two words",
        "**",
        "*",
        "_",
        "`",
        "```",
        "```py\n",
        "~~~\n",
        "[1]",
        "[",
        "]",
        "(",
        ")",
        "](/x)",
        "[a]: /u\n",
        "[a]",
        "# ",
        "- ",
        "  - ",
        "1. ",
        "> ",
        "    ",
        "| a | b |\n",
        "|---|---|\n",
        "---\n",
        "===\n",
        "<div>",
        "</div>\n",
        "<!--",
        "-->",
        "<script>",
        "&amp;",
        "\\",
        "!",
        "![x](http://a.example)",
        "~~",
        "http://a.example ",
        "\t",
        "[1, 2]",
        "<b",
        "+ ",
        "* * *\n",
        "é",
        "🦀",
        "\r\n",
        "| x",
        "[1]: y\n",
        "[ ] ",
        "  \n",
    ]);
    prop::collection::vec(known, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn any_cut_gives_the_whole(text in fragment(), cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..12)) {
        let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(text.len() + 1)).collect();
        places.retain(|at| text.is_char_boundary(*at));
        places.extend([0, text.len()]);
        places.sort_unstable();
        let (view, _) = stream(places.windows(2).map(|pair| &text[pair[0]..pair[1]]));
        prop_assert_eq!(view.all(), whole(&text));
        let (by_char, _) = char_by_char(&text);
        prop_assert_eq!(by_char.finished, view.finished);
    }

    #[test]
    fn arbitrary_text_too(text in "\\PC{0,80}") {
        prop_assert_eq!(char_by_char(&text).0.all(), whole(&text));
    }
}
