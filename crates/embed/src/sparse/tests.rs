use super::*;
use proptest::prelude::*;

fn encoder() -> Bm25Encoder {
    Bm25Encoder::new().unwrap()
}

/// How many terms of the query the document has.
fn shared(query: &str, document: &str) -> usize {
    let encoder = encoder();
    let (query, document) = (encoder.query(query), encoder.document(document, 50.0));
    query.indices.iter().filter(|index| document.indices.binary_search(index).is_ok()).count()
}

#[test]
fn code_finds_code() {
    for (query, document) in [
        ("is vs ==", "`is` compares identity, `==` compares value"),
        ("is vs ==", "The difference between is and == in Python"),
        ("__slots__", "Declare `__slots__` to save memory"),
        ("*args and **kwargs", "def f(*args, **kwargs):"),
        ("C#", "Unlike C# or Java"),
        ("C++", "written in C++."),
        ("@property", "the `@property` decorator"),
        (":=", "the walrus operator `:=`"),
        ("yield from", "`yield from` delegates"),
        ("asyncio.gather", "results = await asyncio.gather(a, b)"),
        ("TypeError:", "raises a TypeError"),
        ("type error", "raises a `TypeError`"),
        ("--flag", "pass `--flag` to it"),
        ("np.float64", "an np.float64 scalar"),
        ("and or not return", "What do `and`, `or` and `not` return?"),
        ("where vs having", "WHERE filters rows, HAVING filters groups"),
    ] {
        let found = shared(query, document);
        assert!(found > 0, "`{query}` finds nothing in `{document}`");
        assert_eq!(shared(query, "Threads share memory."), 0, "{query}");
    }
}

#[test]
fn queries_of_stop_words_are_not_empty_where_they_are_code() {
    let encoder = encoder();
    for query in ["is vs ==", "and or not", "where vs having", "for loop", "not in", "any() all()"] {
        assert!(!encoder.query(query).indices.is_empty(), "{query}");
    }
    assert!(encoder.query("why is it so").indices.is_empty());
}

#[test]
fn words_weigh_as_the_engine_has_them() {
    let text = "the lock protects the counts of references";
    let (ours, engine) =
        (encoder().document(text, 40.0), super::encoder(K, B, Some(40.0), TokenizerType::Word));
    let engine = engine.unwrap().embed_document(text);
    assert_eq!((ours.indices, ours.values), (engine.indices, engine.values));
}

#[test]
fn code_terms_do_not_make_words_weigh_less() {
    let encoder = encoder();
    let plain = encoder.document("gather waits", 20.0);
    let code = encoder.document("gather waits == := ->", 20.0);
    for (index, value) in plain.indices.iter().zip(&plain.values) {
        let place = code.indices.binary_search(index).unwrap();
        assert!((code.values[place] - value).abs() < 1e-6);
    }
    assert_eq!(code.indices.len(), plain.indices.len() + 3);
}

#[test]
fn terms_are_counted_without_stop_words() {
    let encoder = encoder();
    assert_eq!(encoder.count_terms("the lock and the lock and a thread"), 3);
    assert_eq!(encoder.count_terms(""), 0);
    assert_eq!(encoder.count_terms(&"lock ".repeat(5000)), 5000);
    assert_eq!(encoder.count_terms("TypeError"), 3);
}

#[test]
fn longer_documents_weigh_less_and_odd_means_do_no_harm() {
    let encoder = encoder();
    let weight = |mean| encoder.document("lock thread", mean).values[0];
    assert!(weight(1.0) < weight(100.0));
    for odd in [0.0, -1.0, f32::NAN, f32::INFINITY, f32::MIN_POSITIVE] {
        assert!(weight(odd).is_finite());
    }
}

#[test]
fn a_chance_meeting_of_hashes_keeps_the_larger_weight() {
    let merged = merge((vec![1, 5], vec![0.5, 0.25]), (vec![5, 7], vec![0.75, 1.0]));
    assert_eq!(merged, SparseVector { indices: vec![1, 5, 7], values: vec![0.5, 0.75, 1.0] });
}

fn is_sound(vector: &SparseVector) -> bool {
    vector.indices.len() == vector.values.len()
        && vector.indices.windows(2).all(|pair| pair[0] < pair[1])
        && vector.values.iter().all(|value| value.is_finite() && *value > 0.0)
}

/// Text with much code in it.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        any::<String>(),
        "[a-zA-Z_]{1,8}",
        "[=!<>:+*/%@&|^~.?#$`\\\\-]{1,4}",
        prop::sample::select(vec![
            "is",
            "not",
            "and",
            "or",
            " ",
            "\n",
            "\n\n",
            "```",
            "TypeError",
            "a.b.c",
            "ß",
            "İ"
        ])
        .prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn vectors_are_sound(text in text(), mean in any::<f32>()) {
        let encoder = encoder();
        let (query, document) = (encoder.query(&text), encoder.document(&text, mean));
        prop_assert!(is_sound(&query) && is_sound(&document));
        prop_assert!(query.values.iter().all(|value| value.to_bits() == 1.0_f32.to_bits()));
        prop_assert_eq!(&query.indices, &document.indices);
        prop_assert_eq!(encoder.query(&text), query);
        prop_assert_eq!(encoder.document(&text, mean), document);
        let _ = encoder.count_terms(&text);
    }
}
