//! A server on a port of its own, clients that follow a script, and a witness of the log.
//!
//! Nothing here sleeps for the sake of order: a client waits for the message itself, with a
//! deadline that fails with what was heard instead.

mod client;
mod http;
mod link;
mod raw;
mod server;
mod stream;
mod tokens;
mod witness;

use std::time::Duration;

pub use client::Client;
pub use http::{Answer, Kept, ask, request, upgrade};
pub use link::Link;
pub use raw::{Last, Opcode, RawClient, frame, head};
pub use server::{TestServer, config};
#[allow(unused_imports, reason = "for the tests over TLS")]
pub use stream::{Identity, Stream, trusting};
pub use tokens::{asking_for_tokens, token, token_saying};
pub use witness::Witness;

/// How long anything may take. Nothing takes so long unless it never comes.
pub const PATIENCE: Duration = Duration::from_secs(15);

/// The time in the reason of a close after which the client shall come back.
#[track_caller]
pub fn retry_after(reason: &str) -> u64 {
    let number = reason.strip_prefix("retry after ").and_then(|rest| rest.strip_suffix(" ms"));
    number.and_then(|it| it.parse().ok()).unwrap_or_else(|| panic!("no time in {reason:?}"))
}
