//! What can be counted on a board, for the operator and for tests.

use super::{Course, Switchboard};
use crate::domain::{Handle, Stage};
use crate::protocol::{CallId, NotPermitted, Refusal, RoomId, UserId};

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
    /// How often a limit was met.
    pub limits: LimitCounts,
}

/// How often each limit on what clients say was met, since the start. What ends a socket is
/// counted by its close code, who does not get in by the gate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LimitCounts {
    /// Messages over `max-frame`.
    pub too_large: u64,
    /// Messages over `rate` and `burst`.
    pub over_rate: u64,
    /// Messages and logins over `address-rate` and `address-burst`.
    pub over_address_rate: u64,
    /// Calls over `call-rate`.
    pub over_call_rate: u64,
    /// Joins over `max-rooms`.
    pub too_many_rooms: u64,
    /// Joins over `max-members`.
    pub room_full: u64,
    /// Users whom nobody may watch beside so many others.
    pub too_many_watched: u64,
    /// `block` messages over the limit of blocked users.
    pub too_many_blocked: u64,
    /// Messages over `queue-messages` or `queue-bytes` of their receiver.
    pub queue_full: u64,
    /// Messages that their receiver had room for, but not `queue-total`.
    pub node_full: u64,
    /// Messages whose sender waits for too many verdicts.
    pub receipts_full: u64,
    /// Calls that rang for `ring-timeout`.
    pub unanswered: u64,
}

impl LimitCounts {
    /// Counts a refusal of something that a client said in time. Full queues are counted where the
    /// message is refused, as a message to a room meets many.
    pub(super) fn count(&mut self, refusal: &Refusal) {
        match refusal {
            Refusal::TooLarge { .. } => self.too_large += 1,
            Refusal::RateLimited { .. } => self.over_call_rate += 1,
            Refusal::TooManyRooms { .. } => self.too_many_rooms += 1,
            Refusal::RoomFull { .. } => self.room_full += 1,
            Refusal::NotPermitted(
                NotPermitted::TooManyWatched { .. } | NotPermitted::TooManyNamed { .. },
            ) => {
                self.too_many_watched += 1;
            }
            Refusal::NotPermitted(NotPermitted::TooManyBlocked { .. }) => {
                self.too_many_blocked += 1;
            }
            Refusal::ReceiptsFull => self.receipts_full += 1,
            // No limits, or counted elsewhere.
            _ => {}
        }
    }
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
    /// Of those, calls that are not accepted yet.
    pub ringing: usize,
    /// Rooms with somebody in them.
    pub rooms: usize,
    /// Kept messages whose sender waits for a verdict.
    pub open_receipts: usize,
    /// Events since the start.
    pub counts: Counts,
    /// The same by kind, and what was said.
    pub course: Course,
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
            ringing: self.ringing,
            rooms: self.rooms.len(),
            open_receipts: self.open_receipts,
            counts: self.counts,
            course: self.course,
        }
    }

    /// How many messages were refused since the start because the node keeps too much already.
    pub fn kept_out_by_node(&self) -> u64 {
        self.counts.limits.node_full
    }

    /// How many messages and logins were refused since the start because their address asks too much.
    pub fn over_address_rate(&self) -> u64 {
        self.counts.limits.over_address_rate
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
