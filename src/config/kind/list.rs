//! Lists of texts: URLs, origins, hosts.

use std::net::Ipv6Addr;

use super::Kind;

/// Any number of texts with commas in between; none is the empty text.
pub(in crate::config) struct List {
    unit: &'static str,
    allowed: &'static str,
    item: fn(&str) -> Option<String>,
}

impl List {
    /// `stun:host` or `stuns:host`, with or without `:port` (RFC 7064).
    pub(in crate::config) const STUN_URLS: Self = Self {
        unit: "URLs",
        allowed: "URLs like stun:stun.example.org:3478, with commas in between",
        item: |text| {
            let (scheme, rest) = text.split_once(':')?;
            let is_stun = matches!(scheme, "stun" | "stuns");
            (is_stun && is_host_with_port(rest)).then(|| text.into())
        },
    };

    /// `turn:host` or `turns:host`, with or without `:port` and `?transport=` (RFC 7065).
    pub(in crate::config) const TURN_URLS: Self = Self {
        unit: "URLs",
        allowed: "URLs like turn:turn.example.org:3478 or turns:turn.example.org?transport=tcp, \
                  with commas in between",
        item: |text| {
            let (scheme, rest) = text.split_once(':')?;
            let is_turn = matches!(scheme, "turn" | "turns");
            let (place, transport) = match rest.split_once('?') {
                Some((place, query)) => (place, query.strip_prefix("transport=")?),
                None => (rest, "udp"),
            };
            // Browsers know no other.
            let is_known = matches!(transport, "udp" | "tcp");
            (is_turn && is_known && is_host_with_port(place)).then(|| text.into())
        },
    };

    /// `http` or `https`, host, and the port where it is not the usual one. In lower case, as
    /// browsers send them.
    pub(in crate::config) const ORIGINS: Self = Self {
        unit: "origins",
        allowed: "origins like https://app.example.org or http://localhost:3000, without a path, \
                  with commas in between",
        item: |text| {
            let text = text.to_ascii_lowercase();
            let (scheme, rest) = text.split_once("://")?;
            let is_web = matches!(scheme, "http" | "https");
            (is_web && is_host_with_port(rest)).then_some(text)
        },
    };

    /// Names and addresses as they stand in `Host`, without a port.
    pub(in crate::config) const HOSTS: Self = Self {
        unit: "hosts",
        allowed: "hosts like calls.example.org, 192.0.2.1 or [2001:db8::1], with commas in between",
        item: |text| {
            let has_port = !text.ends_with(']') && text.contains(':');
            (!has_port && is_host_with_port(text)).then(|| text.to_ascii_lowercase())
        },
    };

    /// Anything that is not empty.
    pub(in crate::config) const TEXTS: Self = Self {
        unit: "texts",
        allowed: "texts like https://id.example.org, with commas in between",
        item: |text| Some(text.into()),
    };
}

impl Kind<Vec<String>> for List {
    fn read(&self, text: &str) -> Option<Vec<String>> {
        text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(self.item).collect()
    }

    fn write(&self, value: &Vec<String>) -> String {
        value.join(",")
    }

    fn unit(&self) -> &'static str {
        self.unit
    }

    fn allowed(&self) -> String {
        self.allowed.into()
    }
}

/// `host`, `host:port`, `[v6]` or `[v6]:port`.
fn is_host_with_port(text: &str) -> bool {
    let (host_is_good, after) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((v6, after)) => (v6.parse::<Ipv6Addr>().is_ok(), after),
        None => {
            let (host, after) = text.split_at(text.find(':').unwrap_or(text.len()));
            let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
            (!host.is_empty() && host.chars().all(is_part), after)
        }
    };
    let is_port = |port: &str| port.parse::<u16>().is_ok_and(|port| port > 0);
    host_is_good && (after.is_empty() || after.strip_prefix(':').is_some_and(is_port))
}
