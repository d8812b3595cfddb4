//! The book of live calls.
//!
//! Promises: what is in here is ringing or accepted, between two different users. Whether a user
//! has a call is written in its session; [`super::Switchboard`] keeps the two in step.

use std::time::Instant;

use super::book::Book;
use super::call::{Request, Side, Stage};
use crate::protocol::{CallId, UserId};

/// A live call.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) caller: UserId,
    pub(super) callee: UserId,
    pub(super) stage: Stage,
    /// Until when it may ring.
    pub(super) rings_until: Instant,
    /// Kept while it rings, because it may have to ring again.
    pub(super) request: Request,
}

impl Call {
    pub(super) fn party(&self, side: Side) -> &UserId {
        match side {
            Side::Caller => &self.caller,
            Side::Callee => &self.callee,
        }
    }

    /// On which side `user` is, if on any.
    pub(super) fn side(&self, user: &UserId) -> Option<Side> {
        if self.caller == *user {
            Some(Side::Caller)
        } else if self.callee == *user {
            Some(Side::Callee)
        } else {
            None
        }
    }
}

/// All live calls of the node.
pub(super) type Calls = Book<CallId, Call>;
