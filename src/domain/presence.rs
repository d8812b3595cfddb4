//! What has changed since it was last told, and who watches whom.
//!
//! Promises: between two tellings a user who left and came back (or the reverse) is not mentioned,
//! except to those who have asked in between, and where the two changes are in different messages. One
//! who joined in between is told only what came after its own list. Tells nobody itself. Cost: one
//! entry a change, forgotten at the next telling.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::ops::Bound;
use std::time::{Duration, Instant};

use crate::protocol::UserId;

/// Least time from one telling of changes to the next.
const CHANGES_EVERY: Duration = Duration::from_millis(100);
/// Users who may be told names in that time. Where more are, the time is longer: telling them takes
/// a fiftieth of a core, however many come and go.
const NAMED_AT_A_TIME: usize = 250;
/// At most so often is the number of users told.
pub(super) const TOTAL_EVERY: Duration = Duration::from_secs(1);
/// To so many at a time; others have their turn in the next second. So what numbers cost is bounded
/// however many are online, and nobody's message waits behind thousands of them.
pub(super) const TOTALS_AT_A_TIME: usize = 1000;
/// For that, so many are looked at, at most: who is told names has no turn.
pub(super) const LOOKS_AT_A_TIME: usize = 10 * TOTALS_AT_A_TIME;

/// Changes that a user is compared with and told in one go, at most. It is half of what a step may
/// look at, so the comparison fits into a step that has done something before.
pub(super) const PIECE: usize = 500;

/// Who came and who went.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Changes {
    pub(super) online: Vec<UserId>,
    pub(super) offline: Vec<UserId>,
}

impl Changes {
    pub(super) fn add(&mut self, user: &UserId, online: bool) {
        if online { &mut self.online } else { &mut self.offline }.push(user.clone());
    }

    pub(super) fn is_empty(&self) -> bool {
        self.online.is_empty() && self.offline.is_empty()
    }
}

/// What a session knows of the changes of the present window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Known {
    /// Changes since the start of the node that it knows of.
    pub(super) told: u64,
    /// Changes that were noted when it last asked.
    pub(super) asked: u64,
}

impl Known {
    /// Whether it may have seen a state that it was not told. A user who is back where it was then is
    /// news to it as well.
    pub(super) const fn has_looked(self) -> bool {
        self.asked > self.told
    }
}

/// The changes of the present window, and the watches.
#[derive(Debug, Default)]
pub(super) struct Presence {
    /// Every coming (`true`) and going, in order, since the last telling.
    log: VecDeque<(UserId, bool)>,
    /// Changes that were told to everybody and are forgotten.
    forgotten: u64,
    /// Users with watchers who have changed since the last telling began.
    watched_changes: BTreeSet<UserId>,
    /// Who is watched by whom, in byte order.
    watchers: HashMap<UserId, BTreeSet<UserId>>,
    /// The part of the last window that is still to be told.
    pub(super) telling: Option<Telling>,
    /// Sessions that are told names.
    pub(super) named: usize,
    /// When changes, and when the total, may be told next.
    pub(super) changes_from: Option<Instant>,
    pub(super) total_from: Option<Instant>,
    pub(super) round: Round,
}

/// One window's changes on their way to those who are to be told: first by name to everybody who
/// is told names, then to watchers.
#[derive(Debug)]
pub(super) struct Telling {
    /// Changes before this one are told.
    pub(super) until: u64,
    /// `None` when everybody has been looked at.
    pub(super) names: Option<Naming>,
    /// Users who changed and were watched then.
    pub(super) watched: BTreeSet<UserId>,
    /// The watcher of the first one who was looked at last.
    pub(super) watcher: Option<UserId>,
}

/// How far the news by name have come.
#[derive(Clone, Debug)]
pub(super) struct Naming {
    /// The news.
    pub(super) news: News,
    /// The end of the piece that is told: changes before this one.
    pub(super) until: u64,
    /// The user that was looked at last, in byte order.
    pub(super) after: Option<UserId>,
}

/// The news for those who were told names until now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum News {
    /// Who came and who went.
    Changes,
    /// There are too many for names, so this is how many there are.
    Total,
    /// There are too many for names. How many there are is told later.
    Nothing,
}

/// Users have turns to be told the number of users: round after round in byte order, each going on
/// where the last one ended, until everybody has been looked at since the last change.
#[derive(Debug, Default)]
pub(super) struct Round {
    /// Who was looked at last.
    pub(super) last: Option<UserId>,
    /// How many are left; beyond the number of users it is everybody.
    pub(super) left: usize,
    /// Turns of the present second that are still to be given.
    pub(super) now: Second,
}

/// The turns of one second, given in slices.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Second {
    /// Users that may still be told.
    pub(super) told: usize,
    /// Users that may still be looked at.
    pub(super) looks: usize,
}

impl Second {
    pub(super) fn has_turns(&self) -> bool {
        self.told > 0 && self.looks > 0
    }
}

impl Presence {
    /// Notes a change. A watch that begins later is answered with the state of then, so only those
    /// who watch already have to be told.
    pub(super) fn note(&mut self, user: &UserId, online: bool) {
        if self.watchers.contains_key(user) {
            self.watched_changes.insert(user.clone());
        }
        self.log.push_back((user.clone(), online));
    }

    /// Forgets all entries, one at each step of the iterator.
    pub(super) fn into_entries(self) -> impl Iterator<Item = ()> {
        let changes = self.log.into_iter().map(drop);
        let watched_changes = self.watched_changes.into_iter().map(drop);
        changes.chain(watched_changes).chain(self.watchers.into_values().flatten().map(drop))
    }

    /// How many changes were ever noted.
    pub(super) fn noted(&self) -> u64 {
        self.forgotten + self.log.len() as u64
    }

    /// What somebody knows who is shown the state of now.
    pub(super) fn present(&self) -> Known {
        Known { told: self.noted(), asked: 0 }
    }

    /// The end of the next piece of the changes before `until`, behind those before `told`.
    pub(super) fn end_of_piece(&self, told: u64, until: u64) -> u64 {
        until.min(told.max(self.forgotten) + PIECE as u64)
    }

    /// Changes that are told to everybody, and forgotten when the telling ends.
    pub(super) const fn forgotten(&self) -> u64 {
        self.forgotten
    }

    /// Changes before `until` that somebody who knows so much has to be compared with.
    pub(super) fn untold_before(&self, known: Known, until: u64) -> usize {
        until.saturating_sub(known.told.max(self.forgotten)) as usize
    }

    /// Returns the changes before `until` that are news to somebody who knows so much. Takes a look for
    /// each of [`Presence::untold_before`].
    pub(super) fn changes_after(&self, known: Known, until: u64) -> Changes {
        let mut first_and_last: HashMap<&UserId, (bool, bool)> = HashMap::new();
        let mut order = Vec::new();
        let from = known.told.saturating_sub(self.forgotten) as usize;
        let count = self.untold_before(known, until);
        for (user, online) in self.log.iter().skip(from).take(count) {
            let entry = first_and_last.entry(user).or_insert_with(|| {
                order.push(user);
                (*online, *online)
            });
            entry.1 = *online;
        }
        let mut changes = Changes::default();
        for user in order {
            // Before its first change a user was the opposite, so first == last is a change.
            let (first, last) = first_and_last[user];
            if first == last || known.has_looked() {
                changes.add(user, last);
            }
        }
        changes
    }

    /// Time from one telling of changes to the next, at most as long as for numbers.
    pub(super) fn window(&self) -> Duration {
        let times = self.named.div_ceil(NAMED_AT_A_TIME).max(1);
        let times = u32::try_from(times).unwrap_or(u32::MAX);
        CHANGES_EVERY.saturating_mul(times).min(TOTAL_EVERY)
    }

    /// Takes out the users who have changed since it was last asked and were watched then.
    pub(super) fn take_watched_changes(&mut self) -> BTreeSet<UserId> {
        std::mem::take(&mut self.watched_changes)
    }

    /// At most `limit` watchers of a user, in byte order after `after`.
    pub(super) fn watchers_after(
        &self,
        watched: &UserId,
        after: Option<&UserId>,
        limit: usize,
    ) -> Vec<UserId> {
        let Some(watchers) = self.watchers.get(watched) else { return Vec::new() };
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        watchers.range::<UserId, _>((from, Bound::Unbounded)).take(limit).cloned().collect()
    }

    /// Forgets at most `limit` of the changes before `until`: everybody has been told. Returns how
    /// many it forgot.
    pub(super) fn forget(&mut self, until: u64, limit: usize) -> usize {
        let told = until.saturating_sub(self.forgotten) as usize;
        let done = told.min(limit);
        self.log.drain(..done);
        self.forgotten += done as u64;
        done
    }

    /// Whether changes are noted that are still to be told.
    pub(super) fn has_changes(&self) -> bool {
        !self.log.is_empty()
    }

    /// Returns the one copy of the watched user's id that all its watchers share.
    pub(super) fn watch(&mut self, watched: &UserId, watcher: &UserId) -> UserId {
        let known = self.watchers.get_key_value(watched).map(|(known, _)| known.clone());
        let shared = known.unwrap_or_else(|| watched.clone());
        self.watchers.entry(shared.clone()).or_default().insert(watcher.clone());
        shared
    }

    pub(super) fn unwatch(&mut self, watched: &UserId, watcher: &UserId) {
        let Some(watchers) = self.watchers.get_mut(watched) else { return };
        watchers.remove(watcher);
        if watchers.is_empty() {
            self.watchers.remove(watched);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(id: &str) -> UserId {
        UserId::parse(id).expect("a user id")
    }

    #[test]
    fn changes_of_the_watched_are_gathered_when_they_are_noted_each_user_once() {
        let mut presence = Presence::default();
        presence.watch(&user("ana"), &user("eve"));
        for online in [false, true] {
            presence.note(&user("ana"), online);
            presence.note(&user("bo"), online);
        }
        presence.watch(&user("bo"), &user("eve"));

        assert_eq!(presence.take_watched_changes(), BTreeSet::from([user("ana")]));
        assert!(presence.take_watched_changes().is_empty());
    }

    #[test]
    fn changes_that_were_told_are_forgotten_in_pieces_and_later_ones_stay() {
        let mut presence = Presence::default();
        for id in ["ana", "bo", "cy", "di"] {
            presence.note(&user(id), true);
        }

        assert_eq!(
            (presence.forget(3, 2), presence.forget(3, 2), presence.forget(3, 2)),
            (2, 1, 0)
        );

        assert!(presence.has_changes());
        let known = Known { told: 3, asked: 0 };
        assert_eq!(presence.changes_after(known, 4).online, vec![user("di")]);
    }

    #[test]
    fn who_left_and_came_back_within_a_window_is_not_mentioned() {
        let mut presence = Presence::default();
        presence.note(&user("ana"), false);
        presence.note(&user("bo"), true);
        presence.note(&user("ana"), true);

        let changes = presence.changes_after(Known::default(), 3);

        assert_eq!(changes, Changes { online: vec![user("bo")], offline: vec![] });
    }

    #[test]
    fn who_came_within_a_window_is_told_only_what_followed() {
        let mut presence = Presence::default();
        presence.note(&user("ana"), true);
        let known = presence.present();
        presence.note(&user("ana"), false);

        assert_eq!(presence.changes_after(known, 2).offline, vec![user("ana")]);
        assert!(presence.changes_after(Known::default(), 2).is_empty());
    }

    #[test]
    fn who_looked_within_a_window_is_told_of_everybody_who_changed_in_it() {
        let mut presence = Presence::default();
        presence.note(&user("ana"), false);
        presence.note(&user("ana"), true);

        let changes = presence.changes_after(Known { told: 0, asked: 1 }, 2);

        assert_eq!(changes, Changes { online: vec![user("ana")], offline: vec![] });
    }
}
