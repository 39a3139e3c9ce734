//! Placed flowcharts -> SVG. Colours come from classes alone.

use super::flow::{Flow, Line, Shape};
use super::layout::{Item, Placed, Route};
use super::{text_width, write_lines};

/// The picture.
pub(super) fn flow(flow: &Flow, placed: &Placed) -> String {
    let (width, height) = (placed.width.ceil(), placed.height.ceil());
    let mut out = format!(
        "<svg viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" aria-hidden=\"true\">"
    );
    (0..flow.groups.len()).for_each(|at| group(&mut out, flow, placed, at));
    placed.routes.iter().for_each(|route| edge(&mut out, flow, placed, route));
    for (node, item) in flow.nodes.iter().zip(&placed.items) {
        shape(&mut out, node.shape, item);
        write_lines(&mut out, "d-text", &item.lines, item.x, item.y);
    }
    for item in placed.items.iter().skip(flow.nodes.len()).filter(|item| !item.lines.is_empty()) {
        write_lines(&mut out, "d-label", &item.lines, item.x, item.y);
    }
    out.push_str("</svg>");
    out
}

/// A frame around a group's members, unless another box would lie in it.
fn group(out: &mut String, flow: &Flow, placed: &Placed, group: usize) {
    const PAD: f64 = 10.0;
    const TITLE: f64 = 16.0;
    let nodes = || flow.nodes.iter().zip(&placed.items);
    let members: Vec<&Item> =
        nodes().filter(|(node, _)| node.group == Some(group)).map(|(_, item)| item).collect();
    let edge = |of: &dyn Fn(&Item) -> f64| members.iter().map(|item| of(item)).fold(f64::INFINITY, f64::min);
    let (left, top) = (edge(&|i| i.x - i.width / 2.0) - PAD, edge(&|i| i.y - i.height / 2.0) - PAD - TITLE);
    let (right, bottom) = (-edge(&|i| -i.x - i.width / 2.0) + PAD, -edge(&|i| -i.y - i.height / 2.0) + PAD);
    let is_inside = |item: &Item| {
        item.x + item.width / 2.0 > left
            && item.x - item.width / 2.0 < right
            && item.y + item.height / 2.0 > top
            && item.y - item.height / 2.0 < bottom
    };
    if members.is_empty() || nodes().any(|(node, item)| node.group != Some(group) && is_inside(item)) {
        return;
    }
    let (width, height) = (right - left, bottom - top);
    out.push_str(&format!(
        "<rect class=\"d-group\" x=\"{left:.0}\" y=\"{top:.0}\" width=\"{width:.0}\" height=\"{height:.0}\" rx=\"6\"></rect>"
    ));
    let title = [flow.groups[group].clone()];
    write_lines(out, "d-label", &title, left + 10.0 + text_width(&title) / 2.0, top + 12.0);
}

fn shape(out: &mut String, shape: Shape, item: &Item) {
    let (x, y) = (item.x - item.width / 2.0, item.y - item.height / 2.0);
    let (width, height) = (item.width, item.height);
    let rect = |out: &mut String, inset: f64, radius: f64| {
        out.push_str(&format!(
            "<rect class=\"d-box\" x=\"{:.0}\" y=\"{y:.0}\" width=\"{:.0}\" height=\"{height:.0}\" rx=\"{radius:.0}\"></rect>",
            x + inset,
            width - 2.0 * inset
        ));
    };
    match shape {
        Shape::Plain => rect(out, 0.0, 4.0),
        Shape::Choice => {
            let (left, right, slant) = (x - 6.0, x + width + 6.0, 10.0);
            let (middle, bottom) = (item.y, y + height);
            out.push_str(&format!(
                "<polygon class=\"d-box\" points=\"{left:.0},{middle:.0} {:.0},{y:.0} {:.0},{y:.0} \
                 {right:.0},{middle:.0} {:.0},{bottom:.0} {:.0},{bottom:.0}\"></polygon>",
                left + slant,
                right - slant,
                right - slant,
                left + slant
            ));
        }
        Shape::Queue => {
            rect(out, 0.0, 4.0);
            let bottom = y + height;
            for at in [x + 5.0, x + width - 5.0] {
                out.push_str(&format!("<line class=\"d-line\" x1=\"{at:.0}\" y1=\"{y:.0}\" x2=\"{at:.0}\" y2=\"{bottom:.0}\"></line>"));
            }
        }
        Shape::Store => {
            let (right, bottom, lid, half) = (x + width, y + height, 5.0, width / 2.0);
            out.push_str(&format!(
                "<path class=\"d-box\" d=\"M{x:.0} {y:.0}V{bottom:.0}A{half:.0} {lid} 0 0 0 {right:.0} {bottom:.0}V{y:.0}\"></path>\
                 <ellipse class=\"d-box\" cx=\"{:.0}\" cy=\"{y:.0}\" rx=\"{half:.0}\" ry=\"{lid}\"></ellipse>",
                item.x
            ));
        }
    }
}

/// A smooth line through the route's items, with its heads.
fn edge(out: &mut String, flow: &Flow, placed: &Placed, route: &Route) {
    let edge = &flow.edges[route.edge];
    let down = placed.down;
    let half = |item: &Item| if down { item.height / 2.0 } else { item.width / 2.0 };
    // Along the main axis first, then across it: (main, cross).
    let axes = |item: &Item| if down { (item.y, item.x) } else { (item.x, item.y) };
    let point = |main: f64, cross: f64| {
        if down { format!("{cross:.1} {main:.1}") } else { format!("{main:.1} {cross:.1}") }
    };
    let lid = |at: usize| {
        let is_store = flow.nodes.get(at).is_some_and(|node| node.shape == Shape::Store);
        let is_choice = flow.nodes.get(at).is_some_and(|node| node.shape == Shape::Choice);
        if (is_store && down) || (is_choice && !down) { 6.0 } else { 0.0 }
    };
    let mut path = String::new();
    let ends: Vec<(f64, f64)> = route.items.iter().map(|at| axes(&placed.items[*at])).collect();
    let (first, last) = (route.items[0], route.items[route.items.len() - 1]);
    let start = (ends[0].0 + half(&placed.items[first]) + lid(first), ends[0].1);
    let stop = (ends[ends.len() - 1].0 - half(&placed.items[last]) - lid(last), ends[ends.len() - 1].1);
    let (at_start, at_stop) =
        if route.reversed { (edge.heads.0, edge.heads.1) } else { (edge.heads.1, edge.heads.0) };
    let mut here = (start.0 + if at_start { 7.0 } else { 0.0 }, start.1);
    path.push_str(&format!("M{}", point(here.0, here.1)));
    let inner = &route.items[1..route.items.len() - 1];
    let bend = |path: &mut String, here: (f64, f64), to: (f64, f64)| {
        let middle = f64::midpoint(here.0, to.0);
        path.push_str(&format!("C{} {} {}", point(middle, here.1), point(middle, to.1), point(to.0, to.1)));
    };
    for at in inner {
        let item = &placed.items[*at];
        let (main, cross) = axes(item);
        bend(&mut path, here, (main - half(item), cross));
        here = (main + half(item), cross);
        // A line ends before a label and goes on behind it; through a bend it runs straight.
        let stroke = if item.lines.is_empty() { 'L' } else { 'M' };
        path.push_str(&format!("{stroke}{}", point(here.0, here.1)));
    }
    bend(&mut path, here, (stop.0 - if at_stop { 7.0 } else { 0.0 }, stop.1));
    let class = match edge.line {
        Line::Solid => "d-line",
        Line::Dashed => "d-line d-dashed",
        Line::Thick => "d-line d-thick",
    };
    out.push_str(&format!("<path class=\"{class}\" d=\"{path}\"></path>"));
    if at_stop {
        head(out, stop, 1.0, down);
    }
    if at_start {
        head(out, start, -1.0, down);
    }
}

fn head(out: &mut String, tip: (f64, f64), sense: f64, down: bool) {
    let (main, cross) = tip;
    let point = |main: f64, cross: f64| {
        if down { format!("{cross:.1},{main:.1}") } else { format!("{main:.1},{cross:.1}") }
    };
    let base = main - 8.0 * sense;
    out.push_str(&format!(
        "<polygon class=\"d-head\" points=\"{} {} {}\"></polygon>",
        point(main, cross),
        point(base, cross - 4.0),
        point(base, cross + 4.0)
    ));
}
