//! What must hold after every step.

use std::collections::{BTreeMap, BTreeSet};

use switchboard::config::PresenceMode;
use switchboard::domain::{CallOver, Census, Counts, SessionEnd, Snapshot, Stage};
use switchboard::protocol::{CallId, RoomId, UserId};

use super::client::Being;
use super::step::USERS;
use super::world::World;
use crate::harness::{Socket, millis, secs};

type User = (UserId, Socket, Option<CallId>, Vec<RoomId>);

impl World {
    pub(super) fn checks(&mut self) {
        let Snapshot { users, calls } = self.board.snapshot();
        // None of these clients counts, so none has a session without a socket.
        let attached = |(user, socket, call, rooms)| (user, Option::unwrap(socket), call, rooms);
        let users: Vec<User> = users.into_iter().map(attached).collect();
        assert!(self.board.next_due().is_none_or(|due| due > self.now), "something is overdue");
        self.checks_users(&users);
        self.checks_calls(&users, calls);
        self.checks_rooms(&users);
        self.checks_counts();
        self.there = users.into_iter().map(|it| it.0).collect();
        let Counts { registered, replaced, ended, .. } = self.board.census().counts;
        let changes = registered - replaced + ended;
        if changes != self.changes {
            (self.changes, self.changed_at) = (changes, self.now);
        }
        self.checks_presence();
    }

    fn checks_users(&self, users: &[User]) {
        let is_in = self.clients.iter().filter(|it| it.being == Being::In).count();
        assert_eq!(is_in, users.len(), "who believes to be in is in, and nobody else");
        for (user, socket, ..) in users {
            let client = &self.clients[socket.number];
            assert_eq!((&client.user, client.being), (user, Being::In));
        }
        for client in self.clients.iter().filter(|it| it.being == Being::Knocking) {
            assert!(self.now < client.since + secs(5), "left waiting: {}", client.user);
        }
    }

    fn checks_calls(&self, users: &[User], calls: Vec<(CallId, UserId, UserId, Stage)>) {
        for (user, socket, own, _) in users {
            let client = &self.clients[socket.number];
            let its_own = calls.iter().filter(|(_, caller, callee, stage)| {
                caller == user || (callee == user && *stage == Stage::Accepted)
            });
            let its_own: Vec<_> = its_own.map(|call| &call.0).collect();
            assert_eq!(own.iter().collect::<Vec<_>>(), its_own, "at most one call is {user}'s own");
            assert_eq!(client.call, *own, "what {user} believes");
            assert_eq!(client.ending, None, "what {user} has left is over");
            let seen = self.board.user(user).expect("is there").report.ringing;
            assert_eq!(client.ringing, seen, "what rings at {user}");
            assert!(seen.len() <= 3, "at most 3 calls ring at {user}");
            let ringing = calls.iter().filter(|call| call.2 == *user && call.3 == Stage::Ringing);
            let callers: BTreeMap<_, _> = ringing.map(|call| (&call.0, &call.1)).collect();
            assert!(callers.keys().copied().eq(seen.iter().collect::<BTreeSet<_>>()));
            let is_talking =
                calls.iter().any(|call| Some(&call.0) == own.as_ref() && call.3 == Stage::Accepted);
            assert!(!is_talking || seen.is_empty(), "a call rings at {user}, who is in one");
            let reaches = |caller: &&&UserId| client.blocked.contains(**caller);
            assert_eq!(callers.values().find(reaches), None, "a blocked user rings at {user}");
        }
        let is_there = |user: &UserId| users.iter().any(|it| it.0 == *user);
        for (id, caller, callee, _) in &calls {
            assert!(is_there(caller) && is_there(callee), "{id} outlives its party");
        }
    }

    fn checks_rooms(&self, users: &[User]) {
        let mut rooms: BTreeMap<&RoomId, BTreeSet<&UserId>> = BTreeMap::new();
        for (user, _, _, its_rooms) in users {
            assert!(its_rooms.len() <= self.config.max_rooms);
            for room in its_rooms {
                assert!(rooms.entry(room).or_default().insert(user), "twice in a room");
            }
        }
        for (user, socket, _, its_rooms) in users {
            let view = &self.clients[socket.number].rooms;
            assert_eq!(view.len(), its_rooms.len(), "the rooms of {user}");
            for (room, others) in view {
                let members = &rooms[room];
                assert!(members.len() <= self.config.max_members);
                assert!(members.contains(user) && others.len() == members.len() - 1);
                assert!(others.iter().all(|other| members.contains(other)));
            }
        }
        assert_eq!(self.board.census().rooms, rooms.len());
    }

    fn checks_counts(&self) {
        let census = self.board.census();
        let Counts { registered, replaced, ended, .. } = census.counts;
        assert_eq!(registered - replaced - ended, census.users as u64);
        assert_eq!(census.counts.calls_started - census.counts.calls_ended, census.calls as u64);
        let Counts { said_goodbye, broken, evicted, .. } = census.counts;
        assert!(self.draining || ended == said_goodbye + broken + evicted);
        self.checks_course(&census);
    }

    /// What is counted by kind adds up to what is counted as a whole.
    fn checks_course(&self, census: &Census) {
        let Census { counts, course, calls, ringing, open_receipts, .. } = *census;
        assert_eq!(course.sessions_ended.sum(), counts.ended);
        assert_eq!(course.sessions_ended.of(SessionEnd::Expired), counts.expired);
        assert_eq!(course.sessions_ended.of(SessionEnd::Removed), counts.removed);
        let never_rang = [CallOver::Busy, CallOver::Offline].map(|it| course.calls_over.of(it));
        assert_eq!(course.calls_over.sum() - never_rang.iter().sum::<u64>(), counts.calls_ended);
        assert_eq!(course.calls_over.of(CallOver::NoAnswer), counts.limits.unanswered);
        assert_eq!(course.receipts, course.verdicts.sum() + open_receipts as u64);
        let Snapshot { calls: live, .. } = self.board.snapshot();
        let still_ringing = live.iter().filter(|call| call.3 == Stage::Ringing).count();
        assert_eq!((ringing, calls), (still_ringing, live.len()));
    }

    /// What clients believe of each other is true when the window is over.
    fn checks_presence(&self) {
        let quiet = self.now.duration_since(self.changed_at);
        if quiet < millis(100) {
            return;
        }
        for client in self.clients.iter().filter(|it| it.being == Being::In) {
            for (user, online) in &client.watched {
                assert_eq!(self.there.contains(user), *online, "{user} to {}", client.user);
            }
            if self.config.presence == PresenceMode::Off {
                assert_eq!((&client.list, client.total), (&None, None));
            } else if let Some(list) = &client.list {
                // Who is told numbers from now on may hear of it a second later.
                let names_are_told = self.config.presence_limit >= USERS;
                if names_are_told || quiet >= millis(1100) {
                    let others = self.there.iter().filter(|user| **user != client.user);
                    assert!(others.eq(list), "{:?} there, {list:?} to {}", self.there, client.user);
                    assert!(self.there.len() <= self.config.presence_limit);
                }
            } else if quiet >= millis(1100) {
                assert_eq!(client.total, Some(self.there.len() - 1), "{}", client.user);
            }
        }
    }
}
