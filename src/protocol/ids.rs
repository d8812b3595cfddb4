//! The names of things on the wire: users, rooms, calls, sessions, messages.
//!
//! Each is a type of its own, cheap to clone and impossible to hold malformed: `parse` is the
//! only way in for text that a client chose. Makes no ids; that is the domain's.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::text::is_for_people;

/// The longest user id, in characters.
pub const USER_ID_MAX: usize = 128;
/// The longest room id, in characters.
pub const ROOM_ID_MAX: usize = 64;
/// The longest call or session id and the longest message `id`, in characters.
pub const HANDLE_MAX: usize = 64;
/// The longest display name, in characters of Unicode.
pub const DISPLAY_NAME_MAX: usize = 64;

/// Why a text is no id; the sentence goes to the client as it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadId {
    /// Nothing there.
    #[error("is empty; give it 1 to {max} characters")]
    Empty {
        /// What is allowed.
        max: usize,
    },
    /// More characters than allowed.
    #[error("has {length} characters; at most {max} are allowed")]
    TooLong {
        /// What was given.
        length: usize,
        /// What is allowed.
        max: usize,
    },
    /// Half of a surrogate pair, which is no character.
    #[error("has half a surrogate pair in it; send whole characters")]
    HalfSurrogate,
    /// A character outside the alphabet.
    #[error("has {character:?} in it; {allowed}")]
    Character {
        /// The first offender.
        character: char,
        /// The alphabet in words.
        allowed: &'static str,
    },
}

const URL_SAFE: &str = "visible ASCII without \" \\ / ? # % , is allowed";
const VISIBLE_ASCII: &str = "visible ASCII is allowed";
const PRINTABLE: &str = "control characters are not allowed";
const FOR_PEOPLE: &str =
    "control characters are not allowed, and none that turn the direction of writing";

fn is_url_safe(c: char) -> bool {
    c.is_ascii_graphic() && !matches!(c, '"' | '\\' | '/' | '?' | '#' | '%' | ',')
}

fn is_visible_ascii(c: char) -> bool {
    c.is_ascii_graphic()
}

fn is_printable(c: char) -> bool {
    !c.is_control()
}

fn check(
    text: &str,
    max: usize,
    permitted: fn(char) -> bool,
    allowed: &'static str,
) -> Result<(), BadId> {
    if text.is_empty() {
        return Err(BadId::Empty { max });
    }
    if let Some(character) = text.chars().find(|c| !permitted(*c)) {
        return Err(BadId::Character { character, allowed });
    }
    let length = text.chars().count();
    if length > max {
        return Err(BadId::TooLong { length, max });
    }
    Ok(())
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $max:expr, $permitted:expr, $allowed:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String")]
        pub struct $name(Arc<str>);

        impl $name {
            /// The only way in, so one in hand is always well formed.
            pub fn parse(text: &str) -> Result<Self, BadId> {
                check(text, $max, $permitted, $allowed)?;
                Ok(Self(text.into()))
            }

            /// The text as it stands on the wire.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = BadId;
            fn try_from(text: String) -> Result<Self, BadId> {
                Self::parse(&text)
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", &*self.0)
            }
        }
    };
}

text_id! {
    /// A user's public name: 1 to 128 of visible ASCII without `" \ / ? # % ,`, so that it stands
    /// unescaped in a URL, in JSON and in a log line.
    UserId, USER_ID_MAX, is_url_safe, URL_SAFE
}
text_id! {
    /// A room's name: 1 to 64 characters of the same alphabet as a [`UserId`].
    RoomId, ROOM_ID_MAX, is_url_safe, URL_SAFE
}
text_id! {
    /// One ring-to-hang-up between two users: made by the server, 16 characters; up to 64 of
    /// visible ASCII are read, so that a stale or invented one gets `call-over`.
    CallId, HANDLE_MAX, is_visible_ascii, VISIBLE_ASCII
}
text_id! {
    /// One attachment of a user, which may outlive a socket: made by the server, 16 characters.
    SessionId, HANDLE_MAX, is_visible_ascii, VISIBLE_ASCII
}
text_id! {
    /// A client's own `id` of a message, 1 to 64 characters, which comes back as `ref`.
    MessageId, HANDLE_MAX, is_printable, PRINTABLE
}
text_id! {
    /// What people read instead of the [`UserId`]: 1 to 64 characters of Unicode without control
    /// characters and without those that turn the direction of writing.
    DisplayName, DISPLAY_NAME_MAX, is_for_people, FOR_PEOPLE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_id_takes_any_visible_ascii_but_the_seven_url_breakers() {
        for c in (0u8..=127).map(char::from) {
            let allowed = c.is_ascii_graphic() && !"\"\\/?#%,".contains(c);
            assert_eq!(UserId::parse(&c.to_string()).is_ok(), allowed, "{c:?}");
        }
        assert!(UserId::parse("李雷").is_err());
    }

    #[test]
    fn an_id_is_refused_when_empty_or_one_too_long() {
        assert_eq!(UserId::parse(""), Err(BadId::Empty { max: 128 }));
        assert!(UserId::parse(&"a".repeat(128)).is_ok());
        assert_eq!(UserId::parse(&"a".repeat(129)), Err(BadId::TooLong { length: 129, max: 128 }));
    }

    #[test]
    fn a_display_name_counts_characters_and_not_bytes() {
        assert!(DisplayName::parse(&"雷".repeat(64)).is_ok());
        assert!(DisplayName::parse(&"雷".repeat(65)).is_err());
        assert!(DisplayName::parse("two\nlines").is_err());
    }

    #[test]
    fn a_display_name_does_not_turn_the_direction_of_what_stands_beside_it() {
        for turning in ["\u{202e}ana", "a\u{2066}na", "ana\u{200f}", "\u{2028}ana"] {
            let refused = DisplayName::parse(turning);
            assert!(matches!(refused, Err(BadId::Character { .. })), "{turning:?}");
        }
        for name in ["דנה", "دانا", "می\u{200c}خواهم", "👩\u{200d}👧"] {
            assert!(DisplayName::parse(name).is_ok(), "{name}");
        }
    }
}
