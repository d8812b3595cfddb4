//! One call's transitions, as a table.

use crate::protocol::{EndReason, Media};

/// How far a call has come. Ended calls are forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    /// The callee has not answered yet.
    Ringing,
    /// Both want it.
    Accepted,
}

/// The two ends of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// The one who asked first.
    Caller,
    /// The one who was asked.
    Callee,
}

impl Side {
    /// The other end.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Side::Caller => Side::Callee,
            Side::Callee => Side::Caller,
        }
    }
}

/// What can happen to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CallEvent {
    /// This side says `call-accept`.
    Accept(Side),
    /// This side says `call-request` to the other one, with this call under way.
    Request(Side),
    /// This side ends it, with whichever of the three words.
    End(Side),
    /// This side is in another call from now on.
    TakenAnother(Side),
    /// Nobody has answered in time.
    RingTimeout,
    /// An operator ends it.
    Cut,
    /// This side has a fresh session in place of the one that was in the call.
    Replaced(Side),
    /// This side's session is over.
    Lost(Side),
}

/// What follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Both want it now. The caller makes the offer.
    Accepted,
    /// It rings on, at the callee's new session.
    RingsAgain,
    /// It is over, for this reason.
    Ended(EndReason),
    /// It was so already; nobody needs to be told.
    Unchanged,
    /// It is not this side's to do.
    NotYours,
    /// The asking side has a call already.
    Busy,
}

impl Stage {
    /// The table.
    #[must_use]
    pub const fn on(self, event: CallEvent) -> Outcome {
        use CallEvent as E;
        use Side::{Callee, Caller};
        use Stage as S;
        match (self, event) {
            (S::Ringing, E::Accept(Callee) | E::Request(Callee)) => Outcome::Accepted,
            (S::Ringing, E::End(Caller)) => Outcome::Ended(EndReason::Cancelled),
            (S::Ringing, E::End(Callee)) => Outcome::Ended(EndReason::Rejected),
            (S::Ringing, E::RingTimeout) => Outcome::Ended(EndReason::NoAnswer),
            (S::Ringing | S::Accepted, E::Cut) => Outcome::Ended(EndReason::EndedByOperator),
            (S::Ringing, E::Replaced(Callee)) => Outcome::RingsAgain,
            (S::Ringing, E::Request(Caller)) | (S::Accepted, E::Request(_)) => Outcome::Busy,
            (S::Ringing, E::TakenAnother(Caller)) => Outcome::Ended(EndReason::Cancelled),
            (S::Ringing, E::TakenAnother(Callee)) => Outcome::Ended(EndReason::Busy),
            (S::Accepted, E::Accept(Callee) | E::RingTimeout | E::TakenAnother(_)) => {
                Outcome::Unchanged
            }
            (S::Accepted, E::End(_)) => Outcome::Ended(EndReason::Hangup),
            (S::Ringing | S::Accepted, E::Accept(Caller)) => Outcome::NotYours,
            (S::Ringing, E::Replaced(Caller)) | (S::Accepted, E::Replaced(_)) => {
                Outcome::Ended(EndReason::Replaced)
            }
            (S::Ringing | S::Accepted, E::Lost(_)) => Outcome::Ended(EndReason::Lost),
        }
    }
}

/// What a caller asked with.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Request {
    pub(super) media: Option<Media>,
    pub(super) data: Option<crate::protocol::Data>,
    pub(super) continues: Option<crate::protocol::CallId>,
}

impl Request {
    /// The same in a buffer of its own, as it is kept while it rings: else a few bytes would keep
    /// alive all that was read together with them.
    pub(super) fn detached(self) -> Self {
        Self { data: self.data.map(crate::protocol::Data::detached), ..self }
    }

    /// Bytes kept.
    pub(super) fn bytes(&self) -> usize {
        self.data.as_ref().map_or(0, |data| data.as_str().len())
    }
}
