//! Answers and search results for people, from the same JSON that the API gives.

use super::{BOLD, CYAN, DIM, GREEN, RED, RESET, YELLOW, markdown, table::table};
use serde_json::Value;
use std::fmt::Write as _;

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

fn items<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}

/// An answer: text, sources, follow-ups, and how it was made. `width` is `None` in a pipe: plain Markdown then.
pub(crate) fn answer(answer: &Value, width: Option<usize>) -> String {
    let body = text(answer, "answer");
    let mut out = match width {
        Some(width) => markdown::render(body, width),
        None => format!("{body}\n"),
    };
    let citations = items(answer, "citations");
    if !citations.is_empty() {
        let _ = writeln!(out, "\n{BOLD}Sources{RESET}");
        for citation in citations {
            let _ = writeln!(
                out,
                "[{}] {} {DIM}{}{RESET}",
                citation["n"],
                text(citation, "question_id"),
                text(citation, "url")
            );
        }
    }
    let follow_ups = items(answer, "follow_ups");
    if !follow_ups.is_empty() {
        let _ = writeln!(out, "\n{BOLD}Ask next{RESET}");
        for question in follow_ups.iter().filter_map(Value::as_str) {
            let _ = writeln!(out, "- {question}");
        }
    }
    if !answer["degraded"].is_null() {
        let _ = writeln!(out, "\n{YELLOW}From the guide: {}{RESET}", text(&answer["degraded"], "detail"));
    }
    out
}

/// Search hits, a section each.
pub(crate) fn hits(found: &Value, width: Option<usize>, explain: bool) -> String {
    let mut out = String::new();
    for (hit, n) in items(found, "hits").iter().zip(1..) {
        let _ = writeln!(out, "{BOLD}{n}. {}{RESET} {DIM}{}{RESET}", text(hit, "question"), text(hit, "url"));
        let excerpt: String = text(hit, "text").split_whitespace().collect::<Vec<_>>().join(" ");
        let excerpt: String = excerpt.chars().take(180).collect();
        let options = textwrap::Options::new(width.unwrap_or(usize::MAX))
            .initial_indent("   ")
            .subsequent_indent("   ");
        let _ = writeln!(out, "{}", textwrap::fill(&excerpt, options));
    }
    if !found["covered"].as_bool().unwrap_or(false) {
        let _ = writeln!(
            out,
            "\n{YELLOW}The guide does not cover this question; these are the nearest sections.{RESET}"
        );
    }
    if explain {
        let _ = write!(out, "\n{}", ranks(items(found, "hits")));
        let _ = writeln!(out, "{}", timings(&found["timings_ms"]));
    }
    out
}

/// The stages of an answer, in the page's words.
pub(crate) fn explanation(answer: &Value) -> String {
    let inspection = &answer["inspection"];
    let mut out = format!("\n{BOLD}How this answer came about{RESET}\n");
    let _ = writeln!(
        out,
        "\n{CYAN}1 Understood{RESET}  searched for \"{}\"",
        text(&answer["query"], "standalone")
    );
    if let Some(reason) = answer["query"]["reason"].as_str() {
        let _ = writeln!(out, "  because: {reason}");
    }
    let model = &inspection["model"];
    let _ = writeln!(
        out,
        "\n{CYAN}2 Embedded{RESET}  with {} ({} dimensions), and as BM25 terms",
        text(model, "name"),
        model["dimension"]
    );
    let _ =
        writeln!(out, "\n{CYAN}3 Retrieved and fused{RESET}  dense and BM25 ranks, fused by reciprocal rank");
    let candidates = items(inspection, "candidates");
    let _ = write!(out, "{}", ranks(&candidates[..candidates.len().min(12)]));
    let coverage = &inspection["coverage"];
    let covered = coverage["covered"].as_bool().unwrap_or(false);
    let (colour, verdict) = if covered { (GREEN, "covered") } else { (RED, "not covered") };
    let _ = writeln!(
        out,
        "\n{CYAN}4 Judged{RESET}  {colour}{verdict}{RESET}: probability {:.3}, needed {:.3}",
        coverage["probability"].as_f64().unwrap_or_default(),
        coverage["threshold"].as_f64().unwrap_or_default()
    );
    let _ = write!(out, "{}", features(items(coverage, "features")));
    let _ = writeln!(
        out,
        "\n{CYAN}5 Chosen{RESET}  {} of at most {} tokens of evidence",
        inspection["evidence"]["tokens"], inspection["evidence"]["budget"]
    );
    if let Some(prompt) = inspection["prompt"].as_str() {
        let _ = writeln!(out, "\n{CYAN}6 Prompt{RESET}\n{prompt}");
    }
    let _ = writeln!(
        out,
        "\n{CYAN}Answered{RESET}  mode {}  {}",
        text(answer, "mode"),
        timings(&answer["timings_ms"])
    );
    out
}

fn features(features: &[Value]) -> String {
    let mut rows = vec![["feature", "value", "adds"].map(str::to_owned).to_vec()];
    for feature in features {
        let number = |key: &str| format!("{:.2}", feature[key].as_f64().unwrap_or_default());
        rows.push(vec![text(feature, "name").to_owned(), number("value"), number("contribution")]);
    }
    table(&rows)
}

fn ranks(hits: &[Value]) -> String {
    let mut rows =
        vec![["section", "fused", "dense", "cosine", "BM25", "score", ""].map(str::to_owned).to_vec()];
    for hit in hits {
        let leg = |leg: &str, key: &str, digits: usize| {
            hit["legs"][leg][key].as_f64().map_or_else(|| "-".to_owned(), |value| format!("{value:.digits$}"))
        };
        let fate =
            hit["n"].as_u64().map_or_else(|| text(hit, "reason").to_owned(), |n| format!("kept as [{n}]"));
        let anchor = hit["anchor"].as_str().unwrap_or_else(|| text(hit, "section"));
        rows.push(vec![
            format!("{}#{anchor}", text(hit, "question_id")),
            format!("{:.4}", hit["score"].as_f64().unwrap_or_default()),
            leg("dense", "rank", 0),
            leg("dense", "score", 3),
            leg("bm25", "rank", 0),
            leg("bm25", "score", 2),
            fate,
        ]);
    }
    table(&rows)
}

fn timings(timings: &Value) -> String {
    let Some(stages) = timings.as_object() else { return String::new() };
    let parts: Vec<String> =
        stages.iter().map(|(name, ms)| format!("{name} {:.1} ms", ms.as_f64().unwrap_or_default())).collect();
    format!("{DIM}{}{RESET}", parts.join(", "))
}
