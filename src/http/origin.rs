//! From where a page may connect, and by which name the server may be called.
//!
//! A browser lets every page on the web open a WebSocket to anywhere, with the user's address and
//! through the user's firewall. `Origin` names the page (RFC 6455, section 10.2); `Host` names
//! the server as the page sees it, which a DNS entry of the attacker's could have pointed here.

use actix_web::http::header::{HOST, HeaderMap, ORIGIN};
use actix_web::http::uri::Authority;

use super::refusal::HttpRefusal;
use crate::config::{AuthMode, Config};
use crate::origins::{OriginRule, Place};

/// Refuses pages of foreign origins, servers called by a name that is not theirs and, in open mode,
/// by a public one.
pub(super) fn check(headers: &HeaderMap, config: &Config) -> Result<(), HttpRefusal> {
    check_page(Page::of(headers), headers, config)
}

/// The same for a page that is known in another way than by its request.
pub(super) fn check_page(
    page: Page<'_>,
    headers: &HeaderMap,
    config: &Config,
) -> Result<(), HttpRefusal> {
    let host = host(headers);
    if needs_loopback_name(config) && !is_loopback(host) {
        return Err(HttpRefusal::ForeignHost(shown(host)));
    }
    if !config.hosts.is_empty() && !is_listed(host, &config.hosts) {
        return Err(HttpRefusal::UnlistedHost(shown(host)));
    }
    match page.may_connect(host, config) {
        true => Ok(()),
        false => Err(HttpRefusal::ForeignOrigin(shown(page.text()))),
    }
}

/// Whether a request comes from a page that may connect, or from none. Headers of proxies that name
/// a host are not looked at.
pub(super) fn is_allowed(headers: &HeaderMap, config: &Config) -> bool {
    Page::of(headers).may_connect(host(headers), config)
}

/// The page that a request comes from, by its origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Page<'a> {
    /// No browser, or a page that asks its own server.
    None,
    /// A page of this origin.
    At(&'a str),
    /// The header is no text, or is there twice, so nobody knows which page it is.
    Unclear,
}

impl<'a> Page<'a> {
    /// The page that sent these headers.
    pub(super) fn of(headers: &'a HeaderMap) -> Self {
        let mut origins = headers.get_all(ORIGIN);
        match (origins.next(), origins.next()) {
            (None, _) => Self::None,
            (Some(origin), None) => origin.to_str().map_or(Self::Unclear, Self::At),
            (Some(_), Some(_)) => Self::Unclear,
        }
    }

    fn may_connect(self, host: &str, config: &Config) -> bool {
        let lets_in = |entry: &String, origin| {
            OriginRule::parse(entry).is_some_and(|rule| rule.lets_in(origin))
        };
        match self {
            Self::None => true,
            Self::At(origin) => {
                is_same(origin, host) || config.origins.iter().any(|entry| lets_in(entry, origin))
            }
            Self::Unclear => false,
        }
    }

    fn text(self) -> &'a str {
        match self {
            Self::At(origin) => origin,
            Self::None | Self::Unclear => "(unclear)",
        }
    }
}

/// Where everybody may claim every name, a page may only connect that was served from this machine
/// too: by a DNS entry of its own, any page could call this server same-origin.
fn needs_loopback_name(config: &Config) -> bool {
    config.auth == AuthMode::Open && !config.insecure_open
}

/// The name by which the server is called; empty where it is missing, is no text, or is there
/// twice.
pub(super) fn host(headers: &HeaderMap) -> &str {
    let mut hosts = headers.get_all(HOST);
    match (hosts.next(), hosts.next()) {
        (Some(host), None) => host.to_str().unwrap_or_default(),
        _ => "",
    }
}

/// At most 80 characters of a header, for a sentence that names it.
pub(super) fn shown(header: &str) -> String {
    header.chars().take(80).collect()
}

/// Whether it is one of these names, at whatever port.
fn is_listed(host: &str, names: &[String]) -> bool {
    let Ok(authority) = host.parse::<Authority>() else { return false };
    names.iter().any(|name| name.eq_ignore_ascii_case(authority.host()))
}

/// Whether this is a name that no DNS entry can take.
pub(super) fn is_loopback(host: &str) -> bool {
    let Ok(authority) = host.parse::<Authority>() else { return false };
    let name = authority.host().to_ascii_lowercase();
    let address = name.trim_start_matches('[').trim_end_matches(']');
    match address.parse::<std::net::IpAddr>() {
        Ok(address) => address.is_loopback(),
        Err(_) => name == "localhost" || name.ends_with(".localhost"),
    }
}

/// Whether a page of `origin` was served by `host`. Only name and port are compared: behind a
/// proxy that ends TLS the scheme differs.
fn is_same(origin: &str, host: &str) -> bool {
    let (Some(place), Ok(host)) = (Place::parse(origin), host.parse::<Authority>()) else {
        return false;
    };
    // A page of another scheme was not served over HTTP.
    let Some(usual) = place.usual_port() else { return false };
    place.host().eq_ignore_ascii_case(host.host())
        && place.port() == Some(host.port_u16().unwrap_or(usual))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_the_same_when_name_and_port_are() {
        for (origin, host, same) in [
            ("http://localhost:8080", "localhost:8080", true),
            ("http://LOCALHOST:8080", "localhost:8080", true),
            ("http://app.example", "app.example", true),
            ("https://app.example", "app.example", true),
            ("https://app.example", "app.example:443", true),
            ("https://app.example", "app.example:80", false),
            ("http://[::1]:8080", "[::1]:8080", true),
            ("http://localhost:8081", "localhost:8080", false),
            ("http://localhost.evil.example:8080", "localhost:8080", false),
            ("capacitor://localhost", "localhost", false),
            ("capacitor://localhost:8080", "localhost:8080", false),
            ("null", "localhost:8080", false),
            ("file://", "localhost:8080", false),
            ("", "", false),
        ] {
            assert_eq!(is_same(origin, host), same, "{origin} at {host}");
        }
    }

    #[test]
    fn a_listed_host_is_one_of_the_names_at_any_port() {
        let names = ["localhost".to_owned(), "[::1]".into()];
        for (host, listed) in [
            ("localhost", true),
            ("LOCALHOST:8080", true),
            ("[::1]:9", true),
            ("localhost.evil.example", false),
            ("127.0.0.1", false),
            ("", false),
        ] {
            assert_eq!(is_listed(host, &names), listed, "{host}");
        }
    }

    #[test]
    fn a_loopback_name_is_one_that_no_dns_entry_can_take() {
        for (host, loopback) in [
            ("localhost", true),
            ("localhost:8080", true),
            ("app.localhost:8080", true),
            ("127.0.0.1:8080", true),
            ("127.8.8.8", true),
            ("[::1]:8080", true),
            ("10.0.0.1:8080", false),
            ("localhost.example", false),
            ("notlocalhost", false),
            ("", false),
        ] {
            assert_eq!(is_loopback(host), loopback, "{host}");
        }
    }
}
