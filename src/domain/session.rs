//! A user's logical attachment: what the server knows of a user who is there.
//!
//! A session and a socket are two things: a session that counts outlives its socket for the
//! resume window, and has no connection meanwhile.

use std::collections::BTreeMap;
use std::time::Instant;

use super::Login;
use super::account::Account;
use super::grant::Grant;
use super::login::TokenHash;
use super::outbox::{Kept, OutOfRange, Outbox};
use super::presence::Known;
use super::quota::Buckets;
use crate::protocol::{CallId, DisplayName, RoomId, SessionId, UserId};

/// One user's session.
#[derive(Debug)]
pub(super) struct Session<C> {
    pub(super) id: SessionId,
    pub(super) name: Option<DisplayName>,
    pub(super) since: Instant,
    pub(super) attachment: Attachment<C>,
    /// The number of the claim that its socket came with.
    pub(super) claim: u64,
    /// What the access token lets it do; nothing is forbidden without one.
    pub(super) grant: Option<Box<Grant>>,
    /// Only for a client that counts; any other costs nothing of it.
    pub(super) ledger: Option<Box<Ledger>>,
    /// The user's own call: one that it has requested, or an accepted one. Calls that ring at the
    /// user are in [`super::calls::Calls`].
    pub(super) call: Option<CallId>,
    /// In the order of joining.
    pub(super) rooms: Vec<RoomId>,
    pub(super) view: View,
    /// Whom the user watches, and whether it was last told that they are online.
    pub(super) watching: BTreeMap<UserId, bool>,
    /// Changes of presence, since the start of the node, that those whom it watches were compared
    /// with what it was told.
    pub(super) compared: u64,
    /// Verdicts on its messages that are still to come.
    pub(super) promised: usize,
    /// When it is sent fresh TURN credentials; only where there are any, and while it has a socket.
    pub(super) fresh_ice_at: Option<Instant>,
    pub(super) buckets: Buckets,
    /// The allowance that it shares with the other users of its address, where there is one.
    pub(super) account: Option<Account>,
    pub(super) manners: Manners,
    pub(super) challenger: Option<Box<Challenger<C>>>,
}

/// Whether a session has a socket.
#[derive(Debug)]
pub(super) enum Attachment<C> {
    /// It is reached through this connection.
    Attached(C),
    /// Its socket broke; it can be resumed until then.
    ///
    /// The connection that is over is held, as it still counts against the limits of its address.
    Waiting { until: Instant, _last: C },
}

impl<C> Session<C> {
    pub(super) fn connection(&self) -> Option<&C> {
        match &self.attachment {
            Attachment::Attached(connection) => Some(connection),
            Attachment::Waiting { .. } => None,
        }
    }

    pub(super) fn is_away(&self) -> bool {
        self.connection().is_none()
    }

    /// Keeps a message on behalf of the user's address. There must be room.
    pub(super) fn keep(&mut self, message: Kept) {
        let Some(ledger) = &mut self.ledger else { return };
        if let Some(account) = &self.account {
            account.keep(message.memory());
        }
        ledger.outbox.keep(message);
    }

    /// Forgets the messages before `count` and returns them. `None` if nothing is kept for this
    /// session; the error says why the count cannot be.
    pub(super) fn acknowledge(
        &mut self,
        count: u64,
    ) -> Option<Result<impl Iterator<Item = Kept> + use<C>, OutOfRange>> {
        let outbox = &mut self.ledger.as_mut()?.outbox;
        let before = outbox.memory();
        let acknowledged = outbox.acknowledge(count);
        if let Some(account) = &self.account {
            account.release(before - outbox.memory());
        }
        Some(acknowledged)
    }

    /// Takes out all that is kept.
    pub(super) fn take_outbox(&mut self) -> Option<Outbox> {
        let outbox = std::mem::take(&mut self.ledger.as_mut()?.outbox);
        if let Some(account) = &self.account {
            account.release(outbox.memory());
        }
        Some(outbox)
    }

    /// From now on messages are kept on behalf of another address. Returns the one before.
    pub(super) fn change_account(&mut self, account: Option<Account>) -> Option<Account> {
        let kept_bytes = self.ledger.as_ref().map_or(0, |ledger| ledger.outbox.memory());
        if let Some(account) = &account {
            account.keep(kept_bytes);
        }
        let before = std::mem::replace(&mut self.account, account);
        if let Some(before) = &before {
            before.release(kept_bytes);
        }
        before
    }
}

/// What both sides of a session have counted.
#[derive(Debug)]
pub(super) struct Ledger {
    pub(super) token: TokenHash,
    pub(super) outbox: Outbox,
    /// The client's messages that were handled.
    pub(super) heard: u64,
    /// Of those, how many the client has been told of.
    pub(super) confirmed: u64,
    /// Bytes of those that it has not been told of.
    pub(super) unconfirmed_bytes: usize,
    /// When it is told at the latest.
    pub(super) confirm_by: Option<Instant>,
    /// While something that was sent may be unacknowledged.
    pub(super) ack_watch: Option<Box<AckWatch>>,
}

/// How long the client has not acknowledged. Boxed, as an idle user needs none.
#[derive(Clone, Copy, Debug)]
pub(super) struct AckWatch {
    /// The index of the oldest kept message when it was last looked at.
    pub(super) oldest: u64,
    /// When it is looked at again; `None` until the end of the step that begins it.
    pub(super) until: Option<Instant>,
    pub(super) sign: Sign,
}

/// A sign of life of a client that does not acknowledge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    NotAsked,
    Asked,
    Seen,
}

impl Ledger {
    pub(super) fn new(token: TokenHash) -> Self {
        Self {
            token,
            outbox: Outbox::default(),
            heard: 0,
            confirmed: 0,
            unconfirmed_bytes: 0,
            confirm_by: None,
            ack_watch: None,
        }
    }
}

/// What a session is told of who comes and goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum View {
    /// Presence is off or the user may not see it, or the session is waiting: it gets a fresh list when it is back.
    Nothing,
    /// Names; this much of the present window's changes is known.
    Names(Known),
    /// The number of others, as last told.
    Total { told: Option<usize> },
}

/// How often a client has not kept to the rules of late.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Manners {
    /// Messages in a row that made no sense.
    pub(super) gibberish: u8,
    /// Messages over the rate, less those within it: a client at twice its rate or more comes to an end.
    pub(super) over_rate: u8,
}

/// Another connection that wants the name and waits for the holder's sign of life.
#[derive(Debug)]
pub(super) struct Challenger<C> {
    pub(super) connection: C,
    pub(super) login: Login,
    pub(super) until: Instant,
}
