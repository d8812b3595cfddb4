//! Blocks: the users that each user has blocked.
//!
//! Promises: an entry for nobody who blocks nobody, so that a user who never blocks costs nothing.
//! Enforces nothing and knows no limit: that is [`super::Switchboard`]'s. Cost: one hash lookup to
//! ask, none while nobody on the node blocks anybody.

use std::collections::{BTreeSet, HashMap};

use crate::protocol::UserId;

/// The blocked users of each user who blocks somebody.
#[derive(Debug, Default)]
pub(super) struct Blocks(HashMap<UserId, BTreeSet<UserId>>);

impl Blocks {
    /// Whether `user` has blocked `other`.
    pub(super) fn holds(&self, user: &UserId, other: &UserId) -> bool {
        self.0.get(user).is_some_and(|blocked| blocked.contains(other))
    }

    /// Everybody whom `user` has blocked, in byte order.
    pub(super) fn of(&self, user: &UserId) -> impl ExactSizeIterator<Item = &UserId> {
        static NOBODY: BTreeSet<UserId> = BTreeSet::new();
        self.0.get(user).unwrap_or(&NOBODY).iter()
    }

    pub(super) fn add(&mut self, user: &UserId, others: impl IntoIterator<Item = UserId>) {
        let mut others = others.into_iter().peekable();
        if others.peek().is_some() {
            self.0.entry(user.clone()).or_default().extend(others);
        }
    }

    pub(super) fn remove(&mut self, user: &UserId, others: &[UserId]) {
        let Some(blocked) = self.0.get_mut(user) else { return };
        for other in others {
            blocked.remove(other);
        }
        if blocked.is_empty() {
            self.0.remove(user);
        }
    }

    /// Forgets all entries, one at each step of the iterator.
    pub(super) fn into_entries(self) -> impl Iterator<Item = ()> {
        self.0.into_values().flatten().map(drop)
    }

    /// Forgets everybody whom `user` has blocked.
    pub(super) fn forget(&mut self, user: &UserId) {
        self.0.remove(user);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(id: &str) -> UserId {
        UserId::parse(id).expect("a user id")
    }

    #[test]
    fn nothing_is_kept_of_a_user_who_blocks_nobody_any_more() {
        let mut blocks = Blocks::default();
        blocks.add(&user("ana"), []);
        blocks.add(&user("ana"), [user("eve"), user("bo")]);
        assert!(blocks.holds(&user("ana"), &user("eve")));
        assert!(!blocks.holds(&user("eve"), &user("ana")), "a block has a direction");
        assert!(blocks.of(&user("ana")).eq([&user("bo"), &user("eve")]));

        blocks.remove(&user("ana"), &[user("bo"), user("eve"), user("cy")]);
        blocks.add(&user("bo"), [user("eve")]);
        blocks.forget(&user("bo"));

        assert!(blocks.0.is_empty());
    }
}
