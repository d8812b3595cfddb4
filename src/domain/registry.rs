//! Who is there, and through which connection.
//!
//! Promises: at most one session a user; a connection that is not the session's current one
//! finds nothing here. Notifies nobody. Cost: one hash lookup, and O(log n) to come and go.

use std::collections::{BTreeSet, HashMap};
use std::ops::Bound;

use super::book;
use super::session::Session;
use crate::protocol::{Names, UserId};

/// The user map.
#[derive(Debug)]
pub(super) struct Registry<C> {
    /// Boxed, as a table keeps room for up to four times its entries while they come and go.
    sessions: HashMap<UserId, Box<Session<C>>>,
    /// The same users in byte order, for pages.
    order: BTreeSet<UserId>,
}

impl<C: Eq> Registry<C> {
    pub(super) fn new() -> Self {
        Self { sessions: HashMap::new(), order: BTreeSet::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.sessions.len()
    }

    pub(super) fn session(&self, user: &UserId) -> Option<&Session<C>> {
        self.sessions.get(user).map(Box::as_ref)
    }

    pub(super) fn session_mut(&mut self, user: &UserId) -> Option<&mut Session<C>> {
        self.sessions.get_mut(user).map(Box::as_mut)
    }

    /// The user's session, if `connection` is the one that it has now.
    pub(super) fn current(&mut self, user: &UserId, connection: &C) -> Option<&mut Session<C>> {
        self.session_mut(user).filter(|session| session.connection() == Some(connection))
    }

    /// Puts the session in; the one that the user had before comes out.
    pub(super) fn insert(&mut self, user: UserId, session: Session<C>) -> Option<Session<C>> {
        let before = self.sessions.insert(user.clone(), Box::new(session));
        if before.is_none() {
            self.order.insert(user);
        }
        before.map(|session| *session)
    }

    pub(super) fn remove(&mut self, user: &UserId) -> Option<Session<C>> {
        self.order.remove(user);
        self.sessions.remove(user).map(|session| *session)
    }

    pub(super) fn users(&self) -> impl Iterator<Item = &UserId> {
        self.order.iter()
    }

    /// At most `limit` users in byte order after `after`, without `except`; and the last of them,
    /// if more follow.
    pub(super) fn page(
        &self,
        after: Option<&UserId>,
        limit: usize,
        except: Option<&UserId>,
    ) -> (Vec<UserId>, Option<UserId>) {
        book::page(&self.order, after, limit, except)
    }

    /// At most `limit` users in byte order after `after`.
    pub(super) fn after(&self, after: Option<&UserId>, limit: usize) -> Vec<UserId> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        self.order.range::<UserId, _>((from, Bound::Unbounded)).take(limit).cloned().collect()
    }

    /// All users, each once: in byte order after `last`, and then those before.
    pub(super) fn in_turn(&self, last: Option<&UserId>) -> impl Iterator<Item = &UserId> {
        let from = last.map_or(Bound::Unbounded, Bound::Excluded);
        let behind = self.order.range::<UserId, _>((from, Bound::Unbounded));
        behind.chain(&self.order).take(self.len())
    }

    /// The display names of those of `users` who have one.
    pub(super) fn names<'a>(&self, users: impl IntoIterator<Item = &'a UserId>) -> Names {
        let named = |user: &UserId| Some((user.clone(), self.session(user)?.name.clone()?));
        users.into_iter().filter_map(named).collect()
    }
}
