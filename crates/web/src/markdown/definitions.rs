//! Reference definitions as text.
//!
//! The parser has no switch for `[label]: address`, and what it takes for a definition leaves no event behind. So the
//! bracket and the colon are parted by a character that the parser gives no meaning to and that the writer drops. That
//! holds everywhere, in code as well, and does not depend on what stands around it: escaping only what is a definition
//! was tried, and a definition that becomes text can make one of the line below it.

use std::borrow::Cow;

/// U+FDD0, one of the code points that Unicode sets aside for use inside a program.
pub(super) const GUARD: char = '\u{fdd0}';

/// `text` without definitions. What it holds of the guard itself is replaced, as it stands for nothing.
pub(crate) fn guarded(text: &str) -> Cow<'_, str> {
    if !text.contains("]:") && !text.contains(GUARD) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace(GUARD, "\u{fffd}").replace("]:", &format!("]{GUARD}:")))
}

/// Appends `delta` to a guarded text, which stays one.
pub(crate) fn push_guarded(text: &mut String, delta: &str) {
    if text.ends_with(']') && delta.starts_with(':') {
        text.push(GUARD);
    }
    text.push_str(&guarded(delta));
}

/// Guarded text as it was.
pub(crate) fn unguarded(text: &str) -> Cow<'_, str> {
    if text.contains(GUARD) { Cow::Owned(text.replace(GUARD, "")) } else { Cow::Borrowed(text) }
}
