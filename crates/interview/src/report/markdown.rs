//! The report for people, as Markdown. What the candidate wrote is quoted as text: it cannot become markup.

use super::{QuestionReport, ReadNext, Report};
use crate::grade::{PointGrade, Verdict};
use crate::machine::Closing;
use std::time::Duration;
use viva_core::id::QuestionId;

type Link<'a> = &'a dyn Fn(&QuestionId, &str) -> String;

pub(super) fn render(report: &Report, link: Link<'_>) -> String {
    let mut text = String::from("# Interview report\n\n");
    let graded = report.questions.iter().filter(|question| question.grade.is_some()).count();
    let score =
        report.score.map_or_else(|| "no grade yet".to_owned(), |score| format!("score {}", percent(score)));
    let state = if report.is_finished { "" } else { ", not finished" };
    text.push_str(&format!(
        "{} interview, {graded} of {} questions graded{state}: **{score}**, {} in all. Seed {}, guide {}.\n",
        if report.mode.as_str() == "live" { "Live" } else { "Practice" },
        report.planned,
        time(report.elapsed),
        report.seed,
        report.revision.short()
    ));
    overview(&mut text, report, link);
    for question in &report.questions {
        one(&mut text, question, link);
    }
    text
}

fn overview(text: &mut String, report: &Report, link: Link<'_>) {
    if !report.work_on.is_empty() {
        text.push_str("\n## Work on first\n\n");
        for (next, number) in report.work_on.iter().zip(1..) {
            text.push_str(&format!("{number}. {}\n", reading(next, link)));
        }
    }
    if !report.strengths.is_empty() {
        text.push_str("\n## Strengths\n\n");
        for strength in &report.strengths {
            text.push_str(&format!("- {} ({})\n", strength.text, percent(strength.score)));
        }
    }
    text.push_str("\n## By area\n\n| area | questions | score |\n|---|---:|---:|\n");
    let modules = report.modules.iter().map(|(name, area)| (name.to_string(), area));
    let focus = report.focus.iter().map(|(name, area)| (format!("focus: {name}"), area));
    for (name, area) in modules.chain(focus) {
        text.push_str(&format!("| {name} | {} | {} |\n", area.questions, percent(area.score)));
    }
}

fn one(text: &mut String, question: &QuestionReport, link: Link<'_>) {
    text.push_str(&format!("\n## {}. {}\n\n", question.number, question.text));
    let closing = match question.closing {
        Some(Closing::Skipped) => ", skipped",
        Some(Closing::Revealed) => ", answer shown",
        None => "",
    };
    let hints = match question.hints.len() {
        0 => String::new(),
        1 => ", 1 hint".to_owned(),
        n => format!(", {n} hints"),
    };
    let Some(grade) = &question.grade else {
        text.push_str("Not answered.\n");
        return;
    };
    text.push_str(&format!(
        "**{}**, {}{hints}{closing}. Graded by {}{}.\n\n{}\n",
        percent(grade.score),
        time(question.elapsed),
        grade.grader.as_str(),
        grade.degraded.as_ref().map_or_else(String::new, |d| format!(" ({})", d.reason.as_str())),
        grade.feedback
    ));
    for said in &question.exchanges {
        let answer = said.answer.as_deref().map_or_else(|| "*(no answer)*".to_owned(), quoted);
        text.push_str(&format!("\n*{}*\n\n{answer}\n", said.prompt.replace('*', "\\*")));
    }
    text.push('\n');
    grade.points.iter().for_each(|point| text.push_str(&point_line(point)));
    if !question.read_next.is_empty() {
        text.push_str("\nRead next:\n\n");
        for next in &question.read_next {
            text.push_str(&format!("- {}\n", reading(next, link)));
        }
    }
}

fn point_line(point: &PointGrade) -> String {
    let mark = match point.verdict {
        Verdict::Covered => "covered",
        Verdict::Partial => "partly",
        Verdict::Missing => "missing",
        Verdict::Contradicted => "contradicted",
    };
    let quote = point.quote.as_deref().map_or_else(String::new, |quote| format!(" — “{}”", inline(quote)));
    format!("- **{mark}** ({}): {}{quote}\n", point.weight.as_str(), point.text)
}

fn reading(next: &ReadNext, link: Link<'_>) -> String {
    format!("{} ([{}#{}]({}))", next.point, next.question, next.anchor, link(&next.question, &next.anchor))
}

/// A block quote in which nothing is markup.
fn quoted(answer: &str) -> String {
    answer.lines().map(|line| format!("> {}", inline(line))).collect::<Vec<_>>().join("\n")
}

/// One line in which nothing is markup.
fn inline(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.trim().chars() {
        if c.is_ascii_punctuation()
            && !matches!(c, '.' | ',' | '\'' | '"' | '?' | ';' | ':' | '/' | '=' | '%')
        {
            safe.push('\\');
        }
        safe.push(if c.is_control() { ' ' } else { c });
    }
    // A number with a full stop at the start of a line would begin a list, a colon after a scheme a link.
    safe.replace("://", ":\u{2060}//")
}

fn percent(score: f64) -> String {
    format!("{:.0} %", score * 100.0)
}

fn time(elapsed: Duration) -> String {
    let seconds = elapsed.as_secs();
    if seconds < 60 { format!("{seconds} s") } else { format!("{} min {} s", seconds / 60, seconds % 60) }
}
