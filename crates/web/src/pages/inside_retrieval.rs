//! The search of an answer: ranks in each leg, ranks after fusion, what was kept.

use super::text::{count, title};
use maud::{Markup, html};
use viva_core::guide::Guide;
use viva_core::search::LegRank;
use viva_core::turn::{Candidate, Fate, Inspection};

/// How many candidates are drawn, and how many are in the table at first.
const DRAWN: usize = 10;
/// Ranks below this are drawn on the last line.
const DEEPEST: u32 = 12;
const ROW: f64 = 24.0;

/// The retrieval stage: a drawing of the ranks above one table.
pub(super) fn found(guide: &Guide, inspection: &Inspection) -> Markup {
    let candidates = &inspection.candidates;
    html! {
        p {
            (inspection.model.name) " turned the question into " (inspection.model.dimension)
            " numbers for the dense leg; BM25 searched its words. Ranks, not scores, were fused: "
            (count(candidates.len(), "candidate", "candidates")) "."
        }
        @if !candidates.is_empty() {
            (drawing(guide, &candidates[..candidates.len().min(DRAWN)]))
            (table(guide, &candidates[..candidates.len().min(DRAWN)], 1))
            @if candidates.len() > DRAWN {
                details class="small" {
                    summary class="muted" { "The other " (candidates.len() - DRAWN) }
                    (table(guide, &candidates[DRAWN..], DRAWN + 1))
                }
            }
        }
    }
}

/// The evidence that was kept, against its budget.
pub(super) fn chosen(guide: &Guide, inspection: &Inspection) -> Markup {
    let kept: Vec<&Candidate> = inspection
        .candidates
        .iter()
        .filter(|candidate| matches!(candidate.fate, Fate::Kept { .. }))
        .collect();
    // A long section is kept in several passages, and leads to one place.
    let mut places = kept.clone();
    places.sort_by_key(|candidate| address(candidate));
    places.dedup_by_key(|candidate| address(candidate));
    html! {
        p {
            (count(kept.len(), "passage was", "passages were")) " kept as evidence, " (inspection.evidence_tokens) " of at most "
            (inspection.evidence_budget) " tokens. Why each of the others was dropped stands in the table above."
        }
        ul { @for candidate in places { li { a href=(address(candidate)) { (name(guide, candidate)) } } } }
    }
}

fn name(guide: &Guide, candidate: &Candidate) -> Markup {
    let text = guide
        .question(&candidate.question)
        .map_or_else(|| candidate.question.to_string(), |question| question.text.clone());
    html! { (title(&text)) " " span class="muted" { (candidate.anchor.replace('-', " ")) } }
}

fn address(candidate: &Candidate) -> String {
    // A card is the whole entry: it has no place of its own.
    let anchor = if candidate.anchor == "card" { "" } else { &candidate.anchor };
    crate::markdown::href(candidate.question.as_str(), anchor)
}

/// Lines from each candidate's rank in a leg to its rank after fusion. Dense comes from the left, BM25 from the right.
fn drawing(guide: &Guide, candidates: &[Candidate]) -> Markup {
    let rows = candidates.len().max(DEEPEST as usize + 1);
    let height = rows as f64 * ROW + 30.0;
    let y = |rank: u32| 40.0 + f64::from(rank - 1) * ROW;
    let deep = |rank: u32| y(rank.min(DEEPEST + 1));
    let label = |candidate: &Candidate| {
        let text = guide
            .question(&candidate.question)
            .map_or(candidate.question.as_str(), |question| question.text.as_str());
        text.chars().take(34).collect::<String>() + if text.chars().count() > 34 { "…" } else { "" }
    };
    html! {
        div class="chart" role="group" tabindex="0" aria-label="Drawing of the ranks" {
            svg viewBox={ "-8 0 696 " (height) } width="696" height=(height) role="img"
                aria-label="Ranks in the dense and the BM25 leg, leading to ranks after fusion; the table has the numbers" {
                text class="c-text c-bold" x="8" y="16" { "Dense" }
                text class="c-text c-bold c-mid" x="340" y="16" { "Fused" }
                text class="c-text c-bold c-end" x="672" y="16" { "BM25" }
                @for rank in 1..=DEEPEST {
                    text class="c-muted c-end" x="24" y=(y(rank) + 4.0) { (rank) }
                    text class="c-muted" x="656" y=(y(rank) + 4.0) { (rank) }
                }
                text class="c-muted c-end" x="24" y=(y(DEEPEST + 1) + 4.0) { ">12" }
                text class="c-muted" x="656" y=(y(DEEPEST + 1) + 4.0) { ">12" }
                @for (at, candidate) in candidates.iter().enumerate() {
                    @let here = y(u32::try_from(at + 1).unwrap_or(DEEPEST));
                    @let kept = matches!(candidate.fate, Fate::Kept { .. });
                    g class=(if kept { "" } else { "c-dropped" }) {
                        @if let Some(LegRank { rank, .. }) = candidate.legs.dense {
                            path class="c-dense" d=(format!("M30 {0:.0}C110 {0:.0} 110 {1:.0} 196 {1:.0}", deep(rank), here)) {}
                        }
                        @if let Some(LegRank { rank, .. }) = candidate.legs.bm25 {
                            path class="c-bm25" d=(format!("M650 {0:.0}C570 {0:.0} 570 {1:.0} 484 {1:.0}", deep(rank), here)) {}
                        }
                    }
                    text class=(if kept { "c-text c-mid c-bold" } else { "c-muted c-mid" }) x="340" y=(here + 4.0) { (label(candidate)) }
                }
            }
        }
        p class="small muted" { "Bold: kept as evidence. A missing line: that leg did not find it." }
    }
}

fn table(guide: &Guide, candidates: &[Candidate], first: usize) -> Markup {
    let leg = |leg: Option<LegRank>| {
        html! {
            @match leg {
                Some(LegRank { rank, score }) => { td class="num" { (rank) } td class="num" { (format!("{score:.3}")) } }
                None => { td class="num muted" { "–" } td class="num muted" { "–" } }
            }
        }
    };
    html! {
        div class="table" role="group" tabindex="0" aria-label="Candidates" {
            table {
                thead { tr {
                    th scope="col" class="num" { "Rank" }
                    th scope="col" { "Section" }
                    th scope="col" class="num" { "Dense rank" }
                    th scope="col" class="num" { "Cosine" }
                    th scope="col" class="num" { "BM25 rank" }
                    th scope="col" class="num" { "BM25 sum" }
                    th scope="col" class="num" { "Fused score" }
                    th scope="col" { "What became of it" }
                } }
                tbody { @for (at, candidate) in candidates.iter().enumerate() {
                    tr class=[matches!(candidate.fate, Fate::Dropped { .. }).then_some("dropped")] {
                        td class="num" { (first + at) }
                        td { a href=(address(candidate)) { (name(guide, candidate)) } }
                        (leg(candidate.legs.dense))
                        (leg(candidate.legs.bm25))
                        td class="num" { (format!("{:.4}", candidate.score)) }
                        td class="fate" { @match &candidate.fate {
                            Fate::Kept { n } => { "✓ kept as source " (n) }
                            Fate::Dropped { reason } => { "○ dropped: " (reason) }
                        } }
                    }
                } }
            }
        }
    }
}
