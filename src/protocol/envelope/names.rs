//! A list of user ids that is read no further than it may be long.

use std::fmt;

use serde::de::{Deserializer, Error, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::super::ids::UserId;
use super::super::parts::NAMED_MAX;
use super::super::refusal::{NotPermitted, Refusal};
use super::{Field, user, wrong};

/// Reads at most [`NAMED_MAX`] user ids, and nothing behind the first one that is too many or bad.
pub(super) fn read(raw: &RawValue) -> Result<Vec<UserId>, Refusal> {
    if !raw.get().starts_with('[') {
        return Err(wrong(Field::Users, "a list of user ids"));
    }
    let (mut names, mut refusal) = (Vec::new(), None);
    let list = List { names: &mut names, refusal: &mut refusal };
    match serde_json::Deserializer::from_str(raw.get()).deserialize_seq(list) {
        Ok(()) => Ok(names),
        Err(_) => Err(refusal.unwrap_or_else(|| wrong(Field::Users, "a list of user ids"))),
    }
}

struct List<'a> {
    names: &'a mut Vec<UserId>,
    /// Why reading stopped before the end of the list.
    refusal: &'a mut Option<Refusal>,
}

impl<'de> Visitor<'de> for List<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of user ids")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(raw) = list.next_element::<&'de RawValue>()? {
            let name = match self.names.len() {
                NAMED_MAX => {
                    Err(Refusal::NotPermitted(NotPermitted::TooManyNamed { limit: NAMED_MAX }))
                }
                _ => user(Field::Users, raw),
            };
            match name {
                Ok(name) => self.names.push(name),
                Err(refusal) => {
                    *self.refusal = Some(refusal);
                    return Err(A::Error::custom("refused"));
                }
            }
        }
        Ok(())
    }
}
