//! Fresh TURN credentials for those who stay, before what they have expires.
//!
//! Where no TURN server is set nothing is planned. A session that waits is sent none: it gets them
//! with `registered` when it is back.

use std::time::Instant;

use super::Switchboard;
use crate::domain::agenda::Due;
use crate::domain::{Effect, Handle};
use crate::protocol::{ServerMessage, UserId};

impl<C: Handle> Switchboard<C> {
    /// Has just been given credentials, and is to be sent the next ones between half and three
    /// quarters of their life from now: a crowd that came at once does not fall due at once.
    pub(super) fn plan_fresh_ice(&mut self, user: &UserId, now: Instant) {
        let Some(ttl) = self.ice.ttl() else { return };
        let at = now + ttl / 2 + self.mint.part_of(ttl / 4);
        let Some(session) = self.registry.session_mut(user) else { return };
        let before = session.fresh_ice_at.replace(at);
        if let Some(before) = before {
            self.agenda.take_out(before, Due::IceServers(user.clone()));
        }
        self.agenda.put(at, Due::IceServers(user.clone()));
    }

    pub(super) fn forget_fresh_ice(&mut self, user: &UserId) {
        let session = self.registry.session_mut(user);
        if let Some(at) = session.and_then(|session| session.fresh_ice_at.take()) {
            self.agenda.take_out(at, Due::IceServers(user.clone()));
        }
    }

    /// `ice-servers`.
    pub(super) fn freshen(&mut self, user: &UserId, now: Instant, effects: &mut Vec<Effect<C>>) {
        let ice_servers = self.ice.servers(user, now);
        self.plan_fresh_ice(user, now);
        self.show(user, &ServerMessage::IceServers { ice_servers }, effects);
    }
}
