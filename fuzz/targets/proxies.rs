//! What a client writes into the headers of proxies, before a proxy adds its own word.
#![no_main]

use std::net::{IpAddr, Ipv4Addr};

use libfuzzer_sys::fuzz_target;
use switchboard::address::{Headers, client};

/// A proxy of ours, and a client somewhere.
const PROXY: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));
const CLIENT: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 9));

fuzz_target!(|lies: &str| {
    let trusted = ["10.0.0.0/8".parse().expect("a network")];
    let lies: Vec<_> = lies.split('\n').collect();

    // Each on a line of its own, or all in front of what the proxy says.
    let lines = |word: &'static str| -> Vec<String> {
        let lies = lies.iter().map(|it| (*it).to_owned());
        lies.chain([word.to_owned()]).collect()
    };
    let (x_forwarded_for, forwarded) = (lines("203.0.113.9"), lines("for=203.0.113.9"));
    assert_eq!(heard(&[], &x_forwarded_for, &trusted), CLIENT);
    assert_eq!(heard(&forwarded, &[], &trusted), CLIENT);

    let joined = |lines: Vec<String>| vec![lines.join(", ")];
    assert_eq!(heard(&[], &joined(x_forwarded_for), &trusted), CLIENT);
    // A quoted string that nobody closes makes the line unreadable.
    let joined = heard(&joined(forwarded), &[], &trusted);
    assert!([CLIENT, PROXY].contains(&joined), "{joined}");

    // A client that comes by itself is who it is.
    let lies: Vec<_> = lies.into_iter().map(Some).collect();
    let stranger = client(CLIENT, &lies, &lies, &trusted);
    assert_eq!((stranger.address, stranger.headers), (CLIENT, Headers::Unbelieved));
});

fn heard(forwarded: &[String], x_forwarded_for: &[String], trusted: &[ipnet::IpNet]) -> IpAddr {
    let forwarded: Vec<_> = forwarded.iter().map(|it| Some(&**it)).collect();
    let x_forwarded_for: Vec<_> = x_forwarded_for.iter().map(|it| Some(&**it)).collect();
    client(PROXY, &forwarded, &x_forwarded_for, trusted).address
}
