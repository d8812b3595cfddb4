//! The tests of `tests/service` once more, over TLS: what a socket sees does not depend on it.
//!
//! Floods are left out: their clients are plain threads.

#![allow(clippy::unwrap_used, missing_docs, unreachable_pub, dead_code, unused_imports)]

/// Whether the server speaks TLS.
const OVER_TLS: bool = true;

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
#[path = "../service/duplicates.rs"]
mod duplicates;
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
#[path = "../service/limits.rs"]
mod limits;
#[path = "../service/liveness.rs"]
mod liveness;
#[path = "../service/presence.rs"]
mod presence;
#[path = "../service/races.rs"]
mod races;
#[path = "../service/reconnecting.rs"]
mod reconnecting;
#[path = "../service/refusals.rs"]
mod refusals;
#[path = "../service/resuming.rs"]
mod resuming;
#[path = "../service/rooms.rs"]
mod rooms;
#[path = "../service/settling.rs"]
mod settling;
#[path = "../service/slow.rs"]
mod slow;
