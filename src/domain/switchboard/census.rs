//! What can be counted on a board, for the operator and for tests.

use super::Switchboard;
use crate::domain::{Handle, Stage};
use crate::protocol::{CallId, RoomId, UserId};

/// Events since the start. Invariant: `registered - replaced - ended` users are there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Connections that became a user's current one.
    pub registered: u64,
    /// Sessions that got another socket.
    pub resumed: u64,
    /// Attempts to resume with a token that fits no session of that user.
    pub failed_resumes: u64,
    /// Attempts to resume that came after a better one.
    pub late_resumes: u64,
    /// Logins that would have taken the place of one made after them.
    pub late_logins: u64,
    /// Sessions that nobody came back for in time.
    pub expired: u64,
    /// Sessions that a newer one of the same user took the place of.
    pub replaced: u64,
    /// Sessions that ended otherwise.
    pub ended: u64,
    /// Sessions that ended because the client said so.
    pub said_goodbye: u64,
    /// Sessions that ended because the socket broke.
    pub broken: u64,
    /// Sessions that the server ended.
    pub evicted: u64,
    /// Sessions that an operator ended.
    pub removed: u64,
    /// Sockets that were closed because their access token had expired.
    pub tokens_expired: u64,
    /// Access tokens that took the place of another on the same socket.
    pub refreshed: u64,
    /// Access tokens that were brought by `refresh` and refused.
    pub refused_refreshes: u64,
    /// Messages from connections that were no longer their user's current one.
    pub stale_messages: u64,
    /// Ends of connections that were no longer, or never, their user's current one.
    pub stale_ends: u64,
    /// Messages that were answered with an error.
    pub refused: u64,
    /// Calls that began to ring.
    pub calls_started: u64,
    /// Calls that are over.
    pub calls_ended: u64,
}

/// How much there is just now, and what has been.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Census {
    /// Users who are there.
    pub users: usize,
    /// Of those, users whose session waits for a socket.
    pub waiting: usize,
    /// Bytes kept for sessions that count, until they are acknowledged.
    pub kept_bytes: usize,
    /// Live calls.
    pub calls: usize,
    /// Rooms with somebody in them.
    pub rooms: usize,
    /// Events since the start.
    pub counts: Counts,
}

/// One user who is there: through which connection, in which call, in which rooms.
pub type Attendance<C> = (UserId, Option<C>, Option<CallId>, Vec<RoomId>);

/// All that clients could know, taken at one moment.
#[derive(Clone, Debug)]
pub struct Snapshot<C> {
    /// Who is there, through which connection if any, in which call, in which rooms.
    pub users: Vec<Attendance<C>>,
    /// Live calls: caller, callee, stage.
    pub calls: Vec<(CallId, UserId, UserId, Stage)>,
}

impl<C: Handle> Switchboard<C> {
    /// How much there is.
    pub fn census(&self) -> Census {
        Census {
            users: self.registry.len(),
            waiting: self.waiting,
            kept_bytes: self.kept_bytes,
            calls: self.calls.len(),
            rooms: self.rooms.len(),
            counts: self.counts,
        }
    }

    /// Everything there is.
    pub fn snapshot(&self) -> Snapshot<C> {
        let user = |user: &UserId| {
            let it = self.registry.session(user)?;
            Some((user.clone(), it.connection().cloned(), it.call.clone(), it.rooms.clone()))
        };
        let calls = self.calls.iter();
        Snapshot {
            users: self.registry.users().filter_map(user).collect(),
            calls: calls
                .map(|(id, it)| (id.clone(), it.caller.clone(), it.callee.clone(), it.stage))
                .collect(),
        }
    }
}
