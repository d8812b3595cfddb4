//! The one writer.
mod link;

pub use crate::domain::{Login, Parting};
pub use link::{ConnectionEvent, Deliver, FromConnection, Link, Payload, Then};
