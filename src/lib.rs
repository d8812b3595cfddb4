//! switchboard: a WebRTC signaling server of actors.
//!
//! ```text
//! socket <-> Connection actor --FromConnection--> SignalingHub actor --Deliver--> Connection actors <-> sockets
//!            frames, heartbeat,                   decodes, then                   backlog, its own
//!            its own close                        Switchboard::apply              close
//! ```
//!
//! Dependencies point one way: `server -> http -> connection -> hub -> auth -> domain -> protocol`;
//! each module may use those to its right. The rest are leaves.
//!
//! - [`protocol`]: every wire format
//! - [`domain`]: the rules, a pure state machine: users, sessions, calls, rooms, presence, quotas
//! - [`auth`]: what an access token says, behind one small trait
//! - [`hub`]: the actor that owns the rules; its handlers only translate
//! - [`connection`]: one socket, one actor, on the raw upgraded stream
//! - [`http`]: the URL table, who may connect, the pages
//! - [`server`]: the only place that wires the parts together
//! - [`address`]: where a client is behind proxies, and what counts as one address
//! - [`origins`]: which pages may connect besides the server's own
//! - [`metrics`]: what counts and measures, and the page that tells it
//! - [`tls`]: the certificate in use, exchanged while sockets stay
//! - [`files`], [`watch`]: reading the files that settings name, and following their changes
//! - [`config`], [`cli`], [`logging`], [`health`], [`descriptors`], [`cgroup`], [`signals`]:
//!   settings, the command line, and what a process needs besides
//! - [`memory_bound`]: the most memory that a node needs with its settings

pub mod address;
mod address_limit;
pub mod auth;
pub mod cgroup;
pub mod cli;
pub mod config;
pub mod connection;
pub mod descriptors;
pub mod domain;
pub mod files;
#[doc(hidden)]
pub mod fuzzing;
mod gcra;
pub mod health;
pub mod http;
pub mod hub;
pub mod logging;
pub mod memory_bound;
pub mod metrics;
pub mod origins;
pub mod protocol;
pub mod server;
pub mod signals;
pub mod tls;
pub mod watch;
