//! What the client did wrong: one variant a cause, a stable code for programs, a sentence for
//! the developer that says what was wrong and how to fix it.

use std::time::Duration;

use super::ids::{BadId, CallId, MessageId, RoomId, UserId};
use super::server_message::{ErrorMessage, ServerMessage};
use super::token::BadToken;

/// A message or a wish that the server does not carry out. It changes nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Not JSON at all.
    #[error("this is not JSON: {detail}")]
    BadJson {
        /// The parser's words, with line and column.
        detail: String,
    },
    /// JSON, but not a message.
    #[error("{0}")]
    BadMessage(BadMessage),
    /// No such `type`.
    #[error("there is no message type `{0}`")]
    UnknownType(String),
    /// A field that messages of this type do not have.
    #[error("`{message_type}` has no field `{field}`: {mend}")]
    UnknownField {
        /// As the client wrote it, shortened.
        field: String,
        /// The `type` of the message.
        message_type: &'static str,
        /// How to fix it.
        mend: &'static str,
    },
    /// Over the message limit.
    #[error("the message is over the limit of {limit} bytes and was skipped: send less at once")]
    TooLarge {
        /// `max-frame`.
        limit: usize,
    },
    /// Over the rate.
    #[error("too many messages: this one was not processed; wait {} ms", whole_millis(*retry_after))]
    RateLimited {
        /// When there will be room again.
        retry_after: Duration,
    },
    /// Over the rate of all users of the client's address.
    #[error(
        "too many messages from your address, all its users together: this one was not processed; \
         wait {} ms",
        whole_millis(*retry_after)
    )]
    AddressRateLimited {
        /// When there will be room again.
        retry_after: Duration,
    },
    /// An access token that nobody has looked at.
    #[error("{why}: this access token was not looked at; wait {} ms", whole_millis(*retry_after))]
    TokenNotLookedAt {
        /// Whose limit is met.
        why: &'static str,
        /// When it is looked at again.
        retry_after: Duration,
    },
    /// Nobody of that name is there.
    #[error("{0} is offline")]
    UserOffline(UserId),
    /// The other one's queue is full.
    #[error("{0} has too much waiting: the message was not taken; send it again later")]
    QueueFull(UserId),
    /// Too many of the sender's own messages wait for their verdicts.
    #[error(
        "too many of your messages wait for a verdict: this one was not taken; send it again when \
         some have come"
    )]
    ReceiptsFull,
    /// Not allowed in this mode, or past a limit that has no code of its own.
    #[error("{0}")]
    NotPermitted(NotPermitted),
    /// The call has ended, or never was.
    #[error("call {0} is over")]
    CallOver(CallId),
    /// The call is between others, or it is not this side's turn.
    #[error("call {0} is not yours to do this with")]
    NotYourCall(CallId),
    /// `max-members` reached.
    #[error("room {room} is full: it holds {limit}")]
    RoomFull {
        /// Which room.
        room: RoomId,
        /// `max-members`.
        limit: usize,
    },
    /// `max-rooms` reached.
    #[error("you are in {limit} rooms, which is the limit: leave one first")]
    TooManyRooms {
        /// `max-rooms`.
        limit: usize,
    },
    /// A message within a room by or to somebody who is not in it.
    #[error("{who} is not in room {room}: join first")]
    NotInRoom {
        /// Which room.
        room: RoomId,
        /// Who is missing there.
        who: UserId,
    },
    /// Addressed to oneself.
    #[error("this is addressed to yourself")]
    ToSelf,
    /// No well-formed user id.
    #[error("the user id in `{field}` {why}")]
    BadUserId {
        /// Where it stood.
        field: &'static str,
        /// What is wrong with it.
        why: BadId,
    },
    /// The access token is not taken.
    #[error("{0}")]
    BadToken(BadToken),
    /// The name is held by another connection.
    #[error("{0} is signed in already and still answers: choose another name or end the other one")]
    NameInUse(UserId),
    /// The node takes no new messages or sockets at the moment.
    #[error("{0}")]
    Unavailable(Unavailable),
}

/// Why JSON is no message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadMessage {
    /// A list, a number, a text …
    #[error("a message is a JSON object, like {{\"type\":\"ping\"}}")]
    NotAnObject,
    /// A binary frame.
    #[error("this frame is binary: send JSON in text frames")]
    Binary,
    /// The same field twice.
    #[error("field `{0}` is there twice")]
    Repeated(&'static str),
    /// A field that must be there.
    #[error("`{message_type}` needs the field `{field}`")]
    Missing {
        /// The field.
        field: &'static str,
        /// The `type` of the message.
        message_type: &'static str,
    },
    /// No `type`.
    #[error("the field `type` is missing: it says what the message is")]
    NoType,
    /// A value of the wrong kind or out of range.
    #[error("field `{field}` must be {expected}")]
    Field {
        /// The field.
        field: &'static str,
        /// What is allowed, in words.
        expected: &'static str,
    },
    /// A text that is no id.
    #[error("field `{field}` {why}")]
    Id {
        /// The field.
        field: &'static str,
        /// What is wrong with it.
        why: BadId,
    },
    /// Nested too deeply.
    #[error("field `data` is nested more than {} deep", super::data::DEPTH_MAX)]
    TooDeep,
    /// A parameter of the URL that there is none of.
    #[error("the URL has no parameter `{0}`: there are userId, name, token, received and resume")]
    UnknownParameter(String),
    /// A parameter of the URL that is there twice.
    #[error("parameter `{0}` of the URL is there twice")]
    RepeatedParameter(&'static str),
    /// Fields that do not go together.
    #[error("{0}")]
    Together(&'static str),
}

/// Why something is not allowed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotPermitted {
    /// More watched users than allowed.
    #[error(
        "at most {limit} users can be watched and this would make {wanted}: unwatch some first"
    )]
    TooManyWatched {
        /// The limit.
        limit: usize,
        /// What it would be.
        wanted: usize,
    },
    /// More blocked users than allowed.
    #[error("at most {limit} users can be blocked: unblock some first")]
    TooManyBlocked {
        /// The limit.
        limit: usize,
    },
    /// More names in one message than allowed.
    #[error("at most {limit} users can be named in one message: send several")]
    TooManyNamed {
        /// The limit.
        limit: usize,
    },
    /// `list` while presence is off.
    #[error("presence is off on this server, so there is no list: watch single users instead")]
    PresenceOff,
    /// `refresh` in open mode.
    #[error("this server uses no tokens, so there is none to refresh")]
    NoTokens,
    /// To call or to write to a user whom the access token does not list.
    #[error("your access token does not let you address {0} (claim `call`)")]
    Address(UserId),
    /// A room that the access token does not list.
    #[error("your access token does not let you into room {0} (claim `rooms`)")]
    Room(RoomId),
    /// To watch a user whom the access token does not list.
    #[error("your access token does not let you watch {0} (claim `watch`)")]
    Watch(UserId),
    /// `list` with an access token that forbids it.
    #[error("your access token does not let you see who is there (claim `presence`)")]
    Presence,
}

/// Why the node cannot serve just now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unavailable {
    /// SIGTERM has come.
    #[error("the server is restarting: come back when the socket has been closed")]
    Draining,
    /// `max-sockets` reached.
    #[error("the server is full: try again later")]
    Full,
    /// `max-sockets-per-address` or `new-sockets-per-address` reached.
    #[error("too many sockets from your address: try again later")]
    Address,
    /// `address-rate` reached.
    #[error("too much is asked from your address, all its users together: try again later")]
    AddressRate,
}

impl Refusal {
    /// Sent to clients; a published one never changes.
    pub const fn code(&self) -> &'static str {
        match self {
            Refusal::BadJson { .. } => "bad-json",
            Refusal::BadMessage(_) => "bad-message",
            Refusal::UnknownType(_) => "unknown-type",
            Refusal::UnknownField { .. } => "unknown-field",
            Refusal::TooLarge { .. } => "too-large",
            Refusal::RateLimited { .. }
            | Refusal::AddressRateLimited { .. }
            | Refusal::TokenNotLookedAt { .. } => "rate-limited",
            Refusal::UserOffline(_) => "user-offline",
            Refusal::QueueFull(_) | Refusal::ReceiptsFull => "queue-full",
            Refusal::NotPermitted(_) => "not-permitted",
            Refusal::CallOver(_) => "call-over",
            Refusal::NotYourCall(_) => "not-your-call",
            Refusal::RoomFull { .. } => "room-full",
            Refusal::TooManyRooms { .. } => "too-many-rooms",
            Refusal::NotInRoom { .. } => "not-in-room",
            Refusal::ToSelf => "self",
            Refusal::BadUserId { .. } => "bad-user-id",
            Refusal::BadToken(_) => "bad-token",
            Refusal::NameInUse(_) => "name-in-use",
            Refusal::Unavailable(_) => "unavailable",
        }
    }

    /// Whether 20 such in a row close the connection: the client does not speak the protocol.
    pub const fn is_gibberish(&self) -> bool {
        matches!(
            self,
            Refusal::BadJson { .. }
                | Refusal::BadMessage(_)
                | Refusal::UnknownType(_)
                | Refusal::UnknownField { .. }
                | Refusal::TooLarge { .. }
        )
    }

    /// The other user whom the refusal is about.
    fn about(&self) -> Option<&UserId> {
        match self {
            Refusal::UserOffline(user)
            | Refusal::QueueFull(user)
            | Refusal::NotPermitted(NotPermitted::Address(user)) => Some(user),
            _ => None,
        }
    }

    /// The message that tells the client, in answer to its message with the id `to_message`.
    pub fn message(&self, to_message: Option<MessageId>) -> ServerMessage {
        let retry_after = match self {
            Refusal::RateLimited { retry_after }
            | Refusal::AddressRateLimited { retry_after }
            | Refusal::TokenNotLookedAt { retry_after, .. } => Some(whole_millis(*retry_after)),
            _ => None,
        };
        ServerMessage::Error(ErrorMessage {
            code: self.code().into(),
            message: self.to_string(),
            r#ref: to_message,
            to: self.about().cloned(),
            retry_after,
        })
    }
}

/// Rounded up: who waits so long has waited long enough.
fn whole_millis(wait: Duration) -> u64 {
    wait.as_nanos().div_ceil(1_000_000) as u64
}
