use super::samples;
use super::{Theme, text};
use crate::audit;
use std::collections::{HashMap, HashSet};

fn pages() -> Vec<(&'static str, String)> {
    let guide = samples::small_guide(&str::to_owned);
    samples::all(&guide, Theme::Light, &str::to_owned)
}

#[test]
fn pages_hold_nothing_but_what_they_should() {
    for (name, html) in pages() {
        audit::page(&html, name);
    }
}

#[test]
fn no_text_of_others_becomes_part_of_a_page() {
    // The page's own elements and attributes do not depend on the texts: where a payload adds one, they do.
    let count = |html: &str, name: &str| {
        let mut seen: HashMap<String, usize> = HashMap::new();
        for tag in audit::page(html, name) {
            for attribute in &tag.attrs {
                let key = &*attribute.name.local;
                assert!(!key.starts_with("on") && key != "style" && key != "srcdoc", "`{key}` in {name}");
            }
            *seen.entry(tag.name.to_string()).or_default() += 1;
        }
        seen
    };
    let plain = "word";
    let expected: HashMap<&str, HashMap<String, usize>> =
        samples::all(&samples::small_guide(&|_| plain.into()), Theme::Light, &|_| plain.into())
            .into_iter()
            .map(|(name, html)| (name, count(&html, name)))
            .collect();
    for payload in audit::payloads().into_iter().step_by(3) {
        let text = |_: &str| payload.clone();
        for (name, html) in samples::all(&samples::small_guide(&text), Theme::Light, &text) {
            let seen = count(&html, &format!("{name}: {payload}"));
            for furniture in
                ["script", "form", "input", "textarea", "select", "link", "meta", "title", "main"]
            {
                let wanted = expected[name].get(furniture);
                assert_eq!(seen.get(furniture), wanted, "<{furniture}> in {name} with {payload}");
            }
        }
    }
}

#[test]
fn every_post_form_carries_the_token() {
    for (name, html) in pages() {
        let posts = html.matches("method=\"post\"").count();
        let tokens = html.matches("name=\"csrf\" value=\"c5rf-token\"").count();
        assert_eq!(posts, tokens, "{name}");
    }
}

#[test]
fn ids_are_unique_and_labels_and_fragments_name_one() {
    for (name, html) in pages() {
        let tags = audit::page(&html, name);
        let ids: Vec<&str> = tags.iter().filter_map(|tag| audit::attribute(tag, "id")).collect();
        let unique: HashSet<&str> = ids.iter().copied().collect();
        assert_eq!(ids.len(), unique.len(), "{name}: {ids:?}");
        let is_page = html.starts_with("<!DOCTYPE");
        for tag in tags.iter().filter(|_| is_page) {
            let references =
                ["for", "aria-labelledby", "popovertarget"].map(|key| audit::attribute(tag, key));
            let fragment = audit::attribute(tag, "href").and_then(|href| href.strip_prefix('#'));
            for reference in references.into_iter().flatten().chain(fragment) {
                assert!(unique.contains(reference), "#{reference} in {name}");
            }
        }
    }
}

#[test]
fn every_control_has_a_name() {
    for (name, html) in pages() {
        let tags = audit::page(&html, name);
        let labelled: HashSet<&str> = tags.iter().filter_map(|tag| audit::attribute(tag, "for")).collect();
        for tag in &tags {
            let kind = audit::attribute(tag, "type").unwrap_or("");
            let is_field = matches!(&*tag.name, "textarea" | "select")
                || (&*tag.name == "input" && !matches!(kind, "hidden" | "radio" | "checkbox"));
            let has_name = audit::attribute(tag, "aria-label").is_some()
                || audit::attribute(tag, "id").is_some_and(|id| labelled.contains(id));
            assert!(!is_field || has_name, "{tag:?} in {name}");
        }
    }
}

#[test]
fn a_page_has_one_main_heading_and_one_primary_button() {
    for (name, html) in pages().into_iter().filter(|(_, html)| html.starts_with("<!DOCTYPE")) {
        assert_eq!(html.matches("<h1").count(), 1, "{name}");
        let primary = html.matches("class=\"primary\"").count() + html.matches("button primary").count();
        assert!(primary <= 1, "{name}: {primary}");
    }
}

#[test]
fn the_theme_is_in_the_document_before_any_script() {
    let guide = samples::small_guide(&str::to_owned);
    let html = |theme| samples::all(&guide, theme, &str::to_owned).swap_remove(0).1;
    assert!(html(Theme::Dark).contains("<html lang=\"en\" data-theme=\"dark\">"));
    assert!(html(Theme::System).contains("<html lang=\"en\">"));
    assert_eq!(Theme::from_cookie("dark"), Theme::Dark);
    assert_eq!(Theme::from_cookie("\"><script>"), Theme::System);
}

#[test]
fn words_are_written_as_people_write_them() {
    use std::time::Duration;
    assert_eq!(text::duration(Duration::from_micros(440)), "0.4 ms");
    assert_eq!(text::duration(Duration::from_millis(38)), "38 ms");
    assert_eq!(text::duration(Duration::from_millis(2_140)), "2.1 s");
    assert_eq!(text::words("threading-vs-multiprocessing"), "Threading vs multiprocessing");
    assert_eq!(text::query(&[("q", "a b&c"), ("level", "")]), "?q=a%20b%26c");
    assert_eq!(text::title("What does `len()` do?").into_string(), "What does <code>len()</code> do?");
    assert_eq!(text::title("an ` alone <b>").into_string(), "an ` alone &lt;b&gt;");
    let now = samples::now();
    assert_eq!(text::until(now, now), "now");
    assert_eq!(text::until(now + Duration::from_hours(72), now), "in 3 days");
    assert_eq!(text::day(std::time::SystemTime::UNIX_EPOCH), "1 Jan");
    for (seconds, words) in [(0, "0 s"), (89, "89 s"), (90, "2 min"), (3_569, "59 min"), (3_900, "1 h 5 min")]
    {
        assert_eq!(text::spent(Duration::from_secs(seconds)), words);
    }
}
