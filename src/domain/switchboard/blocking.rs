//! Blocking: a user decides whose calls and messages do not reach it.
//!
//! A blocked user is answered as if the other were offline, after the same checks and at the same
//! price, so that it cannot tell the two apart. Accepted calls and shared rooms go on.

use std::collections::BTreeSet;

use super::Switchboard;
use crate::domain::call::CallEvent;
use crate::domain::{Effect, Handle};
use crate::protocol::{BLOCKED_MAX, MessageId, NotPermitted, Refusal, ServerMessage, UserId};

/// Names that cost as much as another message.
const NAMES_A_UNIT: usize = 8;

/// What `block` and `unblock` cost, in messages. The answer lists all who are blocked already, so
/// they are part of the price.
pub(super) fn blocking_cost(named: usize, blocked: usize) -> u32 {
    1 + ((named + blocked) / NAMES_A_UNIT) as u32
}

impl<C: Handle> Switchboard<C> {
    /// Whether something of `from` that belongs to no call and no room gets through to `to`. The
    /// refusal is the one for a user who is offline.
    pub(super) fn may_reach(&self, from: &UserId, to: &UserId) -> Result<(), Refusal> {
        match self.blocks.holds(to, from) {
            true => Err(Refusal::UserOffline(to.clone())),
            false => Ok(()),
        }
    }

    /// Handles `block`. After a refusal nobody more is blocked.
    pub(super) fn block(
        &mut self,
        user: &UserId,
        id: Option<MessageId>,
        others: Vec<UserId>,
        effects: &mut Vec<Effect<C>>,
    ) -> Result<(), Refusal> {
        if others.contains(user) {
            return Err(Refusal::ToSelf);
        }
        let blocked = self.blocks.of(user).len();
        let fresh: BTreeSet<_> =
            others.into_iter().filter(|it| !self.blocks.holds(user, it)).collect();
        if blocked + fresh.len() > BLOCKED_MAX {
            return Err(Refusal::NotPermitted(NotPermitted::TooManyBlocked { limit: BLOCKED_MAX }));
        }
        for call in self.calls.ringing_at(user).to_vec() {
            if fresh.contains(&self.calls[&call].caller) {
                self.end_by_party(&call, user, CallEvent::End, effects);
            }
        }
        self.blocks.add(user, fresh);
        self.tell_blocked(user, id, effects);
        Ok(())
    }

    /// Handles `unblock`. A user who is not blocked is not an error.
    pub(super) fn unblock(
        &mut self,
        user: &UserId,
        id: Option<MessageId>,
        others: &[UserId],
        effects: &mut Vec<Effect<C>>,
    ) {
        self.blocks.remove(user, others);
        self.tell_blocked(user, id, effects);
    }

    fn tell_blocked(&mut self, user: &UserId, id: Option<MessageId>, effects: &mut Vec<Effect<C>>) {
        let users = self.blocks.of(user).cloned().collect();
        self.tell(user, &ServerMessage::Blocked { users, r#ref: id }, effects);
    }
}
