//! What is answered to a message about a call, told from what is there beforehand.
//!
//! docs/protocol.md, section 6, once more and in other words than the rules themselves.

use switchboard::domain::{Snapshot, Stage};
use switchboard::protocol::{EndReason, UserId};

use super::client::Answer;
use crate::harness::Socket;

type There = Snapshot<Socket>;

pub fn request(there: &There, user: &UserId, to: &UserId) -> Option<Answer> {
    let busy_as = |who: &UserId| there.calls.iter().find(|it| it.1 == *who || it.2 == *who);
    let online = there.users.iter().any(|it| it.0 == *to);
    Some(if user == to {
        Answer::Refused("self".into())
    } else if let Some((_, caller, callee, stage)) = busy_as(user) {
        let glare = caller == to && callee == user && *stage == Stage::Ringing;
        if glare { Answer::Accepted } else { Answer::Ended(EndReason::Busy) }
    } else if !online {
        Answer::Ended(EndReason::Offline)
    } else if busy_as(to).is_some() {
        Answer::Ended(EndReason::Busy)
    } else {
        Answer::Ringing
    })
}

pub fn accept(there: &There, user: &UserId, call: &str) -> Option<Answer> {
    match there.calls.iter().find(|it| it.0.as_str() == call) {
        None => Some(Answer::Refused("call-over".into())),
        Some((_, _, callee, _)) if callee == user => None,
        Some(_) => Some(Answer::Refused("not-your-call".into())),
    }
}

pub fn end(there: &There, user: &UserId, call: &str) -> Option<Answer> {
    let call = there.calls.iter().find(|it| it.0.as_str() == call);
    Some(match call {
        None => Answer::Refused("call-over".into()),
        Some((_, caller, callee, _)) if caller != user && callee != user => {
            Answer::Refused("not-your-call".into())
        }
        Some((.., Stage::Accepted)) => Answer::Ended(EndReason::Hangup),
        Some((_, caller, ..)) if caller == user => Answer::Ended(EndReason::Cancelled),
        Some(_) => Answer::Ended(EndReason::Rejected),
    })
}
