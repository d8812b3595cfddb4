//! What is to happen at which time.
//!
//! Promises: what was put in comes out once, at or after its time, earliest first; what was
//! taken out again never does. Cost: O(log n) each.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::time::Instant;

use crate::protocol::{CallId, UserId};

/// Something that time brings about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Due {
    /// Nobody has answered the call.
    NoAnswer(CallId),
    /// Tell what has changed in presence since the last time.
    Presence,
    /// Tell the number of users.
    Totals,
    /// Confirm to the user's client what was heard of it.
    Confirm(UserId),
    /// See whether the user's client has acknowledged its oldest kept message.
    Unacknowledged(UserId),
    /// The user's access token is good for nothing any more.
    TokenExpired(UserId),
    /// The user's session has waited long enough.
    ResumeOver(UserId),
    /// Half of the life of the user's TURN credentials is over.
    IceServers(UserId),
    /// The node has waited long enough for acknowledgements.
    SendAway,
    /// The holder of the name has not answered the probe.
    ProbeUnanswered(UserId),
    /// The user's buckets are full again, so there is nothing to remember.
    BucketsFull(UserId),
    /// The bucket of an address without users is full again.
    AccountFull(IpAddr),
}

/// The book of times.
#[derive(Debug, Default)]
pub(super) struct Agenda(BTreeSet<(Instant, Due)>);

impl Agenda {
    pub(super) fn put(&mut self, at: Instant, due: Due) {
        self.0.insert((at, due));
    }

    pub(super) fn take_out(&mut self, at: Instant, due: Due) {
        self.0.remove(&(at, due));
    }

    /// The next thing whose time has come.
    pub(super) fn pop(&mut self, now: Instant) -> Option<Due> {
        if self.next()? > now {
            return None;
        }
        self.0.pop_first().map(|(_, due)| due)
    }

    /// Forgets all entries, one at each step of the iterator.
    pub(super) fn into_entries(self) -> impl Iterator<Item = ()> {
        self.0.into_iter().map(drop)
    }

    /// When [`Agenda::pop`] has something to give again.
    pub(super) fn next(&self) -> Option<Instant> {
        self.0.first().map(|(at, _)| *at)
    }
}
