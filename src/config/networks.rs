//! The kind of setting that lists networks.

use std::net::IpAddr;

use ipnet::IpNet;

use super::kind::Kind;

/// Any number of networks with commas in between; an address is a network of its own.
pub(super) struct Networks;

impl Kind<Vec<IpNet>> for Networks {
    fn read(&self, text: &str) -> Option<Vec<IpNet>> {
        let network = |item: &str| match item.parse::<IpAddr>() {
            Ok(address) => Some(IpNet::from(address.to_canonical())),
            Err(_) => item.parse::<IpNet>().ok().map(|network| network.trunc()).filter(is_some),
        };
        text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(network).collect()
    }

    fn write(&self, value: &Vec<IpNet>) -> String {
        value.iter().map(IpNet::to_string).collect::<Vec<_>>().join(",")
    }

    fn unit(&self) -> &'static str {
        "networks"
    }

    fn allowed(&self) -> String {
        "networks or addresses like 10.0.0.0/8 or ::1, not of everybody, with commas in between"
            .into()
    }
}

/// Not everybody: then clients would choose their addresses. And not an IPv4 network written as
/// IPv6, in which no address would ever be found.
fn is_some(network: &IpNet) -> bool {
    let is_mapped = match network {
        IpNet::V4(_) => false,
        IpNet::V6(network) => network.addr().to_ipv4_mapped().is_some(),
    };
    network.prefix_len() > 0 && !is_mapped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_is_an_address_with_or_without_a_length() {
        let read = |text| Networks.read(text).map(|networks| Networks.write(&networks));
        for (text, networks) in [
            ("", Some("")),
            ("10.0.0.0/8, ::1", Some("10.0.0.0/8,::1/128")),
            ("10.1.2.3/8", Some("10.0.0.0/8")),
            ("127.0.0.1", Some("127.0.0.1/32")),
            ("::ffff:127.0.0.1", Some("127.0.0.1/32")),
            ("2001:db8::/32", Some("2001:db8::/32")),
            ("0.0.0.0/0", None),
            ("::/0", None),
            ("::ffff:10.0.0.0/104", None),
            ("10.0.0.0/33", None),
            ("localhost", None),
            ("10.0.0/8", None),
            ("*", None),
        ] {
            assert_eq!(read(text).as_deref(), networks, "{text:?}");
        }
    }
}
