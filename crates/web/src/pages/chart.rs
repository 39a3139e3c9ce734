//! Charts as SVG, each with the table that says the same.

use super::text::percent;
use maud::{Markup, html};

/// One bar.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    /// What it stands for.
    pub label: String,
    /// Its length, 0 or more.
    pub value: f64,
    /// Its value in words.
    pub text: String,
}

/// Lying bars from a zero line to `most`, as a table: label, bar, value. The bar's length is a share of its cell, so that
/// the chart fits every width without its letters shrinking.
pub fn bars(title: &str, heading: (&str, &str), rows: &[Bar], most: f64) -> Markup {
    let share = |value: f64| if most > 0.0 { (value / most).clamp(0.0, 1.0) * 100.0 } else { 0.0 };
    html! {
        table class="bars" aria-label=(title) {
            thead { tr { th scope="col" { (heading.0) } th { span class="hush" { "Bar, from zero" } } th scope="col" class="num" { (heading.1) } } }
            tbody { @for bar in rows { tr {
                th scope="row" { (bar.label) }
                td {
                    svg width="100%" height="14" aria-hidden="true" {
                        rect class="c-track" width="100%" height="14" {}
                        rect class="c-bar" width=(format!("{:.1}%", share(bar.value))) height="14" {}
                    }
                }
                td class="num" { (bar.text) }
            } } }
        }
    }
}

/// A line from 0 to 100 %, one point for each of `points` (its label and its share), with a table.
pub fn over_time(title: &str, points: &[(String, f64)]) -> Markup {
    const WIDTH: f64 = 600.0;
    const HEIGHT: f64 = 140.0;
    let x = |at: usize| 56.0 + at as f64 * WIDTH / (points.len().max(2) - 1) as f64;
    let y = |share: f64| 10.0 + (1.0 - share.clamp(0.0, 1.0)) * HEIGHT;
    let line: Vec<String> =
        points.iter().enumerate().map(|(at, (_, share))| format!("{:.1},{:.1}", x(at), y(*share))).collect();
    html! {
        figure {
            div class="chart" role="group" tabindex="0" aria-label=(title) {
            svg viewBox="0 0 680 184" width="680" height="184" role="img" aria-label={ (title) ", line chart; the table has the numbers" } {
                @for share in [0.0, 0.5, 1.0] {
                    line class=(if share == 0.0 { "c-axis" } else { "c-grid" }) x1="56" x2=(56.0 + WIDTH) y1=(y(share)) y2=(y(share)) {}
                    text class="c-muted c-end" x="48" y=(y(share) + 4.0) { (percent(share)) }
                }
                polyline class="c-line" points=(line.join(" ")) {}
                @for (at, (_, share)) in points.iter().enumerate() {
                    circle class="f-accent" cx=(format!("{:.1}", x(at))) cy=(format!("{:.1}", y(*share))) r="3.5" {}
                }
                @if let (Some((first, _)), Some((last, _))) = (points.first(), points.last()) {
                    text class="c-muted" x="56" y="172" { (first) }
                    @if points.len() > 1 { text class="c-muted c-end" x=(56.0 + WIDTH) y="172" { (last) } }
                }
            }
            }
            details class="small" {
                summary class="muted" { "The numbers" }
                table {
                    thead { tr { th scope="col" { "When" } th scope="col" class="num" { "Mean score" } } }
                    tbody { @for (label, share) in points { tr { td { (label) } td class="num" { (percent(*share)) } } } }
                }
            }
        }
    }
}
