//! Every wire format, in one place.
mod close;
mod ids;

pub use close::Close;
pub use ids::{BadId, CallId, DisplayName, MessageId, RoomId, SessionId, UserId};
