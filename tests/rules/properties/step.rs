//! One step of a random life: four numbers that stand for something somebody does.
//!
//! Numbers, because they are quick to make and shrink towards the simplest: no time
//! passes, the first user, the newest socket.

use std::time::Duration;

use proptest::arbitrary::any;
use proptest::strategy::Strategy;

use crate::harness::{millis, secs};

/// Users who may be there. One more is spoken of and never comes.
pub const USERS: usize = 5;
pub const ROOMS: [&str; 3] = ["den", "attic", "yard"];

/// One of a user's sockets, counted back from the newest.
#[derive(Clone, Copy, Debug)]
pub struct Whose {
    pub user: usize,
    pub age: usize,
}

#[derive(Clone, Copy, Debug)]
pub enum Step {
    LogsIn(usize),
    Ends(Whose),
    ShowsLife(Whose),
    Says(Whose, Saying),
    /// The user's newest socket is so many of its queues behind.
    IsBehind(usize, usize),
    Passes(Duration),
    Drains,
}

#[derive(Clone, Copy, Debug)]
pub enum Saying {
    CallRequest {
        to: usize,
    },
    CallAccept(WhichCall),
    CallEnd(&'static str, WhichCall),
    Signal {
        to: usize,
        call: Option<WhichCall>,
        room: Option<usize>,
        receipt: bool,
    },
    Message {
        to: usize,
        receipt: bool,
        volatile: bool,
    },
    ToRoom {
        room: usize,
        volatile: bool,
    },
    Join(usize),
    Leave(usize),
    Watch([usize; 2]),
    Unwatch(usize),
    List {
        after: Option<usize>,
        limit: Option<usize>,
    },
    Refresh,
    Ping,
    Ack,
    /// A message that is none, with an `id` that can be read.
    Gibberish(&'static str),
}

/// Which call a message names.
#[derive(Clone, Copy, Debug)]
pub enum WhichCall {
    Own,
    /// The last one that was heard of, by whomever.
    Latest,
    /// The very first one.
    Earliest,
    MadeUp,
}

const ENDS: [&str; 3] = ["call-cancel", "call-reject", "call-hangup"];
const GIBBERISH: [&str; 4] =
    [r#""type":"nonsense""#, r#""type":"ping","from":"u0""#, r#""type":"join""#, r#""to":"u0""#];
const SPANS: [Duration; 10] = [
    millis(0),
    millis(1),
    millis(40),
    millis(99),
    millis(100),
    secs(1),
    secs(3),
    secs(5),
    secs(20),
    secs(45),
];

/// Any step.
pub fn step() -> impl Strategy<Value = Step> {
    any::<[u8; 4]>().prop_map(|[kind, user, other, detail]| {
        let user = usize::from(user);
        // Mostly the newest socket.
        let age = (user / USERS % 8).saturating_sub(5);
        let whose = Whose { user: user % USERS, age };
        match kind {
            0..40 => Step::Passes(SPANS[usize::from(detail) % SPANS.len()]),
            40..80 => Step::LogsIn(whose.user),
            80..98 => Step::Ends(whose),
            98..106 => Step::ShowsLife(whose),
            106..116 => Step::IsBehind(whose.user, usize::from(other) % 3),
            116..255 => Step::Says(whose, saying(kind - 116, other.into(), detail.into())),
            255 => Step::Drains,
        }
    })
}

fn saying(kind: u8, other: usize, detail: usize) -> Saying {
    let to = other % (USERS + 1);
    let room = other % ROOMS.len();
    match kind {
        0..32 => Saying::CallRequest { to },
        32..46 => Saying::CallAccept(which_call(detail)),
        46..62 => Saying::CallEnd(ENDS[other % 3], which_call(detail)),
        62..74 => Saying::Signal {
            to,
            call: (detail & 1 == 1).then(|| which_call(detail >> 3)),
            room: (detail & 2 == 2).then_some(detail % ROOMS.len()),
            receipt: detail & 4 == 4,
        },
        74..82 => Saying::Message { to, receipt: detail & 1 == 1, volatile: detail & 2 == 2 },
        82..88 => Saying::ToRoom { room, volatile: detail & 1 == 1 },
        88..102 => Saying::Join(room),
        102..108 => Saying::Leave(room),
        108..118 => Saying::Watch([to, detail % (USERS + 1)]),
        118..121 => Saying::Unwatch(to),
        121..130 => Saying::List {
            after: (detail & 1 == 1).then_some(to),
            limit: (detail & 2 == 2).then_some(1 + detail % 3),
        },
        130..132 => Saying::Ping,
        132 => Saying::Ack,
        133 => Saying::Refresh,
        _ => Saying::Gibberish(GIBBERISH[detail % GIBBERISH.len()]),
    }
}

fn which_call(detail: usize) -> WhichCall {
    match detail % 8 {
        0..5 => WhichCall::Own,
        5 => WhichCall::Latest,
        6 => WhichCall::Earliest,
        _ => WhichCall::MadeUp,
    }
}

impl Saying {
    /// The fewest and the most answers that a message with an `id` deserves.
    pub fn answers(self) -> (usize, usize) {
        match self {
            Saying::CallRequest { .. }
            | Saying::CallEnd(..)
            | Saying::Signal { receipt: true, .. }
            | Saying::Message { receipt: true, .. }
            | Saying::Join(_)
            | Saying::Leave(_)
            | Saying::Watch(_)
            | Saying::List { .. }
            | Saying::Refresh
            | Saying::Ping
            | Saying::Gibberish(_) => (1, 1),
            // Silence is assent.
            Saying::CallAccept(_)
            | Saying::Signal { .. }
            | Saying::Message { .. }
            | Saying::Unwatch(_)
            | Saying::Ack => (0, 1),
            // One for every member that is behind.
            Saying::ToRoom { .. } => (0, USERS),
        }
    }
}
