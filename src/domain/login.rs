//! What a socket brings along when it wants to be a user.

use crate::protocol::{DisplayName, UserId};

/// A checked wish to be `user`: who it is has been established before it gets here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// The user to be.
    pub user: UserId,
    /// The name that people read.
    pub name: Option<DisplayName>,
}
