//! How a message reaches a session: three kinds, three rules.
//!
//! *State* (lists, presence, acknowledgements) is true only now: it goes to the socket if there
//! is one, and is never kept. What is *relayed* from another client fills the receiver's first
//! share of the queue; when that is full the sender is told. What the server itself has to say
//! fills a second share of the same size; a session that lets that overflow ends.
//!
//! A session that counts keeps what it was sent until it is acknowledged, so its queue is its
//! outbox. Any other has only what its socket has not taken yet.

use bytestring::ByteString;

use super::{Behind, Service, Switchboard, VerdictKind};
use crate::domain::outbox::{KEPT_COST, Kept, Outbox, Receipt, Share};
use crate::domain::session::{AckWatch, Session, Sign};
use crate::domain::{Backlog, Effect, Handle, UNWRITTEN_COST};
use crate::protocol::{BLOCKED_MAX, NAMED_MAX, Refusal, ServerMessage, UserId, Verdict};

/// Server messages allowed in flight per session even when the node is full: twice what a client
/// leaves unacknowledged that keeps the rules. A session with more is a slow consumer.
const UNDER_WAY: usize = 64;
/// Bytes of these messages.
const UNDER_WAY_BYTES: usize = 16 << 10;
/// The part of `queue-total` that a full node still gives to longer messages of its own, such as
/// lists, for clients that have taken everything so far: they could not log in without.
pub(crate) const LONG_SHARE: usize = 8;

/// Bytes that a session holds besides its part of `queue-total`, at most: messages that the server
/// itself may send to it on a full node, the names that it watches and blocks, its rooms.
pub(crate) const fn session_bytes(max_rooms: usize) -> usize {
    /// A name of 128 characters, and what is known of who watches it.
    const WATCHED_BYTES: usize = 464;
    /// A name of 128 characters among the blocked ones.
    const BLOCKED_BYTES: usize = 192;
    /// A place in a room, and the room.
    const ROOM_BYTES: usize = 512;
    let in_flight = UNDER_WAY_BYTES + UNDER_WAY * (KEPT_COST + UNWRITTEN_COST);
    in_flight + NAMED_MAX * WATCHED_BYTES + BLOCKED_MAX * BLOCKED_BYTES + max_rooms * ROOM_BYTES
}

/// What is known of a relayed message when it has been taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// A socket has it; nobody will ever say more.
    Handed,
    /// It is kept until it is acknowledged; the verdict follows.
    Kept,
}

impl<C: Handle> Switchboard<C> {
    /// Shows a state, if there is a socket to show it to.
    pub(super) fn show(
        &mut self,
        user: &UserId,
        state: &ServerMessage,
        effects: &mut Vec<Effect<C>>,
    ) {
        self.show_frame(user, state.encode(), effects);
    }

    pub(super) fn show_frame(
        &mut self,
        user: &UserId,
        frame: ByteString,
        effects: &mut Vec<Effect<C>>,
    ) {
        let Some(session) = self.registry.session(user) else { return };
        let Some(connection) = session.connection() else { return };
        if self.takes_more(session, connection.backlog(), frame.len()) {
            effects.push(Effect::Deliver { to: connection.clone(), frame });
        } else {
            self.note_overrun(user, Behind::Socket);
        }
    }

    /// Says something of the server's own.
    pub(super) fn tell(
        &mut self,
        user: &UserId,
        message: &ServerMessage,
        effects: &mut Vec<Effect<C>>,
    ) {
        self.tell_frame(user, message.encode(), effects);
    }

    pub(super) fn tell_frame(
        &mut self,
        user: &UserId,
        frame: ByteString,
        effects: &mut Vec<Effect<C>>,
    ) {
        let Some(session) = self.registry.session(user) else { return };
        // Nobody acknowledges anything any more when all are sent away, so nothing is kept then.
        let ledger = session.ledger.as_ref().filter(|_| self.service != Service::Closed);
        let Some(ledger) = ledger else {
            return self.show_frame(user, frame, effects);
        };
        let takes = ledger.outbox.takes_own(frame.len(), session.promised, &self.config)
            && self.node_takes_own(session, &ledger.outbox, frame.len());
        if !takes {
            return self.note_overrun(user, Behind::Session);
        }
        self.keep(user, frame, Share::Own, None, effects);
    }

    /// Notes that the user is still to be let go.
    fn note_overrun(&mut self, user: &UserId, behind: Behind) {
        let noted = self.overrun.entry(user.clone()).or_insert(behind);
        *noted = behind.max(*noted);
    }

    /// Hands over what another client sent, or says why not; the sender is told, so nothing is
    /// dropped in silence.
    pub(super) fn relay(
        &mut self,
        to: &UserId,
        frame: ByteString,
        receipt: Option<Receipt>,
        effects: &mut Vec<Effect<C>>,
    ) -> Result<Fate, Refusal> {
        let session = self.registry.session(to).ok_or_else(|| Refusal::UserOffline(to.clone()))?;
        let has_room = match (&session.ledger, session.connection()) {
            (Some(ledger), _) => ledger.outbox.takes_relayed(frame.len(), &self.config),
            (None, Some(connection)) => {
                let backlog = connection.backlog();
                backlog.messages < self.config.queue_messages
                    && backlog.bytes + frame.len() <= self.config.queue_bytes
            }
            (None, None) => false,
        };
        if !has_room {
            self.counts.limits.queue_full += 1;
            return Err(Refusal::QueueFull(to.clone()));
        }
        if self.address_is_full(session, frame.len()) {
            self.counts.limits.queue_full += 1;
            return Err(Refusal::QueueFull(to.clone()));
        }
        if self.node_is_full(session, frame.len()) {
            self.counts.limits.node_full += 1;
            return Err(Refusal::QueueFull(to.clone()));
        }
        if session.ledger.is_some() {
            self.keep(to, frame, Share::Relayed, receipt, effects);
            return Ok(Fate::Kept);
        }
        if let Some(connection) = session.connection() {
            effects.push(Effect::Deliver { to: connection.clone(), frame });
        }
        Ok(Fate::Handed)
    }

    /// Keeps a message for a session that counts, and sends it if there is a socket.
    fn keep(
        &mut self,
        user: &UserId,
        frame: ByteString,
        share: Share,
        receipt: Option<Receipt>,
        effects: &mut Vec<Effect<C>>,
    ) {
        let Some(session) = self.registry.session_mut(user) else { return };
        let connection = session.connection().cloned();
        let handed = connection.is_some();
        let sender = receipt.as_ref().map(|receipt| receipt.sender.clone());
        let kept = Kept { frame: frame.clone(), share, receipt, handed };
        self.kept_bytes += kept.memory();
        session.keep(kept);
        let ledger = session.ledger.as_mut().filter(|it| handed && it.ack_watch.is_none());
        if let Some(ledger) = ledger {
            let oldest = ledger.outbox.oldest();
            let watch = AckWatch { oldest, until: None, sign: Sign::NotAsked };
            ledger.ack_watch = Some(Box::new(watch));
            self.owing.push(user.clone());
        }
        if let Some(to) = connection {
            effects.push(Effect::Deliver { to, frame });
        }
        if let Some(sender) = sender {
            self.open_receipts += 1;
            self.course.receipts += 1;
            if let Some(sender) = self.registry.session_mut(&sender) {
                sender.promised += 1;
            }
        }
    }

    /// Whether the sender can be promised a verdict: all that are promised may come at once, and
    /// must find room.
    pub(super) fn can_promise(&self, sender: &UserId) -> bool {
        let Some(session) = self.registry.session(sender) else { return false };
        match &session.ledger {
            Some(ledger) => ledger.outbox.takes_promise(session.promised, &self.config),
            None => session.promised < self.config.queue_messages / 2,
        }
    }

    /// Tells the sender what became of a message that is no longer kept.
    pub(super) fn settle(
        &mut self,
        message: Kept,
        receiver: &UserId,
        verdict: VerdictKind,
        effects: &mut Vec<Effect<C>>,
    ) {
        self.kept_bytes -= message.memory();
        let Some(Receipt { sender, session, message }) = message.receipt else { return };
        self.open_receipts -= 1;
        self.course.verdicts.count(verdict);
        let sender_session = self.registry.session_mut(&sender).filter(|it| it.id == session);
        if let Some(it) = sender_session {
            it.promised -= 1;
            let verdict = verdict.of(Verdict { r#ref: message, to: receiver.clone() });
            self.tell(&sender, &verdict, effects);
        }
    }

    /// Settles a message that was kept for a session that is over.
    pub(super) fn settle_left(
        &mut self,
        message: Kept,
        receiver: &UserId,
        effects: &mut Vec<Effect<C>>,
    ) {
        let verdict = if message.handed { VerdictKind::Relayed } else { VerdictKind::Undelivered };
        self.settle(message, receiver, verdict, effects);
    }

    /// Whether a socket may be given more of the server's own. On a full node that is a little, or
    /// one long message to a socket that has taken everything so far, out of a share for these.
    fn takes_more(&self, session: &Session<C>, backlog: Backlog, bytes: usize) -> bool {
        // A replay may fill two shares of a socket; what is true now has a third one then.
        let may_be_replayed = session.ledger.is_some() && self.service != Service::Closed;
        let shares = if may_be_replayed { 3 } else { 2 };
        let has_taken_all = (backlog.messages, backlog.bytes) == (0, 0);
        let has_room = backlog.messages < shares * self.config.queue_messages
            && backlog.bytes + bytes <= shares * self.config.queue_bytes;
        let is_little = backlog.messages < UNDER_WAY && backlog.bytes + bytes <= UNDER_WAY_BYTES;
        let more = bytes + UNWRITTEN_COST;
        let used = backlog.node_bytes + self.kept_bytes + more;
        let of_address = session
            .account
            .as_ref()
            .map_or(0, |account| backlog.address_bytes + account.kept_bytes() + more);
        let fits =
            used <= self.bound(has_taken_all) && of_address <= self.bound_of_address(has_taken_all);
        (has_taken_all || has_room) && (is_little || fits)
    }

    /// The same for a session that keeps what it is sent.
    fn node_takes_own(&self, session: &Session<C>, outbox: &Outbox, bytes: usize) -> bool {
        let (messages, own) = outbox.own();
        let is_little = messages < UNDER_WAY && own + bytes <= UNDER_WAY_BYTES;
        let fits = self.used(session, bytes) <= self.bound(messages == 0)
            && self.used_by_address(session, bytes) <= self.bound_of_address(messages == 0);
        is_little || fits
    }

    /// The bytes that may be in use with a message of the server's own.
    fn bound(&self, has_taken_all: bool) -> usize {
        let total = self.config.queue_total;
        if has_taken_all { total.saturating_add(total / LONG_SHARE) } else { total }
    }

    /// The part of them that may be in use for one address.
    fn bound_of_address(&self, has_taken_all: bool) -> usize {
        let total = self.quotas.accounts.bytes_max();
        if has_taken_all { total.saturating_add(total / LONG_SHARE) } else { total }
    }

    /// Whether no more of what other clients send may be kept for the user's address.
    pub(super) fn address_is_full(&self, session: &Session<C>, bytes: usize) -> bool {
        self.used_by_address(session, bytes) > self.bound_of_address(false)
    }

    fn node_is_full(&self, session: &Session<C>, bytes: usize) -> bool {
        self.used(session, bytes) > self.config.queue_total
    }

    /// The part of `queue-total` that is in use when `session` has been sent `bytes` more.
    fn used(&self, session: &Session<C>, bytes: usize) -> usize {
        let connection = session.connection();
        let sockets = connection.map_or(self.socket_bytes, |it| it.backlog().node_bytes);
        let cost = if session.ledger.is_some() { KEPT_COST } else { UNWRITTEN_COST };
        sockets + self.kept_bytes + bytes + cost
    }

    /// The part of it that is in use for the address of `session`; 0 if that is not known.
    fn used_by_address(&self, session: &Session<C>, bytes: usize) -> usize {
        let Some(account) = &session.account else { return 0 };
        let sockets = session.connection().map_or(0, |it| it.backlog().address_bytes);
        let cost = if session.ledger.is_some() { KEPT_COST } else { UNWRITTEN_COST };
        sockets + account.kept_bytes() + bytes + cost
    }
}
