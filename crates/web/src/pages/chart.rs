//! Charts as SVG, each with the table that says the same.

use super::text::{day, percent};
use maud::{Markup, html};
use std::time::SystemTime;

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

/// What a point of a line stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// A day.
    Day,
    /// A week, which begins on the day named.
    Week,
}

/// A line from 0 to 100 %: one point for each of `points` (its day and its share), as far apart as they are in time; with
/// a table. The drawing is stretched to the width there is, and its letters stand beside it, so that they never shrink.
pub fn over_time(title: &str, span: Span, points: &[(SystemTime, f64)]) -> Markup {
    let first = points.first().map_or(SystemTime::UNIX_EPOCH, |(at, _)| *at);
    let since = |at: SystemTime| at.duration_since(first).unwrap_or_default().as_secs_f64();
    let whole = points.last().map_or(0.0, |(at, _)| since(*at));
    let x = |at: SystemTime| if whole > 0.0 { since(at) / whole * 100.0 } else { 50.0 };
    let y = |share: f64| (1.0 - share.clamp(0.0, 1.0)) * 100.0;
    let line: Vec<String> =
        points.iter().map(|(at, share)| format!("{:.1},{:.1}", x(*at), y(*share))).collect();
    html! {
        figure {
            div class="plot" {
                div class="plot-y" aria-hidden="true" { @for share in [1.0, 0.5, 0.0] { span { (percent(share)) } } }
                svg viewBox="0 0 100 100" preserveAspectRatio="none" width="100%" height="144" role="img"
                    aria-label={ (title) ", line chart; the table has the numbers" } {
                    @for share in [0.0, 0.5, 1.0] {
                        line class=(if share == 0.0 { "c-axis" } else { "c-grid" }) x1="0" x2="100" y1=(y(share)) y2=(y(share)) {}
                    }
                    polyline class="c-line" points=(line.join(" ")) {}
                    // A circle would be stretched to an ellipse; the round end of a line without length is not.
                    @for point in &line { path class="c-point" d=(format!("M{point} h0")) {} }
                }
                div class="plot-x" aria-hidden="true" {
                    @match points {
                        [] => {}
                        [(only, _)] => { span class="only" { (day(*only)) } }
                        [(first, _), .., (last, _)] => { span { (day(*first)) } span { (day(*last)) } }
                    }
                }
            }
            details class="small" {
                summary class="muted" { "The numbers" }
                table {
                    thead { tr { th scope="col" { (if span == Span::Day { "Day" } else { "Week of" }) } th scope="col" class="num" { "Mean score" } } }
                    tbody { @for (at, share) in points { tr { td { (day(*at)) } td class="num" { (percent(*share)) } } } }
                }
            }
        }
    }
}
