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
    /// An operator removes the user.
    Removes(usize),
    /// An operator ends the call that was heard of last.
    Cuts,
    Drains,
}

#[derive(Clone, Copy, Debug)]
pub enum Saying {
    CallRequest {
        to: usize,
    },
    /// A request to the other party of a call that one has, which may be glare.
    CallBack,
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
    Block(usize),
    Unblock(usize),
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

impl Saying {
    /// Whether it makes most sense for somebody who has a call.
    pub fn is_about_own_call(self) -> bool {
        matches!(
            self,
            Saying::CallBack
                | Saying::CallAccept(WhichCall::Own | WhichCall::Ringing)
                | Saying::CallEnd(_, WhichCall::Own | WhichCall::Ringing)
                | Saying::Signal { call: Some(WhichCall::Own | WhichCall::Ringing), .. }
        )
    }
}

/// Which call a message names.
#[derive(Clone, Copy, Debug)]
pub enum WhichCall {
    /// One's own, or else the first one that rings here.
    Own,
    /// The last one that rings here, or else one's own.
    Ringing,
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
            0..36 => Step::Passes(SPANS[usize::from(detail) % SPANS.len()]),
            36..56 => Step::LogsIn(whose.user),
            56..58 => Step::Removes(whose.user),
            58..60 => Step::Cuts,
            60..74 => Step::Ends(whose),
            74..80 => Step::ShowsLife(whose),
            80..86 => Step::IsBehind(whose.user, usize::from(other) % 3),
            86..255 => Step::Says(whose, saying(kind - 86, other.into(), detail.into())),
            255 if detail < 128 => Step::Drains,
            255 => Step::Passes(Duration::ZERO),
        }
    })
}

fn saying(kind: u8, other: usize, detail: usize) -> Saying {
    let to = other % (USERS + 1);
    let room = other % ROOMS.len();
    match kind {
        0..28 => Saying::CallRequest { to },
        28..34 => Saying::CallBack,
        34..58 => Saying::CallAccept(which_call(detail)),
        58..74 => Saying::CallEnd(ENDS[other % 3], which_call(detail)),
        74..90 => Saying::Signal {
            to,
            call: (detail & 1 == 1).then(|| which_call(detail >> 3)),
            room: (detail & 2 == 2).then_some(detail % ROOMS.len()),
            receipt: detail & 4 == 4,
        },
        90..98 => Saying::Message { to, receipt: detail & 1 == 1, volatile: detail & 2 == 2 },
        98..106 => Saying::ToRoom { room, volatile: detail & 1 == 1 },
        106..119 => Saying::Join(room),
        119..123 => Saying::Block(to),
        123 => Saying::Unblock(to),
        124..132 => Saying::Leave(room),
        132..146 => Saying::Watch([to, detail % (USERS + 1)]),
        146..150 => Saying::Unwatch(to),
        150..160 => Saying::List {
            after: (detail & 1 == 1).then_some(to),
            limit: (detail & 2 == 2).then_some(1 + detail % 3),
        },
        160..162 => Saying::Ping,
        162 => Saying::Ack,
        163 => Saying::Refresh,
        _ => Saying::Gibberish(GIBBERISH[detail % GIBBERISH.len()]),
    }
}

fn which_call(detail: usize) -> WhichCall {
    match detail % 8 {
        0..3 => WhichCall::Own,
        3..5 => WhichCall::Ringing,
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
            | Saying::CallBack
            | Saying::CallEnd(..)
            | Saying::Signal { receipt: true, .. }
            | Saying::Message { receipt: true, .. }
            | Saying::Join(_)
            | Saying::Leave(_)
            | Saying::Watch(_)
            | Saying::Block(_)
            | Saying::Unblock(_)
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
