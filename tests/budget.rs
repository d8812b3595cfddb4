//! What a relayed message may allocate in the core, and what an idle user may hold there, so that a
//! regression shows without timing anything. A message is decoded, judged, encoded for its receiver.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use std::sync::Arc;
use std::time::Instant;

use bytestring::ByteString;
use rand::SeedableRng;
use rand::rngs::StdRng;
use switchboard::config::Config;
use switchboard::domain::{Backlog, Effect, Handle, Input, Login, Switchboard};
use switchboard::protocol::{UserId, decode};

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

const MESSAGES: u64 = 1000;
const USERS: u32 = 5000;

#[derive(Clone, Debug, PartialEq, Eq)]
struct Socket(u32);

impl Handle for Socket {
    fn backlog(&self) -> Backlog {
        Backlog::default()
    }
}

struct Core {
    board: Switchboard<Socket>,
    effects: Vec<Effect<Socket>>,
    users: [UserId; 2],
    now: Instant,
}

impl Core {
    /// Two users, who count or do not.
    fn new(received: Option<u64>) -> Self {
        let config = Config { rate: 0, ..Config::default() };
        let mut core = Self {
            board: Switchboard::new(Arc::new(config), StdRng::seed_from_u64(1)),
            effects: Vec::with_capacity(16),
            users: ["11", "22"].map(|it| UserId::parse(it).unwrap()),
            now: Instant::now(),
        };
        for number in 0..2 {
            core.comes(number, core.users[number as usize].clone(), received);
        }
        core
    }

    fn comes(&mut self, number: u32, user: UserId, received: Option<u64>) {
        let login = Login { received, ..Login::fresh(user.clone()) };
        self.applies(Input::Claimed { connection: Socket(number), user, login });
    }

    /// How many frames go out for it.
    fn applies(&mut self, input: Input<Socket>) -> usize {
        self.board.apply(input, self.now, &mut self.effects);
        let frames = self.effects.drain(..).filter(|it| matches!(it, Effect::Deliver { .. }));
        frames.count()
    }

    /// Time passes until nothing is due any more: all have been told how many there are, a
    /// thousand a second, and how far they were heard.
    fn comes_to_rest(&mut self) {
        while let Some(due) = self.board.next_due() {
            self.now = due;
            self.applies(Input::Tick);
        }
    }

    fn hears(&mut self, from: u32, frame: &ByteString) -> usize {
        let (said, bytes) = (decode(frame), frame.len());
        let (connection, user) = (Socket(from), self.users[from as usize].clone());
        self.applies(Input::Said { connection, user, said, bytes })
    }
}

/// Blocks and bytes that `what` allocates for each of [`MESSAGES`].
fn allocates(mut what: impl FnMut()) -> (f64, f64) {
    let before = dhat::HeapStats::get();
    for _ in 0..MESSAGES {
        what();
    }
    let after = dhat::HeapStats::get();
    let each = |count: u64| count as f64 / MESSAGES as f64;
    (each(after.total_blocks - before.total_blocks), each(after.total_bytes - before.total_bytes))
}

/// Bytes that each of [`USERS`] more holds when all have come to rest.
fn holds(received: Option<u64>) -> f64 {
    let mut core = Core::new(None);
    core.effects = Vec::new();
    let before = dhat::HeapStats::get().curr_bytes;
    for number in 0..USERS {
        core.comes(number + 2, UserId::parse(&format!("user-{number}")).unwrap(), received);
    }
    core.comes_to_rest();
    core.effects = Vec::new();
    (dhat::HeapStats::get().curr_bytes - before) as f64 / f64::from(USERS)
}

/// Bytes that the longest list of blocked users holds: 256 names of 128 characters.
fn blocked_names_hold() -> u64 {
    let mut core = Core::new(None);
    let names: Vec<_> = (0..256).map(|it| format!(r#""{it:0128}""#)).collect();
    let text = format!(r#"{{"type":"block","users":[{}]}}"#, names.join(","));
    let frame = ByteString::from(text);
    let before = dhat::HeapStats::get().curr_bytes;
    assert_eq!(core.hears(0, &frame), 1);
    (dhat::HeapStats::get().curr_bytes - before) as u64
}

/// One test: what it measures is the whole process.
#[test]
fn a_relayed_message_allocates_its_frame_and_little_else_and_an_idle_user_holds_little() {
    let _profiler = dhat::Profiler::builder().testing().build();
    let data = "x".repeat(2500);
    let frame = ByteString::from(format!(r#"{{"type":"offer","to":"22","data":"{data}"}}"#));

    let mut plain = Core::new(None);
    let relayed = allocates(|| assert_eq!(plain.hears(0, &frame), 1));

    let mut counting = Core::new(Some(0));
    let acks = (1..=MESSAGES).map(|it| format!(r#"{{"type":"ack","received":{it}}}"#));
    let mut acks: Vec<ByteString> = acks.rev().map(ByteString::from).collect();
    let relayed_and_acknowledged = allocates(|| {
        assert_ne!(counting.hears(0, &frame), 0);
        counting.hears(1, &acks.pop().unwrap());
    });

    let idle = holds(None);
    let idle_and_counting = holds(Some(0));
    let blocked = blocked_names_hold();

    assert!(idle <= 450.0, "an idle user holds {idle} bytes");
    assert!(idle_and_counting <= 660.0, "an idle user who counts holds {idle_and_counting} bytes");
    assert!(blocked <= 48 << 10, "the longest list of blocked users holds {blocked} bytes");
    within("relayed", relayed, 3.1, frame.len() + 180);
    within("relayed, kept and acknowledged", relayed_and_acknowledged, 6.2, frame.len() + 950);
}

fn within(what: &str, (blocks, bytes): (f64, f64), blocks_max: f64, bytes_max: usize) {
    assert!(blocks <= blocks_max, "{what}: {blocks} blocks a message, {blocks_max} are allowed");
    assert!(bytes <= bytes_max as f64, "{what}: {bytes} bytes a message, {bytes_max} are allowed");
}
