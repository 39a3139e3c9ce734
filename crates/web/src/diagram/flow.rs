//! Reading `flowchart`.

use std::collections::HashMap;

/// A flowchart.
#[derive(Debug, Default)]
pub(super) struct Flow {
    /// Whether it is meant to run downwards.
    pub(super) down: bool,
    pub(super) nodes: Vec<Node>,
    pub(super) edges: Vec<Edge>,
    /// Names of the groups.
    pub(super) groups: Vec<String>,
}

#[derive(Debug)]
pub(super) struct Node {
    pub(super) label: String,
    pub(super) shape: Shape,
    pub(super) group: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Plain,
    Store,
    Choice,
    Queue,
}

#[derive(Debug, Clone)]
pub(super) struct Edge {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) label: String,
    pub(super) line: Line,
    /// Whether there is an arrowhead at its end, and at its start.
    pub(super) heads: (bool, bool),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    Solid,
    Dashed,
    Thick,
}

impl Flow {
    /// What the arrows say, one a line.
    pub(super) fn words(&self) -> Vec<String> {
        let name = |at: usize| match self.nodes[at].group {
            Some(group) => format!("{} ({})", self.nodes[at].label, self.groups[group]),
            None => self.nodes[at].label.clone(),
        };
        let arrow = |edge: &Edge| match edge.heads {
            (_, true) => "↔",
            (true, false) => "→",
            (false, false) => "—",
        };
        let tell = |edge: &Edge| {
            let label = if edge.label.is_empty() { String::new() } else { format!(": {}", edge.label) };
            format!("{} {} {}{label}", name(edge.from), arrow(edge), name(edge.to))
        };
        self.edges.iter().map(tell).collect()
    }
}

/// The flowchart of `source`; `None` where a line of it is not understood.
pub(super) fn parse(source: &str) -> Option<Flow> {
    let mut lines = source.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("%%"));
    let header = lines.next()?;
    let direction = header.strip_prefix("flowchart").or_else(|| header.strip_prefix("graph"))?.trim();
    let mut reader = Reader { flow: Flow::default(), ids: HashMap::new(), open: Vec::new() };
    reader.flow.down = !matches!(direction, "LR" | "RL");
    for line in lines {
        reader.line(line.trim_end_matches(';'))?;
    }
    Some(reader.flow)
}

struct Reader {
    flow: Flow,
    ids: HashMap<String, usize>,
    /// The groups that are open, innermost last.
    open: Vec<usize>,
}

impl Reader {
    fn line(&mut self, line: &str) -> Option<()> {
        if let Some(title) = line.strip_prefix("subgraph") {
            let title = title.trim();
            let label = title.split_once('[').map_or(title, |(_, label)| label.trim_end_matches(']'));
            self.flow.groups.push(unquote(label));
            self.open.push(self.flow.groups.len() - 1);
            return Some(());
        }
        if line == "end" {
            self.open.pop();
            return Some(());
        }
        let ignored = ["direction ", "classDef ", "class ", "style ", "linkStyle ", "click "];
        if ignored.iter().any(|word| line.starts_with(word)) {
            return Some(());
        }
        let (mut from, mut rest) = self.nodes(line)?;
        while !rest.is_empty() {
            let (edge, after) = arrow(rest)?;
            let (to, after) = self.nodes(after)?;
            for (from, to) in from.iter().flat_map(|from| to.iter().map(move |to| (*from, *to))) {
                self.flow.edges.push(Edge { from, to, ..edge.clone() });
            }
            (from, rest) = (to, after);
        }
        Some(())
    }

    /// `A[x] & B`, and what follows.
    fn nodes<'a>(&mut self, text: &'a str) -> Option<(Vec<usize>, &'a str)> {
        let mut nodes = Vec::new();
        let mut rest = text;
        loop {
            let (node, after) = self.node(rest.trim_start())?;
            nodes.push(node);
            rest = after.trim_start();
            match rest.strip_prefix('&') {
                Some(after) => rest = after,
                None => return Some((nodes, rest)),
            }
        }
    }

    fn node<'a>(&mut self, text: &'a str) -> Option<(usize, &'a str)> {
        let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len());
        let (id, rest) = text.split_at(end);
        if id.is_empty() {
            return None;
        }
        let (label, rest) = label(rest)?;
        let next = self.flow.nodes.len();
        let at = *self.ids.entry(id.to_owned()).or_insert(next);
        if at == next {
            self.flow.nodes.push(Node { label: id.to_owned(), shape: Shape::Plain, group: None });
        }
        let node = &mut self.flow.nodes[at];
        if let Some((label, shape)) = label {
            (node.label, node.shape) = (label, shape);
        }
        node.group = node.group.or(self.open.last().copied());
        Some((at, rest))
    }
}

/// The shape and text behind a node's name, if any; `None` where a bracket is not closed.
fn label(text: &str) -> Option<(Option<(String, Shape)>, &str)> {
    const BRACKETS: [(&str, &str, Shape); 6] = [
        ("[(", ")]", Shape::Store),
        ("[[", "]]", Shape::Queue),
        ("((", "))", Shape::Plain),
        ("[", "]", Shape::Plain),
        ("(", ")", Shape::Plain),
        ("{", "}", Shape::Choice),
    ];
    let Some((open, close, shape)) = BRACKETS.into_iter().find(|(open, ..)| text.starts_with(open)) else {
        return Some((None, text));
    };
    let inner = &text[open.len()..];
    // A quoted label may hold brackets.
    let from = match inner.strip_prefix('"') {
        Some(quoted) => quoted.find('"')? + 2,
        None => 0,
    };
    let end = from + inner[from..].find(close)?;
    Some((Some((unquote(&inner[..end]), shape)), &inner[end + close.len()..]))
}

/// An arrow with its label, and what follows; the ends are filled in by the caller.
fn arrow(text: &str) -> Option<(Edge, &str)> {
    let (starts, rest) = match text.strip_prefix('<') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let closers: (&[&str], Line) = match rest.get(..2)? {
        "--" => (&["-->", "---"], Line::Solid),
        "-." => (&[".->", ".-"], Line::Dashed),
        "==" => (&["==>", "==="], Line::Thick),
        _ => return None,
    };
    let (closers, line) = closers;
    let edge = |label: &str, closer: &str| Edge {
        from: 0,
        to: 0,
        label: unquote(label),
        line,
        heads: (closer.ends_with('>'), starts),
    };
    // Without a label the opening and the closing share their strokes.
    let bare: &[&str] = if line == Line::Dashed { &["-.->", "-.-"] } else { closers };
    if let Some(closer) = bare.iter().find(|closer| rest.starts_with(**closer)) {
        let after = rest[closer.len()..].trim_start();
        let Some(labelled) = after.strip_prefix('|') else { return Some((edge("", closer), after)) };
        let (label, after) = labelled.split_once('|')?;
        return Some((edge(label, closer), after));
    }
    let inner = &rest[2..];
    let (at, closer) =
        closers.iter().filter_map(|closer| Some((inner.find(closer)?, *closer))).min_by_key(|(at, _)| *at)?;
    Some((edge(&inner[..at], closer), &inner[at + closer.len()..]))
}

fn unquote(text: &str) -> String {
    let text = text.trim();
    let text = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    text.replace("<br>", " ").replace("<br/>", " ").trim().to_owned()
}
