//! A user's logical attachment: what the server knows of a user who is there.

use std::collections::HashMap;
use std::time::Instant;

use super::Login;
use super::presence::Known;
use super::quota::Buckets;
use crate::protocol::{CallId, DisplayName, RoomId, SessionId, UserId};

/// One user's session, and the connection through which it is reached just now.
#[derive(Debug)]
pub(super) struct Session<C> {
    pub(super) id: SessionId,
    pub(super) name: Option<DisplayName>,
    pub(super) connection: C,
    /// The one call that the user is in, ringing or accepted.
    pub(super) call: Option<CallId>,
    /// In the order of joining.
    pub(super) rooms: Vec<RoomId>,
    pub(super) view: View,
    /// Whom the user watches, and whether it was last told that they are online.
    pub(super) watching: HashMap<UserId, bool>,
    pub(super) buckets: Buckets,
    pub(super) manners: Manners,
    pub(super) challenger: Option<Box<Challenger<C>>>,
}

/// What a session is told of who comes and goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum View {
    /// Presence is off.
    Nothing,
    /// Names; this much of the present window's changes is known.
    Names(Known),
    /// The number of others, as last told.
    Total { told: Option<usize> },
}

/// How many messages in a row were no good.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Manners {
    pub(super) gibberish: u8,
    pub(super) over_rate: u8,
}

/// Another connection that wants the name and waits for the holder's sign of life.
#[derive(Debug)]
pub(super) struct Challenger<C> {
    pub(super) connection: C,
    pub(super) login: Login,
    pub(super) until: Instant,
}
