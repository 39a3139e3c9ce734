//! A code block that a model copied from the guide is given back in the guide's own bytes.

use crate::markdown::code_blocks;
use viva_core::turn::Source;

/// How alike (Sørensen-Dice over pairs of letters, 0 to 1) two blocks are that are meant to be one. Models change quotes,
/// drop a comment or an indentation; another example scores well below.
const ALIKE: f64 = 0.9;

/// The block, fences included, with the guide's bytes where it is the guide's; and whether it is.
pub(crate) fn restored(block: &str, sources: &[Source]) -> (String, bool) {
    let Some(body) = code_blocks(block).into_iter().next().map(|range| &block[range]) else {
        return (block.to_owned(), false);
    };
    let of_guide = sources
        .iter()
        .flat_map(|source| code_blocks(&source.text).into_iter().map(|range| &source.text[range]));
    let best = of_guide
        .map(|code| (alike(body, code), code))
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .filter(|(score, _)| *score >= ALIKE);
    match best {
        Some((_, code)) => (block.replacen(body, code, 1), true),
        None => (block.to_owned(), false),
    }
}

fn alike(a: &str, b: &str) -> f64 {
    if a.trim() == b.trim() { 1.0 } else { strsim::sorensen_dice(a, b) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fakes::source;

    #[test]
    fn copied_code_gets_its_own_bytes_back() {
        let guide = "Text.\n\n```python\nlock = threading.Lock()\nwith lock:\n    total += 1  # safe\n```\n";
        let sources = [source(1, guide)];
        let copied = "```python\nlock = threading.Lock()\nwith lock:\n  total += 1 # safe\n```\n";
        let (text, is_guides) = restored(copied, &sources);
        assert_eq!(text, "```python\nlock = threading.Lock()\nwith lock:\n    total += 1  # safe\n```\n");
        assert!(is_guides);
        let own = "```python\nfor i in range(10):\n    print(i)\n```\n";
        assert_eq!(restored(own, &sources), (own.to_owned(), false));
        assert_eq!(restored("```\n", &sources), ("```\n".to_owned(), false));
    }
}
