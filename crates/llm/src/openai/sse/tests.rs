use super::*;
use proptest::prelude::*;

fn parse<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<Item> {
    let (mut parser, mut items) = (Parser::default(), Vec::new());
    for piece in pieces {
        parser.feed(piece, &mut items).unwrap();
    }
    parser.finish(&mut items);
    items
}

fn event(name: &str, data: &str) -> Item {
    Item::Event { name: name.to_owned(), data: data.to_owned() }
}

#[test]
fn fields_are_read_as_the_standard_says() {
    let text = "\u{feff}data: a\n\ndata:b\r\n\r\ndata:  c\r\r: comment\nevent: error\nid: 7\nretry: 3\n\
                data: d\r\ndata: e\r\n\r\nevent: lonely\n\nunknown: x\ndata\n\ndata: last";
    let expected = [
        event("", "a"),
        event("", "b"),
        event("", " c"),
        event("error", "d\ne"),
        event("", ""),
        event("", "last"),
    ];
    assert_eq!(parse([text.as_bytes()]), expected);
}

#[test]
fn bare_json_is_kept_and_other_strange_lines_are_not() {
    let text = "data: a\n{\"error\":\n  {\"message\": \"m\"}}\n\nhello\n<html>\n\ndata: b\n\n";
    let stray = Item::Stray("{\"error\":\n  {\"message\": \"m\"}}".to_owned());
    assert_eq!(parse([text.as_bytes()]), [event("", "a"), stray, event("", "b")]);
}

#[test]
fn bytes_that_are_no_text_cost_one_replacement_character_each() {
    assert_eq!(parse([&b"data: a\xffb\n\n"[..]]), [event("", "a\u{fffd}b")]);
}

#[test]
fn an_endless_line_is_refused() {
    let mut parser = Parser::default();
    let piece = vec![b'x'; LONGEST / 2 + 1];
    assert_eq!(parser.feed(&piece, &mut Vec::new()), Ok(()));
    assert_eq!(parser.feed(&piece, &mut Vec::new()), Err(TooLong));
}

const SCRIPTS: &str =
    "data: naïve Ελληνικά русский 日本語 हिन्दी العربية ไทย 👩‍👩‍👧‍👦 🏳️‍🌈\r\n\r\n\u{feff}data: x\rdata: y\n\n";

#[test]
fn a_cut_at_every_offset_changes_nothing() {
    let bytes = SCRIPTS.as_bytes();
    let whole = parse([bytes]);
    for cut in 0..=bytes.len() {
        assert_eq!(parse([&bytes[..cut], &bytes[cut..]]), whole, "cut at {cut}");
    }
    assert_eq!(parse(bytes.chunks(1)), whole);
}

/// Lines of every kind, ended in every way.
fn streams() -> impl Strategy<Value = Vec<u8>> {
    let line = prop_oneof![
        "data: ?\\PC{0,12}",
        Just("data:".to_owned()),
        "event: [a-z]{0,5}",
        ":\\PC{0,5}",
        Just(String::new()),
        Just("{\"error\": \"é\"}".to_owned()),
        "\\PC{0,8}",
    ];
    let ends = prop_oneof![Just("\n"), Just("\r\n"), Just("\r"), Just("\n\n"), Just("\r\n\r\n")];
    proptest::collection::vec((line, ends), 0..20).prop_map(|lines| {
        lines.into_iter().flat_map(|(line, end)| [line, end.to_owned()]).collect::<String>().into_bytes()
    })
}

proptest! {
    #[test]
    fn any_cuts_give_what_the_whole_gives(bytes in streams(), mut cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..8)) {
        let whole = parse([bytes.as_slice()]);
        let mut offsets: Vec<usize> = cuts.drain(..).map(|cut| cut.index(bytes.len() + 1)).collect();
        offsets.extend([0, bytes.len()]);
        offsets.sort_unstable();
        let pieces = offsets.windows(2).map(|pair| &bytes[pair[0]..pair[1]]);
        prop_assert_eq!(parse(pieces), whole);
    }

    #[test]
    fn any_bytes_at_all_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert_eq!(parse(bytes.chunks(1)), parse([bytes.as_slice()]));
    }
}
