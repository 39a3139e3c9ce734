//! Which addresses a link may have.

use ammonia::Url;

/// `destination` as the address of a link, or `None` where it must not be one. Allowed are `http`, `https` and `mailto`,
/// and places of this site: a path from its root, or a fragment.
///
/// Browsers drop tabs and line breaks inside an address and read `\` as `/`, so neither is let through.
pub(crate) fn safe(destination: &str) -> Option<String> {
    if destination.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\') {
        return None;
    }
    let is_local =
        destination.starts_with('#') || (destination.starts_with('/') && !destination.starts_with("//"));
    if is_local {
        return Some(destination.to_owned());
    }
    let url = Url::parse(destination).ok()?;
    matches!(url.scheme(), "http" | "https" | "mailto").then(|| url.to_string())
}

/// The host that a link leads to, where it leaves this site.
pub fn external_host(address: &str) -> Option<String> {
    Url::parse(address).ok()?.host_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_harmless_addresses_are_links() {
        for good in [
            "https://a.example/x?y#z",
            "HTTP://a.example",
            "mailto:a@b.example",
            "/questions/gil#example",
            "#top",
        ] {
            assert!(safe(good).is_some(), "{good}");
        }
        for bad in [
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            "java\tscript:alert(1)",
            "data:text/html,x",
            "vbscript:x",
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "file:///etc/passwd",
            "ftp://a.example",
            "blob:x",
            "gil.md",
            "",
            " javascript:alert(1)",
            "\u{1}javascript:alert(1)",
            "https://",
            "view-source:https://a",
        ] {
            assert_eq!(safe(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_host_is_the_one_that_is_called() {
        assert_eq!(external_host("https://good.example@evil.example/").as_deref(), Some("evil.example"));
        assert_eq!(external_host("/questions/gil"), None);
        assert_eq!(external_host("mailto:a@b.example"), None);
    }
}
