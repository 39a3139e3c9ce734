//! The hint ladder: three steps that narrow without giving the point away. Each costs (see [`crate::grade::HINT_COSTS`]).

use crate::follow_up::{aims_at, built};
use crate::grade::{Finding, Verdict};
use crate::machine::{MAX_HINTS, Round};
use crate::phrase::cloze;
use crate::sheet::Sheet;
use viva_core::guide::Weight;

/// The next hint to a question: where to look, then a question aimed at the most important open point, then that point
/// with its decisive words left out. `None` after the last, or where nothing is open.
pub(crate) fn hint(sheet: &Sheet, round: &Round) -> Option<String> {
    let aimed = round.last().and_then(|exchange| exchange.point);
    let open = round.open_points(sheet);
    let is_open = |point: &usize| open.contains(point);
    let point = aimed.filter(is_open).or_else(|| open.first().copied())?;
    match round.hints.len() {
        0 => Some(place(sheet, &open, point)),
        1 => Some(question(sheet, round, point)),
        2 => Some(format!("Complete this: “{}”", cloze(&sheet.points[point]))),
        n => {
            debug_assert!(n <= MAX_HINTS);
            None
        }
    }
}

fn place(sheet: &Sheet, open: &[usize], point: usize) -> String {
    let essential = open.iter().filter(|at| sheet.points[**at].weight == Weight::Essential).count();
    let count = match (essential, open.len()) {
        (0, 1) => "One point is open.".to_owned(),
        (0, n) => format!("{n} points are open, none of them essential."),
        (1, 1) => "One essential point is open.".to_owned(),
        (1, n) => format!("{n} points are open, one of them essential."),
        (k, n) => format!("{n} points are open, {k} of them essential."),
    };
    let area = sheet.focus.first().map_or_else(|| sheet.module.to_string(), ToString::to_string);
    let section = match sheet.points[point].anchor.as_str() {
        "short-answer" => "it belongs to what one says first",
        "deeper" => "it lies below the surface: how it works inside, what it costs, what production teaches",
        "pitfalls" => "it is something that people get wrong",
        "example" => "it shows as soon as one writes the code",
        _ => "it belongs to the reasoning, not to the definition",
    };
    format!("{count} Think of {}: {section}.", area.replace('-', " "))
}

fn question(sheet: &Sheet, round: &Round, point: usize) -> String {
    let was_asked = |text: &str| round.exchanges.iter().any(|exchange| exchange.prompt == text);
    let probes = sheet.follow_ups.iter().filter(|probe| aims_at(probe, point) && !was_asked(&probe.text));
    let best = probes.max_by(|a, b| a.aims[point].total_cmp(&b.aims[point]));
    let said = round.findings.get(point).filter(|finding| finding.verdict != Verdict::Missing);
    let finding = said.cloned().unwrap_or_else(Finding::missing);
    best.map_or_else(|| built(sheet, point, &finding), |probe| probe.text.clone())
}
