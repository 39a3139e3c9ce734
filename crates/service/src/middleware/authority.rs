//! A host and a port, as `Host` and `Origin` write them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// `host[:port]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Authority {
    pub(crate) host: HostName,
    pub(crate) port: Option<u16>,
}

/// A name or an address; both in one canonical form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum HostName {
    /// Lower case.
    Name(String),
    /// However it was written.
    Address(IpAddr),
}

impl Authority {
    /// Parses strictly: no user, no empty port, no number that only some parsers take for an address.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if let Some(rest) = text.strip_prefix('[') {
            let (address, port) = rest.split_once(']')?;
            let address: Ipv6Addr = address.parse().ok()?;
            let port = if port.is_empty() { None } else { Some(number(port.strip_prefix(':')?)?) };
            return Some(Self { host: HostName::Address(address.into()), port });
        }
        let (host, port) = match text.split_once(':') {
            Some((host, port)) => (host, Some(number(port)?)),
            None => (text, None),
        };
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        if host.is_empty() || !host.bytes().all(allowed) {
            return None;
        }
        let host = match host.parse::<Ipv4Addr>() {
            Ok(address) => HostName::Address(address.into()),
            Err(_) => HostName::Name(host.to_ascii_lowercase()),
        };
        Some(Self { host, port })
    }
}

fn number(text: &str) -> Option<u16> {
    let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn authorities_have_one_form() {
        let parse = |text| Authority::parse(text).map(|authority| (authority.host, authority.port));
        let name = |text: &str| HostName::Name(text.to_owned());
        assert_eq!(parse("LocalHost:80"), Some((name("localhost"), Some(80))));
        assert_eq!(parse("[0:0:0:0:0:0:0:1]"), Some((HostName::Address(Ipv6Addr::LOCALHOST.into()), None)));
        assert_eq!(parse("127.0.0.1"), Some((HostName::Address(Ipv4Addr::LOCALHOST.into()), None)));
        assert_eq!(parse("2130706433"), Some((name("2130706433"), None)));
        for bad in [
            "", ":80", "a:", "a:b", "a:+1", "a:65536", "user@a", "a/b", "::1", "[::1", "[::1]80", "a b",
            "[a]",
        ] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
