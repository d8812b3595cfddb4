//! The end of every life: wires heal, everybody comes back, and all must have come out even.

use std::collections::BTreeSet;

use switchboard::domain::Snapshot;

use super::step::USERS;
use super::world::World;
use crate::harness::{millis, secs};

/// So many rounds are plenty for everything to settle.
const ROUNDS: usize = 40;

impl World {
    pub fn comes_to_rest(&mut self) {
        if self.draining {
            return self.is_drained();
        }
        let rounds = (0..ROUNDS).find(|_| self.goes_round());
        assert!(rounds.is_some(), "it never comes to rest");
        self.post.is_complete(&self.over);
        self.agree();
        self.all_leave();
    }

    /// Everything on its way gets there, and everybody who is not connected connects. Whether
    /// nothing is left to do.
    fn goes_round(&mut self) -> bool {
        let abandoned: Vec<_> = (0..self.wires.len())
            .filter(|it| self.libraries[self.wires[*it].owner].wire != Some(*it))
            .collect();
        for number in 0..self.wires.len() {
            while !self.wires[number].up.is_empty() {
                self.arrives(number);
            }
        }
        for number in abandoned {
            self.wires[number].cut = true;
        }
        for number in 0..self.wires.len() {
            let wire = &self.wires[number];
            if wire.cut && wire.identified && !wire.ended {
                self.notices(number);
            }
        }
        self.passes(millis(1_500));
        for user in 0..USERS {
            while let Some(wire) = self.libraries[user].wire {
                if self.wires[wire].is_quiet() && !self.wires[wire].cut {
                    break;
                }
                self.reads(user);
            }
            self.acks(user);
        }
        let is_at_rest = (0..USERS).all(|user| {
            let library = &self.libraries[user];
            let quiet = |wire: usize| self.wires[wire].up.is_empty();
            library.is_in && library.wire.is_some_and(quiet) && library.outbox.is_empty()
        });
        for user in 0..USERS {
            if self.libraries[user].wire.is_none() {
                self.opens(user);
            }
        }
        is_at_rest && self.wires.iter().all(|wire| wire.up.is_empty())
    }

    /// What clients believe is what is.
    fn agree(&mut self) {
        assert_eq!(self.board.census().kept_bytes, 0, "all was acknowledged");
        let Snapshot { users: there, calls } = self.board.snapshot();
        assert_eq!(there.len(), USERS);
        for ((user, _, _, rooms), library) in there.iter().zip(&self.libraries) {
            let calls = calls.iter().filter(|it| it.1 == *user || it.2 == *user);
            let calls: BTreeSet<_> = calls.map(|it| it.0.clone()).collect();
            assert_eq!(calls, library.calls, "the calls of {user}");
            let others: BTreeSet<_> =
                there.iter().map(|it| it.0.clone()).filter(|it| it != user).collect();
            assert_eq!(library.list, others, "who is there for {user}");
            let believed: Vec<_> = library.rooms.keys().collect();
            let mut rooms: Vec<_> = rooms.iter().collect();
            rooms.sort();
            assert_eq!(believed, rooms, "the rooms of {user}");
            for (room, members) in &library.rooms {
                let others = there.iter().filter(|it| it.0 != *user && it.3.contains(room));
                assert!(others.map(|it| &it.0).eq(members), "who is in {room:?} for {user}");
            }
        }
    }

    /// When the last one is gone nothing is left.
    fn all_leave(&mut self) {
        for number in 0..self.wires.len() {
            let wire = &self.wires[number];
            if wire.identified && !wire.ended {
                self.notices(number);
            }
        }
        self.passes(self.config.resume_window + secs(5));
        self.nothing_is_left();
    }

    /// The node has sent everybody away with everything settled.
    fn is_drained(&mut self) {
        self.passes(secs(1));
        self.nothing_is_left();
        for user in 0..USERS {
            while let Some(wire) = self.libraries[user].wire {
                if self.wires[wire].is_quiet() && !self.wires[wire].cut {
                    break;
                }
                self.reads(user);
            }
        }
    }

    fn nothing_is_left(&self) {
        let census = self.board.census();
        let left = (census.users, census.waiting, census.kept_bytes, census.calls, census.rooms);
        assert_eq!(left, (0, 0, 0, 0, 0));
        assert_eq!(self.board.next_due(), None, "nothing is left to do");
    }
}
