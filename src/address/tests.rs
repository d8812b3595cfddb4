//! Headers of proxies as a table, and what no client can make of them.

use proptest::prelude::*;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::*;

const STRANGER: &str = "198.51.100.7";

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn trusted() -> Vec<IpNet> {
    ["10.0.0.0/8", "2001:db8:1::/48"].map(|it| it.parse().unwrap()).into()
}

fn from(peer: &str, forwarded: &[&'static str], listed: &[&'static str]) -> Client {
    let lines = |of: &[&'static str]| -> Vec<_> { of.iter().copied().map(Some).collect() };
    client(ip(peer), &lines(forwarded), &lines(listed), &trusted())
}

#[test]
fn only_a_trusted_peer_is_believed() {
    for (peer, forwarded, listed, address, headers) in [
        ("192.0.2.1", &[][..], &[][..], "192.0.2.1", Headers::Absent),
        ("10.1.1.1", &[], &[], "10.1.1.1", Headers::Absent),
        ("192.0.2.1", &["for=198.51.100.7"], &[], "192.0.2.1", Headers::Unbelieved),
        ("192.0.2.1", &[], &["198.51.100.7"], "192.0.2.1", Headers::Unbelieved),
        ("10.1.1.1", &["for=198.51.100.7"], &[], STRANGER, Headers::Looked),
        ("10.1.1.1", &[], &["198.51.100.7"], STRANGER, Headers::Looked),
        ("::ffff:10.1.1.1", &[], &["198.51.100.7"], STRANGER, Headers::Looked),
        ("2001:db8:1::9", &[], &["198.51.100.7"], STRANGER, Headers::Looked),
    ] {
        let expected = Client { address: ip(address), headers };
        assert_eq!(from(peer, forwarded, listed), expected, "{peer} {forwarded:?} {listed:?}");
    }
}

#[test]
fn the_rightmost_address_that_is_not_trusted_is_the_client() {
    for (lines, address) in [
        (&["198.51.100.7"][..], STRANGER),
        (&["203.0.113.9, 198.51.100.7"], STRANGER),
        (&["203.0.113.9, 198.51.100.7, 10.2.2.2"], STRANGER),
        (&["203.0.113.9", "198.51.100.7", "10.2.2.2, 10.3.3.3"], STRANGER),
        (&[" ,198.51.100.7,, "], STRANGER),
        (&["198.51.100.7:4711"], STRANGER),
        (&["::ffff:198.51.100.7"], STRANGER),
        (&["2001:db8::5"], "2001:db8::5"),
        (&["[2001:db8::5]"], "2001:db8::5"),
        (&["[2001:db8::5]:4711"], "2001:db8::5"),
        // All trusted: the farthest.
        (&["10.3.3.3, 10.2.2.2"], "10.3.3.3"),
        // What is no address: the proxy before it.
        (&["unknown"], "10.1.1.1"),
        (&["198.51.100.7, unknown"], "10.1.1.1"),
        (&["198.51.100.7, nonsense, 10.2.2.2"], "10.2.2.2"),
        (&["198.51.100.7:99999"], "10.1.1.1"),
        (&["198.51.100.7:"], "10.1.1.1"),
        (&["198.51.100"], "10.1.1.1"),
        (&["[198.51.100.7]"], "10.1.1.1"),
        (&["\"198.51.100.7\""], "10.1.1.1"),
        (&[""], "10.1.1.1"),
    ] {
        assert_eq!(from("10.1.1.1", &[], lines).address, ip(address), "{lines:?}");
    }
}

#[test]
fn forwarded_is_read_as_its_rfc_says() {
    for (lines, address) in [
        (&["for=198.51.100.7"][..], STRANGER),
        (&["For=198.51.100.7;proto=https;by=203.0.113.43"], STRANGER),
        (&["proto=https; for=\"198.51.100.7:4711\" ; host=a"], STRANGER),
        (&["for=\"[2001:db8:cafe::17]:4711\""], "2001:db8:cafe::17"),
        (&["for=\"[2001:db8:cafe::17]\""], "2001:db8:cafe::17"),
        (&["for=\"198.51.100.7:_web\""], STRANGER),
        (&["for=\"198\\.51.100.7\""], STRANGER),
        (&["for=203.0.113.9, for=198.51.100.7, for=10.2.2.2"], STRANGER),
        (&["for=203.0.113.9", "for=198.51.100.7"], STRANGER),
        (&["for=203.0.113.9;host=\"a, for=10.9.9.9\", for=198.51.100.7"], STRANGER),
        // Hidden or unknown.
        (&["for=_hidden"], "10.1.1.1"),
        (&["for=unknown, for=10.2.2.2"], "10.2.2.2"),
        (&["for=198.51.100.7, proto=https"], "10.1.1.1"),
        // Malformed: the whole line tells nothing, a line after it does.
        (&["for=\"198.51.100.7"], "10.1.1.1"),
        (&["for=198.51.100.7;for=203.0.113.9"], "10.1.1.1"),
        (&["for=198.51.100.7;nonsense"], "10.1.1.1"),
        (&["for="], "10.1.1.1"),
        (&["for=\"evil", "for=198.51.100.7"], STRANGER),
        (&["for=\"evil, for=198.51.100.7"], "10.1.1.1"),
        (&["a=\", for=\"[2001:db8::5]\""], "10.1.1.1"),
    ] {
        assert_eq!(from("10.1.1.1", lines, &[]).address, ip(address), "{lines:?}");
    }
}

#[test]
fn where_both_headers_tell_different_clients_neither_is_believed() {
    let [same, other] = ["for=198.51.100.7", "for=203.0.113.9"];
    assert_eq!(from("10.1.1.1", &[same], &[STRANGER]).address, ip(STRANGER));
    assert_eq!(from("10.1.1.1", &[other], &[STRANGER]).address, ip("10.1.1.1"));
    assert_eq!(from("10.1.1.1", &["for=unknown"], &[STRANGER]).address, ip("10.1.1.1"));
}

#[test]
fn a_line_that_is_no_text_tells_nothing() {
    let of = |lines: &Lines| client(ip("10.1.1.1"), &[], lines, &trusted()).address;
    assert_eq!(of(&[Some("203.0.113.9"), None]), ip("10.1.1.1"));
    assert_eq!(of(&[None, Some(STRANGER)]), ip(STRANGER));
}

#[test]
fn an_ipv6_address_counts_by_its_subscriber_network() {
    assert_eq!(subscriber(ip("2001:db8:0:1::1")), subscriber(ip("2001:db8:0:1:ffff::2")));
    assert_ne!(subscriber(ip("2001:db8:0:1::1")), subscriber(ip("2001:db8:0:2::1")));
    assert_eq!(subscriber(ip("::ffff:10.0.0.1")), ip("10.0.0.1"));
}

/// What a client could send: near to the grammar, or anything.
fn anything() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("for=".to_owned()),
        Just("\"".to_owned()),
        Just("\\".to_owned()),
        Just(",".to_owned()),
        Just(";".to_owned()),
        Just("[2001:db8::1]".to_owned()),
        Just("203.0.113.9".to_owned()),
        Just("10.9.9.9".to_owned()),
        Just("by=".to_owned()),
        "[ -~]{0,6}",
        "\\PC{0,3}",
    ];
    proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn a_client_cannot_choose_its_address_whatever_it_sends(lie in anything()) {
        let (peer, real) = (ip("10.1.1.1"), ip(STRANGER));
        // The proxy adds to the line, or adds a line of its own.
        let listed = format!("{lie}, {STRANGER}");
        let one_line = client(peer, &[], &[Some(&listed)], &trusted());
        prop_assert_eq!(one_line.address, real);
        let two_lines = client(peer, &[], &[Some(&lie), Some(STRANGER)], &trusted());
        prop_assert_eq!(two_lines.address, real);
        let two_lines = client(peer, &[Some(&lie), Some("for=198.51.100.7")], &[], &trusted());
        prop_assert_eq!(two_lines.address, real);
        for own in ["for=198.51.100.7", "for=\"198.51.100.7:80\";proto=\"https\""] {
            let forwarded = format!("{lie}, {own}");
            let address = client(peer, &[Some(&forwarded)], &[], &trusted()).address;
            prop_assert!(address == real || address == peer, "{address}");
        }
        // A header that the proxy does not know of passes through as it is.
        let address = client(peer, &[Some(&lie)], &[Some(STRANGER)], &trusted()).address;
        prop_assert!(address == real || address == peer, "{address}");
    }

    #[test]
    fn who_is_not_trusted_is_known_by_the_socket_alone(one in anything(), other in anything()) {
        let peer = ip("192.0.2.1");
        let found = client(peer, &[Some(&one)], &[Some(&other)], &trusted());
        prop_assert_eq!(found, Client { address: peer, headers: Headers::Unbelieved });
    }
}

/// Many more than a property has the time for; `LIES=5000000` is ten million readings.
#[test]
fn random_lines_are_read_to_an_address_and_never_to_a_panic() {
    const PIECES: [&str; 24] = [
        "for=",
        "For=",
        "by=",
        "host=",
        "proto=https",
        "=",
        "\"",
        "\\",
        ",",
        ";",
        ", ",
        " ",
        "[",
        "]",
        ":",
        "_x",
        "unknown",
        "203.0.113.9",
        "10.9.9.9",
        "[2001:db8::1]",
        "2001:db8::1",
        ":4711",
        "\u{e9}",
        "::",
    ];
    let lies = std::env::var("LIES").ok().and_then(|it| it.parse().ok()).unwrap_or(50_000);
    let mut random = StdRng::seed_from_u64(1);
    let (peer, real) = (ip("10.1.1.1"), ip(STRANGER));
    let networks = trusted();
    let mut line = String::new();
    for _ in 0..lies {
        line.clear();
        for _ in 0..random.random_range(0..14) {
            line.push_str(PIECES[random.random_range(0..PIECES.len())]);
        }
        client(peer, &[Some(&line)], &[], &networks);
        line.push_str(", for=198.51.100.7");
        let address = client(peer, &[Some(&line)], &[], &networks).address;
        assert!(address == real || address == peer, "{line:?}: {address}");
    }
}
