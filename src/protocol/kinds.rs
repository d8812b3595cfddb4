//! What is said, by kind, so that it can be counted.

use super::client_message::{ClientMessage, SignalKind};
use crate::metrics::kinds;

kinds! {
    /// What a client says; as its `type`, but for those that end a call.
    Heard in HeardTally:
    CallRequest = "call-request",
    CallAccept = "call-accept",
    /// `call-reject`, `call-cancel`, `call-hangup`.
    CallEnd = "call-end",
    Offer = "offer",
    Answer = "answer",
    Candidate = "candidate",
    Message = "message",
    Join = "join",
    Leave = "leave",
    Watch = "watch",
    Unwatch = "unwatch",
    Block = "block",
    Unblock = "unblock",
    List = "list",
    Refresh = "refresh",
    Ping = "ping",
    Pong = "pong",
    Ack = "ack",
    /// What is no message.
    Bad = "bad",
}

kinds! {
    /// What the server says, by its `type`.
    Said in SaidTally:
    Candidate = "candidate",
    Message = "message",
    Offer = "offer",
    Answer = "answer",
    Ack = "ack",
    Delivered = "delivered",
    Undelivered = "undelivered",
    Relayed = "relayed",
    Presence = "presence",
    ClientList = "client-list",
    Registered = "registered",
    Refreshed = "refreshed",
    IceServers = "ice-servers",
    Ping = "ping",
    Pong = "pong",
    Error = "error",
    CallRequest = "call-request",
    CallRinging = "call-ringing",
    CallAccept = "call-accept",
    CallEnded = "call-ended",
    CallPeerAway = "call-peer-away",
    CallPeerBack = "call-peer-back",
    RoomJoined = "room-joined",
    RoomLeft = "room-left",
    MemberJoined = "member-joined",
    MemberLeft = "member-left",
    Blocked = "blocked",
}

kinds! {
    /// The `code` of an error.
    ErrorCode in ErrorTally:
    BadJson = "bad-json",
    BadMessage = "bad-message",
    UnknownType = "unknown-type",
    UnknownField = "unknown-field",
    TooLarge = "too-large",
    RateLimited = "rate-limited",
    UserOffline = "user-offline",
    QueueFull = "queue-full",
    NotPermitted = "not-permitted",
    CallOver = "call-over",
    NotYourCall = "not-your-call",
    RoomFull = "room-full",
    TooManyRooms = "too-many-rooms",
    NotInRoom = "not-in-room",
    SelfAddressed = "self",
    BadUserId = "bad-user-id",
    BadToken = "bad-token",
    NameInUse = "name-in-use",
    Unavailable = "unavailable",
}

impl ClientMessage {
    /// What it counts as.
    pub const fn heard(&self) -> Heard {
        match self {
            ClientMessage::CallRequest { .. } => Heard::CallRequest,
            ClientMessage::CallAccept { .. } => Heard::CallAccept,
            ClientMessage::CallEnd { .. } => Heard::CallEnd,
            ClientMessage::Signal { kind: SignalKind::Offer, .. } => Heard::Offer,
            ClientMessage::Signal { kind: SignalKind::Answer, .. } => Heard::Answer,
            ClientMessage::Signal { kind: SignalKind::Candidate, .. } => Heard::Candidate,
            ClientMessage::Message { .. } => Heard::Message,
            ClientMessage::Join { .. } => Heard::Join,
            ClientMessage::Leave { .. } => Heard::Leave,
            ClientMessage::Watch { .. } => Heard::Watch,
            ClientMessage::Unwatch { .. } => Heard::Unwatch,
            ClientMessage::Block { .. } => Heard::Block,
            ClientMessage::Unblock { .. } => Heard::Unblock,
            ClientMessage::List { .. } => Heard::List,
            ClientMessage::Refresh { .. } => Heard::Refresh,
            ClientMessage::Ping => Heard::Ping,
            ClientMessage::Pong => Heard::Pong,
            ClientMessage::Ack { .. } => Heard::Ack,
        }
    }
}

impl Said {
    /// What a frame counts as that [`ServerMessage::encode`](super::ServerMessage::encode) has made:
    /// its `type` stands first. Cheaper than to carry it beside every frame.
    pub fn of_frame(frame: &str) -> Option<Self> {
        let (word, _) = first_text(frame, "{\"type\":\"")?;
        Self::of_word(word)
    }
}

impl ErrorCode {
    /// The code of a frame that is an error.
    pub fn of_frame(frame: &str) -> Option<Self> {
        let (_, rest) = first_text(frame, "{\"type\":\"")?;
        let (word, _) = first_text(rest, ",\"code\":\"")?;
        Self::of_word(word)
    }
}

/// Whether a client's frame is one whose size is that of data for others, as far as its first word says:
/// an estimate for a frame that is not decoded yet. `false` if `type` is not the first field.
pub fn carries_data(frame: &str) -> bool {
    let word = first_text(frame, "{\"type\":\"").map(|it| it.0);
    matches!(word, Some("offer" | "answer" | "candidate" | "message"))
}

/// The text between `before` and the next quote, and what follows that.
fn first_text<'a>(text: &'a str, before: &str) -> Option<(&'a str, &'a str)> {
    let text = text.strip_prefix(before)?;
    // A word is short: to look at each byte takes less time than to prepare a search.
    let end = text.bytes().position(|byte| byte == b'"')?;
    Some((&text[..end], &text[end + 1..]))
}
