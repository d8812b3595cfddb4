//! What is answered to a message about a call, told from what is there beforehand.
//!
//! docs/protocol.md, section 6, once more and in other words than the rules themselves.

use switchboard::domain::{Snapshot, Stage};
use switchboard::protocol::{CallId, EndReason, UserId};

use super::client::Answer;
use crate::harness::Socket;

type There = Snapshot<Socket>;
type Call = (CallId, UserId, UserId, Stage);

/// `is_blocked`: `to` has blocked the user.
pub fn request(there: &There, user: &UserId, to: &UserId, is_blocked: bool) -> Option<Answer> {
    let has_own = |who: &UserId| {
        let accepted = |it: &&Call| it.3 == Stage::Accepted && it.2 == *who;
        there.calls.iter().any(|it| it.1 == *who || accepted(&it))
    };
    let ringing_at = |who: &UserId| ringing(there).filter(|it| it.2 == *who).count();
    let online = there.users.iter().any(|it| it.0 == *to);
    let crosses = ringing(there).any(|it| it.1 == *to && it.2 == *user);
    Some(if user == to {
        Answer::Refused("self".into())
    } else if crosses {
        Answer::Accepted
    } else if has_own(user) {
        Answer::Ended(EndReason::Busy)
    } else if !online || is_blocked {
        Answer::Ended(EndReason::Offline)
    } else if has_own(to) || ringing_at(to) == 3 {
        Answer::Ended(EndReason::Busy)
    } else {
        Answer::Ringing
    })
}

fn ringing(there: &There) -> impl Iterator<Item = &Call> {
    there.calls.iter().filter(|it| it.3 == Stage::Ringing)
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
