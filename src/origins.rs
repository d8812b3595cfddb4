//! The entries of the setting `origins`: how one is written, and which pages it lets connect.
//!
//! Promises: an entry in hand is well formed, and matches no origin that its text does not show.
//! Pure; knows neither settings nor HTTP types.

use std::net::Ipv6Addr;

/// One entry of the setting `origins`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OriginRule<'a> {
    /// One origin: scheme, host and port (RFC 6454, section 4).
    Exact(Place<'a>),
    /// `https://*.preview.example.org`: one label in the place of `*`, as in certificates
    /// (RFC 9525, section 6.3). The place is the one without `*.`.
    Subdomain(Place<'a>),
    /// An origin that pages of anybody can have.
    Anybody(Anybody),
}

/// An origin that says nothing of whose page it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anybody {
    /// `*`: every page of the web, and every app.
    Every,
    /// `null`: files, sandboxed frames and `data:` URLs.
    Opaque,
    /// `file://`: files, in some browsers and in apps that load theirs so.
    Files,
}

/// Scheme, host and port of an origin, in whatever case they were written.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    scheme: &'a str,
    host: &'a str,
    /// The port that is written, or the usual one of the scheme; other schemes than http and https
    /// have none.
    port: Option<u16>,
}

/// Schemes that no page has as the scheme of its origin: of sockets, and those whose pages have
/// the origin `null` or that of the page that made them.
const NEVER: [&str; 8] = ["ws", "wss", "ftp", "file", "data", "blob", "about", "javascript"];

impl<'a> OriginRule<'a> {
    /// The entry that `text` stands for; `None` where it is none.
    pub fn parse(text: &'a str) -> Option<Self> {
        match text {
            "*" => return Some(Self::Anybody(Anybody::Every)),
            "null" => return Some(Self::Anybody(Anybody::Opaque)),
            "file://" => return Some(Self::Anybody(Anybody::Files)),
            _ => {}
        }
        let (scheme, rest) = text.split_once("://")?;
        let Some(base) = rest.strip_prefix("*.") else {
            return Place::of(scheme, rest).map(Self::Exact);
        };
        let place = Place::of(scheme, base)?;
        (place.is_of_the_web() && has_owner(place.host)).then_some(Self::Subdomain(place))
    }

    /// Whether pages of `origin`, a value of the header of that name, may connect.
    pub fn lets_in(&self, origin: &str) -> bool {
        match (self, Place::parse(origin)) {
            (Self::Anybody(Anybody::Every), _) => true,
            (Self::Anybody(Anybody::Opaque), _) => origin.eq_ignore_ascii_case("null"),
            (Self::Anybody(Anybody::Files), _) => origin.eq_ignore_ascii_case("file://"),
            (Self::Exact(listed), Some(place)) => *listed == place,
            (Self::Subdomain(base), Some(place)) => {
                let (label, rest) = place.host.split_once('.').unwrap_or_default();
                !label.is_empty() && *base == Place { host: rest, ..place }
            }
            (Self::Exact(_) | Self::Subdomain(_), None) => false,
        }
    }
}

impl Anybody {
    /// Whose pages have it, in words that follow the entry.
    pub fn whose(self) -> &'static str {
        match self {
            Self::Every => "stands for every page of the web",
            Self::Opaque => "is the origin of every sandboxed frame, which any page can make",
            Self::Files => "is the origin of every file that somebody opens in a browser",
        }
    }
}

impl<'a> Place<'a> {
    /// The place of `origin`; `None` where it is no `scheme://host` with or without a port.
    pub fn parse(origin: &'a str) -> Option<Self> {
        let (scheme, rest) = origin.split_once("://")?;
        Self::of(scheme, rest)
    }

    fn of(scheme: &'a str, host_and_port: &'a str) -> Option<Self> {
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '.' | '-');
        let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic());
        let is_never = NEVER.iter().any(|never| never.eq_ignore_ascii_case(scheme));
        if !is_scheme || !scheme.chars().all(is_part) || is_never {
            return None;
        }
        let (host, port) = host_and_port_of(host_and_port)?;
        Some(Self { scheme, host, port: port.or_else(|| usual_port(scheme)) })
    }

    /// The host as it was written.
    pub fn host(&self) -> &'a str {
        self.host
    }

    /// The port that is written, or the usual one of http and https.
    pub fn port(&self) -> Option<u16> {
        self.port
    }

    /// The usual port of the scheme; other schemes than http and https have none.
    pub fn usual_port(&self) -> Option<u16> {
        usual_port(self.scheme)
    }

    fn is_of_the_web(&self) -> bool {
        self.usual_port().is_some()
    }
}

impl PartialEq for Place<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.scheme.eq_ignore_ascii_case(other.scheme)
            && self.host.eq_ignore_ascii_case(other.host)
            && self.port == other.port
    }
}

impl Eq for Place<'_> {}

fn usual_port(scheme: &str) -> Option<u16> {
    match scheme {
        _ if scheme.eq_ignore_ascii_case("http") => Some(80),
        _ if scheme.eq_ignore_ascii_case("https") => Some(443),
        _ => None,
    }
}

/// Whether names below `host` can belong to one owner: not those below `org`, nor below an address.
/// Everything below `localhost` is this machine.
fn has_owner(host: &str) -> bool {
    let is_number = |label: &str| label.chars().all(|c| c.is_ascii_digit());
    let mut labels = host.trim_end_matches('.').rsplit('.');
    match (labels.next(), labels.next()) {
        (Some(last), Some(next)) => !last.is_empty() && !next.is_empty() && !is_number(last),
        _ => host.eq_ignore_ascii_case("localhost"),
    }
}

/// `host`, `host:port`, `[v6]` or `[v6]:port`.
pub fn host_and_port_of(text: &str) -> Option<(&str, Option<u16>)> {
    let end = match text.starts_with('[') {
        true => text.find(']')? + 1,
        false => text.find(':').unwrap_or(text.len()),
    };
    let (host, after) = text.split_at(end);
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let is_good = match host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(v6) => v6.parse::<Ipv6Addr>().is_ok(),
        None => !host.is_empty() && host.chars().all(is_part),
    };
    let port = match after.strip_prefix(':') {
        Some(port) => Some(port.parse().ok().filter(|port| *port > 0)?),
        None if after.is_empty() => None,
        None => return None,
    };
    is_good.then_some((host, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn lets_in(entry: &str, origin: &str) -> bool {
        OriginRule::parse(entry).unwrap_or_else(|| panic!("{entry} is no entry")).lets_in(origin)
    }

    #[test]
    fn an_entry_lets_in_its_own_scheme_host_and_port() {
        for (entry, origin, is_in) in [
            ("https://app.example", "https://app.example", true),
            ("https://app.example", "https://APP.example", true),
            ("https://app.example", "https://app.example:443", true),
            ("https://app.example:443", "https://app.example", true),
            ("https://app.example", "http://app.example", false),
            ("https://app.example:8443", "http://app.example:8443", false),
            ("https://app.example", "https://app.example:444", false),
            ("https://app.example", "https://app.example.evil.example", false),
            ("https://app.example", "https://notapp.example", false),
            ("https://app.example", "https://app.example@evil.example", false),
            ("https://app.example", "null", false),
            ("https://app.example", "", false),
            ("http://[::1]:3000", "http://[::1]:3000", true),
            ("http://localhost:3000", "http://localhost", false),
        ] {
            assert_eq!(lets_in(entry, origin), is_in, "{origin} by {entry}");
        }
    }

    #[test]
    fn apps_and_extensions_have_schemes_of_their_own() {
        let extension = "chrome-extension://abcdefghijklmnopabcdefghijklmnop";
        for entry in [
            "capacitor://localhost",
            "ionic://localhost",
            "tauri://localhost",
            "http://tauri.localhost",
            "app://localhost",
            "app://.",
            "app://obsidian.md",
            extension,
            "moz-extension://8c5e1a1e-5a3b-4a51-9f0e-0d3a7a4a1c11",
        ] {
            assert!(lets_in(entry, entry), "{entry}");
            assert!(!lets_in(entry, "https://localhost"), "{entry}");
            assert!(!lets_in(entry, &format!("{entry}.evil.example")), "{entry}");
            assert!(!lets_in(entry, &format!("{entry}:1")), "{entry}");
        }
    }

    #[test]
    fn a_star_is_one_label_and_never_none_nor_two() {
        let entry = "https://*.preview.example.org";
        for (origin, is_in) in [
            ("https://pr-7.preview.example.org", true),
            ("https://PR-7.Preview.example.org", true),
            ("https://preview.example.org", false),
            ("https://.preview.example.org", false),
            ("https://a.b.preview.example.org", false),
            ("https://evilpreview.example.org", false),
            ("http://pr-7.preview.example.org", false),
            ("https://pr-7.preview.example.org:8443", false),
            ("https://pr-7.preview.example.org.evil.example", false),
            ("https://evil.example/.preview.example.org", false),
            ("https://*.preview.example.org", false),
        ] {
            assert_eq!(lets_in(entry, origin), is_in, "{origin}");
        }
        assert!(lets_in("http://*.localhost:5173", "http://app.localhost:5173"));
        assert!(!lets_in("http://*.localhost:5173", "http://localhost:5173"));
    }

    #[test]
    fn what_pages_of_anybody_have_is_matched_by_its_own_entry_alone() {
        for (entry, origin, is_in) in [
            ("null", "null", true),
            ("null", "file://", false),
            ("null", "https://app.example", false),
            ("file://", "file://", true),
            ("file://", "null", false),
            ("*", "null", true),
            ("*", "file://", true),
            ("*", "https://app.example", true),
            ("*", "capacitor://localhost", true),
        ] {
            assert_eq!(lets_in(entry, origin), is_in, "{origin} by {entry}");
        }
    }

    #[test]
    fn what_no_page_has_as_its_origin_is_no_entry() {
        for text in [
            "app.example",
            "https://",
            "https://app.example/",
            "https://app.example/path",
            "https://ana@app.example",
            "https://app.example:0",
            "https://app.example:x",
            "https://app example",
            "wss://app.example",
            "ftp://app.example",
            "file:///index.html",
            "file://host",
            "data://x",
            "://app.example",
            "1a://app.example",
            "https://*",
            "https://*.org",
            "https://*.0.0.1",
            "https://*.",
            "https://*..org",
            "https://*.*.example.org",
            "https://a*.example.org",
            "https://app.*.org",
            "app://*.example.org",
            "*.example.org",
            "**",
            "",
        ] {
            assert_eq!(OriginRule::parse(text), None, "{text}");
        }
    }
}
