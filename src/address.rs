//! Where a connection comes from: the client's address behind proxies, and what counts as one
//! address.
//!
//! Promises: a header is believed only as far as trusted proxies have written it. Whatever a client
//! puts into one itself, it cannot choose the address that it counts under: at worst it counts
//! under that of its proxy. Pure; knows neither sockets nor HTTP types.

use std::net::{IpAddr, Ipv6Addr};

use ipnet::IpNet;

/// What one subscriber gets, for limits per address: an IPv4 address, or a /64 of IPv6.
pub fn subscriber(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => {
            let network = address.to_bits() & !u128::from(u64::MAX);
            Ipv6Addr::from_bits(network).into()
        }
    }
}

/// Whether `address` is in one of `networks`. An IPv4 address that came in over an IPv6 socket is
/// an IPv4 address.
pub fn is_in(networks: &[IpNet], address: IpAddr) -> bool {
    let address = address.to_canonical();
    networks.iter().any(|network| network.contains(&address))
}

/// What was found out about a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Client {
    /// Where it comes from.
    pub address: IpAddr,
    /// What became of the headers that would tell.
    pub headers: Headers,
}

/// Whether headers of proxies were there, and whether anybody looked at them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Headers {
    /// There were none.
    Absent,
    /// A trusted proxy has sent them.
    Looked,
    /// Somebody has sent them who is not trusted.
    Unbelieved,
}

/// The lines of one header, in their order. A line that is no text is `None`.
pub type Lines<'a> = [Option<&'a str>];

/// Where the client of a request comes from that arrived from `peer`, with these lines of
/// `Forwarded` (RFC 7239) and `X-Forwarded-For`.
///
/// Each header is a list to which every proxy adds whom it got the request from. It is read from
/// the end: addresses of trusted proxies are passed over, and the first other one is the client's.
/// Where that is malformed, `unknown` or hidden, the proxy before it stands in for the client. Where
/// both headers are there and tell different clients, one of them was not written by a proxy, and
/// `peer` stands in.
pub fn client(
    peer: IpAddr,
    forwarded: &Lines,
    x_forwarded_for: &Lines,
    trusted: &[IpNet],
) -> Client {
    let peer = peer.to_canonical();
    let headers = match (forwarded, x_forwarded_for) {
        ([], []) => Headers::Absent,
        _ if is_in(trusted, peer) => Headers::Looked,
        _ => Headers::Unbelieved,
    };
    if headers != Headers::Looked {
        return Client { address: peer, headers };
    }
    let told = [told_by(forwarded, forwarded_hops), told_by(x_forwarded_for, listed_hops)];
    let address = match told.map(|hops| Some(first_stranger(peer, hops?, trusted))) {
        [Some(one), Some(other)] if one != other => peer,
        [Some(address), _] | [None, Some(address)] => address,
        [None, None] => peer,
    };
    Client { address, headers }
}

/// One entry of a list: an address, or something that is none.
type Hop = Option<IpAddr>;

/// All entries, the last one first; `None` where the header is not there at all.
fn told_by(lines: &Lines, read: fn(&str) -> Option<Vec<Hop>>) -> Option<Vec<Hop>> {
    if lines.is_empty() {
        return None;
    }
    // A quoted string ends with its line, so a bad line spoils no other.
    let read = |line: &Option<&str>| line.and_then(read).unwrap_or_else(|| vec![None]);
    let mut hops: Vec<_> = lines.iter().flat_map(read).collect();
    hops.reverse();
    Some(hops)
}

fn first_stranger(peer: IpAddr, hops: Vec<Hop>, trusted: &[IpNet]) -> IpAddr {
    let mut nearest = peer;
    for hop in hops {
        match hop {
            Some(address) if is_in(trusted, address) => nearest = address,
            Some(address) => return address,
            None => return nearest,
        }
    }
    nearest
}

/// The entries of a line of `X-Forwarded-For`. Empty ones are none (RFC 9110, section 5.6.1).
fn listed_hops(line: &str) -> Option<Vec<Hop>> {
    Some(line.split(',').map(str::trim).filter(|hop| !hop.is_empty()).map(address).collect())
}

/// The entries of a line of `Forwarded`; `None` where the line is malformed.
fn forwarded_hops(line: &str) -> Option<Vec<Hop>> {
    let mut hops = Vec::new();
    for element in split_outside_quotes(line, ',')? {
        if element.trim().is_empty() {
            continue;
        }
        let mut hop = None;
        for pair in split_outside_quotes(element, ';')? {
            let pair = pair.trim();
            let (name, value) = pair.split_once('=')?;
            let value = unquoted(value)?;
            if name.eq_ignore_ascii_case("for") && hop.replace(address(&value)).is_some() {
                return None;
            }
        }
        // An element need not tell whom it is for.
        hops.push(hop.flatten());
    }
    Some(hops)
}

/// `None` where a quoted string has no end.
fn split_outside_quotes(text: &str, separator: char) -> Option<Vec<&str>> {
    let (mut quoted, mut escaped) = (false, false);
    let parts = text.split(|c| {
        let splits = !quoted && c == separator;
        quoted ^= c == '"' && !escaped;
        escaped = quoted && c == '\\' && !escaped;
        splits
    });
    let parts = parts.collect();
    (!quoted).then_some(parts)
}

/// A token, or what a quoted string stands for (RFC 9110, section 5.6.4).
fn unquoted(value: &str) -> Option<String> {
    let Some(rest) = value.strip_prefix('"') else {
        let is_bare = |c: char| c.is_ascii_graphic() && !matches!(c, '"' | '\\' | ',' | ';');
        return (!value.is_empty() && value.chars().all(is_bare)).then(|| value.to_owned());
    };
    let mut text = String::new();
    let mut rest = rest.strip_suffix('"')?.chars();
    while let Some(c) = rest.next() {
        match c {
            '"' => return None,
            '\\' => text.push(rest.next()?),
            plain => text.push(plain),
        }
    }
    Some(text)
}

/// An address with or without a port, IPv6 with or without brackets.
fn address(node: &str) -> Hop {
    let bare = match node.strip_prefix('[') {
        Some(bracketed) => {
            let (address, after) = bracketed.split_once(']')?;
            is_port_part(after).then_some(())?;
            return address.parse::<Ipv6Addr>().ok().map(|it| IpAddr::from(it).to_canonical());
        }
        None => node,
    };
    if let Ok(address) = bare.parse::<IpAddr>() {
        return Some(address.to_canonical());
    }
    let (address, port) = bare.split_at(bare.find(':')?);
    is_port_part(port).then_some(())?;
    address.parse().ok().map(IpAddr::V4)
}

/// Nothing, `:4711`, or a port that the proxy hides, as `:_web`.
fn is_port_part(text: &str) -> bool {
    let Some(port) = text.strip_prefix(':') else { return text.is_empty() };
    match port.strip_prefix('_') {
        Some(hidden) => {
            let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
            !hidden.is_empty() && hidden.chars().all(is_part)
        }
        None => port.chars().all(|c| c.is_ascii_digit()) && port.parse::<u16>().is_ok(),
    }
}

#[cfg(test)]
mod tests;
