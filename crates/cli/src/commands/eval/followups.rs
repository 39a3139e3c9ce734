//! `viva eval followups` and `viva eval blend`: messages in the middle of a conversation.

use super::counting;
use crate::args::{EvalArgs, EvalCommand, HalfArg};
use crate::failure::{Failure, Outcome};
use crate::terminal::progress::note;
use crate::terminal::table::table;
use crate::terminal::{self, DIM, RED, RESET};
use serde_json::json;
use std::fmt::Write as _;
use std::sync::Arc;
use viva_assistant::Assistant;
use viva_eval::followups::{Conversation, Report, fit, measure, parse, unknown_ids};
use viva_eval::metrics::Metrics;
use viva_eval::set::Half;

pub(super) async fn run(
    assistant: &Arc<Assistant>,
    which: &EvalCommand,
    args: &EvalArgs,
    half: HalfArg,
    json: bool,
) -> Outcome<u8> {
    let set = read(args, half, assistant)?;
    let (bar, step) = counting(set.len());
    if matches!(which, EvalCommand::Blend(_)) {
        let blend = fit(assistant, &set, &step).await.map_err(|error| Failure::of(&error))?;
        bar.finish();
        note("the blend belongs into crates/assistant/src/follow_up/blend.json");
        terminal::print_json(&json!(blend));
        return Ok(0);
    }
    let report = measure(assistant, &set, &step).await.map_err(|error| Failure::of(&error))?;
    bar.finish();
    if json {
        terminal::print_json(&json!(report));
    } else {
        terminal::print(&text(&report, args.misses));
    }
    let recall = report.all.recall_at_1;
    match args.floor {
        Some(floor) if recall < floor => {
            note(&format!("{RED}✗{RESET} recall@1 {recall:.3} is below the floor of {floor}"));
            Ok(1)
        }
        Some(_) if report.new_topic.recall_at_1 < report.new_topic_afresh.recall_at_1 => {
            note(&format!("{RED}✗{RESET} changes of topic are answered worse than when asked afresh"));
            Ok(1)
        }
        _ => Ok(0),
    }
}

fn read(args: &EvalArgs, half: HalfArg, assistant: &Arc<Assistant>) -> Outcome<Vec<Conversation>> {
    let mut set = Vec::new();
    for path in &args.sets {
        let text = std::fs::read_to_string(path)
            .map_err(|error| Failure::new(format!("cannot read {}: {error}", path.display())))?;
        let read = parse(&text).map_err(|error| Failure::new(format!("{}: {error}", path.display())))?;
        set.extend(read);
    }
    set.retain(|one| match half {
        HalfArg::All => true,
        HalfArg::Report => one.half == Half::Report,
        HalfArg::Tune => one.half == Half::Tune,
    });
    let edition = assistant.edition().map_err(|reason| Failure::of(&reason))?;
    let unknown = unknown_ids(&set, &edition.guide);
    if unknown.is_empty() {
        return Ok(set);
    }
    let names: Vec<&str> = unknown.iter().take(10).map(viva_core::id::QuestionId::as_str).collect();
    Err(Failure::new(format!("the guide lacks {} questions that the set expects", unknown.len()))
        .hint(names.join(", ")))
}

fn text(report: &Report, misses: bool) -> String {
    let mut rows = vec![["", "conversations", "recall@1", "recall@3", "MRR"].map(str::to_owned).to_vec()];
    let row = |name: &str, m: &Metrics| {
        let figures = [m.recall_at_1, m.recall_at_3, m.mrr].map(|figure| format!("{figure:.3}"));
        [name.to_owned(), m.queries.to_string()].into_iter().chain(figures).collect::<Vec<_>>()
    };
    rows.push(row("all", &report.all));
    rows.push(row("leaning, searched as typed", &report.leaning_as_typed));
    rows.push(row("leaning, understood", &report.leaning));
    rows.push(row("new topic, asked afresh", &report.new_topic_afresh));
    rows.push(row("new topic, in the conversation", &report.new_topic));
    rows.extend(report.by_kind.iter().map(|(kind, metrics)| row(kind, metrics)));
    let mut text = table(&rows);
    for miss in report.misses.iter().filter(|_| misses) {
        let _ = writeln!(
            text,
            "{} {} {DIM}{}{RESET}\n    searched: {} ({})\n    wanted {}; got {}",
            miss.id,
            miss.kind,
            miss.query,
            miss.standalone,
            miss.reason.as_deref().unwrap_or("complete"),
            miss.expect.join(" or "),
            miss.got.join(", ")
        );
    }
    text
}
