//! News that ended sessions, and those with a new token, leave behind: told later, in slices.
//!
//! Promises: news comes out in the order in which it came in, except what [`AllLeft::take_room`]
//! takes out before its turn. Cost: a hash lookup and O(log n) each, however much is left.

use std::collections::vec_deque::IntoIter;
use std::collections::{BTreeMap, HashMap};

use crate::domain::outbox::Kept;
use crate::protocol::{DisplayName, RoomId, UserId};

/// News of one thing that was left.
#[derive(Debug)]
pub(super) enum Left {
    /// A room, whose members are to be told.
    Room {
        /// The member who was in it.
        user: UserId,
        /// As its members know it.
        name: Option<DisplayName>,
        /// Which.
        room: RoomId,
        /// Whether the user is there still, and told too.
        tells_user: bool,
    },
    /// Messages that will not be acknowledged, and their verdicts.
    Kept {
        /// Whom they were kept for.
        receiver: UserId,
        /// In order.
        rest: IntoIter<Kept>,
    },
}

impl Left {
    /// The room that is left, and by whom.
    fn room(&self) -> Option<(UserId, RoomId)> {
        match self {
            Left::Room { user, room, .. } => Some((user.clone(), room.clone())),
            Left::Kept { .. } => None,
        }
    }
}

/// All news that is still to be told.
#[derive(Debug, Default)]
pub(super) struct AllLeft {
    next: u64,
    in_order: BTreeMap<u64, Left>,
    /// The number of each room that is left. A user leaves a room at once before it joins that room
    /// again, so there is one number for each.
    rooms: HashMap<(UserId, RoomId), u64>,
}

impl AllLeft {
    pub(super) fn is_empty(&self) -> bool {
        self.in_order.is_empty()
    }

    pub(super) fn push(&mut self, left: Left) {
        let number = self.next;
        self.next += 1;
        if let Some(room) = left.room() {
            self.rooms.insert(room, number);
        }
        self.in_order.insert(number, left);
    }

    /// Takes out the first, and the number by which the rest of it can be put back.
    pub(super) fn pop(&mut self) -> Option<(u64, Left)> {
        let (number, left) = self.in_order.pop_first()?;
        if let Some(room) = left.room() {
            self.rooms.remove(&room);
        }
        Some((number, left))
    }

    /// Puts the rest of the first back into its place.
    pub(super) fn put_back(&mut self, number: u64, rest: Left) {
        self.in_order.insert(number, rest);
    }

    /// Whether the user has yet to leave the room.
    pub(super) fn holds_room(&self, user: &UserId, room: &RoomId) -> bool {
        !self.rooms.is_empty() && self.rooms.contains_key(&(user.clone(), room.clone()))
    }

    /// Takes out the room that the user has yet to leave.
    pub(super) fn take_room(&mut self, user: &UserId, room: &RoomId) -> Option<Left> {
        if self.rooms.is_empty() {
            return None;
        }
        let number = self.rooms.remove(&(user.clone(), room.clone()))?;
        self.in_order.remove(&number)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::time::{Duration, Instant};

    use super::*;

    fn user(n: usize) -> UserId {
        UserId::parse(&format!("user{n}")).expect("a user id")
    }

    fn room(n: usize) -> RoomId {
        RoomId::parse(&format!("room{n}")).expect("a room id")
    }

    fn leaves(user: UserId, room: RoomId) -> Left {
        Left::Room { user, name: None, room, tells_user: false }
    }

    fn next(all: &mut AllLeft) -> Option<(UserId, RoomId)> {
        all.pop().and_then(|(_, left)| left.room())
    }

    #[test]
    fn news_comes_out_in_order_without_a_room_that_was_taken_out_before() {
        let mut all = AllLeft::default();
        for (by, of) in [(1, 1), (1, 2), (2, 1), (2, 2)] {
            all.push(leaves(user(by), room(of)));
        }

        assert!(all.holds_room(&user(1), &room(2)));
        assert!(all.take_room(&user(1), &room(2)).is_some());
        assert!(!all.holds_room(&user(1), &room(2)));
        assert!(all.take_room(&user(1), &room(2)).is_none());
        assert!(all.take_room(&user(3), &room(1)).is_none());

        assert_eq!(next(&mut all), Some((user(1), room(1))));
        assert!(all.take_room(&user(1), &room(1)).is_none(), "it has been told");
        assert_eq!(next(&mut all), Some((user(2), room(1))));
        assert_eq!(next(&mut all), Some((user(2), room(2))));
        assert!(all.is_empty() && all.rooms.is_empty());
    }

    #[test]
    fn the_rest_of_the_first_comes_out_first_again() {
        let mut all = AllLeft::default();
        let kept = |receiver| Left::Kept { receiver, rest: VecDeque::new().into_iter() };
        all.push(kept(user(1)));
        all.push(leaves(user(2), room(1)));

        let (number, first) = all.pop().expect("two are left");
        all.put_back(number, first);

        assert!(matches!(all.pop(), Some((_, Left::Kept { receiver, .. })) if receiver == user(1)));
        assert_eq!(next(&mut all), Some((user(2), room(1))));
    }

    #[test]
    fn what_it_costs_to_leave_a_room_at_once_does_not_grow_with_what_is_left() {
        const LEFT: usize = 50_000;
        let mut all = AllLeft::default();
        for n in 0..LEFT {
            all.push(leaves(user(n), room(n)));
        }

        // From the end: one after the other in a list these would be 10 million looks.
        let begin = Instant::now();
        for n in (LEFT - 200..LEFT).rev() {
            assert!(all.take_room(&user(n), &room(n)).is_some(), "{n}");
            assert!(all.take_room(&user(n), &room(0)).is_none(), "{n}");
        }

        // 2 ms in a debug build, and 1 s and more with a list.
        assert!(begin.elapsed() < Duration::from_millis(250), "{:?}", begin.elapsed());
    }
}
