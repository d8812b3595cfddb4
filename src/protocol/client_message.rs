//! Everything a client may say, and how a text frame becomes it.

use bytestring::ByteString;

use super::data::Data;
use super::envelope::{Envelope, Field};
use super::ids::{CallId, MessageId, RoomId, UserId};
use super::parts::{Media, shorten};
use super::refusal::{BadMessage, Refusal};
use super::token::AccessToken;

/// A well-formed message of a client, with the client's own `id` for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Incoming {
    /// Comes back as `ref` in the answer or the error.
    pub id: Option<MessageId>,
    /// What it says.
    pub message: ClientMessage,
}

/// A message that is none, and the `id` as far as it could be read.
#[derive(Clone, Debug, PartialEq)]
pub struct Rejected {
    /// Comes back as `ref` in the error.
    pub id: Option<MessageId>,
    /// Whether it counts (docs/protocol.md, "Nothing lost, nothing twice").
    pub counted: bool,
    /// What is wrong.
    pub refusal: Refusal,
}

/// What a client can say. Field by field described in `docs/protocol.md`.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)]
pub enum ClientMessage {
    CallRequest {
        to: UserId,
        media: Option<Media>,
        continues: Option<CallId>,
        data: Option<Data>,
    },
    CallAccept {
        call: CallId,
        data: Option<Data>,
        /// To an offer that came while it rang.
        answer: Option<Data>,
    },
    /// `call-reject`, `call-cancel`, `call-hangup`: any of the three ends the call.
    CallEnd {
        call: CallId,
        detail: Option<String>,
    },
    Signal {
        kind: SignalKind,
        to: UserId,
        call: Option<CallId>,
        room: Option<RoomId>,
        data: Data,
        receipt: bool,
    },
    Message {
        to: Destination,
        data: Data,
        receipt: bool,
        volatile: bool,
    },
    Join {
        room: RoomId,
    },
    Leave {
        room: RoomId,
    },
    Watch {
        users: Vec<UserId>,
    },
    Unwatch {
        users: Vec<UserId>,
    },
    /// At most [`NAMED_MAX`](super::NAMED_MAX) users.
    Block {
        users: Vec<UserId>,
    },
    /// At most [`NAMED_MAX`](super::NAMED_MAX) users.
    Unblock {
        users: Vec<UserId>,
    },
    List {
        after: Option<UserId>,
        limit: usize,
    },
    Refresh {
        token: AccessToken,
    },
    Ping,
    Pong,
    Ack {
        received: u64,
    },
}

impl ClientMessage {
    /// The room that it is about, if it is about one.
    pub const fn room(&self) -> Option<&RoomId> {
        match self {
            ClientMessage::Join { room }
            | ClientMessage::Leave { room }
            | ClientMessage::Message { to: Destination::Room(room), .. } => Some(room),
            ClientMessage::Signal { room, .. } => room.as_ref(),
            _ => None,
        }
    }

    /// Whether both sides count it: all but what keeps the counting itself going.
    pub const fn is_counted(&self) -> bool {
        !matches!(self, ClientMessage::Ack { .. } | ClientMessage::Ping | ClientMessage::Pong)
    }
}

/// The three steps of JSEP (RFC 8829) that the server carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum SignalKind {
    Offer,
    Answer,
    Candidate,
}

/// Whom a `message` is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// One user.
    User(UserId),
    /// Everybody else in a room.
    Room(RoomId),
}

/// The types on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    CallRequest,
    CallAccept,
    CallEnd(&'static str),
    Signal(SignalKind),
    Message,
    Join,
    Leave,
    Watch,
    Unwatch,
    Block,
    Unblock,
    List,
    Refresh,
    Ping,
    Pong,
    Ack,
}

impl Kind {
    fn of(name: &str) -> Option<Self> {
        Some(match name {
            "call-request" => Kind::CallRequest,
            "call-accept" => Kind::CallAccept,
            "call-reject" => Kind::CallEnd("call-reject"),
            "call-cancel" => Kind::CallEnd("call-cancel"),
            "call-hangup" => Kind::CallEnd("call-hangup"),
            "offer" => Kind::Signal(SignalKind::Offer),
            "answer" => Kind::Signal(SignalKind::Answer),
            "candidate" => Kind::Signal(SignalKind::Candidate),
            "message" => Kind::Message,
            "join" => Kind::Join,
            "leave" => Kind::Leave,
            "watch" => Kind::Watch,
            "unwatch" => Kind::Unwatch,
            "block" => Kind::Block,
            "unblock" => Kind::Unblock,
            "list" => Kind::List,
            "refresh" => Kind::Refresh,
            "ping" => Kind::Ping,
            "pong" => Kind::Pong,
            "ack" => Kind::Ack,
            _ => return None,
        })
    }

    /// The name on the wire, and the fields beside `type` and `id`.
    fn shape(self) -> (&'static str, &'static [Field]) {
        use Field as F;
        match self {
            Kind::CallRequest => ("call-request", &[F::To, F::Media, F::Data, F::Continues]),
            Kind::CallAccept => ("call-accept", &[F::CallId, F::Data, F::Answer]),
            Kind::CallEnd(name) => (name, &[F::CallId, F::Detail]),
            Kind::Signal(SignalKind::Offer) => ("offer", SIGNAL),
            Kind::Signal(SignalKind::Answer) => ("answer", SIGNAL),
            Kind::Signal(SignalKind::Candidate) => ("candidate", SIGNAL),
            Kind::Message => ("message", &[F::To, F::Room, F::Data, F::Receipt, F::Volatile]),
            Kind::Join => ("join", &[F::Room]),
            Kind::Leave => ("leave", &[F::Room]),
            Kind::Watch => ("watch", &[F::Users]),
            Kind::Unwatch => ("unwatch", &[F::Users]),
            Kind::Block => ("block", &[F::Users]),
            Kind::Unblock => ("unblock", &[F::Users]),
            Kind::List => ("list", &[F::After, F::Limit]),
            Kind::Refresh => ("refresh", &[F::Token]),
            Kind::Ping => ("ping", &[]),
            Kind::Pong => ("pong", &[]),
            Kind::Ack => ("ack", &[F::Received]),
        }
    }
}

const SIGNAL: &[Field] = &[Field::To, Field::CallId, Field::Room, Field::Data, Field::Receipt];

/// Reads one text frame.
pub fn decode(text: &ByteString) -> Result<Incoming, Rejected> {
    let envelope = Envelope::read(text).map_err(Rejected::unread)?;
    let rejected = |id, refusal| Rejected { id, counted: is_counted(&envelope), refusal };
    let id = envelope.id().map_err(|refusal| rejected(None, refusal))?;
    match message(&envelope, id.is_some()) {
        Ok(message) => Ok(Incoming { id, message }),
        Err(refusal) => Err(rejected(id, refusal)),
    }
}

/// As [`ClientMessage::is_counted`], for a message that is none.
fn is_counted(envelope: &Envelope<'_>) -> bool {
    let name = envelope.type_name();
    !matches!(name.as_deref(), Ok("ack" | "ping" | "pong"))
}

impl Rejected {
    /// A frame of which nothing can be read, its type and `id` neither.
    pub const fn unread(refusal: Refusal) -> Self {
        Self { id: None, counted: true, refusal }
    }
}

fn message(envelope: &Envelope<'_>, has_id: bool) -> Result<ClientMessage, Refusal> {
    let name = envelope.type_name()?;
    let kind = Kind::of(&name).ok_or_else(|| Refusal::UnknownType(shorten(&name)))?;
    let (name, allowed) = kind.shape();
    envelope.allows_only(name, allowed)?;
    let of = envelope.of(name);
    Ok(match kind {
        Kind::CallRequest => ClientMessage::CallRequest {
            to: of.user(Field::To)?,
            media: of.media()?,
            continues: of.optional_call(Field::Continues)?,
            data: of.optional_data()?,
        },
        Kind::CallAccept => ClientMessage::CallAccept {
            call: of.call()?,
            data: of.optional_data()?,
            answer: of.optional_answer()?,
        },
        Kind::CallEnd(_) => ClientMessage::CallEnd { call: of.call()?, detail: of.detail()? },
        Kind::Signal(kind) => ClientMessage::Signal {
            kind,
            to: of.user(Field::To)?,
            call: of.optional_call(Field::CallId)?,
            room: of.optional_room()?,
            data: of.data()?,
            receipt: receipt(of.flag(Field::Receipt)?, has_id)?,
        },
        Kind::Message => {
            let to = match (of.optional_user(Field::To)?, of.optional_room()?) {
                (Some(user), None) => Destination::User(user),
                (None, Some(room)) => Destination::Room(room),
                (Some(_), Some(_)) | (None, None) => {
                    return Err(together("`message` needs either `to` or `room`"));
                }
            };
            let receipt = receipt(of.flag(Field::Receipt)?, has_id)?;
            if receipt && matches!(to, Destination::Room(_)) {
                return Err(together("`receipt` goes with `to`: a `room` gives none"));
            }
            let (data, volatile) = (of.data()?, of.flag(Field::Volatile)?);
            ClientMessage::Message { to, data, receipt, volatile }
        }
        Kind::Join => ClientMessage::Join { room: of.room()? },
        Kind::Leave => ClientMessage::Leave { room: of.room()? },
        Kind::Watch => ClientMessage::Watch { users: of.users()? },
        Kind::Unwatch => ClientMessage::Unwatch { users: of.users()? },
        Kind::Block => ClientMessage::Block { users: of.users()? },
        Kind::Unblock => ClientMessage::Unblock { users: of.users()? },
        Kind::List => {
            ClientMessage::List { after: of.optional_user(Field::After)?, limit: of.limit()? }
        }
        Kind::Refresh => ClientMessage::Refresh { token: of.token()? },
        Kind::Ping => ClientMessage::Ping,
        Kind::Pong => ClientMessage::Pong,
        Kind::Ack => ClientMessage::Ack { received: of.received()? },
    })
}

fn receipt(wanted: bool, has_id: bool) -> Result<bool, Refusal> {
    if wanted && !has_id {
        return Err(together("`receipt` needs an `id`, which the verdict will name"));
    }
    Ok(wanted)
}

fn together(rule: &'static str) -> Refusal {
    Refusal::BadMessage(BadMessage::Together(rule))
}
