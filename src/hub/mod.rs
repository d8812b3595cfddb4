//! The one writer.
mod link;

pub use link::{ConnectionEvent, Deliver, FromConnection, Link, Parting, Payload, Then};
