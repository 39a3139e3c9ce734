//! Compares what a block printed with what the guide says it prints.

/// The most lines that are shown of either side.
const MOST_LINES: usize = 12;

/// `None` where both agree but for newlines at the end; else the lines that differ, with a line of
/// context on either side: `-` for what is written, `+` for what was printed.
pub(super) fn difference(written: &str, printed: &str) -> Option<String> {
    let (written, printed) = (written.trim_end_matches('\n'), printed.trim_end_matches('\n'));
    if written == printed {
        return None;
    }
    let (old, new): (Vec<_>, Vec<_>) = (written.split('\n').collect(), printed.split('\n').collect());
    let same_start = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let rest = old.len().min(new.len()) - same_start;
    let same_end = old.iter().rev().zip(new.iter().rev()).take(rest).take_while(|(a, b)| a == b).count();
    let mut lines = vec![format!("@ line {}", same_start + 1)];
    if let Some(before) = same_start.checked_sub(1) {
        lines.push(format!("  {}", old[before]));
    }
    side('-', &old[same_start..old.len() - same_end], &mut lines);
    side('+', &new[same_start..new.len() - same_end], &mut lines);
    if same_end > 0 {
        lines.push(format!("  {}", old[old.len() - same_end]));
    }
    Some(lines.join("\n"))
}

fn side(mark: char, changed: &[&str], lines: &mut Vec<String>) {
    lines.extend(changed.iter().take(MOST_LINES).map(|line| format!("{mark} {}", visible(line))));
    if changed.len() > MOST_LINES {
        lines.push(format!("{mark} … {} more lines", changed.len() - MOST_LINES));
    }
}

/// Blanks at the end of a line are what nobody sees and what often differs.
fn visible(line: &str) -> String {
    let text = line.trim_end_matches([' ', '\t']);
    let blanks = line[text.len()..].chars().map(|c| if c == ' ' { '·' } else { '→' });
    text.chars().chain(blanks).collect()
}

/// The beginning of what was printed.
pub(super) fn shown(printed: &str) -> String {
    let mut lines = Vec::new();
    let all: Vec<_> = printed.trim_end_matches('\n').split('\n').collect();
    side('+', &all, &mut lines);
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_shown() {
        assert_eq!(difference("a\nb\n", "a\nb\n\n"), None);
        assert_eq!(difference("a\nb\nc\nd\n", "a\nB \nc\nd\n").unwrap(), "@ line 2\n  a\n- b\n+ B·\n  c");
        assert_eq!(difference("a", "a\na").unwrap(), "@ line 2\n  a\n+ a");
        assert_eq!(difference("", "x").unwrap(), "@ line 1\n- \n+ x");
    }
}
