//! One step: four numbers that stand for something that happens to a client, a wire or the node.

use std::time::Duration;

use proptest::arbitrary::any;
use proptest::strategy::Strategy;

use crate::harness::{millis, secs};

/// Users. The last of them does not count.
pub const USERS: usize = 4;
pub const ROOMS: [&str; 2] = ["den", "attic"];

#[derive(Clone, Copy, Debug)]
pub enum Step {
    /// The client opens another socket, to resume if it can, and hears no older one any more;
    /// although the one that it has is good, if so.
    Opens(usize, bool),
    /// The client forgets all that it knows and logs in afresh.
    StartsAnew(usize),
    Says(usize, Saying),
    /// The client acknowledges what it has counted.
    Acks(usize),
    /// So many of the messages on one of the wires reach the server.
    Arrive(usize, usize),
    /// The client takes so many messages off its wire.
    Reads(usize, usize),
    /// One of the wires is cut; what is on it is lost.
    IsCut(usize),
    /// The server learns that one of the wires is cut.
    Notices(usize),
    /// The client closes its socket as it should.
    SaysGoodbye(usize),
    Passes(Duration),
    Drains,
}

#[derive(Clone, Copy, Debug)]
pub enum Saying {
    Letter { to: usize, receipt: bool, volatile: bool, offer: bool },
    CallRequest { to: usize },
    CallAccept,
    CallEnd,
    Join(usize),
    Leave(usize),
    Ping,
    Gibberish,
}

/// Mostly short, so that sessions live long enough to see something.
const SPANS: [Duration; 16] = [
    millis(0),
    millis(1),
    millis(20),
    millis(40),
    millis(100),
    millis(100),
    millis(400),
    millis(400),
    secs(1),
    secs(1),
    secs(2),
    secs(3),
    secs(4),
    secs(5),
    secs(29),
    secs(30),
];

/// Any step.
pub fn step() -> impl Strategy<Value = Step> {
    any::<[u8; 4]>().prop_map(|[kind, user, other, detail]| {
        let which = usize::from(user);
        let (user, many) = (which % USERS, 1 + usize::from(detail) % 4);
        match kind {
            0..16 => Step::Passes(SPANS[usize::from(detail) % SPANS.len()]),
            // Most open another socket only where they need one.
            16..36 => Step::Opens(user, other % 8 == 0),
            36..38 => Step::StartsAnew(user),
            38..52 => Step::Acks(user),
            52..106 => Step::Arrive(which, many),
            106..144 => Step::Reads(user, many),
            144..156 => Step::IsCut(which),
            156..164 => Step::Notices(which),
            164 => Step::SaysGoodbye(user),
            165..255 => Step::Says(user, saying(kind - 165, other.into(), detail)),
            255 if other < 32 => Step::Drains,
            255 => Step::Passes(millis(0)),
        }
    })
}

fn saying(kind: u8, other: usize, detail: u8) -> Saying {
    let to = other % USERS;
    match kind {
        0..60 => Saying::Letter {
            to,
            receipt: detail & 3 != 0,
            volatile: detail & 28 == 28,
            offer: detail & 32 == 32,
        },
        60..68 => Saying::CallRequest { to },
        68..73 => Saying::CallAccept,
        73..76 => Saying::CallEnd,
        76..83 => Saying::Join(other % ROOMS.len()),
        83..86 => Saying::Leave(other % ROOMS.len()),
        86..88 => Saying::Ping,
        _ => Saying::Gibberish,
    }
}
