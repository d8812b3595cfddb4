//! The attacks, one file a kind.

pub mod baseline;
pub mod fan_out;
pub mod frames;
pub mod full_node;
pub mod handshakes;
pub mod kept;
pub mod log;
pub mod pages;
pub mod ringing;
pub mod rooms;
pub mod silent;
pub mod strangers;
pub mod tokens;
pub mod unread;
pub mod watch;
