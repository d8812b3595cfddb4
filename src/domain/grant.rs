//! What an access token lets its user do, and until when.

use std::time::{Duration, Instant};

use crate::protocol::{BadId, BadToken, UserId};

/// What an access token has established: whose it is, and what it grants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Its subject.
    pub user: UserId,
    /// What it grants.
    pub grant: Box<Grant>,
}

/// Why a token brings nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unverified {
    /// It was looked at and refused.
    Refused(BadToken),
    /// The address of its client has brought too many bad ones, so nobody has looked at it.
    TooManyBad {
        /// When one is looked at again.
        retry_after: Duration,
    },
    /// Too many tokens wait to be looked at.
    Busy,
}

/// A token's time and limits. A session without one may do everything for ever: open mode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// From when on the token is good for nothing.
    pub expires: Instant,
    /// What it lets its user do.
    pub permissions: Permissions,
}

/// What a user may do. By default everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Permissions {
    /// The rooms that it may join.
    pub rooms: Scope,
    /// The users whom it may address of its own accord: by calls, signals and messages.
    pub call: Scope,
    /// The users whom it may watch.
    pub watch: Scope,
    /// Whether it is told who comes and goes.
    pub presence: Sight,
}

/// Whether a user is told who is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sight {
    /// As everybody is.
    #[default]
    Open,
    /// As if presence were off.
    Closed,
}

/// For which names something is allowed: all by default, or those that are listed.
///
/// One text with commas in between, which no name has in it: a list takes no more memory than the
/// token that it came in. Its entries are in byte order, asterisks aside, and none is covered by
/// another. Cost: a binary search, as a token may list thousands of names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope(Option<Box<str>>);

impl Scope {
    /// These names and no others. One that ends with `*` stands for all that begin so.
    pub fn of<T: AsRef<str>>(names: &[T]) -> Result<Self, BadId> {
        for name in names {
            UserId::parse(name.as_ref())?;
        }
        let mut names: Vec<_> = names.iter().map(AsRef::as_ref).collect();
        // Of two that differ by an asterisk, the one that has it comes first.
        names.sort_unstable_by_key(|name| (start(name), name.len() == start(name).len()));
        // Names that begin like an entry follow it, so only the last one that was kept can cover it.
        names.dedup_by(|name, kept| covers(kept, start(name)));
        Ok(Self(Some(names.join(",").into())))
    }

    /// Whether the name is among them.
    pub fn holds(&self, name: &str) -> bool {
        let Some(list) = &self.0 else { return true };
        // An entry that begins the name, and no entry that is covered by it, is the last one that is
        // not behind the name. All before `from` are not, and all from `to` on are.
        let (mut from, mut to, mut last) = (0, list.len(), "");
        while from < to {
            let middle = from + (to - from) / 2;
            let begin = list[from..middle].rfind(',').map_or(from, |comma| from + comma + 1);
            let end = list[begin..to].find(',').map_or(to, |comma| begin + comma);
            let entry = &list[begin..end];
            if start(entry) <= name {
                (from, last) = (end + 1, entry);
            } else {
                to = begin.saturating_sub(1).max(from);
            }
        }
        covers(last, name)
    }
}

/// The entry without its asterisk.
fn start(entry: &str) -> &str {
    entry.strip_suffix('*').unwrap_or(entry)
}

fn covers(entry: &str, name: &str) -> bool {
    match entry.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == entry,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_holds_the_names_and_the_beginnings_that_it_lists() {
        let scope = Scope::of(&["team-*", "22"]).expect("names");
        for (name, held) in
            [("22", true), ("team-", true), ("team-a", true), ("2", false), ("222", false)]
        {
            assert_eq!(scope.holds(name), held, "{name}");
        }
        assert!(!scope.holds("tea") && !scope.holds("my-team-a"));
    }

    #[test]
    fn no_scope_is_all_names_an_empty_one_is_none_and_an_asterisk_is_all() {
        assert!(Scope::default().holds("22"));
        assert!(!Scope::of::<&str>(&[]).expect("no names").holds("22"));
        assert!(Scope::of(&["*"]).expect("an asterisk").holds("22"));
    }

    #[test]
    fn a_scope_holds_the_same_in_whatever_order_its_names_are_listed() {
        let listed = ["b", "a*", "ab", "c-*", "c", "c-d*", "b!", "a", "b", "d*", "e-1", "c-"];
        let held = ["a", "a!", "abc", "b", "b!", "c", "c-", "c-d", "c-e", "d", "d~", "e-1"];
        let not_held = ["A", "!", "b-", "b!!", "ba", "c!", "c.", "cc", "e", "e-", "e-11", "f", "~"];
        for turn in 0..listed.len() {
            let mut listed = listed;
            listed.rotate_left(turn);
            let scope = Scope::of(&listed).expect("names");
            assert!(held.iter().all(|name| scope.holds(name)), "{scope:?}");
            assert!(!not_held.iter().any(|name| scope.holds(name)), "{scope:?}");
        }
    }

    #[test]
    fn a_look_into_a_scope_of_thousands_of_names_takes_little() {
        let names: Vec<_> = (0..20_000).map(|n| format!("{n}")).collect();
        let scope = Scope::of(&names).expect("names");

        let begin = Instant::now();
        for name in names.iter().step_by(20) {
            assert!(scope.holds(name), "{name}");
            assert!(!scope.holds(&format!("{name}-")), "{name}");
        }

        // 20 ms in a debug build, and 2 s and more where each entry is looked at.
        assert!(begin.elapsed() < Duration::from_millis(500), "{:?}", begin.elapsed());
    }

    #[test]
    fn a_scope_takes_nothing_that_no_name_can_be() {
        for bad in ["", "a,b", "a b", "李雷"] {
            assert!(Scope::of(&[bad]).is_err(), "{bad:?}");
        }
    }
}
