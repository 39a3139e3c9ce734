//! `sequenceDiagram`: reading, telling, drawing.

use super::{LINE, MAX_PARTS, text_width, wrap, write_lines};
use std::collections::HashMap;

/// A sequence diagram.
#[derive(Debug, Default)]
pub(super) struct Sequence {
    /// Who takes part, from left to right.
    actors: Vec<String>,
    steps: Vec<Step>,
}

#[derive(Debug)]
enum Step {
    Message {
        from: usize,
        to: usize,
        text: String,
        dashed: bool,
        lost: bool,
    },
    Note {
        from: usize,
        to: usize,
        text: String,
    },
    /// `alt`, `loop`, `opt`, `par`, or the `else` within one, with its condition.
    Frame {
        text: String,
        opens: bool,
    },
    End,
}

/// The diagram of `source`; `None` where a line of it is not understood.
pub(super) fn parse(source: &str) -> Option<Sequence> {
    let mut lines = source.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("%%"));
    if lines.next()? != "sequenceDiagram" {
        return None;
    }
    let mut ids = HashMap::new();
    let mut sequence = Sequence::default();
    for line in lines {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "participant" | "actor" => {
                let (id, name) = rest.split_once(" as ").unwrap_or((rest, rest));
                let at = sequence.actor(&mut ids, id.trim());
                name.trim().clone_into(&mut sequence.actors[at]);
            }
            "Note" | "note" => {
                let (place, text) = rest.split_once(':')?;
                let names = place.rsplit(" of ").next()?.trim_start_matches("over ").split(',');
                let places: Vec<usize> = names.map(|id| sequence.actor(&mut ids, id.trim())).collect();
                let (from, to) = (places.iter().min().copied()?, places.iter().max().copied()?);
                sequence.steps.push(Step::Note { from, to, text: text.trim().to_owned() });
            }
            "alt" | "loop" | "opt" | "par" | "critical" => {
                sequence.steps.push(Step::Frame { text: format!("{word}: {rest}"), opens: true });
            }
            "else" | "and" | "option" => {
                sequence.steps.push(Step::Frame { text: format!("{word}: {rest}"), opens: false });
            }
            "end" => sequence.steps.push(Step::End),
            "autonumber" | "activate" | "deactivate" => {}
            _ => sequence.message(&mut ids, line)?,
        }
    }
    Some(sequence)
}

impl Sequence {
    fn actor(&mut self, ids: &mut HashMap<String, usize>, id: &str) -> usize {
        let next = self.actors.len();
        let at = *ids.entry(id.to_owned()).or_insert(next);
        if at == next {
            self.actors.push(id.to_owned());
        }
        at
    }

    fn message(&mut self, ids: &mut HashMap<String, usize>, line: &str) -> Option<()> {
        const ARROWS: [&str; 8] = ["-->>", "->>", "--x", "-x", "--)", "-)", "-->", "->"];
        let (ends, text) = line.split_once(':').unwrap_or((line, ""));
        let (arrow, from, to) = ARROWS.iter().find_map(|arrow| {
            let (from, to) = ends.split_once(arrow)?;
            Some((*arrow, from, to))
        })?;
        let from = self.actor(ids, from.trim());
        let to = self.actor(ids, to.trim().trim_start_matches(['+', '-']));
        let (dashed, lost) = (arrow.starts_with("--"), arrow.ends_with('x'));
        self.steps.push(Step::Message { from, to, text: text.trim().to_owned(), dashed, lost });
        Some(())
    }

    /// What happens, one step a line.
    pub(super) fn words(&self) -> Vec<String> {
        let name = |at: &usize| self.actors[*at].as_str();
        let tell = |step: &Step| {
            Some(match step {
                Step::Message { from, to, text, lost, .. } => {
                    let lost = if *lost { " (lost)" } else { "" };
                    format!("{} → {}: {text}{lost}", name(from), name(to))
                }
                Step::Note { text, .. } => format!("Note: {text}"),
                Step::Frame { text, .. } => text.clone(),
                Step::End => return None,
            })
        };
        self.steps.iter().filter_map(tell).collect()
    }

    /// The picture; `None` where it would be too large.
    pub(super) fn draw(&self) -> Option<String> {
        if self.actors.is_empty() || self.actors.len() > 12 || self.steps.len() > MAX_PARTS {
            return None;
        }
        let heads: Vec<Vec<String>> = self.actors.iter().map(|name| wrap(name, 18)).collect();
        let head_width = heads.iter().map(|lines| text_width(lines)).fold(60.0, f64::max) + 20.0;
        let pitch = (head_width + 24.0).max(150.0);
        let x = |at: usize| head_width / 2.0 + 8.0 + at as f64 * pitch;
        let head_height = heads.iter().map(Vec::len).max().unwrap_or(1) as f64 * LINE + 14.0;
        let mut body = String::new();
        let mut y = head_height + 18.0;
        let mut frames = Vec::new();
        let width = x(self.actors.len() - 1) + head_width / 2.0 + 8.0;
        for step in &self.steps {
            y = draw_step(&mut body, step, y, &x, pitch, (&mut frames, width));
        }
        let mut out = format!(
            "<svg viewBox=\"0 0 {width:.0} {y:.0}\" width=\"{width:.0}\" height=\"{y:.0}\" aria-hidden=\"true\">"
        );
        for (at, lines) in heads.iter().enumerate() {
            let (left, middle) = (x(at) - head_width / 2.0, x(at));
            out.push_str(&format!(
                "<line class=\"d-life\" x1=\"{middle:.0}\" y1=\"{head_height:.0}\" x2=\"{middle:.0}\" y2=\"{y:.0}\"></line>\
                 <rect class=\"d-box\" x=\"{left:.0}\" y=\"2\" width=\"{head_width:.0}\" height=\"{:.0}\" rx=\"4\"></rect>",
                head_height - 4.0
            ));
            write_lines(&mut out, "d-text", lines, middle, head_height / 2.0);
        }
        out.push_str(&body);
        out.push_str("</svg>");
        Some(out)
    }
}

/// Draws one step at height `y`; returns where the next one begins.
fn draw_step(
    out: &mut String,
    step: &Step,
    y: f64,
    x: &dyn Fn(usize) -> f64,
    pitch: f64,
    (frames, width): (&mut Vec<f64>, f64),
) -> f64 {
    match step {
        Step::Message { from, to, text, dashed, lost } => {
            let span = (x(*to) - x(*from)).abs().max(pitch);
            let lines = wrap(text, (span / 7.5) as usize);
            let line_y = y + lines.len() as f64 * LINE + 2.0;
            let middle = if from == to { x(*from) + pitch / 2.0 } else { f64::midpoint(x(*from), x(*to)) };
            write_lines(out, "d-label", &lines, middle, y + lines.len() as f64 * LINE / 2.0 - 3.0);
            draw_message(out, (x(*from), x(*to)), line_y, (*dashed, *lost));
            line_y + 16.0
        }
        Step::Note { from, to, text } => {
            let (left, right) = (x(*from) - 60.0, x(*to) + 60.0);
            let lines = wrap(text, ((right - left) / 7.5) as usize);
            let height = lines.len() as f64 * LINE + 8.0;
            out.push_str(&format!(
                "<rect class=\"d-note\" x=\"{left:.0}\" y=\"{y:.0}\" width=\"{:.0}\" height=\"{height:.0}\"></rect>",
                right - left
            ));
            write_lines(out, "d-text", &lines, f64::midpoint(left, right), y + height / 2.0);
            y + height + 10.0
        }
        Step::Frame { text, opens } => {
            if *opens {
                frames.push(y);
            } else {
                out.push_str(&format!(
                    "<line class=\"d-line d-dashed\" x1=\"4\" y1=\"{y:.0}\" x2=\"{:.0}\" y2=\"{y:.0}\"></line>",
                    width - 4.0
                ));
            }
            let label = [text.clone()];
            write_lines(out, "d-label", &label, 12.0 + text_width(&label) / 2.0, y + 12.0);
            y + LINE + 8.0
        }
        Step::End => {
            if let Some(top) = frames.pop() {
                out.push_str(&format!(
                    "<rect class=\"d-group\" x=\"4\" y=\"{top:.0}\" width=\"{:.0}\" height=\"{:.0}\" rx=\"6\"></rect>",
                    width - 8.0,
                    y - top
                ));
            }
            y + 10.0
        }
    }
}

fn draw_message(out: &mut String, (from, to): (f64, f64), y: f64, (dashed, lost): (bool, bool)) {
    let class = if dashed { "d-line d-dashed" } else { "d-line" };
    let sense = if to >= from { 1.0 } else { -1.0 };
    let tip = if lost { to - 14.0 * sense } else { to };
    out.push_str(&format!(
        "<line class=\"{class}\" x1=\"{from:.0}\" y1=\"{y:.0}\" x2=\"{:.0}\" y2=\"{y:.0}\"></line>",
        tip - 6.0 * sense
    ));
    if lost {
        let (a, b) = (tip - 5.0, tip + 5.0);
        out.push_str(&format!(
            "<path class=\"d-line\" d=\"M{a:.0} {:.0}L{b:.0} {:.0}M{a:.0} {:.0}L{b:.0} {:.0}\"></path>",
            y - 5.0,
            y + 5.0,
            y + 5.0,
            y - 5.0
        ));
    } else {
        let base = tip - 8.0 * sense;
        out.push_str(&format!(
            "<polygon class=\"d-head\" points=\"{tip:.0},{y:.0} {base:.0},{:.0} {base:.0},{:.0}\"></polygon>",
            y - 4.0,
            y + 4.0
        ));
    }
}
