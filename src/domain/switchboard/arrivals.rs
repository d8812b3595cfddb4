//! Coming, being replaced, and going.

use std::collections::HashMap;
use std::time::Instant;

use super::{PROBE_PATIENCE, Switchboard};
use crate::config::{DuplicateLogin, PresenceMode};
use crate::domain::agenda::{Agenda, Due};
use crate::domain::call::{CallEvent, Outcome};
use crate::domain::calls::Calls;
use crate::domain::presence::Presence;
use crate::domain::quota::Buckets;
use crate::domain::rooms::Rooms;
use crate::domain::session::{Challenger, Manners, Session, View};
use crate::domain::{Effect, Handle, Login, Parting};
use crate::protocol::{
    CallId, Close, IceServer, LIST_MAX, Limits, PROTOCOL, Refusal, Registered, ServerMessage,
    Unavailable, UserId,
};

/// Name and version, in `registered`.
const SERVER: &str = concat!("switchboard/", env!("CARGO_PKG_VERSION"));

impl<C: Handle> Switchboard<C> {
    /// Decides whether the connection may ask for the name.
    pub(super) fn claim(
        &mut self,
        connection: C,
        login: Login,
        now: Instant,
        effects: &mut Vec<Effect<C>>,
    ) {
        if self.draining {
            let refusal = Refusal::Unavailable(Unavailable::Draining);
            return refuse(connection, &refusal, Close::TryLater, effects);
        }
        match self.config.duplicate_login {
            DuplicateLogin::Reject if self.registry.session(&login.user).is_some() => {
                self.challenge(connection, login, now, effects);
            }
            DuplicateLogin::Replace | DuplicateLogin::Reject => {
                effects.push(Effect::Claim { connection, login });
            }
        }
    }

    /// Makes the user reachable through `connection`, and lets it and the others know.
    pub(super) fn register(
        &mut self,
        connection: C,
        login: Login,
        now: Instant,
        effects: &mut Vec<Effect<C>>,
    ) {
        let user = login.user.clone();
        // The name may be asked for twice: because its holder was silent, and because it was
        // sent away before the answer came.
        if self.registry.current(&user, &connection).is_some() {
            return;
        }
        let (ringing, buckets) = match self.registry.remove(&user) {
            Some(old) => self.replaced(&user, old, now, effects),
            None => {
                self.note_presence(&user, true, now);
                (None, self.quotas.fetch(&user, now))
            }
        };
        self.counts.registered += 1;
        let session = Session {
            id: self.mint.session(),
            name: login.name,
            connection,
            call: ringing.clone(),
            rooms: Vec::new(),
            view: View::Nothing,
            watching: HashMap::new(),
            buckets,
            manners: Manners::default(),
            challenger: None,
        };
        let welcome = self.welcome(&user, &session);
        self.registry.insert(user.clone(), session);
        self.tell(&user, &welcome, effects);
        self.show_who_is_there(&user, effects);
        if let Some(call) = ringing {
            self.ring(&call, now, effects);
        }
    }

    fn welcome(&self, user: &UserId, session: &Session<C>) -> ServerMessage {
        let config = &self.config;
        let stun = || IceServer { urls: config.stun.clone(), username: None, credential: None };
        ServerMessage::Registered(Box::new(Registered {
            user_id: user.clone(),
            session_id: session.id.clone(),
            resumed: false,
            received: 0,
            resume_token: None,
            resume_window: None,
            heartbeat: config.heartbeat.as_millis() as u64,
            limits: Limits { frame: config.max_frame, rate: config.rate, burst: config.burst },
            ice_servers: if config.stun.is_empty() { vec![] } else { vec![stun()] },
            calls: Vec::new(),
            rooms: Vec::new(),
            features: Vec::new(),
            protocol: PROTOCOL,
            server: SERVER.into(),
        }))
    }

    /// The first list, and from where on changes are told.
    fn show_who_is_there(&mut self, user: &UserId, effects: &mut Vec<Effect<C>>) {
        if self.config.presence == PresenceMode::Off {
            return;
        }
        let others = self.registry.len() - 1;
        let by_name = self.registry.len() <= self.config.presence_limit;
        let (view, list) = if by_name {
            self.presence.named += 1;
            (View::Names(self.presence.present()), self.list(user, None, LIST_MAX, None))
        } else {
            (View::Total { told: Some(others) }, self.list(user, None, 0, None))
        };
        if let Some(session) = self.registry.session_mut(user) {
            session.view = view;
        }
        self.tell(user, &list, effects);
    }

    /// Takes leave of the session that a newer one takes the place of.
    ///
    /// Returns what passes on: a call that still rings at the user, and how much it may send.
    fn replaced(
        &mut self,
        user: &UserId,
        old: Session<C>,
        now: Instant,
        effects: &mut Vec<Effect<C>>,
    ) -> (Option<CallId>, Buckets) {
        self.counts.replaced += 1;
        let close = match &old.challenger {
            Some(challenger) if challenger.until <= now => Close::NoSignOfLife,
            Some(_) | None => Close::Replaced,
        };
        effects.push(Effect::Close { connection: old.connection.clone(), close });
        let ringing = old.call.as_ref().filter(|call| {
            let call = &self.calls[*call];
            call.side(user).map(|side| call.stage.on(CallEvent::Replaced(side)))
                == Some(Outcome::RingsAgain)
        });
        let ringing = ringing.cloned();
        if ringing.is_none() {
            self.drop_call(user, &old, CallEvent::Replaced, effects);
        }
        let buckets = old.buckets;
        self.forget_belongings(user, old, effects);
        (ringing, buckets)
    }

    /// The socket is over: so is the session, if it was the session's.
    pub(super) fn ended(
        &mut self,
        connection: &C,
        user: &UserId,
        parting: Parting,
        now: Instant,
        effects: &mut Vec<Effect<C>>,
    ) {
        if self.registry.current(user, connection).is_some() {
            match parting {
                Parting::Goodbye => self.counts.said_goodbye += 1,
                Parting::Violation | Parting::Broken => self.counts.broken += 1,
            }
            return self.end(user, now, effects);
        }
        self.counts.stale_ends += 1;
        // The connection may have been waiting for a name that somebody else holds.
        if let Some(holder) = self.registry.session_mut(user) {
            let waited = holder.challenger.take_if(|it| it.connection == *connection);
            if let Some(challenger) = waited {
                self.agenda.take_out(challenger.until, Due::ProbeUnanswered(user.clone()));
            }
        }
    }

    /// Sends a user away.
    pub(super) fn evict(
        &mut self,
        user: &UserId,
        close: Close,
        now: Instant,
        effects: &mut Vec<Effect<C>>,
    ) {
        let Some(session) = self.registry.session(user) else { return };
        let connection = session.connection.clone();
        self.counts.evicted += 1;
        effects.push(Effect::Close { connection, close });
        self.end(user, now, effects);
    }

    /// The user is not there any more.
    fn end(&mut self, user: &UserId, now: Instant, effects: &mut Vec<Effect<C>>) {
        let Some(mut session) = self.registry.remove(user) else { return };
        self.counts.ended += 1;
        self.drop_call(user, &session, CallEvent::Lost, effects);
        if let Some(full_at) = self.quotas.park(user, session.buckets, now) {
            self.agenda.put(full_at, Due::BucketsFull(user.clone()));
        }
        self.note_presence(user, false, now);
        let challenger = session.challenger.take();
        self.forget_belongings(user, session, effects);
        if let Some(challenger) = challenger {
            self.agenda.take_out(challenger.until, Due::ProbeUnanswered(user.clone()));
            let Challenger { connection, login, .. } = *challenger;
            self.claim(connection, login, now, effects);
        }
    }

    /// Leaves the rooms and the watches of a session that is no longer in the registry.
    fn forget_belongings(
        &mut self,
        user: &UserId,
        session: Session<C>,
        effects: &mut Vec<Effect<C>>,
    ) {
        for room in &session.rooms {
            self.step_out(room, user, session.name.clone(), effects);
        }
        for watched in session.watching.keys() {
            self.presence.unwatch(watched, user);
        }
        if matches!(session.view, View::Names(_)) {
            self.presence.named -= 1;
        }
    }

    /// The name is taken and its holder must show that it lives (`duplicate-login reject`).
    fn challenge(
        &mut self,
        connection: C,
        login: Login,
        now: Instant,
        effects: &mut Vec<Effect<C>>,
    ) {
        let user = login.user.clone();
        let Some(holder) = self.registry.session_mut(&user) else { return };
        let until = match &holder.challenger {
            Some(earlier) => earlier.until,
            None => {
                effects.push(Effect::Probe(holder.connection.clone()));
                now + PROBE_PATIENCE
            }
        };
        self.agenda.put(until, Due::ProbeUnanswered(user.clone()));
        let challenger = Box::new(Challenger { connection, login, until });
        if let Some(earlier) = holder.challenger.replace(challenger) {
            let refusal = Refusal::NameInUse(user);
            refuse(earlier.connection, &refusal, Close::NameInUse, effects);
        }
    }

    /// The holder of the name lives, so the challenger goes.
    pub(super) fn proven_alive(
        &mut self,
        connection: &C,
        user: &UserId,
        effects: &mut Vec<Effect<C>>,
    ) {
        let Some(holder) = self.registry.current(user, connection) else { return };
        let Some(challenger) = holder.challenger.take() else { return };
        self.agenda.take_out(challenger.until, Due::ProbeUnanswered(user.clone()));
        let refusal = Refusal::NameInUse(user.clone());
        refuse(challenger.connection, &refusal, Close::NameInUse, effects);
    }

    /// The holder of the name is silent, so the challenger takes its place.
    pub(super) fn probe_unanswered(&mut self, user: &UserId, effects: &mut Vec<Effect<C>>) {
        let challenger = self.registry.session(user).and_then(|it| it.challenger.as_deref());
        let Some(Challenger { connection, login, .. }) = challenger else { return };
        effects.push(Effect::Claim { connection: connection.clone(), login: login.clone() });
    }

    /// Sends everybody away, because the node stops. Nobody is told of the others' going.
    pub(super) fn drain(&mut self, effects: &mut Vec<Effect<C>>) {
        self.draining = true;
        let close = Close::Restart { window: self.config.drain_window };
        let users: Vec<_> = self.registry.users().cloned().collect();
        for session in users.iter().filter_map(|user| self.registry.remove(user)) {
            self.counts.ended += 1;
            effects.push(Effect::Close { connection: session.connection, close });
            if let Some(challenger) = session.challenger {
                let refusal = Refusal::Unavailable(Unavailable::Draining);
                refuse(challenger.connection, &refusal, Close::TryLater, effects);
            }
        }
        self.counts.calls_ended += self.calls.len() as u64;
        self.calls = Calls::new();
        self.rooms = Rooms::default();
        self.presence = Presence::default();
        self.agenda = Agenda::default();
    }
}

/// Tells a connection that is not registered why, and asks it to close itself.
fn refuse<C: Handle>(connection: C, refusal: &Refusal, close: Close, effects: &mut Vec<Effect<C>>) {
    let frame = refusal.message(None).encode();
    effects.push(Effect::Deliver { to: connection.clone(), frame });
    effects.push(Effect::Close { connection, close });
}
