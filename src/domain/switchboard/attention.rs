//! Who is told that somebody came or went: everybody, watchers, or only how many there are.

use std::collections::HashSet;
use std::time::Instant;

use super::Switchboard;
use super::slices::{LOOKS_A_FRAME, SLICE};
use crate::config::PresenceMode;
use crate::domain::agenda::Due;
use crate::domain::presence::{Changes, LOOKS_AT_A_TIME, Second, TOTAL_EVERY, TOTALS_AT_A_TIME};
use crate::domain::session::View;
use crate::domain::{Effect, Handle};
use crate::protocol::{MessageId, NAMED_MAX, NotPermitted, Refusal, ServerMessage, UserId};

impl<C: Handle> Switchboard<C> {
    /// Notes that a user came (`true`) or went, and when it is to be told.
    pub(super) fn note_presence(&mut self, user: &UserId, online: bool, now: Instant) {
        self.presence.note(user, online);
        let changes_at = self.presence.changes_from.map_or(now, |from| from.max(now));
        self.agenda.put(changes_at, Due::Presence);
        if self.config.presence == PresenceMode::All {
            self.plan_totals(now);
        }
    }

    /// Everybody's turn comes once more.
    pub(super) fn plan_totals(&mut self, now: Instant) {
        self.presence.round.left = usize::MAX;
        let total_at = self.presence.total_from.map_or(now, |from| from.max(now));
        self.agenda.put(total_at, Due::Totals);
    }

    pub(super) fn by_name(&self, changes: Changes, id: Option<MessageId>) -> ServerMessage {
        ServerMessage::Presence {
            names: self.registry.names(&changes.online),
            online: Some(changes.online),
            offline: Some(changes.offline),
            total: None,
            r#ref: id,
        }
    }

    /// Begins to tell the number of others to those whose turn it is in this second.
    pub(super) fn begin_totals(&mut self, now: Instant) {
        // Where time was late, what had been planned before is due together with what was planned since.
        if self.presence.total_from.is_some_and(|from| now < from)
            || self.presence.named == self.registry.len()
        {
            return;
        }
        self.presence.total_from = Some(now + TOTAL_EVERY);
        self.presence.round.now = Second { told: TOTALS_AT_A_TIME, looks: LOOKS_AT_A_TIME };
    }

    /// Tells the number of others to the next of those whose turn it is. Returns whether there were any.
    pub(super) fn go_on_with_totals(&mut self, effects: &mut Vec<Effect<C>>) -> bool {
        if !self.presence.round.now.has_turns() {
            return false;
        }
        let users = self.take_turns();
        self.tell_total(users, effects);
        let round = &mut self.presence.round;
        if round.left == 0 {
            round.now = Second::default();
        }
        if let (1.., false, Some(next)) =
            (round.left, round.now.has_turns(), self.presence.total_from)
        {
            self.agenda.put(next, Due::Totals);
        }
        true
    }

    /// The next who are told numbers and know another one, as many as a slice may have.
    fn take_turns(&mut self) -> Vec<UserId> {
        let others = self.registry.len().saturating_sub(1);
        let round = &mut self.presence.round;
        round.left = round.left.min(self.registry.len());
        let looks = round.left.min(round.now.looks).min(SLICE * LOOKS_A_FRAME);
        let most = round.now.told.min(SLICE);
        let mut outdated = Vec::new();
        let mut last = None;
        for user in self.registry.in_turn(round.last.as_ref()).take(looks) {
            round.left -= 1;
            round.now.looks -= 1;
            self.looks += 1;
            last = Some(user);
            let view = self.registry.session(user).map(|session| session.view);
            if matches!(view, Some(View::Total { told }) if told != Some(others)) {
                outdated.push(user.clone());
            }
            if outdated.len() == most {
                break;
            }
        }
        round.now.told -= outdated.len();
        round.last = last.cloned().or(round.last.take());
        outdated
    }

    pub(super) fn tell_total(&mut self, users: Vec<UserId>, effects: &mut Vec<Effect<C>>) {
        let others = self.registry.len().saturating_sub(1);
        let message = ServerMessage::Presence {
            online: None,
            offline: None,
            names: Default::default(),
            total: Some(others),
            r#ref: None,
        };
        let frame = message.encode();
        for user in users {
            let Some(session) = self.registry.session_mut(&user) else { continue };
            session.view = View::Total { told: Some(others) };
            self.show_frame(&user, frame.clone(), effects);
        }
    }

    /// `watch`.
    pub(super) fn watch(
        &mut self,
        watcher: &UserId,
        id: Option<MessageId>,
        users: Vec<UserId>,
        effects: &mut Vec<Effect<C>>,
    ) -> Result<(), Refusal> {
        if users.contains(watcher) {
            return Err(Refusal::ToSelf);
        }
        self.may_watch(watcher, &users)?;
        let Some(session) = self.registry.session(watcher) else { return Ok(()) };
        let mut fresh: Vec<_> =
            users.iter().filter(|user| !session.watching.contains_key(*user)).collect();
        fresh.sort_unstable();
        fresh.dedup();
        let wanted = session.watching.len() + fresh.len();
        if wanted > NAMED_MAX {
            let why = NotPermitted::TooManyWatched { limit: NAMED_MAX, wanted };
            return Err(Refusal::NotPermitted(why));
        }
        let shared: Vec<_> =
            fresh.into_iter().map(|user| self.presence.watch(user, watcher)).collect();
        if let Some(session) = self.registry.session_mut(watcher) {
            session.watching.extend(shared.into_iter().map(|user| (user, false)));
        }
        let state = self.state_of(watcher, users);
        let answer = self.by_name(state, id);
        self.show(watcher, &answer, effects);
        Ok(())
    }

    /// The present state of all whom the user watches: what changed meanwhile was not kept.
    pub(super) fn show_watched(&mut self, watcher: &UserId, effects: &mut Vec<Effect<C>>) {
        let Some(session) = self.registry.session(watcher) else { return };
        let mut watched: Vec<_> = session.watching.keys().cloned().collect();
        if watched.is_empty() {
            return;
        }
        watched.sort_unstable();
        let state = self.state_of(watcher, watched);
        let message = self.by_name(state, None);
        self.show(watcher, &message, effects);
    }

    /// Who of `users` is there; `watcher` knows from now on.
    fn state_of(&mut self, watcher: &UserId, mut users: Vec<UserId>) -> Changes {
        let mut state = Changes::default();
        let mut seen = HashSet::new();
        users.retain(|user| seen.insert(user.clone()));
        for user in users {
            let online = self.registry.session(&user).is_some();
            state.add(&user, online);
            let session = self.registry.session_mut(watcher);
            if let Some(told) = session.and_then(|session| session.watching.get_mut(&user)) {
                *told = online;
            }
        }
        self.looks(watcher);
        state
    }

    /// `unwatch`. Not to have watched is no fault.
    pub(super) fn unwatch(&mut self, watcher: &UserId, users: &[UserId]) {
        let Some(session) = self.registry.session_mut(watcher) else { return };
        for user in users {
            if session.watching.remove(user).is_some() {
                self.presence.unwatch(user, watcher);
            }
        }
    }

    /// `list`.
    pub(super) fn answer_list(
        &mut self,
        user: &UserId,
        id: Option<MessageId>,
        after: Option<UserId>,
        limit: usize,
        effects: &mut Vec<Effect<C>>,
    ) -> Result<(), Refusal> {
        self.may_see(user)?;
        self.looks(user);
        let list = self.list(user, after.as_ref(), limit, id);
        self.show(user, &list, effects);
        Ok(())
    }

    /// The user sees a state that may not last until changes are told.
    fn looks(&mut self, user: &UserId) {
        let Some(session) = self.registry.session_mut(user) else { return };
        if let View::Names(known) = &mut session.view {
            known.asked = self.presence.noted();
        }
    }

    /// A page of the others.
    pub(super) fn list(
        &self,
        user: &UserId,
        after: Option<&UserId>,
        limit: usize,
        id: Option<MessageId>,
    ) -> ServerMessage {
        let (clients, next) = self.registry.page(after, limit, Some(user));
        ServerMessage::ClientList {
            names: self.registry.names(&clients),
            clients,
            total: self.registry.len().saturating_sub(1),
            next,
            r#ref: id,
        }
    }
}
