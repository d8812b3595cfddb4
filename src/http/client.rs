//! Where the client of a request comes from: the address that limits count.

use std::net::{IpAddr, Ipv4Addr};

use actix_http::RequestHead;
use actix_web::HttpRequest;
use actix_web::http::header::{FORWARDED, HeaderName, X_FORWARDED_FOR};
use ipnet::IpNet;

use crate::address::{self, Client};

/// The client of `request`, behind `trusted` proxies.
pub(super) fn of(request: &HttpRequest, trusted: &[IpNet]) -> Client {
    of_head(request.head(), trusted)
}

/// The client of the request with this head, behind `trusted` proxies.
pub(super) fn of_head(head: &RequestHead, trusted: &[IpNet]) -> Client {
    // Only a unix socket has no peer address, and there is no such listener.
    let peer = head.peer_addr.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip());
    let lines = |name: HeaderName| -> Vec<Option<&str>> {
        head.headers().get_all(name).map(|line| line.to_str().ok()).collect()
    };
    address::client(peer, &lines(FORWARDED), &lines(X_FORWARDED_FOR), trusted)
}
