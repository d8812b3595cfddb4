//! Lists of texts: URLs, origins, hosts.

use super::Kind;
use crate::origins::{OriginRule, host_and_port_of};

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

    /// Entries as [`OriginRule`] reads them. In lower case, as browsers send origins.
    pub(in crate::config) const ORIGINS: Self = Self {
        unit: "origins",
        allowed: "origins like https://app.example.org, http://localhost:3000 or \
                  capacitor://localhost, without a path, https://*.preview.example.org for every \
                  name with one label in the place of the star, and with auth jwt null, file:// or \
                  * for pages of anybody, with commas in between",
        item: |text| {
            let text = text.to_ascii_lowercase();
            OriginRule::parse(&text).is_some().then_some(text)
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

fn is_host_with_port(text: &str) -> bool {
    host_and_port_of(text).is_some()
}
