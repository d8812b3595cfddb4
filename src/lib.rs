//! switchboard: an actor-model WebRTC signaling service.

pub mod config;
pub mod connection;
pub mod domain;
pub mod hub;
pub mod protocol;
