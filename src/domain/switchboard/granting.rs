//! What access tokens allow, and for how long: permissions, refreshing, expiry.
//!
//! What a token does not list can never begin. What has begun with another token is looked at when
//! a new one is taken: rooms are left and watches forgotten; a live call goes on.

use std::time::{Duration, Instant};

use super::Switchboard;
use super::left::Left;
use crate::config::{AuthMode, PresenceMode};
use crate::domain::agenda::Due;
use crate::domain::grant::{Grant, Permissions, Sight, Unverified, Verified};
use crate::domain::session::View;
use crate::domain::{Effect, Handle};
use crate::protocol::{
    AccessToken, BadToken, Close, MessageId, NotPermitted, Refusal, RoomId, ServerMessage, UserId,
};

/// When a token that nobody had time for may come again.
const BUSY: Duration = Duration::from_secs(1);

impl<C: Handle> Switchboard<C> {
    fn permissions(&self, user: &UserId) -> Option<&Permissions> {
        Some(&self.registry.session(user)?.grant.as_ref()?.permissions)
    }

    /// Whether the user may address `to`: whoever is in its token, and the other party of each of its calls.
    pub(super) fn may_address(&self, user: &UserId, to: &UserId) -> Result<(), Refusal> {
        let listed = self.permissions(user).is_none_or(|it| it.call.holds(to.as_str()));
        if listed || self.is_peer(user, to) {
            return Ok(());
        }
        Err(Refusal::NotPermitted(NotPermitted::Address(to.clone())))
    }

    /// Whether the two have a live call.
    fn is_peer(&self, user: &UserId, other: &UserId) -> bool {
        let own = self.registry.session(user).and_then(|session| session.call.as_ref());
        own.into_iter().chain(self.calls.ringing_at(user)).any(|id| {
            let call = &self.calls[id];
            call.side(user).is_some_and(|side| call.party(side.other()) == other)
        })
    }

    pub(super) fn may_join(&self, user: &UserId, room: &RoomId) -> Result<(), Refusal> {
        match self.permissions(user).is_none_or(|it| it.rooms.holds(room.as_str())) {
            true => Ok(()),
            false => Err(Refusal::NotPermitted(NotPermitted::Room(room.clone()))),
        }
    }

    /// Whether the user may watch all of these.
    pub(super) fn may_watch(&self, user: &UserId, watched: &[UserId]) -> Result<(), Refusal> {
        let Some(permissions) = self.permissions(user) else { return Ok(()) };
        match watched.iter().find(|watched| !permissions.watch.holds(watched.as_str())) {
            Some(watched) => Err(Refusal::NotPermitted(NotPermitted::Watch(watched.clone()))),
            None => Ok(()),
        }
    }

    /// Whether the user is told who comes and goes.
    pub(super) fn may_see(&self, user: &UserId) -> Result<(), Refusal> {
        if self.config.presence == PresenceMode::Off {
            return Err(Refusal::NotPermitted(NotPermitted::PresenceOff));
        }
        match self.permissions(user).map(|permissions| permissions.presence) {
            Some(Sight::Closed) => Err(Refusal::NotPermitted(NotPermitted::Presence)),
            Some(Sight::Open) | None => Ok(()),
        }
    }

    /// `refresh`: asks what the token says.
    pub(super) fn refresh(
        &mut self,
        user: &UserId,
        id: Option<MessageId>,
        token: AccessToken,
        effects: &mut Vec<Effect<C>>,
    ) -> Result<(), Refusal> {
        if self.config.auth == AuthMode::Open {
            return Err(Refusal::NotPermitted(NotPermitted::NoTokens));
        }
        let connection = self.registry.session(user).and_then(|session| session.connection());
        let Some(connection) = connection.cloned() else { return Ok(()) };
        effects.push(Effect::Verify { connection, user: user.clone(), id, token });
        Ok(())
    }

    /// What the token of a `refresh` says. One that is refused leaves the old one in force.
    pub(super) fn refreshed(
        &mut self,
        connection: &C,
        user: &UserId,
        id: Option<MessageId>,
        verified: Result<Verified, Unverified>,
        now: Instant,
        effects: &mut Vec<Effect<C>>,
    ) {
        if self.registry.current(user, connection).is_none() {
            return;
        }
        let verified = verified.and_then(|it| match it.user == *user {
            true => Ok(it.grant),
            false => Err(Unverified::Refused(BadToken::OtherUser)),
        });
        let grant = match verified {
            Ok(grant) => grant,
            Err(why) => {
                self.counts.refused_refreshes += 1;
                return self.object(user, id, &refusal_of(why), effects);
            }
        };
        self.counts.refreshed += 1;
        let expires = grant.expires.saturating_duration_since(now).as_millis() as u64;
        self.tell(user, &ServerMessage::Refreshed { expires, r#ref: id }, effects);
        for room in self.take_grant(user, Some(grant)) {
            self.lose_room(user, room, true);
        }
        self.look_again(user, effects);
    }

    /// The members of a room are told, in a slice, that the user is not in it any more; and the user
    /// if `tells_user`.
    pub(super) fn lose_room(&mut self, user: &UserId, room: RoomId, tells_user: bool) {
        let name = self.registry.session(user).and_then(|session| session.name.clone());
        self.left.push(Left::Room { user: user.clone(), name, room, tells_user });
    }

    /// Puts another grant in the place of the session's own. Returns the rooms that it does not
    /// allow: nobody has been told yet.
    pub(super) fn take_grant(&mut self, user: &UserId, grant: Option<Box<Grant>>) -> Vec<RoomId> {
        self.forget_expiry(user);
        self.await_expiry(user, grant.as_deref());
        let Some(session) = self.registry.session_mut(user) else { return Vec::new() };
        session.grant = grant;
        let Some(grant) = &session.grant else { return Vec::new() };
        let Permissions { rooms, watch, .. } = &grant.permissions;
        let lost = session.rooms.extract_if(.., |room| !rooms.holds(room.as_str()));
        let lost: Vec<_> = lost.collect();
        let unseen = session.watching.keys().filter(|user| !watch.holds(user.as_str()));
        for watched in unseen.cloned().collect::<Vec<_>>() {
            session.watching.remove(&watched);
            self.presence.unwatch(&watched, user);
        }
        lost
    }

    /// Begins or ends to tell the user who is there, if its token has changed that.
    fn look_again(&mut self, user: &UserId, effects: &mut Vec<Effect<C>>) {
        let Some(session) = self.registry.session(user) else { return };
        match (self.may_see(user).is_ok(), session.view) {
            (true, View::Nothing) => self.show_who_is_there(user, effects),
            (false, View::Names(_) | View::Total { .. }) => self.look_away(user),
            (true, View::Names(_) | View::Total { .. }) | (false, View::Nothing) => {}
        }
    }

    /// Puts down when the socket has to go.
    pub(super) fn await_expiry(&mut self, user: &UserId, grant: Option<&Grant>) {
        if let Some(grant) = grant {
            self.agenda.put(grant.expires, Due::TokenExpired(user.clone()));
        }
    }

    fn forget_expiry(&mut self, user: &UserId) {
        let grant = self.registry.session(user).and_then(|session| session.grant.as_deref());
        if let Some(expires) = grant.map(|grant| grant.expires) {
            self.agenda.take_out(expires, Due::TokenExpired(user.clone()));
        }
    }

    /// The token is good for nothing any more. A session that waits has nothing to lose: whoever
    /// resumes it brings a token.
    pub(super) fn token_expired(
        &mut self,
        user: &UserId,
        now: Instant,
        effects: &mut Vec<Effect<C>>,
    ) {
        if !self.is_away(user) {
            self.counts.tokens_expired += 1;
            self.send_off(user, Close::TokenExpired, now, effects);
        }
    }
}

fn refusal_of(why: Unverified) -> Refusal {
    match why {
        Unverified::Refused(why) => Refusal::BadToken(why),
        Unverified::TooManyBad { retry_after } => Refusal::TokenNotLookedAt {
            why: "too many bad access tokens from your address",
            retry_after,
        },
        Unverified::Busy => Refusal::TokenNotLookedAt {
            why: "too many access tokens wait to be looked at",
            retry_after: BUSY,
        },
    }
}
