//! Connections over real sockets: the test plays both the client and the hub.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

mod admission;
mod closing;
mod harness;
mod holding;
mod liveness;
mod proof;
mod talking;
