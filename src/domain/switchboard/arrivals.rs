//! Coming: claiming a name, holding it against another, and becoming reachable.

use std::collections::BTreeMap;
use std::time::Instant;

use super::resuming::Back;
use super::{PROBE_PATIENCE, Service, Switchboard};
use crate::config::DuplicateLogin;
use crate::domain::agenda::Due;
use crate::domain::call::CallEvent;
use crate::domain::session::{Attachment, Challenger, Ledger, Manners, Session, View};
use crate::domain::{Effect, Handle, Login, ResumeToken};
use crate::protocol::{
    BadToken, Close, LIST_MAX, Limits, PROTOCOL, Refusal, Registered, ServerMessage, Unavailable,
    UserId,
};

/// Name and version, in `registered`.
const SERVER: &str = concat!("switchboard/", env!("CARGO_PKG_VERSION"));

/// How a socket came to its session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Arrival {
    Fresh,
    Resumed,
}

impl<C: Handle> Switchboard<C> {
    /// Decides whether the connection gets its session back, or may ask for the name.
    ///
    /// The request of a login that its client has given up may arrive after the one that it made
    /// since. So whoever would take somebody's place shows first that it is there, and of two who
    /// have shown it the one that asked later wins.
    pub(super) fn claim(
        &mut self,
        connection: C,
        login: Login,
        now: Instant,
        effects: &mut Vec<Effect<C>>,
    ) {
        if let Err((refusal, close)) = self.may_come(&login, now) {
            return refuse(connection, &refusal, close, effects);
        }
        if login.proven.is_none() && !self.take_login_price(&login, now) {
            let refusal = Refusal::Unavailable(Unavailable::AddressRate);
            return refuse(connection, &refusal, Close::TryLater, effects);
        }
        let fresh = self.resume_or_pass(connection, login, now, effects);
        let Some((connection, mut login)) = fresh else { return };
        let user = login.user.clone().unwrap_or_else(|| self.mint.guest());
        if let (Some(why), None) = (login.crowded, self.registry.session(&user)) {
            return refuse(connection, &Refusal::Unavailable(why), Close::TryLater, effects);
        }
        let holder = self.registry.session(&user);
        match (holder, login.proven) {
            (Some(_), None) => {
                login.proven = Some(self.next_claim());
                return effects.push(Effect::Prove { connection, login });
            }
            (Some(holder), Some(claim)) if claim < holder.claim => {
                self.counts.late_logins += 1;
                return effects.push(Effect::Close { connection, close: Close::Replaced });
            }
            (Some(_), Some(_)) | (None, _) => {}
        }
        let holder = holder.filter(|holder| !holder.is_away());
        effects.push(Effect::Identify { connection: connection.clone(), user: user.clone() });
        match self.config.duplicate_login {
            DuplicateLogin::Reject if holder.is_some() => {
                self.challenge(connection, user, login, now, effects);
            }
            DuplicateLogin::Replace | DuplicateLogin::Reject => {
                effects.push(Effect::Claim { connection, user, login });
            }
        }
    }

    /// What has to hold when a login is judged, and still when it is let in.
    fn may_come(&self, login: &Login, now: Instant) -> Result<(), (Refusal, Close)> {
        if self.service != Service::Open {
            return Err((Refusal::Unavailable(Unavailable::Draining), Close::TryLater));
        }
        if login.has_expired(now) {
            return Err((Refusal::BadToken(BadToken::Expired), Close::TokenExpired));
        }
        Ok(())
    }

    /// Takes what the login costs from its address. Whether there was enough left.
    fn take_login_price(&mut self, login: &Login, now: Instant) -> bool {
        let price = self.login_price(login);
        let account = self.quotas.accounts.open(login.address, now);
        let taken = self.quotas.accounts.take(account.as_ref(), price, now);
        if taken.is_err() {
            self.counts.limits.over_address_rate += 1;
            self.quotas.accounts.note_refusal(account.as_ref(), 0, now);
        }
        self.close_account(account, now);
        taken.is_ok()
    }

    /// The connection waits for the name no longer, if it did.
    pub(super) fn withdraw(&mut self, user: &UserId, connection: &C) {
        let Some(holder) = self.registry.session_mut(user) else { return };
        let waited = holder.challenger.take_if(|it| it.connection == *connection);
        if let Some(challenger) = waited {
            self.agenda.take_out(challenger.until, Due::ProbeUnanswered(user.clone()));
        }
    }

    /// The number of a claim that was made just now.
    pub(super) fn next_claim(&mut self) -> u64 {
        self.claims += 1;
        self.claims
    }

    /// Makes the user reachable through `connection`, and lets it and the others know. Who has
    /// waited for the name until the node stopped is not let in.
    pub(super) fn register(
        &mut self,
        connection: C,
        user: UserId,
        login: Login,
        now: Instant,
        effects: &mut Vec<Effect<C>>,
    ) {
        // The name may be asked for twice: because its holder was silent, and because it was
        // sent away before the answer came.
        if self.registry.current(&user, &connection).is_some() {
            return;
        }
        if let Err((refusal, close)) = self.may_come(&login, now) {
            self.withdraw(&user, &connection);
            return refuse(connection, &refusal, close, effects);
        }
        // Who could not resume has lost its session, even though nobody had noticed yet.
        self.counts.failed_resumes += u64::from(login.resume.is_some());
        let why = if login.resume.is_some() { CallEvent::Lost } else { CallEvent::Replaced };
        let was_away = self.is_away(&user);
        let buckets = match self.registry.remove(&user) {
            Some(old) => self.replaced(&user, old, why, now, effects),
            None => {
                self.note_presence(&user, true, now);
                self.quotas.fetch(&user, now)
            }
        };
        self.counts.registered += 1;
        let claim = login.proven.unwrap_or_else(|| self.next_claim());
        let token = login.received.map(|_| self.mint.resume_token());
        let ledger = token.as_ref().map(|token| Box::new(Ledger::new(token.hash())));
        if let Some(ledger) = &ledger {
            self.remember_token(&ledger.token, &user);
        }
        self.await_expiry(&user, login.grant.as_deref());
        let session = Session {
            id: self.mint.session(),
            name: login.name,
            since: now,
            attachment: Attachment::Attached(connection),
            claim,
            grant: login.grant,
            ledger,
            call: None,
            rooms: Vec::new(),
            view: View::Nothing,
            watching: BTreeMap::new(),
            compared: 0,
            promised: 0,
            fresh_ice_at: None,
            buckets,
            account: self.quotas.accounts.open(login.address, now),
            manners: Manners::default(),
            challenger: None,
        };
        self.registry.insert(user.clone(), session);
        self.plan_fresh_ice(&user, now);
        let welcome = self.welcome(&user, token.as_ref(), Arrival::Fresh, now);
        self.show(&user, &welcome, effects);
        self.show_who_is_there(&user, effects);
        for call in self.calls.ringing_at(&user).to_vec() {
            self.ring(&call, now, effects);
        }
        if was_away {
            self.tell_peers(&user, Back::Yes, effects);
        }
    }

    /// `registered`, to somebody whose session is in the registry. `token` makes it resumable.
    pub(super) fn welcome(
        &self,
        user: &UserId,
        token: Option<&ResumeToken>,
        arrival: Arrival,
        now: Instant,
    ) -> ServerMessage {
        let session = self.registry.session(user).expect("the caller has just put it there");
        let config = &self.config;
        let heard = session.ledger.as_ref().map_or(0, |ledger| ledger.heard);
        ServerMessage::Registered(Box::new(Registered {
            user_id: user.clone(),
            session_id: session.id.clone(),
            resumed: arrival == Arrival::Resumed,
            received: heard,
            resume_token: token.map(|token| token.as_str().to_owned()),
            resume_window: token.map(|_| config.resume_window.as_millis() as u64),
            heartbeat: config.heartbeat.as_millis() as u64,
            limits: Limits { frame: config.max_frame, rate: config.rate, burst: config.burst },
            ice_servers: self.ice.servers(user, now),
            // Calls that ring again at a fresh session are told after the list.
            calls: match arrival {
                Arrival::Fresh => Vec::new(),
                Arrival::Resumed => self.calls_of(user, session.call.as_ref()),
            },
            rooms: session.rooms.clone(),
            features: Vec::new(),
            protocol: PROTOCOL,
            server: SERVER.into(),
        }))
    }

    /// The first list, and from where on changes are told.
    pub(super) fn show_who_is_there(&mut self, user: &UserId, effects: &mut Vec<Effect<C>>) {
        if self.may_see(user).is_err() {
            return;
        }
        let others = self.registry.len() - 1;
        let view = self.registry.session(user).map(|session| session.view);
        let by_name = self.registry.len() <= self.config.presence_limit
            && !matches!(view, Some(View::Total { .. }));
        let (view, list) = if by_name {
            self.presence.named += 1;
            (View::Names(self.presence.present()), self.list(user, None, LIST_MAX, None))
        } else {
            (View::Total { told: Some(others) }, self.list(user, None, 0, None))
        };
        if let Some(session) = self.registry.session_mut(user) {
            session.view = view;
        }
        self.show(user, &list, effects);
    }

    /// The name is taken and its holder must show that it lives (`duplicate-login reject`).
    fn challenge(
        &mut self,
        connection: C,
        user: UserId,
        login: Login,
        now: Instant,
        effects: &mut Vec<Effect<C>>,
    ) {
        let Some(holder) = self.registry.session_mut(&user) else { return };
        let Attachment::Attached(holding) = &holder.attachment else { return };
        let until = match &holder.challenger {
            Some(earlier) => earlier.until,
            None => {
                effects.push(Effect::Probe(holding.clone()));
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
        if self.service != Service::Open {
            // It is sent away with everybody else.
            return;
        }
        let challenger = self.registry.session(user).and_then(|it| it.challenger.as_deref());
        let Some(Challenger { connection, login, .. }) = challenger else { return };
        let (connection, user, login) = (connection.clone(), user.clone(), login.clone());
        effects.push(Effect::Claim { connection, user, login });
    }
}

/// Tells a connection that is not registered why, and asks it to close itself.
pub(super) fn refuse<C: Handle>(
    connection: C,
    refusal: &Refusal,
    close: Close,
    effects: &mut Vec<Effect<C>>,
) {
    let frame = refusal.message(None).encode();
    effects.push(Effect::Deliver { to: connection.clone(), frame });
    effects.push(Effect::Close { connection, close });
}
