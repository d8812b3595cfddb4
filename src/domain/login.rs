//! How a socket comes and how it goes, as far as the rules care.

use crate::protocol::{DisplayName, UserId};

/// A checked wish to be `user`: who it is has been established before it gets here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// The user to be.
    pub user: UserId,
    /// The name that people read.
    pub name: Option<DisplayName>,
}

/// How a socket ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parting {
    /// The client said so: close code 1000, 1001 or none.
    Goodbye,
    /// The client did something for which a session ends (1002, 1007, 4513).
    Violation,
    /// Anything else: reset, cut, silent, slow.
    Broken,
}
