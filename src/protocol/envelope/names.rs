//! A list of user ids that is read no further than it may be long.

use std::fmt;

use serde::de::{Deserializer, Error, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::super::ids::{BadId, UserId};
use super::super::parts::NAMED_MAX;
use super::super::refusal::{NotPermitted, Refusal};
use super::{Field, Text, wrong};

/// Why reading stopped before the end of the list.
enum Stopped {
    TooMany,
    BadName(BadId),
}

/// Reads at most [`NAMED_MAX`] user ids, and nothing behind the first one that is too many or bad.
pub(super) fn read(raw: &RawValue) -> Result<Vec<UserId>, Refusal> {
    let (mut names, mut stopped) = (Vec::new(), None);
    let list = List { names: &mut names, stopped: &mut stopped };
    let read = serde_json::Deserializer::from_str(raw.get()).deserialize_seq(list);
    match (read, stopped) {
        (Ok(()), _) => Ok(names),
        (Err(_), Some(Stopped::TooMany)) => {
            Err(Refusal::NotPermitted(NotPermitted::TooManyNamed { limit: NAMED_MAX }))
        }
        (Err(_), Some(Stopped::BadName(why))) => {
            Err(Refusal::BadUserId { field: Field::Users.name(), why })
        }
        (Err(_), None) => Err(wrong(Field::Users, "a list of user ids")),
    }
}

struct List<'a> {
    names: &'a mut Vec<UserId>,
    stopped: &'a mut Option<Stopped>,
}

impl<'de> Visitor<'de> for List<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of user ids")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(text) = list.next_element::<Text<'de>>()? {
            if self.names.len() == NAMED_MAX {
                *self.stopped = Some(Stopped::TooMany);
                return Err(A::Error::custom("too many"));
            }
            match UserId::parse(&text.0) {
                Ok(name) => self.names.push(name),
                Err(why) => {
                    *self.stopped = Some(Stopped::BadName(why));
                    return Err(A::Error::custom("not a user id"));
                }
            }
        }
        Ok(())
    }
}
