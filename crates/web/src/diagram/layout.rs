//! Where boxes and arrows of a flowchart go: ranks, order, places (the layered drawing of Sugiyama, Tagawa and Toda,
//! 1981). A label is a small box on its arrow's way, so that it never lies on anything else.

use super::flow::Flow;
use super::{LINE, MAX_PARTS, order, text_width, wrap};

/// The width that the text column has for a picture, in pixels.
const COLUMN: f64 = 690.0;
/// Free space between ranks, and between neighbours of a rank.
const RANK_GAP: f64 = 34.0;
const GAP: f64 = 22.0;
/// Characters of a line in a box, and in a label.
const BOX_CHARS: usize = 20;
const LABEL_CHARS: usize = 16;
/// More pieces of arrows than this are not worth a picture.
const MAX_ITEMS: usize = 900;

/// A box, a label, or a bend of an arrow.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) rank: usize,
    pub(super) group: Option<usize>,
    pub(super) lines: Vec<String>,
    pub(super) width: f64,
    pub(super) height: f64,
    /// Its extent along the rank.
    pub(super) along: f64,
    pub(super) x: f64,
    pub(super) y: f64,
}

/// A flowchart with places. The first items are the flow's nodes.
#[derive(Debug)]
pub(super) struct Placed {
    pub(super) items: Vec<Item>,
    /// For each drawn edge: which edge, its items from first to last, and whether it runs against its arrow.
    pub(super) routes: Vec<Route>,
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) down: bool,
}

/// The way of one edge.
#[derive(Debug)]
pub(super) struct Route {
    pub(super) edge: usize,
    /// From the upper rank to the lower one.
    pub(super) items: Vec<usize>,
    /// Whether the arrow points upwards.
    pub(super) reversed: bool,
}

/// Places the flowchart in its own direction, or in the other where only that fits the column.
pub(super) fn place(flow: &Flow) -> Option<Placed> {
    if flow.nodes.is_empty() || flow.nodes.len() + flow.edges.len() > MAX_PARTS {
        return None;
    }
    let own = place_in(flow, flow.down)?;
    if own.width <= COLUMN {
        return Some(own);
    }
    let other = place_in(flow, !flow.down)?;
    Some(if other.width < own.width { other } else { own })
}

fn place_in(flow: &Flow, down: bool) -> Option<Placed> {
    let (mut items, routes) = itemise(flow, down)?;
    let rank_count = items.iter().map(|item| item.rank).max()? + 1;
    let mut ranks = vec![Vec::new(); rank_count];
    items.iter().enumerate().for_each(|(at, item)| ranks[item.rank].push(at));
    let links: Vec<(usize, usize)> =
        routes.iter().flat_map(|route| route.items.windows(2).map(|pair| (pair[0], pair[1]))).collect();
    order::order(&items, &mut ranks, &links);
    let along = order::place(&items, &ranks, &links, GAP);
    let across = |item: &Item| if down { item.height } else { item.width };
    let mut at = 0.0;
    for rank in &ranks {
        let thickness = rank.iter().map(|item| across(&items[*item])).fold(0.0, f64::max);
        for item in rank {
            let (a, b) = (along[*item], at + thickness / 2.0);
            (items[*item].x, items[*item].y) = if down { (a, b) } else { (b, a) };
        }
        at += thickness + RANK_GAP;
    }
    let (width, height) = shift(&mut items, flow.groups.is_empty());
    Some(Placed { items, routes, width, height, down })
}

/// Moves everything to positive places; returns the picture's size.
fn shift(items: &mut [Item], is_flat: bool) -> (f64, f64) {
    let margin = if is_flat { 6.0 } else { 30.0 };
    let least = |edge: &dyn Fn(&Item) -> f64| items.iter().map(edge).fold(f64::INFINITY, f64::min);
    let (left, top) = (least(&|i| i.x - i.width / 2.0), least(&|i| i.y - i.height / 2.0));
    let (right, bottom) = (-least(&|i| -i.x - i.width / 2.0), -least(&|i| -i.y - i.height / 2.0));
    for item in items.iter_mut() {
        item.x += margin - left;
        item.y += margin - top;
    }
    (right - left + 2.0 * margin, bottom - top + 2.0 * margin)
}

/// Nodes, labels and bends with their ranks, and the ways of the edges through them.
fn itemise(flow: &Flow, down: bool) -> Option<(Vec<Item>, Vec<Route>)> {
    let reversed = against_the_flow(flow);
    let ranks = rank(flow, &reversed);
    let sized = |lines: Vec<String>, rank: usize, group: Option<usize>, pad: (f64, f64)| {
        let (width, height) = (text_width(&lines) + pad.0, lines.len() as f64 * LINE + pad.1);
        Item { rank, group, lines, width, height, along: if down { width } else { height }, x: 0.0, y: 0.0 }
    };
    let mut items: Vec<Item> = flow
        .nodes
        .iter()
        .zip(&ranks)
        .map(|(node, rank)| sized(wrap(&node.label, BOX_CHARS), *rank, node.group, (22.0, 16.0)))
        .collect();
    let mut routes = Vec::new();
    for (at, edge) in flow.edges.iter().enumerate().filter(|(_, edge)| edge.from != edge.to) {
        let (upper, lower) = if reversed[at] { (edge.to, edge.from) } else { (edge.from, edge.to) };
        let between = ranks[upper] + 1..ranks[lower];
        let labelled =
            (!edge.label.is_empty()).then_some(between.start + between.len().saturating_sub(1) / 2);
        let mut way = vec![upper];
        for rank in between {
            let item = if labelled == Some(rank) {
                sized(wrap(&edge.label, LABEL_CHARS), rank, None, (8.0, 4.0))
            } else {
                Item {
                    rank,
                    group: None,
                    lines: Vec::new(),
                    width: 2.0,
                    height: 2.0,
                    along: 2.0,
                    x: 0.0,
                    y: 0.0,
                }
            };
            way.push(items.len());
            items.push(item);
        }
        way.push(lower);
        routes.push(Route { edge: at, items: way, reversed: reversed[at] });
        if items.len() > MAX_ITEMS {
            return None;
        }
    }
    Some((items, routes))
}

/// Which edges close a circle: a depth-first walk meets them coming back.
fn against_the_flow(flow: &Flow) -> Vec<bool> {
    let mut leaving = vec![Vec::new(); flow.nodes.len()];
    flow.edges.iter().enumerate().for_each(|(at, edge)| leaving[edge.from].push(at));
    let mut state = vec![0_u8; flow.nodes.len()];
    let mut reversed = vec![false; flow.edges.len()];
    for root in 0..flow.nodes.len() {
        if state[root] != 0 {
            continue;
        }
        state[root] = 1;
        let mut stack = vec![(root, 0)];
        while let Some((node, next)) = stack.pop() {
            let Some(at) = leaving[node].get(next).copied() else {
                state[node] = 2;
                continue;
            };
            stack.push((node, next + 1));
            let to = flow.edges[at].to;
            match state[to] {
                0 => {
                    state[to] = 1;
                    stack.push((to, 0));
                }
                1 => reversed[at] = true,
                _ => {}
            }
        }
    }
    reversed
}

/// Longest path from the roots; an edge with a label takes two ranks, the label's between them.
fn rank(flow: &Flow, reversed: &[bool]) -> Vec<usize> {
    let mut ranks = vec![0; flow.nodes.len()];
    // Without circles the longest path has fewer steps than there are nodes.
    for _ in 0..flow.nodes.len() {
        let mut changed = false;
        for (edge, reversed) in flow.edges.iter().zip(reversed) {
            let (upper, lower) = if *reversed { (edge.to, edge.from) } else { (edge.from, edge.to) };
            let least = ranks[upper] + if edge.label.is_empty() { 1 } else { 2 };
            if upper != lower && ranks[lower] < least {
                ranks[lower] = least;
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
    pull_roots(flow, reversed, &mut ranks);
    ranks
}

/// Moves boxes that nothing leads to next to what they lead to.
fn pull_roots(flow: &Flow, reversed: &[bool], ranks: &mut [usize]) {
    for node in 0..flow.nodes.len() {
        let mut room = None::<usize>;
        let mut is_root = true;
        for (edge, reversed) in flow.edges.iter().zip(reversed) {
            let (upper, lower) = if *reversed { (edge.to, edge.from) } else { (edge.from, edge.to) };
            is_root &= lower != node;
            if upper == node && lower != node {
                let most = ranks[lower] - if edge.label.is_empty() { 1 } else { 2 };
                room = Some(room.map_or(most, |room| room.min(most)));
            }
        }
        if let (true, Some(room)) = (is_root, room) {
            ranks[node] = room;
        }
    }
}
