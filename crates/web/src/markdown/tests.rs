use super::*;
use crate::audit;

fn markers() -> Vec<Marker> {
    let marker = |n: u16| Marker {
        n,
        href: format!("/questions/q{n}#explanation"),
        label: format!("Q{n}, explanation"),
    };
    (1..=12).map(marker).collect()
}

fn html(text: &str) -> String {
    render(text, Style { markers: &markers(), heading: 3 }).into_string()
}

fn chips(text: &str) -> usize {
    html(text).matches("class=\"cite\"").count()
}

#[test]
fn markers_are_chips_where_there_is_evidence() {
    let chip = "<a class=\"cite\" href=\"/questions/q1#explanation\" data-n=\"1\" aria-label=\"Source 1: Q1, explanation\">1</a>";
    assert_eq!(html("A lock [1]."), format!("<p>A lock {chip}.</p>\n"));
    for (text, count) in [
        ("[1][2]", 2),
        ("[1, 2]", 2),
        ("[1,2,3]", 3),
        ("**bold [1]**", 1),
        ("*[1]*", 1),
        ("- item [2]\n- [3]", 2),
        ("| a [1] | b |\n|---|---|\n| [2] | [3] |", 3),
        ("> quoted [1]", 1),
        ("# heading [1]", 1),
        ("[12]", 1),
        ("[99]", 0),
        ("[0]", 0),
        ("[1000]", 0),
        ("[a]", 0),
        ("[]", 0),
        ("[1 2]", 0),
        ("[-1]", 0),
        ("[+1]", 1),
        ("`[1]`", 0),
        ("```\n[1]\n```", 0),
        ("    [1]", 0),
        ("[see [1]](/x)", 0),
        ("![[1]](/x)", 0),
        ("[1](/x)", 0),
        ("[1]: /x", 1),
        ("[^1]", 0),
        ("<b>[1]</b>", 1),
    ] {
        assert_eq!(chips(text), count, "{text}: {}", html(text));
    }
    assert_eq!(html("[1, 99]").matches("[99]").count(), 1);
    assert_eq!(html("[99] and [x]"), "<p>[99] and [x]</p>\n");
}

#[test]
fn raw_html_is_text() {
    assert_eq!(html("a <b>bold</b> & <i"), "<p>a &lt;b&gt;bold&lt;/b&gt; &amp; &lt;i</p>\n");
    assert_eq!(
        html("<script>alert(1)</script>"),
        "<p class=\"raw\">&lt;script&gt;alert(1)&lt;/script&gt;</p>\n"
    );
}

#[test]
fn images_are_named_and_never_loaded() {
    assert_eq!(
        html("![a *cat*](https://evil.example/x?d=1)"),
        "<p><span class=\"image\">Image: a cat</span></p>\n"
    );
}

#[test]
fn links_show_where_they_lead() {
    assert_eq!(
        html("[good.example](https://evil.example/a)"),
        "<p><a rel=\"noreferrer noopener\" href=\"https://evil.example/a\">good.example</a> \
         <span class=\"host\">(evil.example)</span></p>\n"
    );
    assert_eq!(html("[x](javascript:alert(1))"), "<p>x</p>\n");
    assert_eq!(html("[a]: https://evil.example\n\n[a]"), "<p>[a]: https://evil.example</p>\n<p>[a]</p>\n");
}

#[test]
fn headings_stay_below_the_page() {
    assert_eq!(html("# a\n### b\n#### c"), "<h3>a</h3>\n<h3>b</h3>\n<h4>c</h4>\n");
}

#[test]
fn code_is_coloured_and_can_be_reached_by_keyboard() {
    let python = html("```python no-run=\"x\"\ndef f():  # c\n    return 'a' + str(1)\n```");
    for part in [
        "role=\"group\" tabindex=\"0\" aria-label=\"Code, Python\"",
        "<span class=\"t-k\">def</span>",
        "<span class=\"t-c\"># c</span>",
        "<span class=\"t-n\">1</span>",
    ] {
        assert!(python.contains(part), "{part} in {python}");
    }
    for (info, code, class) in [
        ("sql", "SELECT 1", "t-k"),
        ("yaml", "a: 1 # c", "t-c"),
        ("json", "{\"a\": 1}", "t-n"),
        ("bash", "echo 'x'", "t-s"),
    ] {
        assert!(
            html(&format!("```{info}\n{code}\n```")).contains(class),
            "{info}: {}",
            html(&format!("```{info}\n{code}\n```"))
        );
    }
    assert!(!html("```text\nif 1:\n```").contains("<span"));
    assert!(html("```output\n1\n```").contains("class=\"code output\""));
}

#[test]
fn a_quote_is_marked_within_its_paragraph() {
    let text = "First.\n\nThe **lock** is released. It is `taken` back.\n\n- one\n- two [1]: x\n\n```python\na = 1\nb = 2\n```";
    let marked = |quote: &str| excerpt(text, quote).into_string();
    assert_eq!(
        marked("is released."),
        "<p>The <strong>lock</strong> <mark>is released.</mark> It is <code>taken</code> back.</p>\n"
    );
    assert_eq!(
        marked("**lock** is"),
        "<p>The <strong><mark>lock</mark></strong><mark> is</mark> released. It is <code>taken</code> back.</p>\n"
    );
    assert_eq!(marked("two [1]: x"), "<ul>\n<li><mark>two [1]: x</mark></li>\n</ul>\n");
    assert!(marked("b = 2").contains("a = 1\n<mark>b = 2</mark>"), "{}", marked("b = 2"));
    assert_eq!(marked("not <b> there"), "<p><mark>not &lt;b&gt; there</mark></p>");
}

#[test]
fn depth_is_capped() {
    let deep = "> ".repeat(400) + "text";
    let html = html(&deep);
    assert_eq!(html.matches("<blockquote>").count(), MAX_DEPTH);
    assert!(html.contains("text"));
    let deep = (0..400).fold(String::new(), |text, depth| text + &"  ".repeat(depth) + "- x\n");
    assert!(self::html(&deep).matches("<ul>").count() <= MAX_DEPTH);
}

/// Row 37 of the reliability list: what each of these costs must grow with its length. Events and bytes are counted, not
/// time: what is quadratic in work shows in one of them, or never ends within the test's patience.
#[test]
fn pathological_texts_cost_what_they_are_long() {
    let patterns: &[&str] = &[
        "[",
        "]",
        "![",
        "*",
        "_",
        "**a ",
        "*a _b ",
        "`a``b",
        "> ",
        "- ",
        "<",
        "<a ",
        "<!--",
        "&",
        "\\",
        "|",
        "| a ",
        "[a](",
        "[a][b]",
        "[1]",
        "[1,",
        "[a]:",
        "[a]: b\n\n",
        "~~a",
        "a**b",
        "$x `",
        "*]",
        "](",
        "```\n",
        "1. ",
        "# ",
        "a\n",
        "\n",
        "<https://",
        "~",
    ];
    for pattern in patterns {
        let measure = |bytes: usize| {
            let text = pattern.repeat(bytes / pattern.len());
            (events::read(&guarded(&text)).len(), html(&text).len())
        };
        let (small, large) = (measure(10_000), measure(20_000));
        assert!(large.0 as f64 <= 2.3 * small.0 as f64 + 10.0, "{pattern:?}: {small:?} {large:?}");
        assert!(large.1 as f64 <= 2.3 * small.1 as f64 + 100.0, "{pattern:?}: {small:?} {large:?}");
    }
}

#[test]
fn titles_and_everything_else_stay_within_the_lists() {
    for payload in audit::payloads() {
        for text in [
            payload.clone(),
            format!("a {payload} b"),
            format!("- {payload}"),
            format!("| {payload} |\n|---|\n| {payload} |"),
            format!("```html\n{payload}\n```"),
            format!("[{payload}]({payload})"),
            format!("```mermaid\nflowchart LR\n A[{payload}] -- {payload} --> B\n```"),
            format!("```{payload}\nx\n```"),
        ] {
            audit::fragment(&html(&text), &text);
            audit::fragment(&excerpt(&text, &payload).into_string(), &text);
        }
    }
}

#[test]
fn the_sanitiser_alone_would_do() {
    for payload in audit::payloads() {
        audit::fragment(&sanitise::clean(&payload), &payload);
    }
    assert_eq!(sanitise::clean("<a href=\"javascript:alert(1)\">x</a>"), "<a>x</a>");
}

#[test]
fn a_streamed_payload_stays_within_the_lists() {
    for payload in audit::payloads() {
        let mut renderer = crate::StreamRenderer::new(markers(), 3);
        for (at, c) in payload.char_indices() {
            renderer.push(&payload[at..at + c.len_utf8()]);
            for update in renderer.flush() {
                if let crate::BlockUpdate::Finished { html, .. } | crate::BlockUpdate::Open { html, .. } =
                    update
                {
                    audit::fragment(&html, &payload);
                }
            }
        }
        for update in renderer.finish() {
            if let crate::BlockUpdate::Finished { html, .. } = update {
                audit::fragment(&html, &payload);
            }
        }
    }
}
