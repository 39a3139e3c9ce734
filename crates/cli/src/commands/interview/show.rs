//! Prompts, grades and reports for people, from the same JSON that the API gives.

use crate::terminal::{BOLD, DIM, GREEN, RED, RESET, YELLOW, markdown, table::table};
use serde_json::Value;
use std::fmt::Write as _;

pub(super) fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

fn items<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}

fn score(value: &Value) -> String {
    value.as_f64().map_or_else(|| "-".to_owned(), |score| format!("{score:.2}"))
}

/// Wrapped on a terminal, the rest of a paragraph under its beginning.
fn wrapped(line: &str, indent: &str, width: Option<usize>) -> String {
    let Some(width) = width else { return format!("{indent}{line}\n") };
    let under = " ".repeat(textwrap::core::display_width(indent));
    let options = textwrap::Options::new(width).initial_indent(indent).subsequent_indent(&under);
    format!("{}\n", textwrap::fill(line, options))
}

/// The open prompt with its hints.
pub(super) fn prompt(interview: &Value, width: Option<usize>) -> String {
    let prompt = &interview["prompt"];
    let kind = if prompt["kind"] == "follow_up" { " · follow-up" } else { "" };
    let mut out = format!(
        "\n{DIM}Question {} of {}{kind} · {}{RESET}\n{BOLD}",
        prompt["number"],
        prompt["of"],
        text(interview, "mode")
    );
    out.push_str(wrapped(text(prompt, "text"), "", width).trim_end());
    out.push_str(RESET);
    for (hint, n) in items(prompt, "hints").iter().filter_map(Value::as_str).zip(1..) {
        let _ = write!(out, "\n{}", wrapped(hint, &format!("Hint {n}: "), width).trim_end());
    }
    out
}

/// What an answer or a command led to.
pub(super) fn outcome(outcome: &Value, width: Option<usize>) -> String {
    let mut out = String::new();
    let revealed = text(&outcome["revealed"], "text");
    if !revealed.is_empty() {
        let body = match width {
            Some(width) => markdown::render(revealed, width),
            None => format!("{revealed}\n"),
        };
        let _ = write!(out, "\n{body}{DIM}{}{RESET}\n", text(&outcome["revealed"], "url"));
    }
    if outcome["grade"].is_object() {
        let is_open = outcome["closed"] == false;
        out.push_str(&if is_open {
            heard(&outcome["grade"], width)
        } else {
            grade(&outcome["grade"], width)
        });
    }
    out
}

/// What was covered so far, while the question is open.
fn heard(grade: &Value, width: Option<usize>) -> String {
    let mut out = String::from("\n");
    for point in items(grade, "points") {
        out.push_str(&self::point(point, width));
    }
    out.push_str(&wrapped(text(grade, "feedback"), "", width));
    out
}

/// A grade: what is open first, the heaviest first.
fn grade(grade: &Value, width: Option<usize>) -> String {
    let points = items(grade, "points");
    let covered = points.iter().filter(|point| point["verdict"] == "covered").count();
    let hints = match grade["hints"].as_u64() {
        Some(1) => ", 1 hint".to_owned(),
        Some(n) if n > 1 => format!(", {n} hints"),
        _ => String::new(),
    };
    let mut out = format!(
        "\n{BOLD}{covered} of {} points · {}{RESET} {DIM}graded by {}{hints}{RESET}\n",
        points.len(),
        score(&grade["score"]),
        if grade["grader"] == "model" { "the language model" } else { "wording and meaning" },
    );
    if let Some(detail) = grade["degraded"]["detail"].as_str() {
        let _ = writeln!(out, "{YELLOW}Not by the language model: {detail}{RESET}");
    }
    let mut ordered: Vec<&Value> = points.iter().collect();
    ordered.sort_by_key(|point| (point["verdict"] == "covered", weight(point)));
    for point in ordered {
        out.push_str(&self::point(point, width));
    }
    out.push_str(&wrapped(text(grade, "feedback"), "", width));
    out
}

fn weight(point: &Value) -> usize {
    ["essential", "expected", "bonus"].iter().position(|name| point["weight"] == *name).unwrap_or(3)
}

fn point(point: &Value, width: Option<usize>) -> String {
    let (colour, mark) = match text(point, "verdict") {
        "covered" => (GREEN, "✓ covered"),
        "partial" => (YELLOW, "◐ partial"),
        "contradicted" => (RED, "✕ contradicted"),
        _ => (RED, "○ missed"),
    };
    let mut out = format!("{colour}{mark}{RESET} {DIM}{}{RESET}\n", text(point, "weight"));
    out.push_str(&wrapped(text(point, "text"), "  ", width));
    if let Some(quote) = point["quote"].as_str() {
        let quote = quote.split_whitespace().collect::<Vec<_>>().join(" ");
        out.push_str(&wrapped(&format!("“{quote}”"), "    you said: ", width));
    }
    out
}

/// A report.
pub(super) fn report(report: &Value, width: Option<usize>) -> String {
    let unfinished = if report["finished"] == true { "" } else { ", not finished" };
    let mut out = format!(
        "\n{BOLD}Report{RESET} {DIM}{}{unfinished}, seed {}, {}{RESET}\n{BOLD}Score {}{RESET}\n",
        text(report, "mode"),
        report["seed"],
        time(&report["elapsed_ms"]),
        score(&report["score"])
    );
    for question in items(report, "questions") {
        let closing = question["closing"].as_str().map_or_else(String::new, |how| format!(", {how}"));
        let _ = writeln!(
            out,
            "\n{BOLD}{}. {}{RESET} {DIM}{}{closing}{RESET}",
            question["number"],
            text(question, "question"),
            time(&question["elapsed_ms"])
        );
        if question["grade"].is_object() {
            out.push_str(grade(&question["grade"], width).trim_start());
        } else {
            out.push_str("Not answered.\n");
        }
        let mut seen = Vec::new();
        for url in items(question, "read_next").iter().map(|next| text(next, "url")) {
            if !seen.contains(&url) {
                let _ = writeln!(out, "{DIM}read {url}{RESET}");
                seen.push(url);
            }
        }
    }
    let _ = write!(out, "\n{}", areas(report));
    let strengths = items(report, "strengths");
    if !strengths.is_empty() {
        let _ = writeln!(out, "\n{BOLD}Strengths{RESET}");
        for strength in strengths {
            let line = format!("{} ({})", text(strength, "question"), score(&strength["score"]));
            out.push_str(&wrapped(&line, "- ", width));
        }
    }
    let work_on = items(report, "work_on");
    if !work_on.is_empty() {
        let _ = writeln!(out, "\n{BOLD}Work on first{RESET}");
        for (next, n) in work_on.iter().zip(1..) {
            out.push_str(&wrapped(text(next, "point"), &format!("{n}. "), width));
            let _ = writeln!(out, "   {DIM}{}{RESET}", text(next, "url"));
        }
    }
    out
}

fn areas(report: &Value) -> String {
    let mut rows = vec![["area", "questions", "score"].map(str::to_owned).to_vec()];
    for area in items(report, "modules").iter().chain(items(report, "focus")) {
        rows.push(vec![text(area, "id").to_owned(), area["questions"].to_string(), score(&area["score"])]);
    }
    if rows.len() > 1 { table(&rows) } else { String::new() }
}

fn time(milliseconds: &Value) -> String {
    let seconds = (milliseconds.as_f64().unwrap_or_default() / 1000.0).round() as u64;
    if seconds < 60 { format!("{seconds} s") } else { format!("{} min {} s", seconds / 60, seconds % 60) }
}

/// The latest interviews, a line each.
pub(super) fn list(listed: &[Value]) -> String {
    if listed.is_empty() {
        return "there is no interview yet\n".to_owned();
    }
    let mut rows = vec![["id", "begun", "mode", "graded", "state", "score"].map(str::to_owned).to_vec()];
    for one in listed {
        let begun: String = text(one, "created_at").chars().take(16).collect();
        rows.push(vec![
            text(one, "id").to_owned(),
            begun.replace('T', " "),
            text(one, "mode").to_owned(),
            format!("{}/{}", one["graded"], one["of"]),
            if one["finished"] == true { "finished" } else { "open" }.to_owned(),
            score(&one["score"]),
        ]);
    }
    table(&rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_grade_has_symbol_word_and_quote_and_what_is_open_comes_first() {
        let point = |verdict: &str, weight: &str, quote: Value| json!({"text": format!("{verdict} {weight}"), "weight": weight, "verdict": verdict, "quote": quote});
        let shown = outcome(
            &json!({"closed": true, "revealed": null, "grade": {
                "score": 0.62, "grader": "lexical-semantic", "feedback": "Half of it.", "hints": 1, "degraded": null,
                "points": [
                    point("covered", "essential", json!("my\nwords")), point("partial", "bonus", json!("half")),
                    point("contradicted", "expected", json!("no")), point("missing", "essential", Value::Null),
                ],
            }}),
            None,
        );
        assert!(shown.contains("1 of 4 points · 0.62") && shown.contains("1 hint"), "{shown}");
        let at = |mark: &str| shown.find(mark).unwrap_or_else(|| panic!("{mark}: {shown}"));
        assert!(at("○ missed") < at("✕ contradicted") && at("✕ contradicted") < at("◐ partial"), "{shown}");
        assert!(at("◐ partial") < at("✓ covered"), "{shown}");
        assert!(shown.contains("you said: “my words”"), "{shown}");
    }

    #[test]
    fn what_has_no_grade_shows_nothing() {
        assert_eq!(outcome(&json!({"closed": true, "grade": null}), None), "");
    }
}
