//! Which lines of a file stand in a code fence.
//!
//! A fence that is never closed protects nothing: converters lose closing fences, and believing the
//! opening one would swallow every question after it.

/// For each line whether it stands in a closed fence, the fence lines included. A closing fence that a
/// heading is glued to counts as outside, so that the heading is found.
pub(super) fn protected(lines: &[&str], is_heading: impl Fn(&str) -> bool) -> Vec<bool> {
    let mut protected = vec![false; lines.len()];
    let mut at = 0;
    while at < lines.len() {
        let end = opening(lines[at]).and_then(|fence| closing(lines, at + 1, fence, &is_heading));
        match end {
            Some((end, glued)) => {
                let stop = if glued { end } else { end + 1 };
                protected[at..stop].fill(true);
                at = end + 1;
            }
            None => at += 1,
        }
    }
    protected
}

#[derive(Clone, Copy)]
struct Fence<'a> {
    mark: char,
    length: usize,
    info: &'a str,
}

fn opening(line: &str) -> Option<Fence<'_>> {
    let line = line.trim();
    let mark = line.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let info = line.trim_start_matches(mark);
    let length = line.len() - info.len();
    (length >= 3 && !(mark == '`' && info.contains('`'))).then(|| Fence { mark, length, info: info.trim() })
}

/// The line that closes `fence`, and whether a heading is glued to it.
fn closing(
    lines: &[&str],
    from: usize,
    fence: Fence<'_>,
    is_heading: impl Fn(&str) -> bool,
) -> Option<(usize, bool)> {
    for (offset, line) in lines[from..].iter().enumerate() {
        let Some(other) = opening(line).filter(|other| other.mark == fence.mark) else { continue };
        if other.length < fence.length {
            continue;
        }
        let glued = is_heading(other.info);
        // Another opening fence: this one was never closed.
        return (other.info.is_empty() || glued).then_some((from + offset, glued));
    }
    None
}
