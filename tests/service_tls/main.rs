//! TLS: its own tests, and those of `tests/service` once more whose sockets end, stall, break or
//! carry much: what a socket sees does not depend on what is under it.

#![allow(clippy::unwrap_used, missing_docs, unreachable_pub, dead_code, unused_imports)]

/// Whether the server speaks TLS.
const OVER_TLS: bool = true;

mod tls;

#[path = "../service/behind.rs"]
mod behind;
#[path = "../service/calls.rs"]
mod calls;
#[path = "../service/churn.rs"]
mod churn;
#[path = "../service/connecting.rs"]
mod connecting;
#[path = "../service/draining.rs"]
mod draining;
#[path = "../service/endings.rs"]
mod endings;
#[path = "../service/frames.rs"]
mod frames;
#[path = "../service/half_open.rs"]
mod half_open;
#[path = "../service/handshakes.rs"]
mod handshakes;
#[path = "../service/harness/mod.rs"]
mod harness;
#[path = "../service/liveness.rs"]
mod liveness;
#[path = "../service/neighbours.rs"]
mod neighbours;
#[path = "../service/requests.rs"]
mod requests;
#[path = "../service/resuming.rs"]
mod resuming;
#[path = "../service/settling.rs"]
mod settling;
#[path = "../service/slow.rs"]
mod slow;
#[path = "../service/strangers.rs"]
mod strangers;
