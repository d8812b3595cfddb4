//! Every wire format, in one place: `docs/protocol.md` in types.
//!
//! Promises: what is decoded is well formed, so nothing to the left checks it again; what is
//! refused has a code and a sentence. Knows no user, no socket and no clock.

mod check;
mod client_message;
mod close;
mod data;
mod envelope;
mod ids;
mod kinds;
mod parts;
mod refusal;
mod server_message;
mod text;
mod token;

pub use check::{Check, CheckReason};
pub use client_message::{ClientMessage, Destination, Incoming, Rejected, SignalKind, decode};
pub use close::Close;
pub use data::{DEPTH_MAX, Data};
pub use ids::{
    BadId, CallId, DISPLAY_NAME_MAX, DisplayName, HANDLE_MAX, MessageId, ROOM_ID_MAX, RoomId,
    SessionId, USER_ID_MAX, UserId,
};
pub use kinds::{ErrorCode, ErrorTally, Heard, HeardTally, Said, SaidTally, carries_data};
pub use parts::{BLOCKED_MAX, DETAIL_MAX, LIST_MAX, Media, NAMED_MAX, Sender};
pub use refusal::{BadMessage, NotPermitted, Refusal, Unavailable};
pub use server_message::{
    EndReason, ErrorMessage, IceServer, Limits, Member, Membership, Names, PROTOCOL, Registered,
    Relayed, ServerMessage, Verdict,
};
pub(crate) use text::{for_people, with_whole_characters};
pub use token::{ACCESS_TOKEN_MAX, AccessToken, BadToken};
