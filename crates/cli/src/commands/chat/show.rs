//! Conversations and answers for people.

use crate::terminal::{BOLD, DIM, RESET, YELLOW, markdown as rendered};
use serde_json::Value;
use std::fmt::Write as _;

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

fn items<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}

/// What follows an answer: its sources in a line, what was found wanting, what to ask next.
pub(super) fn after(answer: &Value) -> String {
    let mut out = String::new();
    let sources: Vec<String> = items(answer, "citations")
        .iter()
        .map(|citation| {
            format!("[{}] {}#{}", citation["n"], text(citation, "question_id"), text(citation, "section"))
        })
        .collect();
    if !sources.is_empty() {
        let _ = writeln!(out, "{DIM}{}{RESET}", sources.join("  "));
    }
    if !answer["degraded"].is_null() {
        let _ = writeln!(out, "{YELLOW}From the guide: {}{RESET}", text(&answer["degraded"], "detail"));
    }
    for sentence in items(&answer["grounding"], "unsupported").iter().filter_map(Value::as_str) {
        let _ = writeln!(out, "{YELLOW}Not in the sources: {sentence}{RESET}");
    }
    for question in items(answer, "follow_ups").iter().filter_map(Value::as_str) {
        let _ = writeln!(out, "{DIM}›{RESET} {question}");
    }
    out.push('\n');
    out
}

/// The quotes that an answer stands on.
pub(super) fn sources(answer: &Value) -> String {
    let mut out = String::new();
    for citation in items(answer, "citations") {
        let _ = writeln!(out, "{BOLD}[{}]{RESET} {DIM}{}{RESET}", citation["n"], text(citation, "url"));
        let _ = writeln!(out, "    “{}”", text(citation, "quote").trim());
    }
    if out.is_empty() { "the last answer cites nothing\n".to_owned() } else { out }
}

/// The latest conversations, a line each.
pub(super) fn conversations(list: &[Value]) -> String {
    let mut out = String::new();
    for one in list {
        let title = Some(text(one, "title")).filter(|title| !title.is_empty()).unwrap_or("(empty)");
        let _ = writeln!(out, "{}  {DIM}{} turns{RESET}  {title}", text(one, "id"), one["turns"]);
    }
    if out.is_empty() { "there is no conversation yet\n".to_owned() } else { out }
}

/// A conversation from its beginning.
pub(super) fn conversation(opened: &Value, width: Option<usize>) -> String {
    let mut out = String::new();
    for turn in items(opened, "turns") {
        let _ = writeln!(out, "{BOLD}› {}{RESET}", asked(turn));
        let body = answered(turn);
        out.push_str(&match width {
            Some(width) => rendered::render(&body, width),
            None => format!("{body}\n"),
        });
        out.push('\n');
    }
    out
}

/// A conversation as a Markdown document.
pub(super) fn markdown(opened: &Value) -> String {
    let mut out = format!("# {}\n", text(opened, "title"));
    for turn in items(opened, "turns") {
        let _ = write!(out, "\n## {}\n\n{}\n", asked(turn), answered(turn).trim_end());
        let citations = items(&turn["answer"], "citations");
        if !citations.is_empty() {
            out.push_str("\nSources\n\n");
        }
        for citation in citations {
            let _ = writeln!(
                out,
                "- [{}] {}: “{}”",
                citation["n"],
                text(citation, "url"),
                text(citation, "quote").split_whitespace().collect::<Vec<_>>().join(" ")
            );
        }
    }
    out
}

fn asked(turn: &Value) -> &str {
    turn["question"].as_str().unwrap_or("Go deeper")
}

fn answered(turn: &Value) -> String {
    match turn["answer"]["answer"].as_str() {
        Some(answer) => answer.to_owned(),
        None => format!("{}\n\n(not answered: {})", text(turn, "partial"), text(&turn["error"], "detail")),
    }
}
