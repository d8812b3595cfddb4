//! Everything the server says.
//!
//! A message is encoded once, however many receive it. `data` is spliced in as it came, so that
//! it is neither parsed nor copied more than once.

use std::borrow::Cow;
use std::collections::BTreeMap;

use bytestring::ByteString;
use serde::{Deserialize, Serialize};

use super::data::Data;
use super::ids::{CallId, DisplayName, MessageId, RoomId, SessionId, UserId};
use super::parts::{Media, Sender};

/// The version of the protocol, in `registered`.
pub const PROTOCOL: u32 = 1;

/// Display names of those who have one.
pub type Names = BTreeMap<UserId, DisplayName>;

/// A message to a client. Field by field described in `docs/protocol.md`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    tag = "type",
    rename_all = "kebab-case",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
#[allow(missing_docs)]
pub enum ServerMessage {
    Registered(Box<Registered>),
    ClientList {
        clients: Vec<UserId>,
        #[serde(default, skip_serializing_if = "Names::is_empty")]
        names: Names,
        total: usize,
        #[serde(skip_serializing_if = "Option::is_none")]
        next: Option<UserId>,
        #[serde(skip_serializing_if = "Option::is_none")]
        r#ref: Option<MessageId>,
    },
    Presence {
        #[serde(skip_serializing_if = "Option::is_none")]
        online: Option<Vec<UserId>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        offline: Option<Vec<UserId>>,
        #[serde(default, skip_serializing_if = "Names::is_empty")]
        names: Names,
        #[serde(skip_serializing_if = "Option::is_none")]
        total: Option<usize>,
        #[serde(skip_serializing_if = "Option::is_none")]
        r#ref: Option<MessageId>,
    },
    IceServers {
        ice_servers: Vec<IceServer>,
    },
    Ack {
        received: u64,
    },
    Ping {},
    Pong {
        #[serde(skip_serializing_if = "Option::is_none")]
        r#ref: Option<MessageId>,
    },
    Refreshed {
        expires: u64,
        #[serde(skip_serializing_if = "Option::is_none")]
        r#ref: Option<MessageId>,
    },
    CallRequest {
        call_id: CallId,
        from: UserId,
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<DisplayName>,
        #[serde(skip_serializing_if = "Option::is_none")]
        media: Option<Media>,
        #[serde(skip_serializing_if = "Option::is_none")]
        continues: Option<CallId>,
        expires: u64,
        #[serde(default, skip_serializing)]
        data: Option<Data>,
    },
    CallRinging {
        call_id: CallId,
        to: UserId,
        #[serde(default, skip_serializing_if = "is_false")]
        away: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        r#ref: Option<MessageId>,
    },
    CallAccept {
        call_id: CallId,
        from: UserId,
        offerer: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        media: Option<Media>,
        #[serde(skip_serializing_if = "Option::is_none")]
        r#ref: Option<MessageId>,
        #[serde(default, skip_serializing)]
        data: Option<Data>,
        /// To the offer that the caller sent while it rang.
        #[serde(default, skip_serializing)]
        answer: Option<Data>,
    },
    CallEnded {
        #[serde(skip_serializing_if = "Option::is_none")]
        call_id: Option<CallId>,
        by: Option<UserId>,
        reason: EndReason,
        #[serde(skip_serializing_if = "Option::is_none")]
        detail: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        r#ref: Option<MessageId>,
    },
    CallPeerAway {
        call_id: CallId,
        from: UserId,
    },
    CallPeerBack {
        call_id: CallId,
        from: UserId,
    },
    Offer(Relayed),
    Answer(Relayed),
    Candidate(Relayed),
    Message(Relayed),
    RoomJoined(Membership),
    RoomLeft(Membership),
    MemberJoined(Member),
    MemberLeft(Member),
    /// Everybody whom the user has blocked.
    Blocked {
        users: Vec<UserId>,
        #[serde(skip_serializing_if = "Option::is_none")]
        r#ref: Option<MessageId>,
    },
    Delivered(Verdict),
    Undelivered(Verdict),
    Relayed(Verdict),
    Error(ErrorMessage),
}

/// The first message on every socket that is taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Registered {
    /// Who the client is.
    pub user_id: UserId,
    /// The session it has.
    pub session_id: SessionId,
    /// Whether the session is one that the client had before.
    pub resumed: bool,
    /// How many of the client's messages the session has counted.
    pub received: u64,
    /// What makes the session the client's own again on another socket; only for those that count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resume_token: Option<String>,
    /// How long the session waits for that, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resume_window: Option<u64>,
    /// Silence after which the server pings, in milliseconds.
    pub heartbeat: u64,
    /// What the client may send.
    pub limits: Limits,
    /// For `RTCConfiguration.iceServers`.
    pub ice_servers: Vec<IceServer>,
    /// The calls that the session is in.
    pub calls: Vec<CallId>,
    /// The rooms that the session is in.
    pub rooms: Vec<RoomId>,
    /// Optional parts of the protocol that this server speaks.
    pub features: Vec<String>,
    /// The version of the protocol.
    pub protocol: u32,
    /// Name and version of the server.
    pub server: Cow<'static, str>,
}

/// What a client may send.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// The longest message, in bytes.
    pub frame: usize,
    /// Messages a second for long; 0: unlimited.
    pub rate: u32,
    /// Messages at once after a pause.
    pub burst: u32,
}

/// One entry of `RTCConfiguration.iceServers` (W3C WebRTC, section 4.2.4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IceServer {
    /// `stun:`, `turn:` or `turns:` URLs.
    pub urls: Vec<String>,
    /// For TURN.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// For TURN.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential: Option<String>,
}

/// A message of another client.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Relayed {
    /// Who sent it; stamped by the server.
    pub from: Sender,
    /// The call it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call_id: Option<CallId>,
    /// The room it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub room: Option<RoomId>,
    /// What it carries, spliced in by [`ServerMessage::encode`].
    #[serde(skip_serializing)]
    pub data: Data,
}

/// The client's own membership in a room.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Membership {
    /// The room.
    pub room: RoomId,
    /// The others in it, in the order of their coming.
    pub members: Vec<UserId>,
    /// Display names of the others.
    #[serde(default, skip_serializing_if = "Names::is_empty")]
    pub names: Names,
    /// The request that this answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub r#ref: Option<MessageId>,
}

/// Somebody else's membership in a room.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Member {
    /// The room.
    pub room: RoomId,
    /// Who came or went.
    pub user_id: UserId,
    /// Its display name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<DisplayName>,
}

/// What became of a message that asked for a receipt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Verdict {
    /// The message.
    pub r#ref: MessageId,
    /// Whom it was for.
    pub to: UserId,
}

/// What the client did wrong, see [`super::Refusal`]; also the body of an HTTP refusal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ErrorMessage {
    /// Stable, for programs.
    pub code: Cow<'static, str>,
    /// A sentence for the developer.
    pub message: String,
    /// The message that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub r#ref: Option<MessageId>,
    /// The receiver that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<UserId>,
    /// How long to wait, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
}

/// Why a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EndReason {
    /// One of the two has a call already, or has accepted another one while this one rang.
    Busy,
    /// The callee is not there.
    Offline,
    /// The caller gave up while it rang.
    Cancelled,
    /// The callee declined.
    Rejected,
    /// One of the two hung up.
    Hangup,
    /// Nobody answered in time.
    NoAnswer,
    /// One of the two has connected again with a fresh session.
    Replaced,
    /// One of the two's session has ended otherwise.
    Lost,
    /// An operator has ended it.
    EndedByOperator,
}

impl ServerMessage {
    /// The text frame, in a buffer of its own size: many may have to wait.
    pub fn encode(&self) -> ByteString {
        let mut text =
            serde_json::to_string(self).expect("strings, numbers and lists always make JSON");
        let payloads = self.payloads();
        if payloads.iter().all(|(_, it)| it.is_none()) {
            text.shrink_to_fit();
            return text.into();
        }
        text.pop(); // the closing brace; `type` is always there, so a comma follows
        let more: usize =
            payloads.iter().filter_map(|(key, it)| Some(key.len() + (*it)?.as_str().len())).sum();
        let mut whole = String::with_capacity(text.len() + more + 1);
        whole.push_str(&text);
        for (key, payload) in payloads {
            let Some(payload) = payload else { continue };
            whole.push_str(key);
            whole.push_str(payload.as_str());
        }
        whole.push('}');
        whole.into()
    }

    /// The parts that are carried byte for byte, each behind its key.
    fn payloads(&self) -> [(&'static str, Option<&Data>); 2] {
        use ServerMessage as M;
        let (data, answer) = match self {
            M::CallRequest { data, .. } => (data.as_ref(), None),
            M::CallAccept { data, answer, .. } => (data.as_ref(), answer.as_ref()),
            M::Offer(it) | M::Answer(it) | M::Candidate(it) | M::Message(it) => {
                (Some(&it.data), None)
            }
            _ => (None, None),
        };
        [(",\"data\":", data), (",\"answer\":", answer)]
    }
}

fn is_false(flag: &bool) -> bool {
    !flag
}
