//! Going: being replaced, saying goodbye, being let go, and the end of the node.

use std::collections::HashSet;
use std::mem::take;
use std::time::{Duration, Instant};

use super::arrivals::refuse;
use super::left::Left;
use super::slices::{LOOKS_A_FRAME, SLICE};
use super::{Behind, CallOver, Service, SessionEnd, Switchboard};
use crate::domain::account::Account;
use crate::domain::agenda::Due;
use crate::domain::call::{CallEvent, Side};
use crate::domain::quota::Buckets;
use crate::domain::session::{Attachment, Challenger, Session, View};
use crate::domain::{Effect, Handle, Parting};
use crate::protocol::{Close, Refusal, ServerMessage, Unavailable, UserId};

/// How long acknowledgements under way have when the node stops.
const SETTLING: Duration = Duration::from_secs(1);
/// So many clients a second may come back to the next node.
const RETURNS_A_SECOND: u32 = 2000;

impl<C: Handle> Switchboard<C> {
    /// Takes leave of the session that a newer one takes the place of.
    ///
    /// `why` is what happens to its own call, for the user's side. Calls that ring at the user go
    /// on ringing. Returns how much the user may send.
    pub(super) fn replaced(
        &mut self,
        user: &UserId,
        old: Session<C>,
        why: fn(Side) -> CallEvent,
        now: Instant,
        effects: &mut Vec<Effect<C>>,
    ) -> Buckets {
        self.counts.replaced += 1;
        match &old.attachment {
            Attachment::Attached(connection) => {
                let close = match &old.challenger {
                    Some(challenger) if challenger.until <= now => Close::NoSignOfLife,
                    Some(_) | None => Close::Replaced,
                };
                effects.push(Effect::Close { connection: connection.clone(), close });
            }
            Attachment::Waiting { until, .. } => {
                self.waiting -= 1;
                self.agenda.take_out(*until, Due::ResumeOver(user.clone()));
            }
        }
        if let Some(own) = &old.call {
            self.end_by_party(own, user, why, effects);
        }
        // Whatever became of the old session, calls that ring at the user ring at the new one.
        for ringing in self.calls.ringing_at(user).to_vec() {
            self.end_by_party(&ringing, user, CallEvent::Replaced, effects);
        }
        let buckets = old.buckets;
        self.forget_belongings(user, old, now);
        buckets
    }

    /// The socket is over: what becomes of the session, if it was the session's?
    pub(super) fn ended(
        &mut self,
        connection: &C,
        user: &UserId,
        parting: Parting,
        now: Instant,
        effects: &mut Vec<Effect<C>>,
    ) {
        if self.registry.current(user, connection).is_some() {
            return match parting {
                Parting::Goodbye => {
                    self.counts.said_goodbye += 1;
                    self.end(user, SessionEnd::Goodbye, now, effects);
                }
                Parting::Violation => {
                    self.counts.broken += 1;
                    self.end(user, SessionEnd::Violation, now, effects);
                }
                Parting::Broken => {
                    self.counts.broken += 1;
                    self.detach(user, SessionEnd::Broken, now, effects);
                }
            };
        }
        self.counts.stale_ends += 1;
        // The connection may have been waiting for a name that somebody else holds.
        self.withdraw(user, connection);
    }

    /// Lets go of a user who has fallen too far behind.
    pub(super) fn let_go(
        &mut self,
        user: &UserId,
        behind: Behind,
        now: Instant,
        effects: &mut Vec<Effect<C>>,
    ) {
        match behind {
            Behind::Socket => self.send_off(user, Close::ReadsTooSlowly, now, effects),
            Behind::Session => self.evict(user, Close::ReadsTooSlowly, now, effects),
        }
    }

    /// Closes the user's socket; a session that counts waits for another.
    pub(super) fn send_off(
        &mut self,
        user: &UserId,
        close: Close,
        now: Instant,
        effects: &mut Vec<Effect<C>>,
    ) {
        if self.close_socket(user, close, effects) {
            self.detach(user, SessionEnd::Evicted, now, effects);
        }
    }

    /// Closes the user's socket, if there is one, and ends the session.
    pub(super) fn evict(
        &mut self,
        user: &UserId,
        close: Close,
        now: Instant,
        effects: &mut Vec<Effect<C>>,
    ) {
        self.close_socket(user, close, effects);
        let why = match close {
            Close::Removed => SessionEnd::Removed,
            _ => SessionEnd::Evicted,
        };
        self.end(user, why, now, effects);
    }

    fn close_socket(&mut self, user: &UserId, close: Close, effects: &mut Vec<Effect<C>>) -> bool {
        let connection = self.registry.session(user).and_then(Session::connection).cloned();
        let Some(connection) = connection else { return false };
        self.counts.evicted += 1;
        effects.push(Effect::Close { connection, close });
        true
    }

    /// The user is not there any more.
    pub(super) fn end(
        &mut self,
        user: &UserId,
        why: SessionEnd,
        now: Instant,
        effects: &mut Vec<Effect<C>>,
    ) {
        let Some(mut session) = self.registry.remove(user) else { return };
        self.counts.ended += 1;
        self.course.sessions_ended.count(why);
        if let Attachment::Waiting { until, .. } = session.attachment {
            self.waiting -= 1;
            self.agenda.take_out(until, Due::ResumeOver(user.clone()));
        }
        for call in self.calls_of(user, session.call.as_ref()) {
            self.end_by_party(&call, user, CallEvent::Lost, effects);
        }
        if let Some(full_at) = self.quotas.park(user, session.buckets, now) {
            self.agenda.put(full_at, Due::BucketsFull(user.clone()));
        }
        self.note_presence(user, false, now);
        let challenger = session.challenger.take();
        self.forget_belongings(user, session, now);
        if let Some(challenger) = challenger {
            self.agenda.take_out(challenger.until, Due::ProbeUnanswered(user.clone()));
            let Challenger { connection, login, .. } = *challenger;
            effects.push(Effect::Claim { connection, user: user.clone(), login });
        }
    }

    /// Leaves the rooms, the watches and what was kept of a session that is no longer in the
    /// registry. Members and senders are told in slices.
    fn forget_belongings(&mut self, user: &UserId, mut session: Session<C>, now: Instant) {
        self.overrun.remove(user);
        self.looks += session.watching.len() + self.blocks.of(user).len() + session.rooms.len();
        self.blocks.forget(user);
        let outbox = session.take_outbox();
        for room in session.rooms {
            let (user, name) = (user.clone(), session.name.clone());
            self.left.push(Left::Room { user, name, room, tells_user: false });
        }
        self.close_account(session.account, now);
        for watched in session.watching.keys() {
            self.presence.unwatch(watched, user);
        }
        if matches!(session.view, View::Names(_)) {
            self.presence.named -= 1;
        }
        if let Some(challenger) = &session.challenger {
            self.agenda.take_out(challenger.until, Due::ProbeUnanswered(user.clone()));
        }
        if let Some(at) = session.fresh_ice_at {
            self.agenda.take_out(at, Due::IceServers(user.clone()));
        }
        if let Some(grant) = session.grant {
            self.agenda.take_out(grant.expires, Due::TokenExpired(user.clone()));
        }
        if let Some(ledger) = session.ledger {
            self.forget_token(&ledger.token);
            self.forget_ack_watch(user, ledger.ack_watch.as_deref());
            if let Some(by) = ledger.confirm_by {
                self.agenda.take_out(by, Due::Confirm(user.clone()));
            }
        }
        if let Some(outbox) = outbox {
            let (receiver, rest) = (user.clone(), outbox.into_rest());
            self.left.push(Left::Kept { receiver, rest });
        }
    }

    /// Gives the bucket of an address back that a session has held.
    pub(super) fn close_account(&mut self, account: Option<Account>, now: Instant) {
        let Some(account) = account else { return };
        let address = account.address();
        if let Some(full_at) = self.quotas.accounts.close(account, now) {
            self.agenda.put(full_at, Due::AccountFull(address));
        }
    }

    /// The node stops: nobody is let in, no message is taken, and what is under way has a moment
    /// to be acknowledged.
    pub(super) fn drain(&mut self, now: Instant) {
        if self.service == Service::Open {
            self.service = Service::Settling;
            self.agenda.put(now + SETTLING, Due::SendAway);
        }
    }

    /// Begins to give every sender its verdict, and then to send everybody away. Nobody is told of
    /// the others' going.
    pub(super) fn send_away(&mut self) {
        self.service = Service::Closed;
        let users = self.registry.len() as u32;
        let returning = Duration::from_secs(1) * users / RETURNS_A_SECOND;
        let window = self.config.drain_window.max(returning);
        self.farewell = Some(Box::new(Farewell { window, ..Farewell::default() }));
    }

    /// Goes on with the next users: first every verdict is given, then everybody is sent away, then
    /// what they leave is forgotten.
    pub(super) fn go_on_sending_away(&mut self, effects: &mut Vec<Effect<C>>) {
        let Some(mut farewell) = self.farewell.take() else { return };
        if !farewell.is_settled {
            let users = self.registry.after(farewell.settled.as_ref(), SLICE);
            farewell.is_settled = users.is_empty();
            farewell.settled = users.last().cloned();
            for user in users {
                self.settle_all(user);
            }
        } else if self.registry.len() > 0 {
            let restart = Close::Restart { window: farewell.window };
            for user in self.registry.after(None, SLICE) {
                self.send_away_one(&user, restart, &mut farewell.behind, effects);
                if self.is_spent(effects) {
                    break;
                }
            }
        } else {
            let mut remains = farewell.remains.take().unwrap_or_else(|| self.take_remains());
            if self.forget_some(&mut remains) {
                return;
            }
            farewell.remains = Some(remains);
        }
        self.farewell = Some(farewell);
    }

    /// Nobody will acknowledge anything any more, so what is kept for the user is settled.
    fn settle_all(&mut self, receiver: UserId) {
        self.looks += 1;
        let session = self.registry.session_mut(&receiver);
        let Some(outbox) = session.and_then(Session::take_outbox) else { return };
        self.left.push(Left::Kept { receiver, rest: outbox.into_rest() });
    }

    fn send_away_one(
        &mut self,
        user: &UserId,
        restart: Close,
        behind: &mut HashSet<UserId>,
        effects: &mut Vec<Effect<C>>,
    ) {
        self.looks += 1;
        let ledger = self.registry.session(user).and_then(|it| it.ledger.as_deref());
        if let Some(ledger) = ledger.filter(|it| it.confirmed < it.heard) {
            // With its close, which even a reader that has stalled gets. Its client may safely say
            // to the next process what is beyond this count, as it was not handled.
            let ack = ServerMessage::Ack { received: ledger.heard };
            self.show(user, &ack, effects);
        }
        behind.extend(std::mem::take(&mut self.overrun).into_keys());
        let Some(session) = self.registry.remove(user) else { return };
        self.looks += session.watching.len() + session.rooms.len();
        self.counts.ended += 1;
        self.course.sessions_ended.count(SessionEnd::Drained);
        // A user who could not be told its verdicts is not sent away as if it had been.
        let close = if behind.contains(user) { Close::ReadsTooSlowly } else { restart };
        match session.attachment {
            Attachment::Attached(connection) => effects.push(Effect::Close { connection, close }),
            Attachment::Waiting { .. } => self.waiting -= 1,
        }
        if let Some(challenger) = session.challenger {
            let refusal = Refusal::Unavailable(Unavailable::Draining);
            refuse(challenger.connection, &refusal, Close::TryLater, effects);
        }
    }

    /// Everybody has been sent away, so nothing is known any more. Returns what was, entry by entry.
    fn take_remains(&mut self) -> Remains {
        self.counts.calls_ended += self.calls.len() as u64;
        self.course.calls_over.add(CallOver::Drained, self.calls.len() as u64);
        self.ringing = 0;
        self.overrun.clear();
        self.owing.clear();
        self.waiting = 0;
        self.kept_bytes = 0;
        self.open_receipts = 0;
        let presence = take(&mut self.presence).into_entries();
        let blocks = take(&mut self.blocks).into_entries();
        let calls = take(&mut self.calls).into_entries();
        let rooms = take(&mut self.rooms).into_entries();
        let agenda = take(&mut self.agenda).into_entries();
        let tokens = take(&mut self.tokens).into_iter().map(drop);
        Box::new(presence.chain(blocks).chain(calls).chain(rooms).chain(agenda).chain(tokens))
    }

    /// Forgets the next of what is left. Returns whether that was all.
    fn forget_some(&mut self, remains: &mut Remains) -> bool {
        let forgotten = remains.take(SLICE * LOOKS_A_FRAME).count();
        self.looks += forgotten;
        forgotten < SLICE * LOOKS_A_FRAME
    }
}

/// Entries that are forgotten one by one: to drop millions of them takes longer than a step may.
type Remains = Box<dyn Iterator<Item = ()>>;

/// How far sending everybody away has come.
#[derive(Default)]
pub(super) struct Farewell {
    /// Over how long the clients are to come back.
    window: Duration,
    /// Whose messages were settled last, in byte order.
    settled: Option<UserId>,
    /// Whether those of all users are.
    is_settled: bool,
    /// Users who could not be told their verdicts.
    pub(super) behind: HashSet<UserId>,
    /// Entries that are still to be forgotten, when everybody has been sent away.
    remains: Option<Remains>,
}
