//! Identifiers and digests that cannot be malformed.

use std::fmt;

/// Why a text is not an identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` is not an identifier: use lower-case letters, digits and single hyphens, at most {MAX_ID_CHARS} characters"
)]
pub struct InvalidId {
    /// The refused text.
    pub text: String,
}

/// The longest identifier, in characters.
pub const MAX_ID_CHARS: usize = 96;

fn is_slug(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    !text.is_empty()
        && text.len() <= MAX_ID_CHARS
        && text.chars().all(allowed)
        && !text.starts_with('-')
        && !text.ends_with('-')
        && !text.contains("--")
}

macro_rules! slug_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        ///
        /// Invariant: lower-case ASCII letters, digits and single hyphens, 1 to [`MAX_ID_CHARS`] characters.
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// Parses `text`; refuses anything that is not already in the canonical form.
            pub fn new(text: impl Into<String>) -> Result<Self, InvalidId> {
                let text = text.into();
                if is_slug(&text) { Ok(Self(text)) } else { Err(InvalidId { text }) }
            }

            /// Makes an identifier out of any text: `"Amazon Bedrock"` becomes `amazon-bedrock`.
            /// `None` where nothing usable is left.
            pub fn slugify(text: &str) -> Option<Self> {
                Self::new(slugify(text)).ok()
            }

            /// The identifier as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Self::new(text)
            }
        }
    };
}

slug_type!(
    /// Names one question of the guide, such as `gil`; stable across revisions.
    QuestionId
);
slug_type!(
    /// Names one module of the guide, such as `threading-multiprocessing`.
    ModuleId
);
slug_type!(
    /// A role that an interview is held for, such as `data-engineer`.
    Role
);
slug_type!(
    /// A focus area, such as `python-internals`.
    FocusArea
);

/// Lower-cases, joins words with single hyphens and drops everything else; cut at [`MAX_ID_CHARS`].
pub fn slugify(text: &str) -> String {
    let mut slug = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii_alphanumeric() {
            slug.push(c.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.truncate(MAX_ID_CHARS);
    slug.trim_end_matches('-').to_owned()
}

/// A SHA-256 digest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub [u8; 32]);

impl Digest {
    /// Parses 64 hexadecimal digits.
    pub fn from_hex(text: &str) -> Option<Self> {
        if text.len() != 64 || !text.is_ascii() {
            return None;
        }
        let mut bytes = [0_u8; 32];
        for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
        }
        Some(Self(bytes))
    }

    /// The first twelve hexadecimal digits: enough to tell revisions apart for people.
    pub fn short(&self) -> String {
        self.to_string()[..12].to_owned()
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({})", self.short())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_canonical_or_refused() {
        assert!(QuestionId::new("gil").is_ok());
        for bad in ["", "GIL", "a--b", "-a", "a-", "a b", "a/b", "..", "é"] {
            assert!(QuestionId::new(bad).is_err(), "{bad}");
        }
        assert!(QuestionId::new("a".repeat(MAX_ID_CHARS + 1)).is_err());
    }

    #[test]
    fn slugify_makes_ids_of_titles() {
        assert_eq!(slugify("Threading vs Multiprocessing"), "threading-vs-multiprocessing");
        assert_eq!(slugify("  What is C#?  "), "what-is-c");
        assert_eq!(QuestionId::slugify("???"), None);
    }

    #[test]
    fn digests_print_and_parse() {
        let digest = Digest([0xab; 32]);
        assert_eq!(Digest::from_hex(&digest.to_string()), Some(digest));
        assert_eq!(Digest::from_hex("ab"), None);
        assert_eq!(digest.short(), "abababababab");
    }
}
