//! The grade of one question.

use super::answer::degraded_badge;
use super::text::{count, section_name, title, until, words};
use maud::{Markup, html};
use std::time::SystemTime;
use viva_core::guide::{SectionKind, Weight};
use viva_core::id::QuestionId;
use viva_core::turn::Degraded;

/// What an answer says about one key point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It states it.
    Covered,
    /// It states a part of it.
    Partial,
    /// It does not speak of it.
    Missing,
    /// It says the opposite.
    Contradicted,
}

/// One key point with its verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PointView {
    /// The key point.
    pub text: String,
    /// How much it counts.
    pub weight: Weight,
    /// What the answer says about it.
    pub verdict: Verdict,
    /// The candidate's own words.
    pub quote: Option<String>,
    /// The section that explains it, for a point that is not covered.
    pub section: Option<(SectionKind, String)>,
}

/// What was answered, and to what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaidView {
    /// The follow-up; `None` for the question itself.
    pub follow_up: Option<String>,
    /// The words, as sent.
    pub answer: String,
}

/// The grade of one question, over all that was said to it.
#[derive(Debug, Clone)]
pub struct GradeView {
    /// The question.
    pub question: QuestionId,
    /// Whether the question is closed. Of an open one `points` are those that are covered: more would give away what a
    /// follow-up asks for.
    pub is_final: bool,
    /// 0 to 1.
    pub score: f64,
    /// The key points, in the guide's order.
    pub points: Vec<PointView>,
    /// Who graded: "wording and meaning", or a model's name.
    pub grader: String,
    /// Why not the language model, where one is configured.
    pub degraded: Option<Degraded>,
    /// What to say about the answer, one or two sentences.
    pub feedback: String,
    /// What the candidate wrote, in order.
    pub said: Vec<SaidView>,
    /// When the question is due again.
    pub due: Option<SystemTime>,
}

/// Characters of answers up to which they are shown unfolded.
const SHORT: usize = 1_200;

/// The card: score, points with missed essentials first, the answer with the quoted words marked, when it is due.
pub fn grade_card(grade: &GradeView, now: SystemTime) -> Markup {
    let covered = grade.points.iter().filter(|point| point.verdict == Verdict::Covered).count();
    let mut points: Vec<&PointView> = grade.points.iter().collect();
    points.sort_by_key(|point| (order(point), point.weight));
    let label = if grade.is_final { "Grade" } else { "So far" };
    html! {
        section class="card grade" aria-label=(label) {
            @if grade.is_final {
                p class="score" {
                    strong { (covered) " of " (count(grade.points.len(), "point", "points")) } " · " (format!("{:.2}", grade.score))
                }
                p class="small muted" { "Graded by " (grade.grader) ", against the guide’s key points." }
            }
            @if let Some(degraded) = &grade.degraded { (degraded_badge("Graded without the model", degraded)) }
            @if !grade.feedback.is_empty() { p { (grade.feedback) } }
            @if !points.is_empty() { ul class="verdicts" { @for point in points { (point_row(&grade.question, point)) } } }
            @if !grade.said.is_empty() { (said(grade)) }
            @if let Some(due) = grade.due { p class="small muted" { "This question comes back " (until(due, now)) "." } }
        }
    }
}

fn said(grade: &GradeView) -> Markup {
    let chars: usize = grade.said.iter().map(|said| said.answer.len()).sum();
    html! {
        details open[chars < SHORT] {
            summary { (if grade.said.len() == 1 { "Your answer" } else { "Your answers" }) }
            div class="said" {
                @for said in &grade.said {
                    @if let Some(follow_up) = &said.follow_up { p class="small muted" { "Follow-up: " (title(follow_up)) } }
                    p class="own" { (with_marks(&said.answer, &grade.points)) }
                }
            }
        }
    }
}

/// What most needs attention comes first: missed and contradicted, then partial, then the extras, then covered.
fn order(point: &PointView) -> u8 {
    match (point.verdict, point.weight) {
        (Verdict::Missing, Weight::Bonus) => 2,
        (Verdict::Missing | Verdict::Contradicted, _) => 0,
        (Verdict::Partial, _) => 1,
        (Verdict::Covered, _) => 3,
    }
}

fn point_row(question: &QuestionId, point: &PointView) -> Markup {
    let (class, word) = match point.verdict {
        Verdict::Covered => ("badge covered", "✓ Covered"),
        Verdict::Partial => ("badge partial", "◐ Partial"),
        Verdict::Missing => ("badge", "○ Missed"),
        Verdict::Contradicted => ("badge wrong", "✕ Contradicted"),
    };
    html! {
        li {
            span class=(class) { (word) }
            div {
                p { (title(&point.text)) " " span class="small muted" { (words(point.weight.as_str()).to_lowercase()) } }
                @if let Some(quote) = &point.quote { p class="small" { "Your words: " q { (quote) } } }
                @if let Some((kind, anchor)) = &point.section {
                    @let href = crate::markdown::href(question.as_str(), anchor);
                    p class="small" { a href=(href) { "Explained in: " (section_name(*kind).to_lowercase()) } }
                }
            }
        }
    }
}

/// `answer` with every quoted piece of it marked.
fn with_marks(answer: &str, points: &[PointView]) -> Markup {
    let quotes = points.iter().filter_map(|point| point.quote.as_deref()).filter(|quote| !quote.is_empty());
    let mut ranges: Vec<(usize, usize)> =
        quotes.filter_map(|quote| answer.find(quote).map(|at| (at, at + quote.len()))).collect();
    ranges.sort_unstable();
    let mut parts = Vec::new();
    let mut done = 0;
    for (start, end) in ranges {
        let start = start.max(done);
        if start < end {
            parts.push((&answer[done..start], &answer[start..end]));
            done = end;
        }
    }
    html! { @for (before, marked) in parts { (before) mark { (marked) } } (answer[done..]) }
}
