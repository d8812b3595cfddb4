//! Sessions that outlive their sockets: counting, acknowledging, waiting, resuming.

use std::time::{Duration, Instant};

use super::arrivals::{Arrival, refuse};
use super::{Behind, SessionEnd, Switchboard, VerdictKind};
use crate::domain::agenda::Due;
use crate::domain::login::TokenHash;
use crate::domain::outbox::OutOfRange;
use crate::domain::session::{Attachment, Session, View};
use crate::domain::{Effect, Handle, Login};
use crate::protocol::{BadMessage, Close, Refusal, ServerMessage, UserId};

/// So many messages are confirmed at once …
const CONFIRM_MESSAGES: u64 = 32;
/// … or so many bytes of them …
const CONFIRM_BYTES: usize = 64 << 10;
/// … and in any case within this time.
const CONFIRM_WITHIN: Duration = Duration::from_secs(5);

/// What an attempt to resume comes to.
enum Attempt {
    /// The session is this client's.
    Fits(UserId),
    /// An attempt that came late: a better one was made since.
    Late,
    /// Unknown, foreign or expired; which one is not told. The user is known if it was named, by
    /// the client or by the token of a session that had to end.
    Fails(Option<UserId>),
}

impl<C: Handle> Switchboard<C> {
    /// Resumes, refuses, or says that this is a fresh login (`Some`).
    pub(super) fn resume_or_pass(
        &mut self,
        connection: C,
        login: Login,
        now: Instant,
        effects: &mut Vec<Effect<C>>,
    ) -> Option<(C, Login)> {
        if login.resume.is_none() {
            return Some((connection, login));
        }
        match self.attempt(&login, now, effects) {
            Attempt::Fits(user) => {
                self.take_up(connection, &user, &login, now, effects);
                None
            }
            Attempt::Late => {
                self.counts.late_resumes += 1;
                effects.push(Effect::Close { connection, close: Close::Superseded });
                None
            }
            Attempt::Fails(user) => {
                let holder = user.as_ref().and_then(|user| self.registry.session(user));
                if holder.is_none_or(|holder| holder.is_away()) {
                    return Some((connection, Login { user, ..login }));
                }
                self.counts.failed_resumes += 1;
                effects.push(Effect::Close { connection, close: Close::Replaced });
                None
            }
        }
    }

    /// The user that the login is for: the one that it names, or else the one whose session its resume
    /// token is for.
    pub(super) fn user_of<'a>(&'a self, login: &'a Login) -> Option<&'a UserId> {
        let by_token = || self.tokens.get(&login.resume.as_ref()?.hash().key());
        login.user.as_ref().or_else(by_token)
    }

    fn attempt(&mut self, login: &Login, now: Instant, effects: &mut Vec<Effect<C>>) -> Attempt {
        let Some(token) = &login.resume else { return Attempt::Fails(login.user.clone()) };
        let Some(user) = self.user_of(login).cloned() else { return Attempt::Fails(None) };
        if let Some(Behind::Session) = self.overrun.get(&user) {
            // It has missed a message, and was to end in this step or the next one.
            self.evict(&user, Close::ReadsTooSlowly, now, effects);
        }
        let session = self.registry.session_mut(&user);
        let fits = |it: &&mut Session<C>| it.ledger.as_ref().is_some_and(|it| it.token.fits(token));
        let received = login.received.unwrap_or_default();
        match session.filter(fits).and_then(|it| it.acknowledge(received)) {
            None => Attempt::Fails(Some(user)),
            Some(Ok(acknowledged)) => {
                for message in acknowledged {
                    self.settle(message, &user, VerdictKind::Delivered, effects);
                }
                Attempt::Fits(user)
            }
            Some(Err(OutOfRange::Late)) => Attempt::Late,
            // The client has counted what was never sent: the two have lost each other.
            Some(Err(OutOfRange::Ahead)) => {
                self.evict(&user, Close::BadClient, now, effects);
                Attempt::Fails(Some(user))
            }
        }
    }

    /// Gives the session its new socket, and the client what it has missed.
    fn take_up(
        &mut self,
        connection: C,
        user: &UserId,
        login: &Login,
        now: Instant,
        effects: &mut Vec<Effect<C>>,
    ) {
        self.counts.resumed += 1;
        effects.push(Effect::Identify { connection: connection.clone(), user: user.clone() });
        let claim = self.next_claim();
        let Some(session) = self.registry.session_mut(user) else { return };
        session.claim = claim;
        let account = self.quotas.accounts.open(login.address, now);
        let before = session.change_account(account);
        let attached = Attachment::Attached(connection.clone());
        // That was the socket before.
        self.overrun.remove(user);
        let was_away = match std::mem::replace(&mut session.attachment, attached) {
            Attachment::Attached(older) => {
                effects.push(Effect::Close { connection: older, close: Close::Superseded });
                false
            }
            Attachment::Waiting { until, .. } => {
                self.waiting -= 1;
                self.agenda.take_out(until, Due::ResumeOver(user.clone()));
                true
            }
        };
        if let Some(challenger) = session.challenger.take() {
            self.agenda.take_out(challenger.until, Due::ProbeUnanswered(user.clone()));
            let refusal = Refusal::NameInUse(user.clone());
            refuse(challenger.connection, &refusal, Close::NameInUse, effects);
        }
        self.close_account(before, now);
        // `registered` lists the rooms that it may stay in.
        for room in self.take_grant(user, login.grant.clone()) {
            self.lose_room(user, room, false);
        }
        match self.may_see(user) {
            Ok(()) => self.forget_view(user),
            Err(_) => self.look_away(user),
        }
        self.plan_fresh_ice(user, now);
        let welcome = self.welcome(user, login.resume.as_ref(), Arrival::Resumed, now);
        let to = connection;
        effects.push(Effect::Deliver { to: to.clone(), frame: welcome.encode() });
        if let Some(ledger) = self.registry.session_mut(user).and_then(|it| it.ledger.as_mut()) {
            ledger.confirmed = ledger.heard;
            ledger.unconfirmed_bytes = 0;
            let replay = ledger.outbox.replay();
            effects.extend(replay.map(|frame| Effect::Deliver { to: to.clone(), frame }));
            self.watch_acks(user, now);
        }
        self.show_who_is_there(user, effects);
        self.show_watched(user, effects);
        if was_away {
            self.tell_peers(user, Back::Yes, effects);
        }
    }

    /// The socket broke. The session waits if it counts, and ends `otherwise`.
    pub(super) fn detach(
        &mut self,
        user: &UserId,
        otherwise: SessionEnd,
        now: Instant,
        effects: &mut Vec<Effect<C>>,
    ) {
        let until = now + self.config.resume_window;
        let Some(session) = self.registry.session_mut(user) else { return };
        if session.ledger.is_none() {
            return self.end(user, otherwise, now, effects);
        }
        let Attachment::Attached(last) = &session.attachment else { return };
        session.attachment = Attachment::Waiting { until, _last: last.clone() };
        let challenger = session.challenger.take();
        self.waiting += 1;
        self.agenda.put(until, Due::ResumeOver(user.clone()));
        self.forget_view(user);
        self.forget_fresh_ice(user);
        self.tell_peers(user, Back::No, effects);
        if let Some(challenger) = challenger {
            // A waiting session does not hold its name.
            self.agenda.take_out(challenger.until, Due::ProbeUnanswered(user.clone()));
            let (connection, login) = (challenger.connection, challenger.login);
            effects.push(Effect::Claim { connection, user: user.clone(), login });
        }
    }

    /// Nobody has come back in time.
    pub(super) fn resume_over(
        &mut self,
        user: &UserId,
        now: Instant,
        effects: &mut Vec<Effect<C>>,
    ) {
        self.counts.expired += 1;
        self.end(user, SessionEnd::Expired, now, effects);
    }

    /// Tells the user nothing any more of who is there.
    pub(super) fn look_away(&mut self, user: &UserId) {
        self.forget_view(user);
        if let Some(session) = self.registry.session_mut(user) {
            session.view = View::Nothing;
        }
    }

    fn forget_view(&mut self, user: &UserId) {
        let Some(session) = self.registry.session_mut(user) else { return };
        // Who was told numbers stays with numbers until its next fresh session.
        if let View::Names(_) = session.view {
            session.view = View::Nothing;
            self.presence.named -= 1;
        }
    }

    /// Tells the other party of each of the user's calls that its socket is away, or back.
    pub(super) fn tell_peers(&mut self, user: &UserId, back: Back, effects: &mut Vec<Effect<C>>) {
        let own = self.registry.session(user).and_then(|session| session.call.clone());
        for call_id in self.calls_of(user, own.as_ref()) {
            let call = &self.calls[&call_id];
            let Some(side) = call.side(user) else { continue };
            let peer = call.party(side.other()).clone();
            let from = user.clone();
            let news = match back {
                Back::Yes => ServerMessage::CallPeerBack { call_id, from },
                Back::No => ServerMessage::CallPeerAway { call_id, from },
            };
            self.tell(&peer, &news, effects);
        }
    }

    /// Whether an `ack` of this count says something new that can be.
    pub(super) fn is_progress(&self, user: &UserId, received: u64) -> bool {
        let ledger = self.registry.session(user).and_then(|it| it.ledger.as_deref());
        ledger.is_some_and(|ledger| ledger.outbox.is_progress(received))
    }

    /// `ack`.
    pub(super) fn acknowledge(
        &mut self,
        user: &UserId,
        received: u64,
        effects: &mut Vec<Effect<C>>,
    ) -> Result<(), Refusal> {
        let Some(session) = self.registry.session_mut(user) else { return Ok(()) };
        let Some(acknowledged) = session.acknowledge(received) else { return Ok(()) };
        match acknowledged {
            Ok(acknowledged) => {
                for message in acknowledged {
                    self.settle(message, user, VerdictKind::Delivered, effects);
                }
                Ok(())
            }
            // Crossed with a newer one.
            Err(OutOfRange::Late) => Ok(()),
            Err(OutOfRange::Ahead) => Err(Refusal::BadMessage(BadMessage::Field {
                field: "received",
                expected: "no more than the server has sent",
            })),
        }
    }

    /// Counts a message of the client.
    pub(super) fn count_heard(&mut self, user: &UserId, bytes: usize, now: Instant) {
        let session = self.registry.session_mut(user);
        let Some(ledger) = session.and_then(|it| it.ledger.as_mut()) else { return };
        ledger.heard += 1;
        ledger.unconfirmed_bytes += bytes;
        if ledger.confirm_by.is_none() {
            let by = now + CONFIRM_WITHIN;
            ledger.confirm_by = Some(by);
            self.agenda.put(by, Due::Confirm(user.clone()));
        }
    }

    /// Confirms to the client what was heard, if it is enough for that.
    pub(super) fn confirm_if_much(&mut self, user: &UserId, effects: &mut Vec<Effect<C>>) {
        let ledger = self.registry.session(user).and_then(|it| it.ledger.as_deref());
        let is_much = ledger.is_some_and(|ledger| {
            ledger.heard - ledger.confirmed >= CONFIRM_MESSAGES
                || ledger.unconfirmed_bytes >= CONFIRM_BYTES
        });
        if is_much {
            self.confirm(user, effects);
        }
    }

    /// Confirms to the client what was heard.
    pub(super) fn confirm(&mut self, user: &UserId, effects: &mut Vec<Effect<C>>) {
        let session = self.registry.session_mut(user);
        let Some(ledger) = session.and_then(|it| it.ledger.as_mut()) else { return };
        if let Some(by) = ledger.confirm_by.take() {
            self.agenda.take_out(by, Due::Confirm(user.clone()));
        }
        if ledger.confirmed == ledger.heard {
            return;
        }
        ledger.confirmed = ledger.heard;
        ledger.unconfirmed_bytes = 0;
        let ack = ServerMessage::Ack { received: ledger.heard };
        self.show(user, &ack, effects);
    }

    /// Whether the user has a session and no socket just now.
    pub(super) fn is_away(&self, user: &UserId) -> bool {
        self.registry.session(user).is_some_and(|session| session.is_away())
    }

    pub(super) fn remember_token(&mut self, token: &TokenHash, user: &UserId) {
        self.tokens.insert(token.key(), user.clone());
    }

    pub(super) fn forget_token(&mut self, token: &TokenHash) {
        self.tokens.remove(&token.key());
    }
}

/// Which way a socket went.
#[derive(Clone, Copy)]
pub(super) enum Back {
    Yes,
    No,
}
