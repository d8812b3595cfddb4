//! Named sets of users who all connect to each other.
//!
//! Promises: a room exists as long as somebody is in it; nobody is in it twice. Which rooms a
//! user is in is written in its session; [`super::Switchboard`] keeps the two in step.

use super::book::{Book, Page};
use crate::protocol::{RoomId, UserId};

/// All rooms of the node, members in the order of their coming.
#[derive(Debug, Default)]
pub(super) struct Rooms(Book<RoomId, Vec<UserId>>);

impl Rooms {
    pub(super) fn members(&self, room: &RoomId) -> &[UserId] {
        self.0.get(room).map_or(&[], Vec::as_slice)
    }

    /// Everybody in the room but `user`.
    pub(super) fn others(&self, room: &RoomId, user: &UserId) -> Vec<UserId> {
        self.members(room).iter().filter(|member| *member != user).cloned().collect()
    }

    /// `user` must not be in the room yet.
    pub(super) fn add(&mut self, room: RoomId, user: UserId) {
        match self.0.get_mut(&room) {
            Some(members) => members.push(user),
            None => self.0.insert(room, vec![user]),
        }
    }

    pub(super) fn remove(&mut self, room: &RoomId, user: &UserId) {
        let Some(members) = self.0.get_mut(room) else { return };
        members.retain(|member| member != user);
        if members.is_empty() {
            self.0.remove(room);
        }
    }

    /// Forgets all entries, one at each step of the iterator.
    pub(super) fn into_entries(self) -> impl Iterator<Item = ()> {
        let (members, rooms) = self.0.into_parts();
        members.flatten().map(drop).chain(rooms.map(drop))
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Rooms in byte order after `after`, and how many members each has.
    pub(super) fn page(
        &self,
        after: Option<&RoomId>,
        limit: usize,
    ) -> Page<(RoomId, usize), RoomId> {
        self.0.page(after, limit, |room, members| (room.clone(), members.len()))
    }
}
