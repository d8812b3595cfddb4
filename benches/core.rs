//! What one message costs: read off the wire; judged, and encoded for its receiver. No actor and no
//! socket: `cargo bench`.

#![allow(missing_docs)]

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytestring::ByteString;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use rand::SeedableRng;
use rand::rngs::StdRng;
use switchboard::config::{Config, PresenceMode};
use switchboard::domain::{Backlog, Effect, Handle, Input, Login, Parting, Switchboard};
use switchboard::fuzzing::count_messages;
use switchboard::metrics::Meters;
use switchboard::protocol::{DisplayName, Said, SaidTally, UserId, decode};

#[derive(Clone, Debug, PartialEq, Eq)]
struct Socket(u32);

impl Handle for Socket {
    fn backlog(&self) -> Backlog {
        Backlog::default()
    }
}

fn user(number: u32) -> UserId {
    UserId::parse(&number.to_string()).expect("digits are a user id")
}

/// A board with so many users, none of whom is limited.
fn board(users: u32) -> (Switchboard<Socket>, Vec<Effect<Socket>>) {
    let config = Config { rate: 0, ..Config::default() };
    let mut board = Switchboard::new(Arc::new(config), StdRng::seed_from_u64(1));
    let mut effects = Vec::new();
    for number in 0..users {
        let (connection, login) = (Socket(number), Login::fresh(user(number)));
        let claimed = Input::Claimed { connection, user: user(number), login };
        board.apply(claimed, Instant::now(), &mut effects);
        effects.clear();
    }
    (board, effects)
}

fn relay(c: &mut Criterion) {
    let mut group = c.benchmark_group("relay");
    for (name, size) in [("candidate", 250), ("offer", 2500)] {
        let (mut board, mut effects) = board(1000);
        let data = "x".repeat(size);
        let frame: ByteString = format!(r#"{{"type":"{name}","to":"1","data":"{data}"}}"#).into();
        let (from, now) = (user(0), Instant::now());
        group.throughput(Throughput::Elements(1));
        group.bench_function(name, |b| {
            b.iter(|| {
                let said = decode(black_box(&frame));
                let (connection, bytes) = (Socket(0), frame.len());
                let input = Input::Said { connection, user: from.clone(), said, bytes };
                board.apply(input, now, &mut effects);
                assert!(matches!(effects.pop(), Some(Effect::Deliver { .. })));
            });
        });
    }
    group.finish();
}

fn frames(c: &mut Criterion) {
    const MASK: [u8; 4] = [0xa5, 0x0f, 0x33, 0x71];
    const MESSAGES: usize = 100;
    let mut group = c.benchmark_group("frames");
    for (name, size) in [("candidate", 250u16), ("offer", 2500)] {
        let mut frame = vec![0x81, 0x80 | 126];
        frame.extend(size.to_be_bytes());
        frame.extend(MASK);
        frame.extend((0..usize::from(size)).map(|at| b'x' ^ MASK[at % 4]));
        let wire = frame.repeat(MESSAGES);
        group.throughput(Throughput::Elements(MESSAGES as u64));
        group.bench_function(name, |b| {
            b.iter(|| assert_eq!(count_messages(black_box(&wire), 64 << 10, 64 << 10), MESSAGES));
        });
    }
    group.finish();
}

/// What counting and measuring add to each message in the hub, around the rules.
fn metrics(c: &mut Criterion) {
    let meters = Meters::default();
    let data = "x".repeat(250);
    let frame = format!(r#"{{"type":"candidate","from":"0","data":"{data}"}}"#);
    let mut tally = SaidTally::default();
    c.bench_function("metrics/message", |b| {
        b.iter(|| {
            let begin = Instant::now();
            tally.count(Said::of_frame(black_box(&frame)).expect("a type of ours"));
            meters.queued(black_box(1));
            meters.stepped(begin.elapsed());
        });
    });
    // Once for what a socket reads at a time, which is up to 16 messages, and for each receiver.
    c.bench_function("metrics/batch", |b| {
        b.iter(|| {
            let read_at = Instant::now();
            meters.report_sent();
            meters.report_taken();
            meters.relayed(read_at.elapsed());
        });
    });
}

/// A thousand users who are all in one room, and one of them says something.
struct Crowd {
    board: Switchboard<Socket>,
    effects: Vec<Effect<Socket>>,
}

impl Crowd {
    const SIZE: u32 = 1000;

    fn new() -> Self {
        let config = Config { rate: 0, max_members: 1000, presence_limit: 0, ..Config::default() };
        let board = Switchboard::new(Arc::new(config), StdRng::seed_from_u64(1));
        let mut crowd = Self { board, effects: Vec::new() };
        for number in 0..Self::SIZE {
            let login = Login {
                name: DisplayName::parse(&format!("Number {number}")).ok(),
                ..Login::fresh(user(number))
            };
            let connection = Socket(number);
            let claimed = Input::Claimed { connection, user: user(number), login };
            crowd.board.apply(claimed, Instant::now(), &mut crowd.effects);
            crowd.says(number, &r#"{"type":"join","room":"den"}"#.into());
            crowd.effects.clear();
        }
        crowd
    }

    /// What it costs in units of the rate.
    fn says(&mut self, number: u32, frame: &ByteString) -> u32 {
        let (connection, user, bytes) = (Socket(number), user(number), frame.len());
        let said = decode(black_box(frame));
        let price = self.board.price(&user, said.as_ref().ok().map(|it| &it.message), bytes);
        let input = Input::Said { connection, user, said, bytes };
        self.board.apply(input, Instant::now(), &mut self.effects);
        self.effects.clear();
        price
    }
}

/// How long the rules take for ONE UNIT of what a message costs: no line may be over 20 µs.
fn prices(c: &mut Criterion) {
    let users = (0..256).map(|it| format!("\"user-{it}\"")).collect::<Vec<_>>().join(",");
    let long = "x".repeat(60_000);
    let mut group = c.benchmark_group("prices");
    for (name, said) in [
        ("message to a user", vec![r#"{"type":"message","to":"1","data":1}"#.to_owned()]),
        ("message of 60 kB", vec![format!(r#"{{"type":"message","to":"1","data":"{long}"}}"#)]),
        ("message to a room", vec![r#"{"type":"message","room":"den","data":1}"#.to_owned()]),
        (
            "leave and join",
            ["leave", "join"].map(|it| format!(r#"{{"type":"{it}","room":"den"}}"#)).into(),
        ),
        (
            "watch and unwatch",
            ["watch", "unwatch"].map(|it| format!(r#"{{"type":"{it}","users":[{users}]}}"#)).into(),
        ),
        (
            "watch too many",
            vec![format!(
                r#"{{"type":"watch","users":[{users},"a"{}]}}"#,
                r#","b""#.repeat(15_000)
            )],
        ),
        ("list", vec![r#"{"type":"list"}"#.to_owned()]),
        ("call-request", vec![r#"{"type":"call-request","to":"nobody"}"#.to_owned()]),
        ("ping", vec![r#"{"type":"ping"}"#.to_owned()]),
        ("ack", vec![r#"{"type":"ack","received":0}"#.to_owned()]),
        ("bad", vec!["[".repeat(1000)]),
    ] {
        let said: Vec<ByteString> = said.into_iter().map(ByteString::from).collect();
        let mut crowd = Crowd::new();
        group.bench_function(name, |b| {
            b.iter_custom(|times| {
                let mut units = 0;
                let begin = Instant::now();
                for _ in 0..times {
                    units += said.iter().map(|it| u64::from(crowd.says(0, it))).sum::<u64>();
                }
                begin.elapsed().mul_f64(times as f64 / units as f64)
            });
        });
    }
    group.finish();
}

/// Applies this and all that falls due in the seconds after it; returns how long the longest step
/// took.
fn longest_step(
    board: &mut Switchboard<Socket>,
    inputs: impl IntoIterator<Item = Input<Socket>>,
    now: &mut Instant,
) -> Duration {
    let (mut longest, mut effects) = (Duration::ZERO, Vec::new());
    let mut step = |board: &mut Switchboard<Socket>, input, now| {
        let begin = Instant::now();
        board.apply(input, now, &mut effects);
        longest = longest.max(begin.elapsed());
        effects.clear();
    };
    for input in inputs {
        step(board, input, *now);
    }
    let end = *now + Duration::from_secs(2);
    while let Some(due) = board.next_due().filter(|due| *due <= end) {
        *now = due;
        step(board, Input::Tick, *now);
    }
    *now = end;
    longest
}

/// The LONGEST step of the rules where most is to be done at once: no line may be over 20 ms.
fn steps(c: &mut Criterion) {
    let mut group = c.benchmark_group("steps");
    group.sample_size(10);
    group.bench_function("256 users watched by 4500 go", |b| {
        let config = Config { rate: 0, presence: PresenceMode::Off, ..Config::default() };
        let mut board = Switchboard::new(Arc::new(config), StdRng::seed_from_u64(1));
        let come = |number: u32| Input::Claimed {
            connection: Socket(number),
            user: user(number),
            login: Login::fresh(user(number)),
        };
        let mut now = Instant::now();
        longest_step(&mut board, (0..4756).map(come), &mut now);
        let users = (0..256).map(|it| format!("\"{it}\"")).collect::<Vec<_>>().join(",");
        let watch = ByteString::from(format!(r#"{{"type":"watch","users":[{users}]}}"#));
        let watches = (256..4756).map(|number| Input::Said {
            connection: Socket(number),
            user: user(number),
            said: decode(&watch),
            bytes: watch.len(),
        });
        longest_step(&mut board, watches, &mut now);
        b.iter_custom(|times| {
            let mut sum = Duration::ZERO;
            for _ in 0..times {
                let go = |number: u32| Input::Ended {
                    connection: Socket(number),
                    user: user(number),
                    parting: Parting::Goodbye,
                };
                sum += longest_step(&mut board, (0..256).map(go), &mut now);
                longest_step(&mut board, (0..256).map(come), &mut now);
            }
            sum
        });
    });
    group.bench_function("100000 users are sent away", |b| {
        b.iter_custom(|times| {
            let mut sum = Duration::ZERO;
            for _ in 0..times {
                let (mut board, _) = board(100_000);
                let mut now = Instant::now();
                sum += longest_step(&mut board, [Input::Drain], &mut now);
            }
            sum
        });
    });
    group.finish();
}

criterion_group!(benches, relay, frames, metrics, prices, steps);
criterion_main!(benches);
