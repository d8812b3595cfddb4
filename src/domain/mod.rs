//! The rules: users, sessions, calls, rooms, presence, quotas.
//!
//! Promises: a pure state machine. The same inputs at the same times with the same seed give each
//! connection the same effects in the same order; no actor, no clock, no I/O. Generic over the handle of a connection, so that a
//! test drives it with plain numbers and simulated time.

mod agenda;
mod call;
mod calls;
mod effect;
mod login;
mod mint;
mod outbox;
mod presence;
mod quota;
mod registry;
mod rooms;
mod session;
mod switchboard;

pub use call::{CallEvent, Outcome, Side, Stage};
pub use effect::{Backlog, Effect, Handle};
pub use login::{Login, Parting, ResumeToken};
pub use switchboard::{Attendance, Census, Counts, Input, LimitCounts, Snapshot, Switchboard};
