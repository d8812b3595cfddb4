//! The transitions of a call, every stage with every event.

use std::collections::HashSet;

use switchboard::domain::{CallEvent, Outcome, Side, Stage};
use switchboard::protocol::EndReason;

use CallEvent::{Accept, Cut, End, Lost, Replaced, Request, RingTimeout, TakenAnother};
use Outcome::{Accepted, Busy, Ended, NotYours, RingsAgain, Unchanged};
use Side::{Callee, Caller};

const TABLE: [(Stage, CallEvent, Outcome); 28] = [
    (Stage::Ringing, Accept(Caller), NotYours),
    (Stage::Ringing, Accept(Callee), Accepted),
    (Stage::Ringing, Request(Caller), Busy),
    (Stage::Ringing, Request(Callee), Accepted),
    (Stage::Ringing, End(Caller), Ended(EndReason::Cancelled)),
    (Stage::Ringing, End(Callee), Ended(EndReason::Rejected)),
    (Stage::Ringing, TakenAnother(Caller), Ended(EndReason::Cancelled)),
    (Stage::Ringing, TakenAnother(Callee), Ended(EndReason::Busy)),
    (Stage::Ringing, RingTimeout, Ended(EndReason::NoAnswer)),
    (Stage::Ringing, Cut, Ended(EndReason::EndedByOperator)),
    (Stage::Ringing, Replaced(Caller), Ended(EndReason::Replaced)),
    (Stage::Ringing, Replaced(Callee), RingsAgain),
    (Stage::Ringing, Lost(Caller), Ended(EndReason::Lost)),
    (Stage::Ringing, Lost(Callee), Ended(EndReason::Lost)),
    (Stage::Accepted, Accept(Caller), NotYours),
    (Stage::Accepted, Accept(Callee), Unchanged),
    (Stage::Accepted, Request(Caller), Busy),
    (Stage::Accepted, Request(Callee), Busy),
    (Stage::Accepted, End(Caller), Ended(EndReason::Hangup)),
    (Stage::Accepted, End(Callee), Ended(EndReason::Hangup)),
    (Stage::Accepted, TakenAnother(Caller), Unchanged),
    (Stage::Accepted, TakenAnother(Callee), Unchanged),
    (Stage::Accepted, RingTimeout, Unchanged),
    (Stage::Accepted, Cut, Ended(EndReason::EndedByOperator)),
    (Stage::Accepted, Replaced(Caller), Ended(EndReason::Replaced)),
    (Stage::Accepted, Replaced(Callee), Ended(EndReason::Replaced)),
    (Stage::Accepted, Lost(Caller), Ended(EndReason::Lost)),
    (Stage::Accepted, Lost(Callee), Ended(EndReason::Lost)),
];

#[test]
fn every_event_in_every_stage_has_its_outcome() {
    for (stage, event, outcome) in TABLE {
        assert_eq!(stage.on(event), outcome, "{stage:?} on {event:?}");
    }
}

#[test]
fn the_table_names_every_pair_of_stage_and_event_once() {
    let both = |event: fn(Side) -> CallEvent| [event(Caller), event(Callee)];
    let events = [Accept, Request, End, TakenAnother, Replaced, Lost].map(both).concat();
    let events: HashSet<_> = events.into_iter().chain([RingTimeout, Cut]).collect();

    let pairs: HashSet<_> = TABLE.iter().map(|(stage, event, _)| (*stage, *event)).collect();

    assert_eq!(pairs.len(), TABLE.len());
    assert_eq!(pairs.len(), 2 * events.len());
}

#[test]
fn the_other_side_of_the_other_side_is_the_same() {
    assert_eq!(Caller.other(), Callee);
    assert_eq!(Callee.other(), Caller);
}
