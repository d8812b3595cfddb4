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
use switchboard::protocol::{Said, SaidTally, UserId, decode};

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

/// The time that no step of the rules may take.
const STEP: Duration = Duration::from_millis(20);

/// Counts what a repetition took. The quickest decides: what others on the machine do makes a step
/// longer and never shorter.
fn quickest(all: &mut Duration, took: Duration) -> Duration {
    *all = took.min(*all);
    took
}

fn within_step(what: &str, quickest: Duration) {
    // None was measured when Criterion runs other benchmarks alone.
    let is_measured = quickest < Duration::MAX;
    assert!(!is_measured || quickest <= STEP, "{what}: a step of {quickest:?}, at most {STEP:?}");
}

/// The LONGEST step of the rules where most is to be done at once. Fails with one over [`STEP`].
fn steps(c: &mut Criterion) {
    let (mut gone, mut sent_away) = (Duration::MAX, Duration::MAX);
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
                sum += quickest(&mut gone, longest_step(&mut board, (0..256).map(go), &mut now));
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
                sum += quickest(&mut sent_away, longest_step(&mut board, [Input::Drain], &mut now));
            }
            sum
        });
    });
    group.finish();
    within_step("256 users watched by 4500 go", gone);
    within_step("100000 users are sent away", sent_away);
}

criterion_group!(benches, relay, frames, metrics, steps);
criterion_main!(benches);
