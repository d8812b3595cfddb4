//! How many did not get in, and why.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

macro_rules! counters {
    ($($(#[doc = $doc:literal])+ $name:ident,)+) => {
        /// Who did not get in, since the start.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct GateCounts {
            $($(#[doc = $doc])+ pub $name: u64,)+
        }

        /// The same, as it is counted.
        #[derive(Debug, Default)]
        pub(super) struct Counters {
            $(pub(super) $name: AtomicU64,)+
        }

        impl Counters {
            pub(super) fn read(&self) -> GateCounts {
                GateCounts { $($name: self.$name.load(Relaxed),)+ }
            }
        }
    };
}

counters! {
    /// Told that the node is full (`max-sockets`), unless they took the place of another socket of
    /// theirs.
    full,
    /// The same for their address (`max-sockets-per-address`).
    crowded,
    /// Told that their address opens sockets too fast (`new-sockets-per-address`).
    too_fast,
    /// Turned away by HTTP, for their address was at four times a limit.
    turned_away,
    /// Refused for the page that they came from, or the name by which they called the server.
    foreign,
    /// Refused for a URL, a head or a body over its bound.
    oversized,
    /// Refused because it was no request of HTTP, or one that two readers could understand in two
    /// ways.
    malformed,
    /// Requests refused because their address sent too many (`requests-per-address`).
    over_request_rate,
    /// Refused because it was no handshake of ours: no WebSocket, another version, another subprotocol.
    handshakes,
    /// Told that the query of their URL is not right.
    parameters,
    /// Sockets whose access token was missing or refused.
    tokens_refused,
    /// Upgrades refused because their address had brought too many bad tokens
    /// (`failed-logins-per-address`).
    slowed_down,
}
