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
/// token that it came in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope(Option<Box<str>>);

impl Scope {
    /// These names and no others. One that ends with `*` stands for all that begin so.
    pub fn of<T: AsRef<str>>(names: &[T]) -> Result<Self, BadId> {
        for name in names {
            UserId::parse(name.as_ref())?;
        }
        let names: Vec<_> = names.iter().map(AsRef::as_ref).collect();
        Ok(Self(Some(names.join(",").into())))
    }

    /// Whether the name is among them.
    pub fn holds(&self, name: &str) -> bool {
        let Some(list) = &self.0 else { return true };
        list.split(',').any(|item| match item.strip_suffix('*') {
            Some(start) => name.starts_with(start),
            None => name == item,
        })
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
    fn a_scope_takes_nothing_that_no_name_can_be() {
        for bad in ["", "a,b", "a b", "李雷"] {
            assert!(Scope::of(&[bad]).is_err(), "{bad:?}");
        }
    }
}
