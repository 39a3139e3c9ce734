//! The follow-up to an answer: the guide's own where one fits what was missed, else one built from the missed point.

use crate::grade::{Finding, Verdict};
use crate::machine::Round;
use crate::phrase::cue;
use crate::sheet::{Probe, Sheet};
use viva_core::guide::Weight;

/// The least share of an open point's telling words that a follow-up with its answer must have to aim at it.
const LEAST_AIM: f32 = 0.4;
/// The most of the point that the follow-up itself may say.
const MOST_SAID: f32 = 0.5;
/// The longest of the candidate's words that a question quotes back, in characters.
const MAX_QUOTED: usize = 160;

/// The next follow-up with the point that it aims at; `None` where nothing that counts is open, or all of it was asked for.
///
/// Of the guide's follow-ups that were not asked yet, the one that has most of an open point's telling words, heavier
/// points first; else a question about the most important open point that was not aimed at yet.
pub(crate) fn choose(sheet: &Sheet, round: &Round) -> Option<(String, usize)> {
    let aimed: Vec<usize> = round.exchanges.iter().filter_map(|exchange| exchange.point).collect();
    let open: Vec<usize> =
        round.open_points(sheet).into_iter().filter(|point| !aimed.contains(point)).collect();
    let was_asked = |probe: &&Probe| round.exchanges.iter().any(|exchange| exchange.prompt == probe.text);
    let fit = |probe: &Probe, point: usize| {
        let essential = if sheet.points[point].weight == Weight::Essential { 1.2 } else { 1.0 };
        probe.aims[point] * essential
    };
    let fitting = sheet.follow_ups.iter().filter(|probe| !was_asked(probe)).flat_map(|probe| {
        let points = open.iter().filter(|point| aims_at(probe, **point));
        points.map(move |point| (fit(probe, *point), probe, *point)).collect::<Vec<_>>()
    });
    let best = fitting.max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.2.cmp(&a.2)));
    if let Some((_, probe, point)) = best {
        return Some((probe.text.clone(), point));
    }
    let point = *open.first()?;
    Some((built(sheet, point, &round.findings[point]), point))
}

/// Whether a follow-up asks for a point without saying it.
pub(crate) fn aims_at(probe: &Probe, point: usize) -> bool {
    let of = |shares: &[f32]| shares.get(point).copied().unwrap_or(0.0);
    of(&probe.aims) >= LEAST_AIM && of(&probe.says) <= MOST_SAID
}

/// A question about a point that does not contain it.
pub(crate) fn built(sheet: &Sheet, point: usize, finding: &Finding) -> String {
    let cue = cue(&sheet.points[point]);
    let quoted = finding.quote.as_deref().map(first_words);
    match (finding.verdict, cue, quoted) {
        (Verdict::Contradicted, Some(cue), Some(words)) => {
            format!("You said: “{words}” Does that hold? Think about {cue} again.")
        }
        (Verdict::Contradicted, None, Some(words)) => format!("You said: “{words}” Does that hold?"),
        (Verdict::Partial, Some(cue), _) => {
            format!("You touched on {cue}. Can you be more precise about it?")
        }
        (Verdict::Partial, None, Some(words)) => format!("You said: “{words}” Can you be more precise?"),
        (_, Some(cue), _) => {
            format!("Your answer has not said much about {cue} yet. What should one know about it here?")
        }
        (_, None, _) => {
            format!("Something is still missing. What else belongs to a complete answer to “{}”", sheet.text)
        }
    }
}

fn first_words(quote: &str) -> String {
    let flat = quote.split_whitespace().collect::<Vec<_>>().join(" ");
    match flat.char_indices().nth(MAX_QUOTED) {
        None => flat,
        Some((limit, _)) => {
            let end = flat[..limit].rfind(' ').unwrap_or(limit);
            format!("{} …", &flat[..end])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::sheet;
    use crate::text::words::stem_set;

    #[test]
    fn a_built_question_does_not_contain_its_point() {
        for id in ["gil", "deadlock", "queue", "weakref", "del"] {
            let sheet = sheet(id);
            for (at, point) in sheet.points.iter().enumerate() {
                let text = built(&sheet, at, &Finding::missing());
                assert!(point.share_in(&stem_set(&text)) < 0.4, "{text}: {}", point.text);
                assert!(text.ends_with(['?', '.', '”']));
            }
        }
    }

    #[test]
    fn a_contradiction_is_quoted_back() {
        let finding = Finding {
            verdict: Verdict::Contradicted,
            quote: Some(format!("Threads always {}.", "run ".repeat(60))),
        };
        let text = built(&sheet("gil"), 0, &finding);
        assert!(
            text.starts_with("You said: “Threads always run") && text.contains('…') && text.len() < 300,
            "{text}"
        );
    }
}
