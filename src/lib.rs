//! switchboard: an actor-model WebRTC signaling service.

pub mod cli;
pub mod config;
pub mod connection;
pub mod descriptors;
pub mod domain;
pub mod health;
pub mod http;
pub mod hub;
pub mod logging;
pub mod protocol;
pub mod server;
