//! The whole server over real sockets: what a client sees, and what stays when it is gone.
//!
//! Each test has a server of its own on a free port and ends by `ends_clean()`: no session, call,
//! room or socket outlives it, and nothing was logged at `warn` or `error`.

#![allow(clippy::unwrap_used, missing_docs, unreachable_pub)]

/// Whether the server speaks TLS: `tests/service_tls` runs some of these tests once more, over it.
const OVER_TLS: bool = false;

mod addresses;
mod admin;
mod behind;
mod calls;
mod checking;
mod churn;
mod compressed;
mod connecting;
mod counted;
mod draining;
mod duplicates;
mod edge;
mod endings;
mod floods;
mod frames;
mod half_open;
mod handshakes;
mod harness;
mod health;
mod hijacking;
mod limits;
mod liveness;
mod metrics;
mod neighbours;
mod presence;
mod proxied;
#[path = "../proxies/mod.rs"]
mod proxies;
mod races;
mod reconnecting;
mod refreshing;
mod refusals;
mod requests;
mod resuming;
mod rooms;
mod settling;
mod slow;
mod strangers;
mod tokens;
mod total;
mod turn;
mod unfinished;
mod versions;
