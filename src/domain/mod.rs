//! The rules: users, sessions, calls, rooms, presence, quotas.
//!
//! Promises: a pure state machine. The same inputs at the same times with the same seed give each
//! connection the same effects in the same order; no actor, no clock, no I/O. Generic over the handle of a connection, so that a
//! test drives it with plain numbers and simulated time.

mod account;
mod agenda;
mod blocks;
mod book;
mod call;
mod calls;
mod effect;
mod grant;
mod ice;
mod login;
mod mint;
mod outbox;
mod presence;
mod quota;
mod registry;
mod rooms;
mod session;
mod switchboard;

pub use book::Page;
pub use call::{CallEvent, Outcome, Side, Stage};
pub use effect::{Backlog, Effect, Handle, UNWRITTEN_COST};
pub use grant::{Grant, Permissions, Scope, Sight, Unverified, Verified};
pub use ice::Wall;
pub use login::{Login, Parting, ResumeToken};
pub use outbox::KEPT_COST;
pub use switchboard::{
    Attendance, CallOver, CallOverTally, CallReport, Census, Counts, Course, Input, LimitCounts,
    Reached, SLICE, SessionEnd, SessionEndTally, Snapshot, Switchboard, UserDetail, UserReport,
    VerdictKind, VerdictTally,
};
pub(crate) use switchboard::{LONG_SHARE, session_bytes};
