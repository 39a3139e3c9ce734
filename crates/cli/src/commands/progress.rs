//! `viva progress`: how far one has come, by module and focus area.

use super::interview::open;
use crate::failure::Outcome;
use crate::terminal::{self, BOLD, RESET, table::table};
use crate::wiring::Wiring;
use serde_json::Value;
use std::fmt::Write as _;

pub(crate) async fn run(wiring: &Wiring, json: bool) -> Outcome<u8> {
    let mut examine = open(wiring, "viva progress").await?;
    let progress = examine.progress().await;
    examine.close().await;
    let progress = progress?;
    if json {
        terminal::print_json(&progress);
    } else {
        terminal::print(&show(&progress));
    }
    Ok(0)
}

fn show(progress: &Value) -> String {
    if progress["grades"] == 0 {
        return "nothing was graded yet; `viva interview` begins an interview\n".to_owned();
    }
    let mut out = format!(
        "{BOLD}{} questions graded, mean score {}, {} due for review{RESET}\n",
        progress["questions"],
        mean(&progress["mean"]),
        progress["due"]
    );
    for (key, head) in [("modules", "module"), ("focus", "focus area")] {
        let areas = progress[key].as_array().map_or(&[][..], Vec::as_slice);
        let mut rows = vec![[head, "graded", "of", "score", "due"].map(str::to_owned).to_vec()];
        for area in areas {
            rows.push(vec![
                area["id"].as_str().unwrap_or_default().to_owned(),
                area["graded"].to_string(),
                area["of"].to_string(),
                mean(&area["mean"]),
                area["due"].to_string(),
            ]);
        }
        if rows.len() > 1 {
            let _ = write!(out, "\n{}", table(&rows));
        }
    }
    out
}

fn mean(value: &Value) -> String {
    value.as_f64().map_or_else(|| "-".to_owned(), |mean| format!("{mean:.2}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn progress_is_a_table() {
        let area = json!({"id": "threads", "graded": 2, "of": 30, "mean": 0.5, "due": 1});
        let shown = show(
            &json!({"grades": 3, "questions": 2, "mean": 0.5, "due": 1, "modules": [area], "focus": []}),
        );
        assert!(shown.contains("2 questions graded, mean score 0.50, 1 due"), "{shown}");
        assert!(shown.contains("threads       2  30   0.50    1\n"), "{shown}");
        assert!(!shown.contains("focus area"));
        assert!(show(&json!({"grades": 0})).contains("viva interview"));
    }
}
