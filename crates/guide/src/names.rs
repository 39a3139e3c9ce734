//! Identifiers that must not collide, and what somebody may have meant.

use std::collections::HashSet;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use viva_core::id::{MAX_ID_CHARS, slugify};

/// The slug of any text: accents are dropped, not the letters below them. May be empty.
pub(crate) fn slug(text: &str) -> String {
    if text.is_ascii() {
        return slugify(text);
    }
    slugify(&text.nfkd().filter(|c| !is_combining_mark(*c)).collect::<String>())
}

/// Slugs that are handed out once.
#[derive(Debug, Default)]
pub(crate) struct Unique {
    taken: HashSet<String>,
    /// The number to try next for a slug that is taken, so that a thousand equal headings stay cheap.
    next: std::collections::HashMap<String, u32>,
}

impl Unique {
    /// Marks `name` as taken; false where it was.
    pub(crate) fn take(&mut self, name: &str) -> bool {
        self.taken.insert(name.to_owned())
    }

    /// The slug of `text`, or of `fallback` where nothing of it is left; with `-2`, `-3` … where taken.
    pub(crate) fn slug(&mut self, text: &str, fallback: &str) -> String {
        let slug = slug(text);
        let base = if slug.is_empty() { fallback.to_owned() } else { slug };
        if self.take(&base) {
            return base;
        }
        let mut number = self.next.get(&base).copied().unwrap_or(2);
        loop {
            let suffix = format!("-{number}");
            let room = MAX_ID_CHARS.saturating_sub(suffix.len()).min(base.len());
            let candidate = format!("{}{suffix}", base[..room].trim_end_matches('-'));
            number += 1;
            if self.take(&candidate) {
                self.next.insert(base, number);
                return candidate;
            }
        }
    }
}

/// `; did you mean ...?`, where one of the known names is near; else nothing.
pub(crate) fn suggestion<'a>(found: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    const NEAR_ENOUGH: f64 = 0.7;
    let nearest = known
        .into_iter()
        .map(|name| (strsim::normalized_damerau_levenshtein(found, name), name))
        .filter(|(likeness, _)| *likeness >= NEAR_ENOUGH)
        .max_by(|a, b| a.0.total_cmp(&b.0));
    nearest.map_or_else(String::new, |(_, name)| format!("; did you mean `{name}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_slugs_are_told_apart_within_the_length_limit() {
        let mut unique = Unique::default();
        assert_eq!(unique.slug("Größe", "x"), "gro-e");
        assert_eq!(unique.slug("Café", "x"), "cafe");
        assert_eq!(unique.slug("cafe", "x"), "cafe-2");
        assert!(unique.take("cafe-3"));
        assert_eq!(unique.slug("cafe", "x"), "cafe-4");
        assert_eq!(unique.slug("???", "section"), "section");
        assert_eq!(unique.slug("日本", "section"), "section-2");
        let long = "a".repeat(200);
        assert_eq!(unique.slug(&long, "x").len(), MAX_ID_CHARS);
        assert_eq!(unique.slug(&long, "x").len(), MAX_ID_CHARS);
    }

    #[test]
    fn near_names_are_suggested_and_far_ones_are_not() {
        assert_eq!(suggestion("proccess", ["thread", "process"]), "; did you mean `process`?");
        assert_eq!(suggestion("kubernetes", ["thread", "process"]), "");
    }
}
