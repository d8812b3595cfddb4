//! Small things that more than one kind of message needs.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::ids::UserId;

/// The longest `detail` of an end, in characters.
pub const DETAIL_MAX: usize = 128;
/// The most entries of one `client-list`.
pub const LIST_MAX: usize = 1000;
/// The most users that one user can block, and the most names in one `block` or `unblock`.
pub const BLOCKED_MAX: usize = 256;

/// What a call wants to carry; a hint for the callee's page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Media {
    /// Sound.
    #[serde(default)]
    pub audio: bool,
    /// Picture.
    #[serde(default)]
    pub video: bool,
}

/// Who is named as the sender of a relayed message.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Sender {
    /// A user.
    User(UserId),
    /// A program of the operator's, through the admin API.
    Server,
}

impl Sender {
    /// What stands for [`Sender::Server`]. With its slash it is no user id, so nobody can claim it.
    pub const SERVER: &str = "/server";

    /// The text as it stands on the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Sender::User(user) => user.as_str(),
            Sender::Server => Self::SERVER,
        }
    }
}

impl From<&UserId> for Sender {
    fn from(user: &UserId) -> Self {
        Sender::User(user.clone())
    }
}

impl Serialize for Sender {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Sender {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        match &*text {
            Self::SERVER => Ok(Sender::Server),
            user => UserId::parse(user).map(Sender::User).map_err(serde::de::Error::custom),
        }
    }
}

/// At most 40 characters of what a client wrote, for a sentence that names it.
pub(super) fn shorten(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
