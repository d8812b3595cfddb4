//! What has been since the start, by kind.

use crate::metrics::kinds;
use crate::protocol::{EndReason, HeardTally, ServerMessage, Verdict};

/// Events since the start, by kind.
///
/// Invariants, beside those of [`super::Counts`]: `sessions_ended` adds up to `ended`; `calls_over`
/// but for busy and offline, which never rang, adds up to `calls_ended`; `verdicts` and the receipts
/// that are open add up to `receipts`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Course {
    /// Messages from users' current connections.
    pub heard: HeardTally,
    /// Bytes of these.
    pub heard_bytes: u64,
    /// Sessions that ended and were not replaced.
    pub sessions_ended: SessionEndTally,
    /// Calls that are over, and requests that became none.
    pub calls_over: CallOverTally,
    /// Messages whose sender was promised a verdict.
    pub receipts: u64,
    /// What became of those, whether or not the sender was still there to be told.
    pub verdicts: VerdictTally,
}

kinds! {
    /// Why a session ended that was not replaced.
    SessionEnd in SessionEndTally:
    /// The client said so.
    Goodbye = "goodbye",
    /// Its socket broke, and it could not wait.
    Broken = "broken",
    /// Its client broke the rules of WebSocket.
    Violation = "violation",
    /// Nobody resumed it in time.
    Expired = "expired",
    /// The server had enough of its client, or its token had expired; which, tells the close code.
    Evicted = "evicted",
    /// An operator removed the user.
    Removed = "removed",
    /// The node stopped.
    Drained = "drained",
}

kinds! {
    /// Why a call is over: mostly the `reason` that its parties were told, or that the node stopped.
    CallOver in CallOverTally:
    /// It never rang.
    Busy = "busy",
    /// It never rang.
    Offline = "offline",
    /// It rang, until the callee took another one: the parties were told `busy`.
    TakenAnother = "taken-another",
    Cancelled = "cancelled",
    Rejected = "rejected",
    Hangup = "hangup",
    NoAnswer = "no-answer",
    Replaced = "replaced",
    Lost = "lost",
    EndedByOperator = "ended-by-operator",
    Drained = "drained",
}

impl CallOver {
    /// Why a call is over that has rung.
    pub(super) fn of_live(reason: EndReason) -> Self {
        match reason {
            EndReason::Busy => Self::TakenAnother,
            other => other.into(),
        }
    }
}

impl From<EndReason> for CallOver {
    fn from(reason: EndReason) -> Self {
        match reason {
            EndReason::Busy => Self::Busy,
            EndReason::Offline => Self::Offline,
            EndReason::Cancelled => Self::Cancelled,
            EndReason::Rejected => Self::Rejected,
            EndReason::Hangup => Self::Hangup,
            EndReason::NoAnswer => Self::NoAnswer,
            EndReason::Replaced => Self::Replaced,
            EndReason::Lost => Self::Lost,
            EndReason::EndedByOperator => Self::EndedByOperator,
        }
    }
}

kinds! {
    /// What became of a message whose sender wants to know.
    VerdictKind in VerdictTally:
    /// The other's client has acknowledged it.
    Delivered = "delivered",
    /// Nobody has seen it.
    Undelivered = "undelivered",
    /// Handed to a socket and never acknowledged.
    Relayed = "relayed",
}

impl VerdictKind {
    /// The message that says so.
    pub(super) fn of(self, verdict: Verdict) -> ServerMessage {
        match self {
            Self::Delivered => ServerMessage::Delivered(verdict),
            Self::Undelivered => ServerMessage::Undelivered(verdict),
            Self::Relayed => ServerMessage::Relayed(verdict),
        }
    }
}
