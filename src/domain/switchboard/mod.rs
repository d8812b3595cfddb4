//! The one place where the rules are composed: every input, step by step.
//!
//! An input is applied as a whole: what it says, then the end of those who have fallen too far
//! behind and whatever has become due, as far as one step may go (`slices`). What it wants done is
//! appended to `effects` in order.

mod arrivals;
mod attention;
mod blocking;
mod call_ends;
mod calling;
mod census;
mod course;
mod delivery;
mod freshening;
mod granting;
mod leaving;
mod left;
mod operator;
mod overdue;
mod pricing;
mod relaying;
mod resuming;
mod slices;
mod speech;
mod telling;
mod together;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rand::rngs::StdRng;

pub use census::{Attendance, Census, Counts, LimitCounts, Snapshot};
pub use course::{
    CallOver, CallOverTally, Course, SessionEnd, SessionEndTally, VerdictKind, VerdictTally,
};
pub(crate) use delivery::{LONG_SHARE, session_bytes};
pub use operator::{CallReport, Reached, UserDetail, UserReport};
pub use slices::SLICE;

use leaving::Farewell;
use left::AllLeft;

use crate::config::{Config, Secret};
use crate::domain::agenda::{Agenda, Due};
use crate::domain::blocks::Blocks;
use crate::domain::calls::Calls;
use crate::domain::ice::Ice;
use crate::domain::mint::Mint;
use crate::domain::presence::Presence;
use crate::domain::quota::Quotas;
use crate::domain::registry::Registry;
use crate::domain::rooms::Rooms;
use crate::domain::{Effect, Handle, Login, Parting, Unverified, Verified, Wall};
use crate::protocol::{Incoming, MessageId, Rejected, UserId};

/// How long the holder of a name has to answer when another connection wants it.
const PROBE_PATIENCE: Duration = Duration::from_secs(5);

/// The rules and all that they know. `C` is the handle of a connection.
pub struct Switchboard<C> {
    config: Arc<Config>,
    registry: Registry<C>,
    calls: Calls,
    rooms: Rooms,
    /// Kept as long as the session of the user who blocks.
    blocks: Blocks,
    presence: Presence,
    quotas: Quotas,
    agenda: Agenda,
    ice: Ice,
    mint: Mint,
    counts: Counts,
    course: Course,
    /// Units of all messages so far, refused ones too.
    units_asked: u64,
    /// Whose session a resume token is for, by the first half of its hash.
    tokens: HashMap<u128, UserId>,
    /// Sessions without a socket.
    waiting: usize,
    /// Calls that are not accepted yet.
    ringing: usize,
    /// Memory of all outboxes and of what callers sent along, in bytes.
    kept_bytes: usize,
    /// Bytes that the sockets of the node held when a client last spoke.
    socket_bytes: usize,
    /// Kept messages whose sender waits for a verdict.
    open_receipts: usize,
    service: Service,
    /// Claims that were given a number.
    claims: u64,
    /// Users who have fallen too far behind and are still to be let go. Each has a session.
    overrun: BTreeMap<UserId, Behind>,
    /// Users who were sent something during this input and have to acknowledge it.
    owing: Vec<UserId>,
    /// News of ended sessions that is still to be told.
    left: AllLeft,
    /// While everybody is sent away.
    farewell: Option<Box<Farewell>>,
    /// When a step did less than there was to do.
    unfinished: Option<Instant>,
    /// How many effects there were when this step began to catch up.
    slice_from: usize,
    /// Users and names that this step has looked at or forgotten since then.
    looks: usize,
}

/// Whether the node serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Service {
    Open,
    /// Nobody is let in and no message is taken; acknowledgements under way may still come.
    Settling,
    /// Everybody has been sent away.
    Closed,
}

/// The part of a client that has fallen behind: the later one in this list is the worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Behind {
    /// The socket does not take what is true now.
    Socket,
    /// The session does not acknowledge what the server has to say.
    Session,
}

/// Something that happened, to be judged by the rules.
#[derive(Clone, Debug)]
pub enum Input<C> {
    /// A socket wants to be that user.
    Claim {
        /// Which.
        connection: C,
        /// Who it wants to be.
        login: Login,
    },
    /// The name is this node's to give: the answer to [`Effect::Claim`].
    Claimed {
        /// As in the claim.
        connection: C,
        /// As in the claim.
        user: UserId,
        /// As in the claim.
        login: Login,
    },
    /// The client behind this connection has sent a message, good or bad.
    Said {
        /// Through which connection.
        connection: C,
        /// As whom it speaks.
        user: UserId,
        /// What it said.
        said: Result<Incoming, Rejected>,
        /// Its size.
        bytes: usize,
    },
    /// What the token of a `refresh` says: the answer to [`Effect::Verify`].
    Refreshed {
        /// As in the question.
        connection: C,
        /// As in the question.
        user: UserId,
        /// As in the question.
        id: Option<MessageId>,
        /// What it says, or why it brings nothing.
        verified: Result<Verified, Unverified>,
    },
    /// A sign of life after [`Effect::Probe`].
    Alive {
        /// Of which connection.
        connection: C,
        /// As whom it speaks.
        user: UserId,
    },
    /// The socket is over.
    Ended {
        /// Which.
        connection: C,
        /// As whom it spoke.
        user: UserId,
        /// How it ended.
        parting: Parting,
    },
    /// The node stops: everybody is sent away, nobody is let in.
    Drain,
    /// Nothing but the passing of time.
    Tick,
}

impl<C: Handle> Switchboard<C> {
    /// An empty board. `generator` is where ids come from.
    ///
    /// Its wall clock stands still at 1970 until [`Switchboard::set_wall`]. Only TURN credentials need it.
    pub fn new(config: Arc<Config>, generator: StdRng) -> Self {
        Self {
            ice: Ice::new(&config),
            registry: Registry::new(),
            calls: Calls::default(),
            rooms: Rooms::default(),
            blocks: Blocks::default(),
            presence: Presence::default(),
            quotas: Quotas::new(&config),
            agenda: Agenda::default(),
            mint: Mint::new(generator),
            counts: Counts::default(),
            course: Course::default(),
            units_asked: 0,
            tokens: HashMap::new(),
            waiting: 0,
            ringing: 0,
            kept_bytes: 0,
            socket_bytes: 0,
            open_receipts: 0,
            service: Service::Open,
            claims: 0,
            overrun: BTreeMap::new(),
            owing: Vec::new(),
            left: AllLeft::default(),
            farewell: None,
            unfinished: None,
            slice_from: 0,
            looks: 0,
            config,
        }
    }

    /// Applies one input. `now` must not run backwards.
    pub fn apply(&mut self, input: Input<C>, now: Instant, effects: &mut Vec<Effect<C>>) {
        let is_tick = matches!(input, Input::Tick);
        match input {
            Input::Claim { connection, login } => self.claim(connection, login, now, effects),
            Input::Claimed { connection, user, login } => {
                self.register(connection, user, login, now, effects);
            }
            Input::Said { connection, user, said, bytes } => {
                self.hear(&connection, &user, said, bytes, now, effects);
            }
            Input::Refreshed { connection, user, id, verified } => {
                self.refreshed(&connection, &user, id, verified, now, effects);
            }
            Input::Alive { connection, user } => {
                self.alive_and_owing(&connection, &user, now);
                self.proven_alive(&connection, &user, effects);
            }
            Input::Ended { connection, user, parting } => {
                self.ended(&connection, &user, parting, now, effects);
            }
            Input::Drain => self.drain(now),
            Input::Tick => {}
        }
        match is_tick {
            true => self.catch_up(now, effects),
            false => self.follow_up(now, effects),
        }
        self.watch_owing(now);
    }

    /// Takes a reading of the wall clock, which may be set or drift while the board lives.
    pub fn set_wall(&mut self, wall: Wall) {
        self.ice.set_wall(wall);
    }

    /// Makes TURN credentials with this secret from now on.
    pub fn set_turn_secret(&mut self, secret: &Secret) {
        self.ice.set_secret(secret);
    }

    /// When [`Input::Tick`] is wanted at the latest.
    pub fn next_due(&self) -> Option<Instant> {
        self.unfinished.or_else(|| self.agenda.next())
    }

    fn fall_due(&mut self, due: Due, now: Instant, effects: &mut Vec<Effect<C>>) {
        match due {
            Due::NoAnswer(call) => self.ring_out(&call, effects),
            Due::Presence => self.tell_changes(now),
            Due::Totals => self.begin_totals(now),
            Due::Confirm(user) => self.confirm(&user, effects),
            Due::Unacknowledged(user) => self.look_at_acks(&user, now, effects),
            Due::TokenExpired(user) => self.token_expired(&user, now, effects),
            Due::ResumeOver(user) => self.resume_over(&user, now, effects),
            Due::IceServers(user) => self.freshen(&user, now, effects),
            Due::SendAway => self.send_away(),
            Due::ProbeUnanswered(user) => self.probe_unanswered(&user, effects),
            Due::BucketsFull(user) => self.quotas.forget_full(&user, now),
            Due::AccountFull(address) => self.quotas.accounts.forget_full(address, now),
        }
    }
}
