//! Clients that take messages and do not acknowledge them: their sessions end, so that what is kept for
//! them is freed.
//!
//! Promises: a session ends only if its oldest kept message was written to its socket at least
//! [`PATIENCE`] ago, and its client has shown since that it is there, and then had [`GRACE`] more. A
//! client that is late is left alone, and so is one whose network is gone: its heartbeat decides. Cost: one
//! timer in [`PATIENCE`] for each session that is sent anything.

use std::time::{Duration, Instant};

use super::Switchboard;
use crate::domain::agenda::Due;
use crate::domain::session::{AckWatch, Ledger, Session, Sign};
use crate::domain::{Effect, Handle};
use crate::protocol::{Close, UserId};

/// Time that a message may be unacknowledged before its client is asked for a sign of life. Browsers let
/// the timers of a page that has been hidden for minutes ring once a minute, so it may acknowledge so late.
const PATIENCE: Duration = Duration::from_secs(90);
/// Time for the acknowledgement after that: a client whose network was gone has just got the message.
const GRACE: Duration = Duration::from_secs(10);

impl<C: Handle> Switchboard<C> {
    /// Begins to watch the sessions that were sent something in this step.
    pub(super) fn watch_owing(&mut self, now: Instant) {
        while let Some(user) = self.owing.pop() {
            self.watch_acks(&user, now);
        }
    }

    /// Watches from now on whether the oldest message that is kept for the user is acknowledged.
    pub(super) fn watch_acks(&mut self, user: &UserId, now: Instant) {
        self.set_ack_watch(user, now + PATIENCE, Sign::NotAsked);
    }

    fn set_ack_watch(&mut self, user: &UserId, until: Instant, sign: Sign) {
        let Some(ledger) = self.ledger_mut(user) else { return };
        let oldest = ledger.outbox.oldest();
        let watch = AckWatch { oldest, until: Some(until), sign };
        let before = ledger.ack_watch.replace(Box::new(watch));
        self.forget_ack_watch(user, before.as_deref());
        self.agenda.put(until, Due::Unacknowledged(user.clone()));
    }

    /// Takes a watch that is over off the agenda.
    pub(super) fn forget_ack_watch(&mut self, user: &UserId, watch: Option<&AckWatch>) {
        if let Some(until) = watch.and_then(|watch| watch.until) {
            self.agenda.take_out(until, Due::Unacknowledged(user.clone()));
        }
    }

    /// Looks at a session whose watch is over.
    pub(super) fn look_at_acks(
        &mut self,
        user: &UserId,
        now: Instant,
        effects: &mut Vec<Effect<C>>,
    ) {
        let Some(session) = self.registry.session_mut(user) else { return };
        let connection = session.connection().cloned();
        let Some(ledger) = session.ledger.as_mut() else { return };
        let Some(AckWatch { oldest, sign, .. }) = ledger.ack_watch.as_deref().copied() else {
            return;
        };
        let kept = ledger.outbox.fill_of_both().0;
        let connection = connection.filter(|_| kept > 0);
        let Some(connection) = connection else {
            // A resume or the next message begins anew.
            ledger.ack_watch = None;
            return;
        };
        if ledger.outbox.oldest() != oldest {
            return self.watch_acks(user, now);
        }
        match sign {
            // All that is kept was handed to this socket, the oldest first.
            Sign::NotAsked if connection.backlog().messages < kept => {
                effects.push(Effect::Probe(connection));
                self.set_ack_watch(user, now + PATIENCE, Sign::Asked);
            }
            Sign::NotAsked => self.watch_acks(user, now),
            Sign::Asked => self.set_ack_watch(user, now + PATIENCE, Sign::Asked),
            Sign::Seen => self.evict(user, Close::ReadsTooSlowly, now, effects),
        }
    }

    /// The client is there: if it was asked because it does not acknowledge, it has to do so now.
    pub(super) fn alive_and_owing(&mut self, connection: &C, user: &UserId, now: Instant) {
        let session = self.registry.current(user, connection);
        let watch = session.and_then(|it| it.ledger.as_ref()?.ack_watch.as_deref().copied());
        let Some(AckWatch { oldest, sign: Sign::Asked, .. }) = watch else { return };
        match self.ledger_mut(user).filter(|it| it.outbox.oldest() == oldest) {
            Some(_) => self.set_ack_watch(user, now + GRACE, Sign::Seen),
            None => self.watch_acks(user, now),
        }
    }

    fn ledger_mut(&mut self, user: &UserId) -> Option<&mut Ledger> {
        self.registry.session_mut(user).and_then(|it: &mut Session<C>| it.ledger.as_deref_mut())
    }
}
